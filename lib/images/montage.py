"""Many parallel slices in one picture, and which world point lies under a place in it."""

from dataclasses import dataclass

import numpy as np

from lib.spaces.anatomical_planes import PLANES, View, take_plane

# Wider pictures have more voxels than a screen has pixels.
WIDEST = 1_400


@dataclass(frozen=True, eq=False)
class Montage:
    """Slices side by side, the first at the top left.

    Attributes
    ----------
    codes : (rows, columns) uint8 array
        Display codes; row 0 is the bottom.
    plane : str
    indices : tuple of int
        The slices, along the plane's axis of the view.
    n_columns : int
        Slices in a row.
    tile : tuple of 2 int
        Rows and columns of voxels of one slice, after thinning.
    step : int
        Every how many-th voxel of a slice is shown.
    is_mirrored : bool
        Whether each slice is drawn with its first column on the right, as radiologists do.
    """

    codes: np.ndarray
    plane: str
    indices: tuple[int, ...]
    n_columns: int
    tile: tuple[int, int]
    step: int
    is_mirrored: bool = False


def spread_indices(n_slices: int, n_shown: int) -> tuple[int, ...]:
    """Return evenly spaced slice numbers; as far as there are more than asked for, not the empty first and last 8 %."""
    if n_shown == 1:
        return (n_slices // 2,)
    n_shown = min(n_shown, n_slices)
    margin = min(0.08 * n_slices, (n_slices - n_shown) / 2)
    places = np.linspace(margin, n_slices - 1 - margin, n_shown)
    return tuple(np.floor(places + 0.5).astype(int).tolist())


def build_montage(
    codes: np.ndarray, plane: str, n_shown: int, n_columns: int, *, is_radiological: bool = False
) -> Montage:
    """Lay slices of a (R, A, S) picture side by side.

    Parameters
    ----------
    codes : (R, A, S) uint8 array
    plane : str
    n_shown, n_columns : int
        Slices in all, and in a row.
    """
    axis, right, _ = PLANES[plane]
    indices = spread_indices(codes.shape[axis], n_shown)
    n_columns = min(n_columns, len(indices))
    step = max(1, -(-codes.shape[right] * n_columns // WIDEST))
    is_mirrored = is_radiological and right == 0
    tiles = [take_plane(codes, plane, index)[::step, ::step] for index in indices]
    if is_mirrored:
        tiles = [tile[:, ::-1] for tile in tiles]
    rows, columns = tiles[0].shape
    n_rows = -(-len(tiles) // n_columns)
    picture = np.zeros((n_rows * rows, n_columns * columns), dtype=np.uint8)
    for number, tile in enumerate(tiles):
        bottom = (n_rows - 1 - number // n_columns) * rows
        left = (number % n_columns) * columns
        picture[bottom : bottom + rows, left : left + columns] = tile
    return Montage(picture, plane, indices, n_columns, (rows, columns), step, is_mirrored)


def place_in_montage(montage: Montage, view: View, column: float, row: float) -> np.ndarray | None:
    """Return the (3,) world mm under a place in the picture (pixel coordinates, centres at integers), or None."""
    rows, columns = montage.tile
    column, row = int(np.floor(column + 0.5)), int(np.floor(row + 0.5))
    n_rows = montage.codes.shape[0] // rows
    number = (n_rows - 1 - row // rows) * montage.n_columns + column // columns
    inside = 0 <= row < montage.codes.shape[0] and 0 <= column < montage.codes.shape[1]
    if not inside or number >= len(montage.indices):
        return None
    axis, right, up = PLANES[montage.plane]
    index = np.zeros(3)
    index[axis] = montage.indices[number]
    across = column % columns
    index[right] = (columns - 1 - across if montage.is_mirrored else across) * montage.step
    index[up] = (row % rows) * montage.step
    return view.affine[:3, :3] @ index + view.affine[:3, 3]
