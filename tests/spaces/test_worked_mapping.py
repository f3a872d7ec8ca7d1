import numpy as np
import pytest
from hypothesis import given, settings
from nibabel.affines import apply_affine

from lib.errors import InputError
from lib.spaces.worked_mapping import inverse_latex, mapping_latex, work_inverse, work_mapping
from tests.builders.known_affines import MNI_2MM, NOTES_AFFINE, affines, points


def test_centre_voxel_of_the_notes():
    worked = work_mapping(NOTES_AFFINE, (88, 120, 128))
    np.testing.assert_allclose(worked.xyz, [0.80247819, 21.18079358, 18.10060273], atol=1e-6)
    assert worked.products[0, 0] == pytest.approx(0.99794817 * 88)
    np.testing.assert_allclose(worked.sums + worked.offset, worked.xyz)


@pytest.mark.parametrize(
    ("xyz", "ijk"), [((0, 20, 44), (45, 73, 58)), ((36, -2, 48), (27, 62, 60))], ids=["midline", "hand area"]
)
def test_mni_2_mm_examples_both_ways(xyz, ijk):
    assert work_inverse(MNI_2MM, xyz).nearest == ijk
    np.testing.assert_array_equal(work_mapping(MNI_2MM, ijk).xyz, xyz)


@settings(max_examples=60, deadline=None)
@given(affine=affines(largest_shear=0.3), ijk=points)
def test_the_way_there_and_back_ends_where_it_began(affine, ijk):
    worked = work_mapping(affine, ijk)
    np.testing.assert_allclose(worked.xyz, apply_affine(affine, ijk), atol=1e-9)
    back = work_inverse(affine, worked.xyz)
    np.testing.assert_allclose(back.ijk, ijk, atol=1e-7)
    np.testing.assert_allclose(back.ijk, apply_affine(np.linalg.inv(affine), worked.xyz), atol=1e-7)


def test_every_product_is_the_one_of_its_row_and_column(oblique_affine):
    ijk = (3, 5, 7)
    worked = work_mapping(oblique_affine, ijk)
    for row in range(3):
        for column in range(3):
            assert worked.products[row, column] == oblique_affine[row, column] * ijk[column]


def test_products_of_the_inverse_add_up_to_the_voxel(oblique_affine):
    worked = work_inverse(oblique_affine, (1.0, 2.0, 3.0))
    np.testing.assert_allclose(worked.differences, [-8, 13, -1])
    np.testing.assert_allclose(worked.products, worked.inverse * worked.differences)
    np.testing.assert_allclose(worked.products.sum(axis=1), worked.ijk)


def test_mapping_in_latex_shows_every_product():
    assert mapping_latex(MNI_2MM, (45, 73, 58)) == (
        "\\begin{aligned}\n"
        "\\begin{bmatrix} x \\\\ y \\\\ z \\end{bmatrix}\n"
        "&= M \\begin{bmatrix} i \\\\ j \\\\ k \\end{bmatrix} + \\begin{bmatrix} a \\\\ b \\\\ c \\end{bmatrix} \\\\\n"
        "&= \\begin{bmatrix} -2.0000 & 0.0000 & 0.0000 \\\\ 0.0000 & 2.0000 & 0.0000 \\\\ 0.0000 & 0.0000 & 2.0000 "
        "\\end{bmatrix} \\begin{bmatrix} 45 \\\\ 73 \\\\ 58 \\end{bmatrix} + "
        "\\begin{bmatrix} 90.000 \\\\ -126.000 \\\\ -72.000 \\end{bmatrix} \\\\\n"
        "&= \\begin{bmatrix} (-2.0000) \\cdot 45 + 0.0000 \\cdot 73 + 0.0000 \\cdot 58 + 90.000 \\\\ "
        "0.0000 \\cdot 45 + 2.0000 \\cdot 73 + 0.0000 \\cdot 58 + (-126.000) \\\\ "
        "0.0000 \\cdot 45 + 0.0000 \\cdot 73 + 2.0000 \\cdot 58 + (-72.000) \\end{bmatrix} \\\\\n"
        "&= \\begin{bmatrix} (-90.000) + 0.000 + 0.000 + 90.000 \\\\ 0.000 + 146.000 + 0.000 + (-126.000) \\\\ "
        "0.000 + 0.000 + 116.000 + (-72.000) \\end{bmatrix} \\\\\n"
        "&= \\begin{bmatrix} 0.000 \\\\ 20.000 \\\\ 44.000 \\end{bmatrix}\\ \\text{mm}\n"
        "\\end{aligned}"
    )


def test_latex_of_the_notes_voxel_ends_in_its_position():
    latex = mapping_latex(NOTES_AFFINE, (88, 120, 128))
    assert "\\begin{bmatrix} 0.802 \\\\ 21.181 \\\\ 18.101 \\end{bmatrix}\\ \\text{mm}" in latex
    assert "87.819 + (-7.607) + 1.179 + (-80.588)" in latex


def test_inverse_in_latex_ends_in_the_voxel():
    latex = inverse_latex(NOTES_AFFINE, (0.80247819, 21.18079358, 18.10060273))
    assert latex.endswith("\\text{voxel } \\begin{bmatrix} 88 \\\\ 120 \\\\ 128 \\end{bmatrix}\n\\end{aligned}")
    assert "M^{-1} \\left(" in latex


def test_braces_balance_and_rows_are_three_in_both():
    for latex in (mapping_latex(NOTES_AFFINE, (1.5, 2, 3)), inverse_latex(NOTES_AFFINE, (1, 2, 3))):
        assert latex.count("{") == latex.count("}")
        assert latex.count("\\begin{") == latex.count("\\end{")


def test_fractional_indices_keep_two_decimals():
    assert "\\begin{bmatrix} 1.50 \\\\ 2 \\\\ 3 \\end{bmatrix}" in mapping_latex(np.eye(4), (1.5, 2, 3))


def test_no_way_back_through_a_flat_affine():
    with pytest.raises(InputError, match="cannot be inverted"):
        work_inverse(np.diag([1.0, 0, 1, 1]), (0, 0, 0))
