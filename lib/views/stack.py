"""What do the planes show? Maps laid over each other, each with its look."""

from dataclasses import dataclass, field
from typing import Literal

from lib.cache.pictures import picture_of
from lib.figures.colours import LABELS
from lib.images.maps import Map

Cut = Literal["nearest", "linear"]


@dataclass(frozen=True)
class Look:
    """How one map is shown: its window in the map's unit, its colours, what of it is hidden, outline or fill.

    Attributes
    ----------
    threshold : float
        Magnitude below which nothing is drawn.
    is_over : bool
        Whether it lies over others, and is then not drawn where it says "nothing here".
    """

    map: Map
    low: float
    high: float
    colour_map: str
    threshold: float = 0.0
    opacity: float = 1.0
    is_outline: bool = False
    is_over: bool = False

    def picture(self, shown: Map, t: int) -> bytes:
        """Return the packed codes of a volume of the map, or of the map as it is on another grid."""
        return picture_of(
            shown, t, self.low, self.high, self.threshold,
            is_labels=self.colour_map == LABELS, hides_null=self.is_over,
        )  # fmt: skip

    @property
    def depends_on(self) -> tuple:
        """What the picture depends on besides the numbers."""
        return self.low, self.high, self.threshold, self.colour_map == LABELS, self.is_over


@dataclass(frozen=True)
class WindowControl:
    """What the session knows a map's window by, and how far its ends can be moved, in the map's unit."""

    key: str
    minimum: float
    maximum: float


@dataclass(frozen=True)
class Stack:
    """What the planes show: looks from bottom to top, where the head's left is, and what a link says of both.

    Attributes
    ----------
    is_smooth : bool
        Whether colours are blended between voxels, of all but labels and outlines.
    cut : "nearest" or "linear", optional
        Where the planes are cut straight with the world: what is shown between the voxels' centres. By default they are
        those of the bottom map's own grid.
    link : dict
        Query parameter -> value, values, or None where it is as it would be without.
    control : WindowControl, optional
        Of the bottom map's window, where it can be dragged.
    """

    looks: tuple[Look, ...]
    is_radiological: bool = False
    is_smooth: bool = False
    cut: Cut | None = None
    link: dict = field(default_factory=dict)
    control: WindowControl | None = None

    @property
    def maps(self) -> tuple[Map, ...]:
        """What is shown, from bottom to top."""
        return tuple(look.map for look in self.looks)

    @property
    def base(self) -> Look:
        """The look at the bottom."""
        return self.looks[0]

    @property
    def over(self) -> tuple[Look, ...]:
        """The looks above the bottom, from bottom to top."""
        return self.looks[1:]
