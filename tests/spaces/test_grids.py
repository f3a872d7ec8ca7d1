import numpy as np
import pytest
from hypothesis import given, settings
from nibabel.affines import apply_affine

from lib.errors import InputError
from lib.spaces.grids import (
    Grid,
    box_centre,
    box_corners,
    box_edges,
    is_same_grid,
    largest_corner_distance,
    make_grid,
    overlap_of,
)
from tests.builders.known_affines import affines, shapes


def cube(start, side) -> Grid:
    """A grid of 1 mm voxels whose box reaches from `start` to `start + side` on each axis."""
    affine = np.eye(4)
    affine[:3, 3] = np.asarray(start) + 0.5
    return make_grid((side, side, side), affine)


def sampled_overlap(first: Grid, second: Grid, rng, n=40000) -> float:
    """Slow oracle: random points of the first box, counted in the second."""
    ijk = rng.uniform(-0.5, np.asarray(first.shape) - 0.5, (n, 3))
    seen = apply_affine(np.linalg.inv(second.affine), apply_affine(first.affine, ijk))
    inside = np.all((seen > -0.5) & (seen < np.asarray(second.shape) - 0.5), axis=1)
    return first.volume * inside.mean()


def test_box_reaches_from_outer_face_to_outer_face():
    corners = box_corners(make_grid((7, 8, 9), np.diag([2.0, 3, 4, 1])))
    np.testing.assert_allclose(corners.min(axis=0), [-1, -1.5, -2])
    np.testing.assert_allclose(corners.max(axis=0), [13, 22.5, 34])
    assert corners.shape == (8, 3)


def test_box_has_twelve_edges_four_along_each_axis(oblique_affine):
    edges = box_edges(make_grid((7, 8, 9), oblique_affine))
    lengths = np.linalg.norm(edges[:, 1] - edges[:, 0], axis=1)
    assert edges.shape == (12, 2, 3)
    np.testing.assert_allclose(sorted(lengths), [14] * 4 + [20] * 4 + [27] * 4)


def test_centre_of_even_and_odd_axes():
    np.testing.assert_allclose(box_centre(make_grid((7, 8, 9), np.diag([2.0, 2, 2, 1]))), [6, 7, 8])


def test_volume_is_voxels_times_voxel_volume(oblique_affine):
    assert make_grid((7, 8, 9, 20), oblique_affine).volume == pytest.approx(7 * 8 * 9 * 2 * 2.5 * 3)


@pytest.mark.parametrize(
    ("start", "side", "volume"),
    [
        ((0, 0, 0), 10, 1000),
        ((5, 5, 5), 10, 125),
        ((2, 3, 4), 2, 8),
        ((9, 0, 0), 10, 100),
        ((10, 0, 0), 10, 0),
        ((10, 10, 10), 5, 0),
        ((30, 0, 0), 10, 0),
    ],
    ids=["itself", "half each way", "inside", "one voxel", "touching face", "touching corner", "apart"],
)
def test_overlap_of_upright_cubes_by_hand(start, side, volume):
    overlap = overlap_of(cube((0, 0, 0), 10), cube(start, side))
    assert overlap.volume == pytest.approx(volume, abs=1e-6)
    assert overlap.share_of_first == pytest.approx(volume / 1000)
    assert overlap.share_of_second == pytest.approx(volume / side**3)


def test_overlap_of_a_cube_turned_by_45_degrees():
    """Square of side 2 and the same turned by 45 degrees meet in an octagon of area 8 (sqrt 2 - 1)."""
    turned = np.eye(4)
    turned[:2, :2] = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    turned[:3, 3] = turned[:3, :3] @ [-0.5, -0.5, -0.5]
    upright = np.eye(4)
    upright[:3, 3] = -0.5
    overlap = overlap_of(make_grid((2, 2, 2), upright), make_grid((2, 2, 2), turned))
    assert overlap.volume == pytest.approx(2 * 8 * (np.sqrt(2) - 1))
    assert overlap.centre_distance == pytest.approx(0, abs=1e-12)


def test_centre_distance_by_hand():
    assert overlap_of(cube((0, 0, 0), 10), cube((3, 4, 0), 10)).centre_distance == pytest.approx(5)


@settings(max_examples=25, deadline=None)
@given(affine=affines(largest_shear=0.3), shape=shapes)
def test_a_box_overlaps_wholly_with_itself_in_another_order(affine, shape):
    grid = make_grid(shape, affine)
    flipped = affine @ np.diag([-1.0, 1, 1, 1])
    flipped[:3, 3] = apply_affine(affine, (shape[0] - 1, 0, 0))
    swapped = make_grid((shape[1], shape[0], shape[2]), flipped[:, [1, 0, 2, 3]])
    overlap = overlap_of(grid, swapped)
    assert overlap.volume == pytest.approx(grid.volume, rel=1e-6)
    assert overlap.centre_distance == pytest.approx(0, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(first=affines(largest_shear=0.2), second=affines(largest_shear=0.2))
def test_overlap_of_oblique_boxes_is_what_sampling_finds(first, second):
    first[:3, 3] *= 0.02
    second[:3, 3] *= 0.02
    a, b = make_grid((7, 8, 9), first), make_grid((5, 6, 11), second)
    overlap = overlap_of(a, b)
    sampled = sampled_overlap(a, b, np.random.default_rng(0))
    assert overlap.volume == pytest.approx(sampled, abs=0.015 * a.volume)
    assert overlap_of(b, a).volume == pytest.approx(overlap.volume, rel=1e-6, abs=1e-6)


def test_same_grid_by_nilearns_rule(oblique_affine):
    import nibabel as nib
    from nilearn.image.image import check_same_fov

    def as_image(grid):
        return nib.Nifti1Image(np.zeros(grid.shape, np.uint8), grid.affine)

    grid = make_grid((7, 8, 9), oblique_affine)
    nearly, moved = oblique_affine.copy(), oblique_affine.copy()
    nearly[0, 3] += 1e-6
    moved[0, 3] += 0.1
    for other in (make_grid((7, 8, 9), nearly), make_grid((7, 8, 9), moved), make_grid((7, 9, 8), oblique_affine)):
        assert is_same_grid(grid, other) == check_same_fov(as_image(grid), as_image(other))
    assert is_same_grid(grid, make_grid((7, 8, 9, 20), nearly))
    assert not is_same_grid(grid, make_grid((7, 8, 9), moved))


def test_corner_distance_grows_away_from_a_shared_origin():
    stretched = np.diag([1.1, 1, 1, 1])  # voxel 6 is at 6.6 mm instead of 6
    assert largest_corner_distance((7, 8, 9), np.eye(4), stretched) == pytest.approx(0.6)


@settings(max_examples=25, deadline=None)
@given(first=affines(largest_shear=0.2), second=affines(largest_shear=0.2))
def test_no_voxel_is_farther_off_than_the_worst_corner(first, second):
    every = np.stack(np.meshgrid(range(3), range(4), range(5), indexing="ij"), axis=-1)
    apart = np.linalg.norm(apply_affine(first, every) - apply_affine(second, every), axis=-1)
    assert largest_corner_distance((3, 4, 5), first, second) == pytest.approx(apart.max())


def test_a_grid_needs_an_affine_that_can_be_inverted():
    with pytest.raises(InputError, match="flattens"):
        make_grid((7, 8, 9), np.diag([1.0, 1, 0, 1]))
