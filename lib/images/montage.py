"""Many parallel slices in one picture, and which world point lies under a place in it."""

from dataclasses import dataclass

import numpy as np

from lib.spaces.anatomical_planes import PLANES, View, take_plane

# Wider pictures have more voxels than a screen has pixels.
WIDEST = 1_400
# The head's first and last slices show little of it.
ENDS = 0.03
# Of what the brightest 2 % of the head differ from the background by: as FEAT finds a head in a mean.
DIFFERS_FROM = 0.1
# Left free around the head in a slice, of its length, for the letters.
AROUND = 0.04
# A slice with less of the head, beside the one with most of it, shows noise or a speck.
LEAST_SHARE = 0.01

Box = tuple[slice, slice, slice]


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
    starts : tuple of 2 int
        Indices of the first column and row of each slice, along the plane's other axes of the view.
    """

    codes: np.ndarray
    plane: str
    indices: tuple[int, ...]
    n_columns: int
    tile: tuple[int, int]
    step: int
    is_mirrored: bool = False
    starts: tuple[int, int] = (0, 0)


def find_head(codes: np.ndarray) -> Box:
    """Return the part of a (R, A, S) picture that holds what differs from its background: the head, or a map's blobs.

    The background is what more than half of the voxels have on the picture's six faces. The whole picture where there
    is none, or nothing differs from it.
    """
    on_faces = sum(np.bincount(np.take(codes, (0, -1), axis).ravel(), minlength=256) for axis in range(3))
    background = int(on_faces.argmax())
    differences = np.abs(np.arange(256) - background)
    counts = np.where(differences > 0, np.bincount(codes.ravel(), minlength=256), 0)
    if 2 * on_faces[background] <= on_faces.sum() or not counts.any():
        return tuple(slice(0, n) for n in codes.shape)
    order = np.argsort(differences)
    most = differences[order][np.searchsorted(np.cumsum(counts[order]), 0.98 * counts.sum())]
    is_head = (differences > DIFFERS_FROM * most)[codes]
    box = []
    for axis in range(3):
        n = np.count_nonzero(is_head, axis=tuple(other for other in range(3) if other != axis))
        there = np.flatnonzero(n >= max(1, LEAST_SHARE * n.max()))
        box.append(slice(int(there[0]), int(there[-1]) + 1))
    return tuple(box)


def spread_indices(n_slices: int, n_shown: int) -> tuple[int, ...]:
    """Return evenly spaced slice numbers; as far as there are more than asked for, not the first and last 3 %."""
    if n_shown == 1:
        return (n_slices // 2,)
    n_shown = min(n_shown, n_slices)
    margin = min(ENDS * n_slices, (n_slices - n_shown) / 2)
    places = np.linspace(margin, n_slices - 1 - margin, n_shown)
    return tuple(np.floor(places + 0.5).astype(int).tolist())


def build_montage(
    codes: np.ndarray,
    plane: str,
    n_shown: int,
    n_columns: int,
    *,
    box: Box | None = None,
    is_radiological: bool = False,
) -> Montage:
    """Lay slices of a (R, A, S) picture side by side.

    Parameters
    ----------
    codes : (R, A, S) uint8 array
    plane : str
    n_shown, n_columns : int
        Slices in all, and in a row.
    box : tuple of 3 slices
        Part of the picture that is shown, see `find_head`; all of it by default.
    """
    axis, right, up = PLANES[plane]
    box = list(box or (slice(0, n) for n in codes.shape))
    for across in PLANES[plane][1:]:
        box[across] = _with_room(box[across], codes.shape[across])
    starts, shown = [part.start for part in box], codes[tuple(box)]
    places = spread_indices(shown.shape[axis], n_shown)
    n_columns = min(n_columns, len(places))
    step = max(1, -(-shown.shape[right] * n_columns // WIDEST))
    is_mirrored = is_radiological and right == 0
    tiles = [take_plane(shown, plane, place)[::step, ::step] for place in places]
    if is_mirrored:
        tiles = [tile[:, ::-1] for tile in tiles]
    rows, columns = tiles[0].shape
    n_rows = -(-len(tiles) // n_columns)
    picture = np.zeros((n_rows * rows, n_columns * columns), dtype=np.uint8)
    for number, tile in enumerate(tiles):
        bottom = (n_rows - 1 - number // n_columns) * rows
        left = (number % n_columns) * columns
        picture[bottom : bottom + rows, left : left + columns] = tile
    indices = tuple(starts[axis] + place for place in places)
    return Montage(picture, plane, indices, n_columns, (rows, columns), step, is_mirrored, (starts[right], starts[up]))


def _with_room(part: slice, n: int) -> slice:
    room = round(AROUND * (part.stop - part.start))
    return slice(max(0, part.start - room), min(n, part.stop + room))


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
    first_column, first_row = montage.starts
    index[right] = first_column + (columns - 1 - across if montage.is_mirrored else across) * montage.step
    index[up] = first_row + (row % rows) * montage.step
    return view.affine[:3, :3] @ index + view.affine[:3, 3]
