from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from lib.confounds.framewise_displacement import (
    MEASURES,
    framewise_displacement,
    framewise_displacement_jenkinson,
    motion_enorm,
    outlier_regressors,
    percent_above,
    rigid_matrices,
    scrub_mask,
    volumes_above,
)
from lib.errors import InputError

STILL = np.zeros((3, 3))
STEP = np.array([[0.0, 0, 0], [1, -2, 0], [1, -2, 0.5]])  # mm
TURN = np.array([[0.0, 0, 0], [0, 0.01, 0], [0, 0.01, 0]])  # rad
FMRIPREP_RUNS = "ds005-fmriprep/derivatives/fmriprep/sub-01/func"
MOCO_RUN = (
    "studyforrest-mini/derivatives/moco-not-fmriprep/sub-02/func/"
    "sub-02_task-oneback_run-1_desc-confounds_timeseries.tsv"
)


@pytest.fixture
def motion(rng):
    """Translations (mm) and rotations (rad) of a restless head, 40 volumes."""
    return np.cumsum(rng.normal(0, 0.2, (40, 3)), axis=0), np.cumsum(rng.normal(0, 0.003, (40, 3)), axis=0)


def test_power_adds_millimetres_and_arcs_of_50_mm():
    """|1| + |-2| mm and 0.01 rad x 50 mm = 3.5 mm, then 0.5 mm."""
    np.testing.assert_allclose(framewise_displacement(STEP, TURN), [np.nan, 3.5, 0.5])


def test_power_radius_can_be_changed():
    np.testing.assert_allclose(framewise_displacement(STEP, TURN, radius=80), [np.nan, 3.8, 0.5])


def test_power_does_not_depend_on_where_the_head_started(motion):
    moved = framewise_displacement(motion[0] + 7.0, motion[1] - 0.1)
    np.testing.assert_allclose(moved, framewise_displacement(*motion), rtol=1e-9)


@pytest.mark.parametrize("run", ["01", "02"])
def test_power_equals_the_column_that_fmriprep_wrote(shared_data, run):
    path = shared_data / FMRIPREP_RUNS / f"sub-01_task-mixedgamblestask_run-{run}_bold_confounds.tsv"
    confounds = pd.read_csv(path, sep="\t", na_values="n/a")
    fd = framewise_displacement(confounds[["X", "Y", "Z"]], confounds[["RotX", "RotY", "RotZ"]])
    np.testing.assert_allclose(fd, confounds["FramewiseDisplacement"], atol=1e-12)


def test_power_equals_the_motion_table_of_the_visual_run(shared_data):
    """The table prints its parameters with six digits, so the sum is exact to a few 1e-6 mm."""
    confounds = pd.read_csv(shared_data / MOCO_RUN, sep="\t", na_values="n/a")
    fd = framewise_displacement(
        confounds[["trans_x", "trans_y", "trans_z"]], confounds[["rot_x", "rot_y", "rot_z"]].to_numpy()
    )
    assert len(fd) == 156
    np.testing.assert_allclose(fd, confounds["framewise_displacement"], atol=5e-6)


def test_jenkinson_of_a_pure_shift_is_its_length():
    shift = np.array([[0.0, 0, 0], [3, 4, 0]])
    np.testing.assert_allclose(framewise_displacement_jenkinson(shift, STILL[:2]), [np.nan, 5.0])


def test_jenkinson_of_a_small_turn_is_the_radius_times_the_angle_times_root_two_fifths():
    """A turn by a about one axis: trace(AᵀA) = 2 a², so RMS = r a sqrt(2 / 5) = 80 x 0.001 x 0.632 mm."""
    turn = np.array([[0.0, 0, 0], [0, 0, 0.001]])
    assert framewise_displacement_jenkinson(STILL[:2], turn)[1] == pytest.approx(0.0505964, rel=1e-6)


def test_jenkinson_equals_the_mean_over_points_of_a_solid_sphere(motion):
    """Slow oracle: move 30,000 points that fill the sphere, and take the root mean square of how far each went."""
    matrices = rigid_matrices(*motion)
    axis = (np.arange(41) - 20) / 20.5 * 80
    points = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
    points = points[np.square(points).sum(axis=1) <= 80**2] + [5, -10, 20]
    expected = [np.nan]
    for before, after in pairwise(matrices):
        relative = after @ np.linalg.inv(before)
        gone = points @ relative[:3, :3].T + relative[:3, 3] - points
        expected.append(np.sqrt(np.square(gone).sum(axis=1).mean()))
    found = framewise_displacement_jenkinson(*motion, centre=(5, -10, 20))
    np.testing.assert_allclose(found, expected, rtol=3e-3)


@pytest.mark.parametrize("other_tool", ["sign", "order"])
def test_another_convention_of_rotations_changes_jenkinson_by_no_more_than_promised(motion, other_tool):
    """The bound in the docstring, against angles of the other sign and against the order Rz Ry Rx."""
    translations, rotations = motion
    if other_tool == "sign":
        other = framewise_displacement_jenkinson(translations, -rotations)
    else:
        other = framewise_displacement_jenkinson(translations[:, ::-1], rotations[:, ::-1])
    reference = framewise_displacement_jenkinson(translations, rotations)
    turned = np.linalg.norm(np.diff(rotations, axis=0), axis=1)
    shifted, angle = np.linalg.norm(translations, axis=1), np.linalg.norm(rotations, axis=1)
    bound = 2 * turned * (np.maximum(shifted[1:], shifted[:-1]) + 80 * np.maximum(angle[1:], angle[:-1]))
    assert np.all(np.abs(other - reference)[1:] <= bound)


def test_rigid_matrices_turn_as_fsl_does():
    """FSL's Rx by 90 degrees takes y to -z, and rotations act before the translation."""
    matrix = rigid_matrices([[1.0, 2, 3]], [[np.pi / 2, 0, 0]])[0]
    np.testing.assert_allclose(matrix @ [0, 1, 0, 1], [1, 2, 2, 1], atol=1e-12)


def test_rigid_matrices_compose_rx_ry_rz(rng):
    angles = rng.normal(size=3)
    single = [rigid_matrices([[0.0, 0, 0]], [angles * (np.arange(3) == axis)])[0] for axis in range(3)]
    np.testing.assert_allclose(
        rigid_matrices([[0.0, 0, 0]], [angles])[0], single[0] @ single[1] @ single[2], atol=1e-12
    )


def test_enorm_counts_a_degree_as_a_millimetre():
    """3 mm and 4 degrees make 5."""
    found = motion_enorm([[0.0, 0, 0], [3, 0, 0]], np.radians([[0.0, 0, 0], [0, 4, 0]]))
    np.testing.assert_allclose(found, [np.nan, 5.0])


def test_a_missing_row_leaves_two_volumes_without_a_value(motion):
    translations = motion[0].copy()
    translations[5, 1] = np.nan
    for measure in MEASURES.values():
        assert np.flatnonzero(np.isnan(measure.compute(translations, motion[1]))).tolist() == [0, 5, 6]


def test_a_run_of_one_volume_has_no_displacement():
    for measure in MEASURES.values():
        assert np.isnan(measure.compute(STILL[:1], STILL[:1])).tolist() == [True]


def test_motion_of_the_wrong_shape_says_what_is_needed():
    with pytest.raises(InputError, match=r"three translations and three rotations .* shape \(3, 3\) and \(3, 2\)"):
        framewise_displacement(STEP, TURN[:, :2])


def test_share_above_counts_the_first_volume_among_all():
    trace = [np.nan, 0.4, 0.6, 0.5, 0.7]
    assert volumes_above(trace, 0.5).tolist() == [2, 4]
    assert percent_above(trace, 0.5) == 40.0


def test_share_of_a_trace_without_values_is_nan():
    assert np.isnan(percent_above([np.nan, np.nan], 0.5))


def test_scrubbing_takes_neighbours_and_stops_at_the_ends():
    trace = np.zeros(9)
    trace[[0, 5]] = 1
    assert np.flatnonzero(scrub_mask(trace, 0.5, before=1, after=2)).tolist() == [0, 1, 2, 4, 5, 6, 7]
    assert np.flatnonzero(scrub_mask(trace, 0.5)).tolist() == [0, 5]


def test_scrubbing_refuses_a_negative_neighbourhood():
    with pytest.raises(InputError, match="-1 volumes before"):
        scrub_mask(np.zeros(3), 0.5, before=-1)


def test_outlier_regressors_have_one_one_in_each_column():
    frame = outlier_regressors([False, True, False, True])
    assert frame.columns.tolist() == ["motion_outlier00", "motion_outlier01"]
    assert frame.to_numpy().tolist() == [[0, 0], [1, 0], [0, 0], [0, 1]]


def test_outlier_regressors_of_a_still_run_have_rows_but_no_columns():
    assert outlier_regressors(np.zeros(4, dtype=bool)).shape == (4, 0)
