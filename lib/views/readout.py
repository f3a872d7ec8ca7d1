"""What is at a place? Its voxel, its point and its exact values, in one line: below the planes, and under the mouse."""

from dataclasses import dataclass

from lib.images.image import Image
from lib.images.maps import Map
from lib.number_text import quantity_number, shape_text
from lib.session import cursor
from lib.spaces.coordinates import is_inside, nearest_voxel, position_text


@dataclass(frozen=True, eq=False)
class Readout:
    """What is read out of the maps that the planes show.

    A value is called what it is: of a colour its brightness, of a complex number its magnitude.

    Attributes
    ----------
    image : Image
        What is open; of a run, its volume is told too.
    maps : tuple of Map
        From bottom to top; each is read in its own grid.
    tr : float, optional
        Seconds between volumes; a run's readout then gives the time of the volume.
    is_long : bool
        Whether each layer has a line of its own, with its own voxel.
    """

    image: Image
    maps: tuple[Map, ...]
    tr: float | None = None
    is_long: bool = False

    @property
    def depends_on(self) -> tuple:
        """What the words depend on besides the place."""
        return self.image.key, tuple((shown.key, shown.name) for shown in self.maps), self.tr, self.is_long

    def text(self) -> str:
        """Return the words for the cursor."""
        return self.at(cursor.point(), cursor.volume_index(self.image))

    def at(self, place, t: int) -> str:
        """Return the words for a point, (x, y, z) world mm, and a volume of the image."""
        base, *over = self.maps
        ijk = nearest_voxel(base.affine, place)
        text = position_text(ijk, place)
        if is_inside(base.shape, ijk):
            text += f"\u2003{_value_text(base, ijk, t)}"
            if self.image.is_4d:
                text += f"\u2003t {t}" + (f" ({t * self.tr:.2f} s)" if self.tr else "")
        else:
            shape = shape_text(base.shape)
            text += f"\u2003outside the image, whose voxels run from 0 0 0 to {shape} minus 1"
        return text + "".join(self._layer_text(shown, place, t) for shown in over)

    def _layer_text(self, shown: Map, place, t: int) -> str:
        # What comes from the open image itself is told by what it is.
        name = shown.title if shown.source == self.maps[0].source else shown.name
        ijk = nearest_voxel(shown.affine, place)
        value = _value_text(shown, ijk, t) if is_inside(shown.shape, ijk) else "outside its grid"
        if not self.is_long:
            return f"\u2003{name} {value}"
        i, j, k = ijk
        return f"\n{name}: i {i} j {j} k {k}\u2003{value}"


def _value_text(shown: Map, ijk, t: int) -> str:
    return f"{shown.quantity} {quantity_number(shown.volume(t).value_at(ijk), shown.unit)}"
