import nibabel as nib
import numpy as np
import pytest

from lib.errors import InputError
from lib.quality.ghost import axis_nearest, ghost_to_signal, phase_encoding_axis


@pytest.fixture
def head():
    """A head of 100 in rows j 0 to 3 of 12, whose ghost of 12 lies in rows 6 to 9, on a background of 2."""
    mask = np.zeros((7, 12, 9), dtype=bool)
    mask[2:5, 0:4, 2:7] = True
    volume = np.full(mask.shape, 2.0, dtype=np.float32)
    volume[mask] = 100
    volume[2:5, 6:10, 2:7] = 12
    return volume, mask


def test_the_ghost_is_looked_for_half_an_image_away(head):
    """(12 - 2) / 100."""
    assert ghost_to_signal(*head, axis=1) == pytest.approx(0.1)


def test_another_axis_misses_the_ghost(head):
    assert ghost_to_signal(*head, axis=2) < 0.01


def test_the_signal_is_the_median_so_one_vessel_does_not_count(head):
    volume, mask = head
    volume[3, 1, 3] = 10_000
    assert ghost_to_signal(volume, mask, axis=1) == pytest.approx(0.1)


def test_where_head_and_ghost_overlap_it_is_head():
    """Of an image of 4 the head is rows 0 to 2 and its copy 2, 3 and 0: ghost is row 3, and no background left."""
    mask = np.zeros((1, 4, 1), dtype=bool)
    mask[0, :3] = True
    assert np.isnan(ghost_to_signal(np.ones((1, 4, 1)), mask, axis=1))


def test_the_ratio_equals_mriqcs_labelled_masks(head, rng):
    """Slow oracle: MRIQC labels ghost 1 and other background 2, and takes what is left as the head."""
    volume = head[0] + rng.normal(0, 1, head[0].shape)
    mask = head[1].astype(int)
    labels = np.roll(mask, mask.shape[1] // 2, axis=1) * (1 - mask)
    labels = labels + 2 * (1 - labels - mask)
    expected = (volume[labels == 1].mean() - volume[labels == 2].mean()) / np.median(volume[labels == 0])
    assert ghost_to_signal(volume, head[1], axis=1) == pytest.approx(expected, rel=1e-12)


def test_an_erased_background_has_no_ghost_to_measure(head):
    volume, mask = head
    assert np.isnan(ghost_to_signal(np.where(mask, volume, 0), mask, axis=1))


def test_a_mask_of_another_shape_is_refused(head):
    with pytest.raises(InputError, match=r"mask is \(7, 12, 8\) and the image \(7, 12, 9\)"):
        ghost_to_signal(head[0], head[1][..., :8], axis=1)


@pytest.mark.parametrize(("direction", "axis"), [("i", 0), ("j-", 1), ("k", 2), ("", None), ("AP", None)])
def test_phase_encoding_direction_is_an_array_axis(direction, axis):
    assert phase_encoding_axis(direction) == axis


def test_the_axis_from_back_to_front_is_found_through_the_affine(oblique_affine):
    assert axis_nearest(oblique_affine, "y") == 1
    assert axis_nearest(oblique_affine[:, [1, 2, 0, 3]], "y") == 0
    assert axis_nearest(oblique_affine[:, [1, 2, 0, 3]], "x") == 2


@pytest.mark.parametrize("storage", ["LAS", "PSR", "SLA"])
def test_every_storage_order_finds_the_same_axis(shared_data, storage):
    affine = nib.load(shared_data / "orientations" / f"{storage}.nii.gz").affine
    assert storage[axis_nearest(affine, "y")] in "PA"
