"""One slice on another grid in three ways."""

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import from_matvec

from lib.errors import InputError
from lib.images.lab.resampled_slice import CLOSE_UP_MM, INTERPOLATIONS, PAIRS, choose_target, fill_slice
from lib.images.volumes import Volume
from lib.spaces.anatomical_planes import take_plane, to_view, view_grid
from lib.spaces.grids import Grid, make_grid
from lib.spaces.resampling import resample

SHAPE = (21, 24, 27)


@pytest.fixture
def volume(rng):
    return Volume(rng.integers(10, 200, SHAPE).astype(np.int16))


def fill(volume, affine, target, plane="axial", xyz=(0.0, 0.0, 0.0), labels=None, is_close_up=False):
    return fill_slice(volume, affine, target, plane, xyz, labels=labels, is_close_up=is_close_up)


@pytest.fixture
def target(oblique_affine):
    """A left-handed grid of other voxels in the same place."""
    return make_grid((15, 14, 13), from_matvec(np.diag([-3.5, 3.0, 4.0]), oblique_affine[:3, 3] + (0, 4, 6)))


@pytest.mark.parametrize("plane", ["sagittal", "coronal", "axial"])
def test_a_slice_is_what_resampling_the_whole_image_gives(volume, oblique_affine, target, plane):
    xyz = target.affine[:3, :3] @ (7, 6, 5) + target.affine[:3, 3]
    lab = fill(volume, oblique_affine, target, plane, xyz)
    view = view_grid(target.affine, target.shape)
    index = np.rint(np.linalg.inv(view.affine) @ (*xyz, 1))[{"sagittal": 0, "coronal": 1, "axial": 2}[plane]]
    for how in INTERPOLATIONS:
        whole = resample(volume.stored, oblique_affine, target, how).data
        np.testing.assert_allclose(lab.pictures[how], take_plane(to_view(whole, view), plane, int(index)), atol=0.05)


def test_the_close_up_is_the_same_numbers_around_the_cursor(volume, oblique_affine):
    target = make_grid((60, 60, 60), from_matvec(np.eye(3), oblique_affine[:3, 3] - (50, 10, 5)))
    xyz = target.affine[:3, 3] + (30, 33, 35)
    whole = fill(volume, oblique_affine, target, xyz=xyz)
    close = fill(volume, oblique_affine, target, xyz=xyz, is_close_up=True)
    around = int(CLOSE_UP_MM / 2)
    expected = whole.pictures["linear"][33 - around : 34 + around, 30 - around : 31 + around]
    np.testing.assert_allclose(close.pictures["linear"], expected, atol=1e-3)
    np.testing.assert_allclose(close.starts, xyz[:2] - around)
    np.testing.assert_allclose(close.cursor, xyz[:2])


def test_only_the_close_up_has_lines(volume, oblique_affine, target):
    xyz = target.affine[:3, :3] @ (7, 6, 5) + target.affine[:3, 3]
    assert fill(volume, oblique_affine, target, xyz=xyz).source_lines.size == 0
    close = fill(volume, oblique_affine, target, xyz=xyz, is_close_up=True)
    assert len(close.source_lines) > 10
    rows, columns = close.pictures["nearest"].shape
    assert len(close.target_lines) == rows + columns + 2
    np.testing.assert_allclose(close.target_lines[..., 0].min(), close.starts[0] - close.sizes[0] / 2, atol=1e-4)


def test_a_grid_onto_itself_differs_nowhere(volume, oblique_affine):
    lab = fill(
        volume,
        oblique_affine,
        make_grid(SHAPE, oblique_affine),
        xyz=oblique_affine[:3, :3] @ (10, 12, 13) + oblique_affine[:3, 3],
    )
    assert max(lab.measured[pair].largest for pair in PAIRS) < 0.1


def test_differences_are_first_minus_second(volume, oblique_affine, target):
    xyz = target.affine[:3, :3] @ (7, 6, 5) + target.affine[:3, 3]
    lab = fill(volume, oblique_affine, target, xyz=xyz)
    np.testing.assert_allclose(
        lab.differences["linear", "nearest"], lab.pictures["linear"] - lab.pictures["nearest"], atol=1e-3
    )


def test_labels_stay_labels_under_nearest_only(oblique_affine, target):
    labels = np.zeros(SHAPE, np.uint8)
    labels[:, :12], labels[:, 12:] = 7, 30
    xyz = target.affine[:3, :3] @ (7, 6, 5) + target.affine[:3, 3]
    lab = fill(Volume(labels), oblique_affine, target, xyz=xyz, labels=np.array([7, 30]))
    assert lab.foreign["nearest"] == 0
    assert lab.foreign["linear"] > 0
    assert lab.foreign["continuous"] > 0


def test_scaling_before_and_after_resampling_are_the_same(volume, oblique_affine, target):
    xyz = target.affine[:3, :3] @ (7, 6, 5) + target.affine[:3, 3]
    for inter in (0.0, 12.0):
        scaled = Volume(volume.stored, 0.25, inter)
        lab = fill(scaled, oblique_affine, target, xyz=xyz)
        values = Volume(scaled.values().astype(np.float32))
        np.testing.assert_allclose(
            lab.pictures["linear"], fill(values, oblique_affine, target, xyz=xyz).pictures["linear"], atol=1e-2
        )


def test_a_cursor_beside_the_grid_is_refused(volume, oblique_affine, target):
    with pytest.raises(InputError, match="The cursor lies outside the chosen grid"):
        fill(volume, oblique_affine, target, xyz=(1000.0, 0.0, 0.0))


def test_targets_are_chosen_by_name(oblique_affine, target):
    source = Grid(SHAPE, oblique_affine)
    assert choose_target("the overlay's grid", source, target, 0) is target
    assert choose_target("MNI152, 2 mm", source, None, 0).shape == (99, 117, 95)
    np.testing.assert_allclose(nib.affines.voxel_sizes(choose_target("cubes", source, None, 2.5).affine), 2.5)
    assert nib.aff2axcodes(choose_target("canonical RAS", source, None, 0).affine) == ("R", "A", "S")
    with pytest.raises(InputError, match="No overlay is chosen"):
        choose_target("the overlay's grid", source, None, 0)
