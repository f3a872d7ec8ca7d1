"""Put one slice onto another grid in three ways, nearest, linear and continuous, and compare what comes out."""

from dataclasses import dataclass

import numpy as np

from lib.errors import InputError
from lib.images.volumes import Volume
from lib.spaces.anatomical_planes import PLANES, View, view_grid
from lib.spaces.coordinates import is_inside, nearest_voxel
from lib.spaces.grid_lines import boundary_lines
from lib.spaces.grids import Grid, make_grid
from lib.spaces.resampling import Interpolation, resample_slice
from lib.spaces.resampling_effects import Difference, count_foreign_labels, difference_map, measure_difference
from lib.spaces.target_grids import canonical_grid, isotropic_grid, mni152_grid, shifted_affine

INTERPOLATIONS: tuple[Interpolation, ...] = ("nearest", "linear", "continuous")
PAIRS = (("linear", "nearest"), ("continuous", "nearest"), ("continuous", "linear"))
TARGETS = ("the overlay's grid", "MNI152, 2 mm", "cubes", "canonical RAS")
# Below this many mm the lines between voxels can be told apart.
CLOSE_UP_MM = 36.0


@dataclass(frozen=True, eq=False)
class LabSlice:
    """A slice of a target grid, filled in three ways.

    Attributes
    ----------
    pictures : dict of (rows, columns) arrays
        For each interpolation: rows go up, columns go right, as the target's `View` names them.
    differences : dict of (rows, columns) arrays
        For each pair (a, b) of `PAIRS`: a minus b.
    measured : dict of Difference
        Of each pair.
    foreign : dict of int
        For each interpolation: voxels of the picture whose value no region of the label image has; empty for others.
    starts, sizes : (2,) arrays, mm
        Place of the first voxel's centre, to the right and upwards, and the steps.
    cursor : (2,) array, mm
        Centre of the target's voxel under the cursor, in the plane.
    source_lines, target_lines : (N, 2, 2) arrays, mm
        Lines between voxels; none where the whole slice is shown.
    """

    pictures: dict[str, np.ndarray]
    differences: dict[tuple[str, str], np.ndarray]
    measured: dict[tuple[str, str], Difference]
    foreign: dict[str, int]
    starts: np.ndarray
    sizes: np.ndarray
    cursor: np.ndarray
    source_lines: np.ndarray
    target_lines: np.ndarray


def choose_target(name: str, source: Grid, other: Grid | None, millimetres: float) -> Grid:
    """Return the target grid of one of the names in `TARGETS`.

    Raises
    ------
    InputError
        There is no other image, or the side of the cubes is no length.
    """
    if name == TARGETS[0]:
        if other is None:
            raise InputError("No overlay is chosen, so there is no other grid. Choose an overlay in the sidebar.")
        return other
    if name == TARGETS[1]:
        return mni152_grid()
    return isotropic_grid(source, millimetres) if name == TARGETS[2] else canonical_grid(source)


def is_on_grid(grid: Grid, xyz) -> bool:
    """Return whether a world point, (3,) mm, lies in a voxel of a grid."""
    return is_inside(grid.shape, nearest_voxel(grid.affine, xyz))


def fill_slice(
    volume: Volume, affine, target: Grid, plane: str, xyz, *, labels: np.ndarray | None, is_close_up: bool
) -> LabSlice:
    """Resample the target's slice through a world point in three ways.

    Parameters
    ----------
    volume : Volume
        The source.
    affine : (4, 4) array-like, source voxel indices -> world mm
    target : Grid
    plane : "sagittal", "coronal" or "axial"
    xyz : (3,) world mm
    labels : array or None
        The distinct values of a label image; None for other images.
    is_close_up : bool
        Fill the `CLOSE_UP_MM` around the point only, and give the lines between voxels.

    Raises
    ------
    InputError
        The point lies beside the target's grid, or the image has no value that is finite.
    """
    view = view_grid(target.affine, target.shape)
    whole = Grid(view.shape, view.affine)
    ijk = nearest_voxel(whole.affine, xyz)
    if not is_inside(whole.shape, ijk):
        raise InputError("The cursor lies outside the chosen grid. Move it, or choose another grid.")
    axis, right, up = PLANES[plane]
    part, start = _around(whole, view, ijk, (right, up)) if is_close_up else (whole, np.zeros(3, dtype=int))
    index = ijk[axis] - start[axis]
    pictures = {how: _fill(volume, affine, part, axis, index, how) for how in INTERPOLATIONS}
    source = make_grid(volume.stored.shape, affine)
    starts = (view.starts + start * view.sizes)[[right, up]]
    sizes = view.sizes[[right, up]]
    window = [(-0.5, part.shape[side] - 0.5) for side in (right, up)]
    lines = [
        boundary_lines(grid, part, axis, index, window) if is_close_up else np.empty((0, 2, 2))
        for grid in (source, part)
    ]
    return LabSlice(
        pictures,
        {pair: difference_map(pictures[pair[0]], pictures[pair[1]]) for pair in PAIRS},
        {pair: measure_difference(pictures[pair[0]], pictures[pair[1]]) for pair in PAIRS},
        {} if labels is None else {how: count_foreign_labels(pictures[how], labels) for how in INTERPOLATIONS},
        starts,
        sizes,
        (view.starts + np.array(ijk) * view.sizes)[[right, up]],
        *(starts + line * sizes for line in lines),
    )


def _around(whole: Grid, view: View, ijk, sides) -> tuple[Grid, np.ndarray]:
    """Return the part of a grid within half of `CLOSE_UP_MM` of a voxel, along two axes; and its first voxel."""
    start, stop = np.zeros(3, dtype=int), np.array(whole.shape)
    for side in sides:
        n_around = int(np.ceil(CLOSE_UP_MM / 2 / view.sizes[side]))
        start[side] = max(0, ijk[side] - n_around)
        stop[side] = min(whole.shape[side], ijk[side] + n_around + 1)
    return Grid(tuple(int(n) for n in stop - start), shifted_affine(whole.affine, start)), start


def _fill(volume: Volume, affine, target: Grid, axis: int, index: int, how: Interpolation) -> np.ndarray:
    # Scaling after resampling is the same as before, and spares a copy of the volume; not so with an intercept, since
    # what lies outside the source is 0.
    source = volume.stored if volume.inter == 0 else volume.values()
    filled = resample_slice(source, affine, target, axis, index, how).data
    scaled = Volume(filled, volume.slope, 0.0).values() if volume.inter == 0 else filled
    return np.take(scaled, 0, axis=axis).T
