"""Which region each voxel of a mask belongs to."""

import numpy as np

from lib.quality.region_labels import label_voxels


def test_voxels_of_an_atlas_get_its_numbers_in_the_order_of_the_mask():
    values = np.zeros((3, 4, 5), dtype=np.int16)
    values[1, 2, 3], values[2, 0, 0] = 44, 7
    mask = np.zeros_like(values, dtype=bool)
    mask[1, 2, 3] = mask[2, 0, 0] = mask[0, 0, 0] = True
    labels, names = label_voxels(values, mask, "atlas.nii.gz", is_labels=True)
    assert labels.tolist() == [0, 44, 7]
    assert names == {0: "No label", 7: "Label 7", 44: "Label 44"}


def test_labels_beyond_what_float64_holds_are_told_apart():
    values = np.array([2**53, 2**53 + 1, 2**63 + 5, 0], np.uint64).reshape(2, 2, 1)
    labels, names = label_voxels(values, np.ones((2, 2, 1), dtype=bool), "atlas.nii.gz", is_labels=True)
    assert [names[label] for label in labels.tolist()] == [
        "Label 9007199254740992", "Label 9007199254740993", "Label 9223372036854775813", "No label",
    ]  # fmt: skip


def test_a_tissue_is_split_at_half_of_its_largest_value():
    values = np.linspace(0, 0.8, 24).reshape(2, 3, 4)
    labels, names = label_voxels(values, np.ones((2, 3, 4), dtype=bool), "gm.nii.gz", is_labels=False)
    assert labels.tolist() == [0] * 12 + [1] * 12
    assert names == {0: "gm.nii.gz to 0.4", 1: "gm.nii.gz above 0.4"}


def test_what_is_not_a_number_lies_in_no_region():
    labels, _ = label_voxels(np.full((2, 2, 2), np.nan), np.ones((2, 2, 2), dtype=bool), "x", is_labels=True)
    assert labels.tolist() == [0] * 8
