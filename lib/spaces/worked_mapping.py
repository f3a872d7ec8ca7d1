"""Work a voxel-to-world mapping out by hand: every product of ``xyz = M @ ijk + (a, b, c)``, and back again."""

from dataclasses import dataclass

import numpy as np

from lib.number_text import fixed_text
from lib.spaces.affines import require_invertible
from lib.spaces.coordinates import nearest_voxel


@dataclass(frozen=True, eq=False)
class WorkedMapping:
    """The steps from voxel indices to world mm.

    Attributes
    ----------
    matrix : (3, 3) array, mm per voxel
    offset : (3,) array, mm
        (a, b, c), the affine's last column.
    ijk : (3,) array
    products : (3, 3) array, mm
        ``matrix[row, column] * ijk[column]``.
    sums : (3,) array, mm
        Products added up along each row.
    xyz : (3,) array, mm
        ``sums + offset``.
    """

    matrix: np.ndarray
    offset: np.ndarray
    ijk: np.ndarray
    products: np.ndarray
    sums: np.ndarray
    xyz: np.ndarray


@dataclass(frozen=True, eq=False)
class WorkedInverse:
    """The steps from world mm to voxel indices: ``ijk = inverse @ (xyz - (a, b, c))``.

    Attributes
    ----------
    inverse : (3, 3) array, voxels per mm
    offset : (3,) array, mm
    xyz : (3,) array, mm
    differences : (3,) array, mm
        ``xyz - offset``.
    products : (3, 3) array, voxels
        ``inverse[row, column] * differences[column]``.
    ijk : (3,) array
        Fractional voxel indices: products added up along each row.
    nearest : tuple of 3 int
        The voxel that contains the point: ``floor(ijk + 0.5)``.
    """

    inverse: np.ndarray
    offset: np.ndarray
    xyz: np.ndarray
    differences: np.ndarray
    products: np.ndarray
    ijk: np.ndarray
    nearest: tuple[int, int, int]


def work_mapping(affine, ijk) -> WorkedMapping:
    """Return every step from a voxel to its world position.

    Parameters
    ----------
    affine : (4, 4) array-like, voxel indices -> world mm
    ijk : (3,) voxel indices, whole or fractional
    """
    affine = np.asarray(affine, dtype=np.float64)
    ijk = np.asarray(ijk, dtype=np.float64)
    matrix, offset = affine[:3, :3].copy(), affine[:3, 3].copy()
    products = matrix * ijk
    sums = products.sum(axis=1)
    return WorkedMapping(matrix, offset, ijk, products, sums, sums + offset)


def work_inverse(affine, xyz) -> WorkedInverse:
    """Return every step from a world position to its voxel.

    Parameters
    ----------
    affine : (4, 4) array-like, voxel indices -> world mm
    xyz : (3,) world mm

    Raises
    ------
    InputError
        The affine cannot be inverted.
    """
    affine = require_invertible(affine)
    xyz = np.asarray(xyz, dtype=np.float64)
    inverse, offset = np.linalg.inv(affine[:3, :3]), affine[:3, 3].copy()
    differences = xyz - offset
    products = inverse * differences
    ijk = products.sum(axis=1)
    return WorkedInverse(inverse, offset, xyz, differences, products, ijk, nearest_voxel(affine, xyz))


def mapping_latex(affine, ijk) -> str:
    """Return LaTeX (KaTeX) for ``xyz = M @ ijk + (a, b, c)`` with the numbers of one voxel, product by product."""
    worked = work_mapping(affine, ijk)
    indices = [_index(value) for value in worked.ijk]
    return _aligned(
        _column("x", "y", "z"),
        f"M {_column('i', 'j', 'k')} + {_column('a', 'b', 'c')}",
        f"{_matrix(worked.matrix)} {_column(*indices)} + {_numbers(worked.offset)}",
        _expansion(worked.matrix, indices, worked.offset),
        _addition(worked.products, worked.offset),
        f"{_numbers(worked.xyz)}\\ \\text{{mm}}",
    )


def inverse_latex(affine, xyz) -> str:
    """Return LaTeX (KaTeX) for ``ijk = inverse(M) @ (xyz - (a, b, c))`` with the numbers of one world point."""
    worked = work_inverse(affine, xyz)
    differences = [fixed_text(value, 3) for value in worked.differences]
    return _aligned(
        _column("i", "j", "k"),
        f"M^{{-1}} \\left( {_column('x', 'y', 'z')} - {_column('a', 'b', 'c')} \\right)",
        f"M^{{-1}} \\left( {_numbers(worked.xyz)} - {_numbers(worked.offset)} \\right)",
        f"{_matrix(worked.inverse)} {_column(*differences)}",
        _expansion(worked.inverse, differences),
        _addition(worked.products),
        f"{_numbers(worked.ijk)} \\rightarrow \\text{{voxel }} {_column(*(str(n) for n in worked.nearest))}",
    )


def _aligned(result: str, *steps: str) -> str:
    lines = " \\\\\n".join(f"&= {step}" for step in steps)
    return f"\\begin{{aligned}}\n{result}\n{lines}\n\\end{{aligned}}"


def _bracket(rows) -> str:
    return "\\begin{bmatrix} " + " \\\\ ".join(rows) + " \\end{bmatrix}"


def _column(*entries: str) -> str:
    return _bracket(entries)


def _numbers(values) -> str:
    return _column(*(fixed_text(value, 3) for value in values))


def _matrix(matrix) -> str:
    return _bracket(" & ".join(fixed_text(value, 4) for value in row) for row in matrix)


def _expansion(matrix, factors, offset=None) -> str:
    """Write each row's products out: ``0.998 * 88 + (-0.063) * 120 + ...``."""
    rows = []
    for index, row in enumerate(matrix):
        terms = [f"{_bracketed(fixed_text(m, 4))} \\cdot {_bracketed(f)}" for m, f in zip(row, factors, strict=True)]
        if offset is not None:
            terms.append(_bracketed(fixed_text(offset[index], 3)))
        rows.append(" + ".join(terms))
    return _column(*rows)


def _addition(products, offset=None) -> str:
    rows = []
    for index, row in enumerate(products):
        values = [*row] if offset is None else [*row, offset[index]]
        rows.append(" + ".join(_bracketed(fixed_text(value, 3)) for value in values))
    return _column(*rows)


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("-") else number


def _index(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else fixed_text(value, 2)
