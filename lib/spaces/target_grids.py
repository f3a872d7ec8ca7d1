"""Choose a grid to resample onto: the MNI152 template's, cubes, canonical axes, or one slice of a grid."""

from itertools import product

import nibabel as nib
import numpy as np
from nibabel.affines import apply_affine, from_matvec

from lib.errors import InputError
from lib.spaces.grids import Grid, make_grid

# Headers hold float32: 90 steps of 2.3852322 mm are not exactly 90 voxels.
ROUNDING_VOXELS = 1e-3


def mni152_grid() -> Grid:
    """Return the grid of ``nilearn.datasets.load_mni152_template(resolution=2)``.

    Written down, because nilearn takes a second to import and another to resample the template.
    """
    return make_grid((99, 117, 95), from_matvec(np.diag([2.0, 2.0, 2.0]), (-98.0, -134.0, -72.0)))


def isotropic_grid(source: Grid, millimetres: float) -> Grid:
    """Return a RAS grid of cubes of side `millimetres` that encloses all voxel centres of the source.

    Its axes run along the world's, and its first voxel lies at the lowest corner.

    Raises
    ------
    InputError
        The side is not a positive length, or the grid would be too large.
    """
    if not (np.isfinite(millimetres) and millimetres > 0):
        raise InputError(f"A voxel side of {millimetres:g} mm is no length. Give a positive number of mm.")
    return _world_aligned(source, (millimetres,) * 3)


def canonical_grid(source: Grid) -> Grid:
    """Return a RAS grid along the world axes with the source's own voxel sizes; enclosing all its voxel centres.

    For a source that is not oblique these are its own voxels, in canonical order.
    """
    sizes = np.empty(3)
    world = nib.orientations.io_orientation(source.affine)[:, 0].astype(int)
    sizes[world] = nib.affines.voxel_sizes(source.affine)
    return _world_aligned(source, sizes)


def slice_grid(grid: Grid, axis: int, index: int) -> Grid:
    """Return the grid of one slice, one voxel thick: enough to resample what is looked at.

    Parameters
    ----------
    grid : Grid
    axis : 0, 1 or 2
    index : int
        Slice along `axis`.
    """
    start, shape = [0, 0, 0], list(grid.shape)
    start[axis], shape[axis] = index, 1
    return Grid(tuple(shape), shifted_affine(grid.affine, start))


def shifted_affine(affine, start) -> np.ndarray:
    """Return the affine of a part of an array that begins at voxel `start`: that voxel becomes (0, 0, 0)."""
    return from_matvec(np.asarray(affine)[:3, :3], apply_affine(affine, start))


def _world_aligned(source: Grid, sizes) -> Grid:
    """Lay a grid out as ``nibabel.spaces.vox2out_vox`` does, but without a further voxel for a rounding error."""
    corners = apply_affine(source.affine, list(product(*[(0, n - 1) for n in source.shape])))
    lowest, highest = corners.min(axis=0), corners.max(axis=0)
    steps = np.ceil((highest - lowest) / sizes - ROUNDING_VOXELS)
    return make_grid([int(n) + 1 for n in steps], from_matvec(np.diag(sizes), lowest))
