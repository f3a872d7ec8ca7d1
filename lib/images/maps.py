"""What can be shown? One value for a file's volumes, a picture over time, a resampled or an edited image.

Whatever is computed into numbers on a grid becomes a `Map`, and is then windowed, sliced, laid over others, read under
the cursor and saved like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lib.images.image import Image
from lib.images.sform_qform import read_forms
from lib.images.stated_space import stated_space
from lib.images.volumes import Volume
from lib.spaces.grids import Grid

# NIfTI's "aligned to something else": what a header says of coordinates that no form vouches for.
ALIGNED = 2


@dataclass(frozen=True, eq=False)
class Map:
    """Numbers on a grid that can be shown, one volume at a time.

    Attributes
    ----------
    key : str
        Identity of the numbers and the grid, for caches: two maps of one key show the same.
    grid : Grid
    read : callable
        Volume index -> `Volume`; ask through `volume`.
    title : str
        What a person calls it: a file's name, "tSNR".
    unit : str
        As a colour bar says it; empty where there is none.
    quantity : str
        What a readout calls a value: "brightness" of a colour and "magnitude" of a complex number are no numbers of the
        file.
    source : str
        Name of the file it comes from, for names of files.
    n_volumes : int
        1 for a map that is the same at every volume.
    is_signed : bool or None
        Whether the sign is part of the message, so that the window lies about 0; None: judged by the values.
    null : float
        The value that says "nothing here": a layer is not drawn where it holds it.
    threshold : float or None
        Magnitude below which a layer hides it until somebody chooses otherwise; None: judged by the window.
    example : int
        The volume whose values choose the window for all.
    numbers : str
        Identity of the numbers in their order of storage, wherever they lie; `key` unless the map was placed elsewhere.
    space : str, int or None
        Label or form code of the space that its world is, as `lib.spaces.space_names.describe_space` takes it.
    form_code : int
        NIfTI code of the form that places it.
    sides_doubt : str
        Why left and right may be exchanged, as a sentence; empty where the file behind it vouches for them.
    """

    key: str
    grid: Grid
    read: Callable[[int], Volume] = field(repr=False)
    title: str
    unit: str = "image units"
    quantity: str = "value"
    source: str = ""
    n_volumes: int = 1
    is_signed: bool | None = None
    null: float = 0.0
    threshold: float | None = None
    example: int = 0
    numbers: str = ""
    space: str | int | None = None
    form_code: int = ALIGNED
    sides_doubt: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", self.numbers or self.key)

    @property
    def shape(self) -> tuple[int, int, int]:
        """The grid's shape, (I, J, K)."""
        return self.grid.shape

    @property
    def affine(self) -> np.ndarray:
        """(4, 4) array, voxel indices -> world mm."""
        return self.grid.affine

    @property
    def name(self) -> str:
        """The title and, where it is another name, the file that it comes from."""
        return self.title if self.source in ("", self.title) else f"{self.title} of {self.source}"

    def volume(self, t: int = 0) -> Volume:
        """Return what is shown at volume `t`; at the last one where the map has fewer.

        Raises
        ------
        InputError
            The file behind it cannot be read.
        """
        return self.read(min(t, self.n_volumes - 1))


def map_image(image: Image, read: Callable[[int], Volume]) -> Map:
    """Return an image file as what it shows: its own volumes, read by the function given."""
    quantity = "brightness" if image.is_rgb else "magnitude" if image.is_complex else "value"
    return Map(
        key=image.key,
        grid=image.grid,
        read=read,
        title=image.name,
        unit="image units" if quantity == "value" else quantity,
        quantity=quantity,
        source=image.name,
        n_volumes=image.n_volumes,
        space=stated_space(image),
        form_code=find_form_code(image),
        sides_doubt=image.sides_doubt,
    )


def find_form_code(image: Image) -> int:
    """Return the NIfTI code of the form that places an image; "aligned" for formats and headers that name none."""
    forms = read_forms(image.img.header)
    if forms is None:
        return ALIGNED
    return {"sform": forms.sform_code, "qform": forms.qform_code}.get(forms.used) or ALIGNED
