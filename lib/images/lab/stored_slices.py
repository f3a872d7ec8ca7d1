"""Show what ``data[:, :, k]`` is when one image is stored in another order, with its edges named by the affine."""

from dataclasses import dataclass

import numpy as np
from nibabel.affines import voxel_sizes

from lib.images.volumes import Volume
from lib.spaces.affine_sentences import TOWARDS
from lib.spaces.anatomical_planes import take_plane, to_view, view_grid
from lib.spaces.coordinates import OPPOSITES, nearest_voxel
from lib.spaces.storage_orders import explain_slicing, reorient, reorient_ijk, slices_of_axes

# Three pictures side by side are a third of a page each.
MAX_PIXELS = 160


@dataclass(frozen=True, eq=False)
class StoredSlice:
    """The slice ``data[:, :, k]`` of an image in one storage order, as a program draws a plain array.

    Attributes
    ----------
    order : str
    ijk : tuple of 3 int
        The voxel looked at, in this order.
    values : (rows, columns) array
        The first index runs down, the second to the right; thinned out.
    step : (2,) array
        Voxels of the array from one row, and from one column, to the next.
    sizes : (2,) array, mm
        From one row, and from one column, of the array to the next.
    axial : (rows, columns) array
        The axial plane through the same point, taken from the reordered array through its affine; thinned out.
    axial_step, axial_sizes, axial_ijk : (2,) arrays
        As `step` and `sizes`, and the row and column of the voxel looked at, of `axial` before it was thinned out. Its
        rows go up and its columns go right.
    plane : "sagittal", "coronal" or "axial"
        What the slice is.
    edges : tuple of 4 str
        Direction at the top, bottom, left and right edge.
    sentence : str
        What the slice is, in words.
    """

    order: str
    ijk: tuple[int, int, int]
    values: np.ndarray
    step: np.ndarray
    sizes: np.ndarray
    axial: np.ndarray
    axial_step: np.ndarray
    axial_sizes: np.ndarray
    axial_ijk: np.ndarray
    plane: str
    edges: tuple[str, str, str, str]
    sentence: str


def take_stored_slice(volume: Volume, affine, xyz, order: str) -> StoredSlice:
    """Return the slice ``data[:, :, k]`` through a world point, after reordering to `order`.

    A point beside the image takes the nearest voxel in it.

    Parameters
    ----------
    volume : Volume
    affine : (4, 4) array-like, voxel indices -> world mm
    xyz : (3,) world mm
    order : str
        One of `lib.spaces.storage_orders.ORDERS`.

    Raises
    ------
    InputError
        The order is none of the 48.
    """
    shape = volume.stored.shape
    ijk = np.clip(nearest_voxel(affine, xyz), 0, np.array(shape) - 1)
    stored, moved = reorient(volume.stored, affine, order)
    i, j, k = (int(index) for index in reorient_ijk(ijk, shape, affine, order))
    step = _step(stored.shape[:2])
    # Begun where the voxel looked at is among those that are kept.
    thinned = stored[i % step[0] :: step[0], j % step[1] :: step[1], k]
    view = view_grid(moved, stored.shape)
    across, upwards, height = np.clip(nearest_voxel(view.affine, xyz), 0, np.array(view.shape) - 1).tolist()
    axial = take_plane(to_view(stored, view), "axial", height)
    axial_step = _step(axial.shape)
    down, right = order[0], order[1]
    return StoredSlice(
        order,
        (i, j, k),
        Volume(thinned, volume.slope, volume.inter).values(),
        step,
        voxel_sizes(moved)[:2],
        Volume(axial[:: axial_step[0], :: axial_step[1]], volume.slope, volume.inter).values(),
        axial_step,
        view.sizes[[1, 0]],
        np.array([upwards, across]),
        slices_of_axes(moved)[2].plane,
        (OPPOSITES[down], down, OPPOSITES[right], right),
        explain_slicing(moved),
    )


def _step(shape) -> np.ndarray:
    """Return by how much to thin two axes out so that at most `MAX_PIXELS` are left of each."""
    return np.array([max(1, -(-n // MAX_PIXELS)) for n in shape])


def edge_words(edges: tuple[str, str, str, str]) -> str:
    """Return the edges of a picture in words, for people who do not see it."""
    top, bottom, left, right = (TOWARDS[edge] for edge in edges)
    return f"top {top}, bottom {bottom}, left {left}, right {right}"
