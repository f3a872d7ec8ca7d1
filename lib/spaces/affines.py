"""Take an affine apart: voxel sizes, storage order, shear, tilt and translation.

One convention, stated here and used everywhere::

    affine[:3, :3] = tilt @ shear @ storage @ diag(voxel_sizes)

Read from the right: step along a voxel axis by its size in mm; send the axis to the world axis nearest to it, in its
direction (`storage`, a signed permutation, whose determinant is the handedness); lean the axes against each other
(`shear`, symmetric, the identity for right angles); turn the whole (`tilt`, a rotation about the world axes).
`tilt @ shear` is a polar decomposition, the choice that nibabel's ``set_qform`` makes too: of all rotations, `tilt` is
the one nearest to the matrix. A scan that is not tilted has the identity there, in whatever order it is stored.
"""

from dataclasses import dataclass

import numpy as np
from nibabel.affines import from_matvec, obliquity, voxel_sizes
from nibabel.eulerangles import euler2mat, mat2euler
from nibabel.orientations import aff2axcodes, io_orientation
from nibabel.quaternions import mat2quat, quat2angle_axis

from lib.errors import InputError

# Direction cosines nearer to coplanar than this are rounding noise of float32 headers, not a volume.
SMALLEST_VOLUME = 1e-6


@dataclass(frozen=True, eq=False)
class AffineParts:
    """The parts of an affine, in the convention of this module.

    Attributes
    ----------
    voxel_sizes : (3,) array, mm
        Length of each column of the matrix.
    storage : (3, 3) array of -1, 0, 1
        Column c holds the world axis nearest to voxel axis c, and its sign.
    shear : (3, 3) symmetric array
        Identity when the voxel axes are at right angles.
    tilt : (3, 3) rotation matrix, determinant +1
    translation : (3,) array, mm
        World position of the centre of voxel (0, 0, 0).
    axcodes : tuple of 3 str
        Direction in which each index grows.
    tilt_degrees : (3,) array
        Turns about the world's x, y and z axes: ``tilt = Rx @ Ry @ Rz``, so the turn about z comes first (nibabel's
        convention in ``eulerangles``). Positive is counterclockwise, seen with the axis pointing at you.
    turn_degrees : float
        The same tilt as one turn, about `turn_axis`.
    turn_axis : (3,) unit vector
    obliquity_degrees : (3,) array
        For each world axis, the angle to the voxel axis nearest to it.
    """

    voxel_sizes: np.ndarray
    storage: np.ndarray
    shear: np.ndarray
    tilt: np.ndarray
    translation: np.ndarray
    axcodes: tuple[str, str, str]
    tilt_degrees: np.ndarray
    turn_degrees: float
    turn_axis: np.ndarray
    obliquity_degrees: np.ndarray

    @property
    def is_left_handed(self) -> bool:
        """Whether the voxel axes form a left hand, as in radiological storage."""
        return bool(np.linalg.det(self.storage) < 0)

    @property
    def largest_shear_degrees(self) -> float:
        """How far the worst pair of voxel axes is from a right angle."""
        leaning = self.shear / np.linalg.norm(self.shear, axis=0)
        cosines = np.abs(np.triu(leaning.T @ leaning, 1)).max()
        return float(np.rad2deg(np.arcsin(min(cosines, 1.0))))


def take_apart(affine) -> AffineParts:
    """Decompose an affine.

    Parameters
    ----------
    affine : (4, 4) array-like, voxel indices -> world mm

    Raises
    ------
    InputError
        The affine has numbers that are not finite, or flattens space.
    """
    affine = require_invertible(affine)
    sizes = voxel_sizes(affine)
    storage = nearest_storage(affine)
    tilt, shear = _polar(affine[:3, :3] / sizes @ storage.T)
    w, *vector = mat2quat(tilt)
    # Rounding leaves w above 1 for some of the slightest turns, and no angle has such a cosine.
    turn, axis = quat2angle_axis([min(w, 1.0), *vector])
    z, y, x = mat2euler(tilt)
    return AffineParts(
        voxel_sizes=sizes,
        storage=storage,
        shear=shear,
        tilt=tilt,
        translation=affine[:3, 3].copy(),
        axcodes=aff2axcodes(affine),
        tilt_degrees=np.rad2deg([x, y, z]),
        turn_degrees=float(np.rad2deg(turn)),
        turn_axis=np.asarray(axis, dtype=np.float64),
        obliquity_degrees=obliquity_degrees(affine),
    )


def put_together(parts: AffineParts) -> np.ndarray:
    """Return the (4, 4) affine that `take_apart` took apart."""
    matrix = parts.tilt @ parts.shear @ parts.storage @ np.diag(parts.voxel_sizes)
    return from_matvec(matrix, parts.translation)


def nearest_storage(affine) -> np.ndarray:
    """Return the (3, 3) signed permutation nearest to an affine, as ``nibabel.orientations.io_orientation`` picks it.

    Its determinant has the sign of the affine's: the entries that io_orientation picks from the nearest orthogonal
    matrix Q add up to more than 1 in size, and a mirrored permutation could reach 1 at most.
    """
    storage = np.zeros((3, 3))
    for column, (row, sign) in enumerate(io_orientation(affine)):
        storage[int(row), column] = sign
    return storage


def obliquity_degrees(affine) -> np.ndarray:
    """Return (3,) degrees between each world axis and the voxel axis nearest to it (``nibabel.affines.obliquity``)."""
    return np.rad2deg(obliquity(np.asarray(affine, dtype=np.float64)))


def rotation_about(axis: str, degrees: float) -> np.ndarray:
    """Return the (3, 3) rotation by `degrees` about the world axis ``"x"``, ``"y"`` or ``"z"``."""
    return euler2mat(**{axis: np.deg2rad(degrees)})


def require_invertible(affine) -> np.ndarray:
    """Return the affine as float64, or say why it cannot place voxels in the world.

    Raises
    ------
    InputError
        Not (4, 4), not finite, or singular.
    """
    affine = np.array(affine, dtype=np.float64)
    if affine.shape != (4, 4):
        raise InputError(
            f"An affine has 4 x 4 numbers, but this one has the shape {affine.shape}. Give four rows of four."
        )
    if not np.isfinite(affine).all():
        raise InputError(
            f"{int((~np.isfinite(affine)).sum())} of the 16 numbers of this affine are not finite, so no voxel has a "
            "place in the world. Repair the header's sform and qform."
        )
    sizes = voxel_sizes(affine)
    if (sizes == 0).any() or abs(np.linalg.det(affine[:3, :3] / sizes)) < SMALLEST_VOLUME:
        raise InputError(
            "This affine flattens the voxels (its determinant is "
            f"{np.linalg.det(affine[:3, :3]):.3g}), so it cannot be inverted. Repair the header's sform and qform."
        )
    return affine


def _polar(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split a matrix into the nearest rotation and a symmetric rest: ``matrix = rotation @ rest``."""
    left, sizes, right = np.linalg.svd(matrix)
    return left @ right, right.T * sizes @ right
