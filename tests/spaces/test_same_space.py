import numpy as np
import pytest

from lib.spaces.same_space import judge_spaces, name_conflict
from tests.spaces.test_grids import cube, sampled_overlap


def test_same_shape_and_affine_is_the_same_grid():
    verdict = judge_spaces(cube((0, 0, 0), 10), cube((0, 0, 0), 10))
    assert verdict.verdict == "same grid"
    assert "1.0 cm³ in common (100% of the first box, 100% of the second), centres 0.00 mm apart." in verdict.sentence


def test_a_smaller_box_inside_is_the_same_space():
    assert judge_spaces(cube((0, 0, 0), 10), cube((2, 2, 2), 4)).verdict == "same space"


def test_boxes_that_share_little_ask_for_a_look():
    verdict = judge_spaces(cube((0, 0, 0), 10), cube((5, 5, 5), 10))
    assert verdict.verdict == "look here"
    assert "12%" in verdict.sentence
    assert "centres 8.66 mm apart" in verdict.sentence


def test_boxes_apart_are_different_spaces():
    verdict = judge_spaces(cube((0, 0, 0), 10), cube((50, 0, 0), 10))
    assert verdict.verdict == "different spaces"
    assert verdict.overlap.volume == 0
    assert "do not overlap at all" in verdict.sentence


def test_names_outweigh_boxes():
    verdict = judge_spaces(cube((0, 0, 0), 10), cube((0, 0, 0), 10), 1, "MNI152NLin2009cAsym")
    assert verdict.verdict == "different spaces"
    assert "Scanner space and MNI152NLin2009cAsym" in verdict.sentence
    assert "The boxes alone would not tell" in verdict.sentence


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (1, 4, "different spaces"),
        (3, 4, "different spaces"),
        ("T1w", "MNI152NLin6Asym", "different spaces"),
        ("MNI305", "MNI152NLin6Asym", "different spaces"),
        (1, 5, "different spaces"),
        ("MNI152NLin6Asym", "MNI152NLin2009cAsym", "look here"),
        ("T1w", 1, None),
        (4, "MNI152NLin6Asym", None),
        (5, "MNIPediatricAsym", None),
        (1, 1, None),
        (0, 4, None),
        (2, 4, None),
        (None, "T1w", None),
        ("mylab2020", "T1w", None),
    ],
)
def test_names_that_cannot_both_be_right(first, second, verdict):
    for one, other in ((first, second), (second, first)):
        conflict = name_conflict(one, other)
        assert (None if conflict is None else conflict.verdict) == verdict


def test_t1w_and_run_of_one_session_are_in_one_space(shared_data):
    import nibabel as nib

    from lib.spaces.grids import make_grid

    folder = shared_data / "studyforrest-mini/sub-02"
    t1w = nib.load(folder / "anat/sub-02_T1w.nii.gz")
    run = nib.load(folder / "func/sub-02_task-oneback_run-1_bold.nii.gz")
    verdict = judge_spaces(make_grid(t1w.shape, t1w.affine), make_grid(run.shape, run.affine), 1, 1)
    assert verdict.verdict == "same space"
    sampled = sampled_overlap(
        make_grid(run.shape, run.affine), make_grid(t1w.shape, t1w.affine), np.random.default_rng(0)
    )
    assert verdict.overlap.volume == pytest.approx(sampled, rel=0.02)
    assert verdict.overlap.share_of_second == pytest.approx(0.80, abs=0.005)


def test_a_run_without_its_affine_only_partly_overlaps_the_original(shared_data):
    """filtered_func_data lost its zooms: 64 x 64 x 21 mm in the middle of a 256 x 256 x 126 mm run."""
    import nibabel as nib

    from lib.spaces.grids import make_grid, overlap_of

    whole = nib.load(shared_data / "oro.nifti/ffd.nii.gz")
    lost = nib.load(shared_data / "oro.nifti/filtered_func_data.nii.gz")
    overlap = overlap_of(make_grid(whole.shape, whole.affine), make_grid(lost.shape, lost.affine))
    assert overlap.share_of_first == pytest.approx(overlap.volume / (256 * 256 * 126))
    assert overlap.share_of_first < 64 * 64 * 21 / (256 * 256 * 126) + 1e-9
