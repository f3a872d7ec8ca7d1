import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.errors import InputError
from lib.spaces.coordinates import (
    centre_voxel,
    describe_axes,
    is_inside,
    nearest_voxel,
    parse_triple,
    position_text,
    voxel_from_world,
    world_from_voxel,
)
from tests.builders.known_affines import MNI_2MM, NOTES_AFFINE, affines

# Voxel i has its centre at 2 i mm.
EVEN = np.diag([2.0, 2, 2, 1])


def test_centre_of_the_notes_own_image_lies_where_the_notes_say():
    ijk = centre_voxel((176, 240, 256))
    assert ijk == (88, 120, 128)
    np.testing.assert_allclose(world_from_voxel(NOTES_AFFINE, ijk), [0.80247819, 21.18079358, 18.10060273], atol=1e-6)


def test_readout_of_the_notes_own_image():
    ijk = (88, 120, 128)
    text = position_text(ijk, world_from_voxel(NOTES_AFFINE, ijk))
    assert text.split("\u2003") == ["i 88 j 120 k 128", "x 0.80 y 21.18 z 18.10 mm"]


@pytest.mark.parametrize(("xyz", "ijk"), [((0, 20, 44), (45, 73, 58)), ((36, -2, 48), (27, 62, 60))])
def test_textbook_places_on_the_2_mm_template(xyz, ijk):
    assert nearest_voxel(MNI_2MM, xyz) == ijk
    np.testing.assert_array_equal(world_from_voxel(MNI_2MM, ijk), xyz)


@settings(max_examples=50, deadline=None)
@given(affine=affines(largest_shear=0.3), ijk=st.tuples(*[st.integers(-300, 300)] * 3))
def test_a_voxel_centre_is_nearest_to_itself_inside_the_grid_and_out(affine, ijk):
    assert nearest_voxel(affine, world_from_voxel(affine, ijk)) == ijk


def test_many_places_are_mapped_at_once(oblique_affine, rng):
    ijk = rng.uniform(-5, 20, (4, 6, 3))
    xyz = world_from_voxel(oblique_affine, ijk)
    assert xyz.shape == (4, 6, 3)
    np.testing.assert_allclose(voxel_from_world(oblique_affine, xyz), ijk)
    np.testing.assert_allclose(xyz[2, 3], (oblique_affine @ [*ijk[2, 3], 1])[:3])


@pytest.mark.parametrize(
    ("x", "i"), [(0.999, 0), (1.0, 1), (1.001, 1), (-0.999, 0), (-1.0, 0), (-1.001, -1), (5.0, 3), (-3.0, -1)]
)
def test_a_place_between_two_voxels_belongs_to_the_higher_index(x, i):
    assert nearest_voxel(EVEN, (x, 0, 0)) == (i, 0, 0)


def test_rounding_errors_do_not_change_the_voxel_of_a_place_between_two():
    """0.1 * 3 is a little more and 0.7 - 0.4 a little less than 0.3, which lies between voxels 0 and 1."""
    affine = np.diag([0.6, 0.6, 0.6, 1])
    assert nearest_voxel(affine, (0.1 * 3, 0.7 - 0.4, 0.3)) == (1, 1, 1)


def test_a_place_far_beyond_the_grid_still_has_its_voxel():
    assert nearest_voxel(EVEN, (2e20, 0, 0)) == (10**20, 0, 0)


@pytest.mark.parametrize(
    ("ijk", "inside"),
    [
        ((0, 0, 0), True),
        ((6, 7, 8), True),
        ((7, 0, 0), False),
        ((0, 8, 0), False),
        ((0, 0, 9), False),
        ((0, 0, -1), False),
    ],
)
def test_indices_run_from_0_to_the_axis_length_minus_1(ijk, inside):
    assert is_inside((7, 8, 9), ijk) is inside


@pytest.mark.parametrize(("shape", "centre"), [((7, 8, 9), (3, 4, 4)), ((1, 2, 3), (0, 1, 1))])
def test_centre_voxel_is_half_the_shape_rounded_down(shape, centre):
    assert centre_voxel(shape) == centre


def test_axes_are_described_in_words():
    assert describe_axes(MNI_2MM) == [
        "First index grows to the Left",
        "Second index grows to the Anterior",
        "Third index grows to the Superior",
    ]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("PSR", "Posterior Superior Right"),
        ("RPI", "Right Posterior Inferior"),
        ("SLA", "Superior Left Anterior"),
    ],
)
def test_axes_of_real_images_are_described(shared_data, order, words):
    import nibabel as nib

    affine = nib.load(shared_data / "orientations" / f"{order}.nii.gz").affine
    assert [sentence.split()[-1] for sentence in describe_axes(affine)] == words.split()


@pytest.mark.parametrize(
    "text",
    [
        "0 20 44",
        " 0, 20, 44 ",
        "(0, 20, 44)",
        "[0;20;44]",
        "0,20,44",
        "0.0\t20.\n44",
        "x 0 y 20 z 44 mm",
        "x=0 y=20 z=44",
        "x: 0 mm, y: 20 mm, z: 44 mm",
        "X0 Y20 Z44",
        "i 0 j 20 k 44",
        "+0 2e1 4.4E1",
        "0mm 20mm 44mm.",
        "0 | 20 | 44",
    ],
)
def test_a_typed_or_pasted_place_is_read(text):
    assert parse_triple(text) == (0, 20, 44)


@pytest.mark.parametrize("minus", ["-", "\u2212", "\u2013", "\u2010", "\u2011", "\uff0d"])
def test_the_minus_signs_of_papers_are_minus_signs(minus):
    """A table's typographic minus was dropped, which put the place on the other side of the head."""
    assert parse_triple(f"{minus}36, {minus}.5, x={minus}48.25") == (-36, -0.5, -48.25)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", '"" holds 0 numbers, but a position needs three. Type for instance 0 20 44.'),
        ("7", '"7" holds 1 number, but'),
        ("0 20", '"0 20" holds 2 numbers, but'),
        ("0 20 44 3", '"0 20 44 3" holds 4 numbers, but'),
        ("left a bit", '"left a bit" holds 0 numbers'),
        ("0,5 20,5 44,5", "holds 6 numbers"),
        ("i 88 j 120 k 128 x 0.80 y 21.18 z 18.10 mm", "holds 6 numbers"),
        ("nan inf 3", '"nan inf 3" holds 1 number'),
        ("10-20-30", '"10-20-30" holds 1 number'),
        ("1 2 3-4", '"3-4" is no number. Type three numbers with spaces between'),
        ("1.5.2 3 4", '"1.5.2" is no number'),
        ("0x10 1 2", '"0x10" is no number'),
        ("- 2 3", '"-" is no number'),
        ("1e999 0 0", "1e999 is too far away: a position lies within 100000 of the origin."),
        ("0 0 -100001", "-100001 is too far away"),
    ],
)
def test_what_is_no_place_is_refused_in_a_sentence(text, says):
    with pytest.raises(InputError) as caught:
        parse_triple(text)
    assert says in str(caught.value)


def test_a_whole_page_pasted_is_not_repeated_in_the_refusal():
    with pytest.raises(InputError) as caught:
        parse_triple("12 " * 10_000)
    assert len(str(caught.value)) < 200


def test_what_the_readout_prints_can_be_typed(oblique_affine):
    xyz = world_from_voxel(oblique_affine, (3, 4, 5))
    np.testing.assert_allclose(parse_triple(position_text((3, 4, 5), xyz).split("\u2003")[1]), xyz, atol=0.005)


def test_a_small_negative_place_is_printed_without_its_minus():
    assert position_text((0, -1, 2), (-0.004, -0.006, 0)) == "i 0 j -1 k 2\u2003x 0.00 y -0.01 z 0.00 mm"
