import itertools

import nibabel as nib
import numpy as np
import pytest
from hypothesis import assume, given, settings
from nibabel.affines import apply_affine
from nibabel.orientations import apply_orientation, inv_ornt_aff
from scipy.ndimage import map_coordinates

from lib.spaces.anatomical_planes import PLANES, index_from_world, plane_letters, take_plane, to_view, view_grid
from lib.spaces.coordinates import nearest_voxel, world_from_voxel
from tests.builders.known_affines import MNI_2MM, affines, shapes

SHAPE = (7, 8, 9)
STORAGE_ORDERS = [
    np.array(list(zip(axes, flips, strict=True)))
    for axes in itertools.permutations(range(3))
    for flips in itertools.product((1, -1), repeat=3)
]


def stored_as(data, affine, orientation):
    """The same anatomy in another storage order: nibabel's own reordering."""
    return apply_orientation(data, orientation), affine @ inv_ornt_aff(orientation, data.shape)


def numbered() -> np.ndarray:
    """Every voxel with a value of its own: value = 100 i + 10 j + k."""
    i, j, k = np.indices(SHAPE)
    return 100 * i + 10 * j + k


def test_view_of_a_grid_to_the_left_turns_its_first_axis_round():
    view = view_grid(MNI_2MM, (91, 109, 91))
    assert view.shape == (91, 109, 91)
    np.testing.assert_array_equal(view.affine, [[2, 0, 0, -90], [0, 2, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1]])
    np.testing.assert_array_equal(view.starts, [-90, -126, -72])
    np.testing.assert_array_equal(view.sizes, [2, 2, 2])


def test_there_are_48_storage_orders():
    assert len(STORAGE_ORDERS) == 48


def test_every_storage_order_of_an_oblique_volume_gives_the_same_picture(oblique_affine):
    data = numbered()
    expected = view_grid(oblique_affine, SHAPE)
    for orientation in STORAGE_ORDERS:
        stored, affine = stored_as(data, oblique_affine, orientation)
        view = view_grid(affine, stored.shape)
        assert view.shape == expected.shape
        np.testing.assert_array_equal(to_view(stored, view), to_view(data, expected))
        np.testing.assert_allclose(view.affine, expected.affine, atol=1e-12)
        np.testing.assert_allclose(view.starts, expected.starts, atol=1e-12)
        np.testing.assert_allclose(view.sizes, [2, 2.5, 3])


def test_left_handed_oblique_volume_is_shown_from_left_to_right(oblique_affine):
    """Its first index grows to the left, so the last voxel along it is drawn first."""
    viewed = to_view(numbered(), view_grid(oblique_affine, SHAPE))
    axial = take_plane(viewed, "axial", 2)
    assert axial.shape == (8, 7)
    assert axial[3].tolist() == [632, 532, 432, 332, 232, 132, 32]
    assert axial[:, 0].tolist() == [602, 612, 622, 632, 642, 652, 662, 672]


def test_each_plane_has_rows_upwards_and_columns_to_the_right(oblique_affine):
    viewed = to_view(numbered(), view_grid(oblique_affine, SHAPE))
    sagittal, coronal = take_plane(viewed, "sagittal", 6), take_plane(viewed, "coronal", 5)
    assert sagittal.shape == (9, 8)
    assert sagittal[4, 3] == 34
    assert coronal.shape == (9, 7)
    assert coronal[4, 0] == 654


@settings(max_examples=40, deadline=None)
@given(affine=affines(), shape=shapes)
def test_view_leads_to_the_world_point_of_the_stored_voxel(affine, shape):
    places = np.stack(np.indices(shape), axis=-1).reshape(*shape, 3)
    view = view_grid(affine, shape)
    # Each stored voxel carries its number, so the viewed array says which voxel lies where.
    numbers = to_view(np.arange(np.prod(shape)).reshape(shape), view)
    viewed_places = np.stack(np.indices(view.shape), axis=-1)
    np.testing.assert_allclose(
        apply_affine(view.affine, viewed_places), apply_affine(affine, places.reshape(-1, 3)[numbers]), atol=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(affine=affines(), shape=shapes)
def test_view_axes_point_mostly_to_right_anterior_superior(affine, shape):
    shares = np.sort(np.abs(affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)), axis=0)
    # An axis that points to two directions alike may be named after either.
    assume((shares[2] - shares[1] > 1e-6).all())
    assert nib.aff2axcodes(view_grid(affine, shape).affine) == ("R", "A", "S")


@settings(max_examples=40, deadline=None)
@given(affine=affines(), shape=shapes)
def test_millimetre_labels_are_true_at_the_middle_of_the_grid(affine, shape):
    view = view_grid(affine, shape)
    middle = (np.array(view.shape) - 1) / 2
    np.testing.assert_allclose(view.starts + middle * view.sizes, apply_affine(view.affine, middle), atol=1e-9)


def test_viewing_copies_nothing(oblique_affine):
    data = numbered()
    assert np.shares_memory(to_view(data, view_grid(oblique_affine, SHAPE)), data)


def test_a_single_slice_has_its_three_planes():
    viewed = to_view(np.arange(12).reshape(3, 4, 1), view_grid(np.eye(4), (3, 4, 1)))
    assert [take_plane(viewed, plane, 0).shape for plane in PLANES] == [(1, 4), (1, 3), (4, 3)]


@pytest.mark.parametrize("order", ["LAS", "LPS", "PSR", "RPI", "SLA"])
def test_one_real_brain_in_six_storage_orders_is_one_picture(shared_data, order):
    pictures = []
    for name in ("RAS", order):
        img = nib.load(shared_data / "orientations" / f"{name}.nii.gz")
        view = view_grid(img.affine, img.shape)
        pictures.append(to_view(np.asanyarray(img.dataobj), view))
        assert view.shape == (64, 79, 67)
    np.testing.assert_array_equal(*pictures)


def test_left_of_the_head_is_drawn_on_the_left_whichever_way_it_is_stored(shared_data):
    """FSL's twins, one stored to the left, one to the right, bear a white L in the left half and a larger R."""
    for name in ("mniLR", "mniRL"):
        img = nib.load(shared_data / "oro.nifti" / f"{name}.nii.gz")
        viewed = to_view(np.asanyarray(img.dataobj), view_grid(img.affine, img.shape))
        is_white = take_plane(viewed, "axial", 14) == 255
        assert 300 < is_white[:, :45].sum() < 400
        assert 500 < is_white[:, 45:].sum() < 600


def test_twins_stored_to_the_left_and_to_the_right_are_one_picture(shared_data):
    twins = [nib.load(shared_data / "oro.nifti" / f"{name}.nii.gz") for name in ("mniLR", "mniRL")]
    pictures = [to_view(np.asanyarray(img.dataobj), view_grid(img.affine, img.shape)) for img in twins]
    np.testing.assert_array_equal(*pictures)
    assert [nib.aff2axcodes(img.affine)[0] for img in twins] == ["L", "R"]


def test_a_plane_is_what_sampling_at_its_world_points_finds(oblique_affine, rng):
    data = rng.normal(size=SHAPE)
    view = view_grid(oblique_affine, SHAPE)
    for plane, (axis, right, up) in PLANES.items():
        index = np.zeros((view.shape[up], view.shape[right], 3))
        index[..., axis] = 1
        index[..., right] = np.arange(view.shape[right])
        index[..., up] = np.arange(view.shape[up])[:, None]
        ijk = apply_affine(np.linalg.inv(oblique_affine), apply_affine(view.affine, index))
        sampled = map_coordinates(data, np.moveaxis(ijk, -1, 0), order=1, mode="nearest")
        np.testing.assert_allclose(take_plane(to_view(data, view), plane, 1), sampled, atol=1e-9)


@pytest.mark.parametrize(
    ("plane", "neurological", "radiological"),
    [("sagittal", "PAIS", "PAIS"), ("coronal", "LRIS", "RLIS"), ("axial", "LRPA", "RLPA")],
)
def test_letters_at_left_right_bottom_top(plane, neurological, radiological):
    assert "".join(plane_letters(plane, is_radiological=False)) == neurological
    assert "".join(plane_letters(plane, is_radiological=True)) == radiological


@pytest.mark.parametrize(
    ("plane", "is_radiological", "letters"),
    [
        ("sagittal", False, ["P", "A", "I", "S"]),
        ("coronal", False, ["L\u00a0?", "R\u00a0?", "I", "S"]),
        ("axial", True, ["R\u00a0?", "L\u00a0?", "P", "A"]),
    ],
)
def test_sides_that_nobody_vouches_for_have_a_question_mark(plane, is_radiological, letters):
    assert list(plane_letters(plane, is_radiological=is_radiological, has_sides=False)) == letters


def test_browser_rounding_picks_the_readouts_voxel_halfway_on_flipped_axes():
    """On an LAS image at an odd x, slices and readout named neighbouring voxels: each rounded up its own index."""
    affine = np.diag([-2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = [6, -7, -8]
    view = view_grid(affine, (7, 8, 9))
    for xyz in ([1, 0, 0], [-1, 1, 1], [3, -1, -3]):
        index = np.floor(apply_affine(index_from_world(view), xyz) + 0.5 + 1e-6)
        place = apply_affine(view.affine, index)
        np.testing.assert_allclose(place, world_from_voxel(affine, nearest_voxel(affine, xyz)))
