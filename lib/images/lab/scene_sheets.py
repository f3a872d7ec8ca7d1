"""Cut an image into sheets through a point, thinned out, to stand in a scene of three dimensions."""

from dataclasses import dataclass

import numpy as np
from nibabel.affines import apply_affine
from numpy.lib.stride_tricks import sliding_window_view

from lib.images.volumes import Volume
from lib.spaces.anatomical_planes import PLANES, View, take_plane, to_view

# A scene is for orientation: this many points a side show where the head is, at a tenth of a slice's cost.
MAX_POINTS = 56
# Shades of 255 up to here are background at a window that shows a head.
DARK = 24
NEAR = 2


@dataclass(frozen=True, eq=False)
class Sheet:
    """One plane of an image in the world.

    Attributes
    ----------
    xyz : (3, rows, columns) float32 array, mm
    shades : (rows, columns) uint8 array
        0 to 255, from the low to the high end of the window.
    is_empty : (rows, columns) boolean array
        Where nothing is near but dark: the air around a head, not the dark within it.
    """

    xyz: np.ndarray
    shades: np.ndarray
    is_empty: np.ndarray


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
    shades = (np.clip((np.nan_to_num(values) - low) / max(high - low, 1e-30), 0, 1) * 255).astype(np.uint8)
    xyz = np.moveaxis(apply_affine(placing, places), -1, 0).astype(np.float32)
    return Sheet(xyz, shades, _brightest_near(shades) <= DARK)


def _brightest_near(shades: np.ndarray) -> np.ndarray:
    """Return the largest shade within `NEAR` points of each."""
    side = 2 * NEAR + 1
    return sliding_window_view(np.pad(shades, NEAR), (side, side)).max(axis=(-1, -2))
