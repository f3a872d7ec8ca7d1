import numpy as np
import pytest
from nibabel.affines import apply_affine

from lib.images.montage import WIDEST, build_montage, find_head, place_in_montage, spread_indices
from lib.spaces.anatomical_planes import PLANES, take_plane, view_grid

SHAPE = (7, 8, 9)


def codes() -> np.ndarray:
    """Code of voxel (r, a, s) of a picture: 20 r + 3 a + s, 0 to 149."""
    r, a, s = np.indices(SHAPE)
    return (20 * r + 3 * a + s).astype(np.uint8)


@pytest.mark.parametrize(
    ("n_slices", "n_shown", "indices"),
    [
        (9, 1, (4,)),
        (1, 18, (0,)),
        (2, 18, (0, 1)),
        (9, 9, (0, 1, 2, 3, 4, 5, 6, 7, 8)),
        (9, 60, (0, 1, 2, 3, 4, 5, 6, 7, 8)),
        (9, 8, (0, 1, 2, 3, 5, 6, 7, 8)),
        (100, 2, (3, 96)),
        (100, 4, (3, 34, 65, 96)),
    ],
)
def test_slices_are_spread_evenly_without_the_empty_ends(n_slices, n_shown, indices):
    assert spread_indices(n_slices, n_shown) == indices


def test_as_many_slices_are_shown_as_asked_for():
    """All 35 slices of a run could not be had: the ends were always left out, and others shown once for two."""
    for n_slices in range(1, 70):
        for n_shown in range(1, 61):
            indices = spread_indices(n_slices, n_shown)
            assert len(set(indices)) == min(n_slices, n_shown)
            assert sorted(indices) == list(indices)
            assert indices[0] >= 0
            assert indices[-1] < n_slices


def test_first_slice_is_at_the_top_left_and_the_last_row_may_be_short():
    montage = build_montage(codes(), "axial", 5, 3)
    indices = spread_indices(9, 5)
    assert montage.indices == indices
    assert montage.tile == (8, 7)
    assert montage.codes.shape == (16, 21)
    # Row 0 is the bottom, so the first slices are in the upper half.
    np.testing.assert_array_equal(montage.codes[8:, :7], take_plane(codes(), "axial", indices[0]))
    np.testing.assert_array_equal(montage.codes[8:, 14:], take_plane(codes(), "axial", indices[2]))
    np.testing.assert_array_equal(montage.codes[:8, 7:14], take_plane(codes(), "axial", indices[4]))
    assert not montage.codes[:8, 14:].any()


def test_fewer_slices_than_columns_make_a_narrow_montage():
    assert build_montage(codes(), "sagittal", 2, 6).codes.shape == (9, 16)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize(("n_shown", "n_columns"), [(1, 6), (5, 3), (7, 2), (6, 6)])
def test_each_place_leads_to_the_voxel_that_is_drawn_there(plane, n_shown, n_columns, oblique_affine):
    view = view_grid(oblique_affine, SHAPE)
    montage = build_montage(codes(), plane, n_shown, n_columns)
    n_rows, n_across = montage.codes.shape
    n_found = 0
    for row in range(n_rows):
        for column in range(n_across):
            place = place_in_montage(montage, view, column, row)
            if place is not None:
                index = tuple(np.rint(apply_affine(np.linalg.inv(view.affine), place)).astype(int))
                assert codes()[index] == montage.codes[row, column]
                n_found += 1
    assert n_found == len(montage.indices) * montage.tile[0] * montage.tile[1]


def test_a_pixel_reaches_half_a_voxel_to_each_side(oblique_affine):
    view = view_grid(oblique_affine, SHAPE)
    montage = build_montage(codes(), "axial", 4, 2)
    middle = place_in_montage(montage, view, 3, 5)
    for column, row in ((2.5, 4.5), (3.499, 5.499), (2.51, 5.2)):
        np.testing.assert_array_equal(place_in_montage(montage, view, column, row), middle)
    assert not np.array_equal(place_in_montage(montage, view, 3.5, 5), middle)


@pytest.mark.parametrize(
    ("column", "row"), [(-0.51, 3), (3, -0.51), (21, 3), (20.5, 3), (3, 16), (3, 15.5), (17, 3)], ids=str
)
def test_outside_the_slices_there_is_no_place(column, row):
    """(17, 3) lies in the empty corner behind the last slice."""
    montage = build_montage(codes(), "axial", 5, 3)
    assert place_in_montage(montage, view_grid(np.eye(4), SHAPE), column, row) is None


def test_wide_pictures_are_thinned_and_still_lead_to_the_right_voxels():
    shape = (300, 8, 9)
    picture = np.zeros(shape, np.uint8)
    picture[144, 4, 3] = 255
    montage = build_montage(picture, "axial", 9, 6)
    assert montage.step == 2
    assert montage.codes.shape[1] == 900 <= WIDEST
    row, column = (int(place[0]) for place in np.nonzero(montage.codes))
    np.testing.assert_array_equal(
        place_in_montage(montage, view_grid(np.diag([0.5, 1, 2, 1]), shape), column, row), [72, 4, 6]
    )


def test_tiles_of_two_layers_lie_upon_each_other():
    base = build_montage(codes(), "coronal", 6, 4)
    overlay = build_montage(np.where(codes() > 100, codes(), 0).astype(np.uint8), "coronal", 6, 4)
    np.testing.assert_array_equal(overlay.codes, np.where(base.codes > 100, base.codes, 0))


def test_radiological_montage_is_mirrored_and_clicks_still_find_their_place():
    view = view_grid(np.eye(4), SHAPE)
    plain = build_montage(codes(), "axial", 4, 2)
    mirrored = build_montage(codes(), "axial", 4, 2, is_radiological=True)
    columns = plain.tile[1]
    np.testing.assert_array_equal(mirrored.codes[:, :columns], plain.codes[:, :columns][:, ::-1])
    np.testing.assert_array_equal(place_in_montage(mirrored, view, 0, 3), place_in_montage(plain, view, columns - 1, 3))


def test_sagittal_montage_is_never_mirrored():
    assert not build_montage(codes(), "sagittal", 4, 2, is_radiological=True).is_mirrored


def test_montage_spans_the_head_and_its_places_are_those_of_the_whole_picture(oblique_affine):
    """It spanned the field of view: of 18 slices of a T1w, six were black."""
    picture = np.zeros((30, 32, 34), np.uint8)
    picture[4:20, 6:30, 9:25] = np.arange(100, 116, dtype=np.uint8)
    picture[0, 0, 33] = 90  # a speck outside of it
    box = find_head(picture)
    assert box == (slice(4, 20), slice(6, 30), slice(9, 25))
    view = view_grid(oblique_affine, picture.shape)
    montage = build_montage(picture, "axial", 4, 2, box=box)
    # A voxel is left free on each side.
    assert montage.tile == (26, 18)
    assert (montage.indices[0], montage.indices[-1]) == (9, 24)
    # The bottom left voxel of the head in the last slice.
    place = place_in_montage(montage, view, 18 + 1, 1)
    np.testing.assert_allclose(apply_affine(np.linalg.inv(view.affine), place), [4, 6, 24], atol=1e-9)


def test_a_map_with_a_sign_is_found_by_both_its_blobs():
    """Its background is a grey in the middle of the colours."""
    picture = np.full((20, 21, 22), 128, np.uint8)
    picture[3:6, 4:7, 5:8], picture[12:15, 13:16, 14:17] = 255, 1
    assert find_head(picture) == (slice(3, 15), slice(4, 16), slice(5, 17))


def test_a_picture_without_a_background_is_shown_whole():
    assert find_head(codes()) == tuple(slice(0, n) for n in SHAPE)
    assert find_head(np.full(SHAPE, 7, np.uint8)) == tuple(slice(0, n) for n in SHAPE)
