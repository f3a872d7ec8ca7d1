"""Cut an image into sheets through a point, thinned out, to stand in a scene of three dimensions."""

from dataclasses import dataclass

import numpy as np
from nibabel.affines import apply_affine

from lib.slices import PLANES, View, take_plane, to_view
from lib.volumes import Volume

# A scene is for orientation: this many points a side show where the head is, at a tenth of a slice's cost.
MAX_POINTS = 44


@dataclass(frozen=True, eq=False)
class Sheet:
    """One plane of an image in the world.

    Attributes
    ----------
    xyz : (3, rows, columns) float32 array, mm
    shades : (rows, columns) uint8 array
        0 to 255, from the low to the high end of the window.
    """

    xyz: np.ndarray
    shades: np.ndarray


def cut_sheet(volume: Volume, view: View, placing, plane: str, index: int, window: tuple[float, float]) -> Sheet:
    """Return a plane of a volume, thinned out to at most `MAX_POINTS` a side.

    Parameters
    ----------
    volume : Volume
    view : View
        Of the volume's own grid.
    placing : (4, 4) array
        View indices -> world mm; the view's own affine, unless the image is tried out elsewhere.
    plane : "sagittal", "coronal" or "axial"
    index : int
        Along the view's axis that the plane is across.
    window : (low, high) in the image's unit
    """
    axis, right, up = PLANES[plane]
    columns, rows = (np.linspace(0, view.shape[side] - 1, min(view.shape[side], MAX_POINTS)) for side in (right, up))
    places = np.empty((rows.size, columns.size, 3))
    places[..., axis], places[..., right], places[..., up] = index, columns[None, :], rows[:, None]
    stored = take_plane(to_view(volume.stored, view), plane, index)
    thinned = stored[np.ix_(np.rint(rows).astype(int), np.rint(columns).astype(int))]
    values = Volume(thinned, volume.slope, volume.inter).values()
    low, high = window
    shades = np.clip((np.nan_to_num(values) - low) / max(high - low, 1e-30), 0, 1) * 255
    return Sheet(np.moveaxis(apply_affine(placing, places), -1, 0).astype(np.float32), shades.astype(np.uint8))
