"""Expected responses: blocks by hand, convolution as nilearn's design matrices, correlation with a series."""

import numpy as np
import pandas as pd
import pytest

from lib.errors import InputError
from lib.glm.regressors import MODELS, correlate, make_regressors

TIMES = np.arange(60) * 2.0


@pytest.fixture
def events() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "onset": [10.0, 50.0, 30.0, 71.3],
            "duration": [8.0, 8.0, 6.0, 0.0],
            "trial_type": ["house", "house", "face", "face"],
        }
    )


def test_conditions_come_in_alphabetical_order(events):
    assert make_regressors(events, TIMES).conditions == ("face", "house")


def test_boxcar_is_one_while_the_event_lasts(events):
    house = make_regressors(events, TIMES).boxcars[:, 1]
    np.testing.assert_array_equal(np.flatnonzero(house), [5, 6, 7, 8, 25, 26, 27, 28])


def test_an_event_without_duration_counts_at_the_nearest_volume(events):
    face = make_regressors(events, TIMES).boxcars[:, 0]
    np.testing.assert_array_equal(np.flatnonzero(face), [15, 16, 17, 36])


def test_rounded_onsets_do_not_shift_a_block():
    events = pd.DataFrame({"onset": [10.001], "duration": [3.999], "trial_type": ["a"]})
    np.testing.assert_array_equal(np.flatnonzero(make_regressors(events, TIMES).boxcars), [5, 6])


@pytest.mark.parametrize("model", list(MODELS))
def test_convolved_columns_are_those_of_nilearns_design_matrix(events, model):
    from nilearn.glm.first_level import make_first_level_design_matrix

    events["duration"] = events["duration"].replace(0.0, 1.0)
    design = make_first_level_design_matrix(TIMES, events, hrf_model=model, drift_model=None)
    np.testing.assert_allclose(make_regressors(events, TIMES, model).convolved, design[["face", "house"]], atol=1e-12)


def test_strength_scales_the_response(events):
    events["modulation"] = [2.0, 2.0, np.nan, 1.0]
    strong, plain = make_regressors(events, TIMES), make_regressors(events.drop(columns="modulation"), TIMES)
    np.testing.assert_allclose(strong.convolved, plain.convolved * [1, 2])


def test_spm_response_to_an_impulse_peaks_after_five_seconds():
    times = np.arange(300) * 0.1
    events = pd.DataFrame({"onset": [4.0], "duration": [0.1], "trial_type": ["a"]})
    response = make_regressors(events, times).convolved[:, 0]
    assert times[response.argmax()] == pytest.approx(9.0, abs=0.15)


def test_events_after_the_run_leave_zeros_and_a_warning_to_nobody():
    events = pd.DataFrame({"onset": [500.0, -90.0], "duration": [np.nan, 2.0], "trial_type": ["late", "early"]})
    regressors = make_regressors(events, TIMES)
    assert not regressors.boxcars.any()
    assert not regressors.convolved.any()


def test_a_run_without_events_has_no_columns():
    empty = pd.DataFrame({"onset": [], "duration": [], "trial_type": []})
    assert make_regressors(empty, TIMES).convolved.shape == (60, 0)


def test_unknown_models_and_single_volumes_are_refused(events):
    with pytest.raises(InputError, match=r"no haemodynamic model called fir\. Choose one of spm, glover"):
        make_regressors(events, TIMES, "fir")
    with pytest.raises(InputError, match="2 volumes or more, and the run has 1"):
        make_regressors(events, TIMES[:1])


def test_correlation_is_pearsons(rng):
    first, second = rng.standard_normal((2, 40))
    assert correlate(first, second) == pytest.approx(np.corrcoef(first, second)[0, 1])
    assert correlate(first, -2 * first + 5) == pytest.approx(-1)


def test_volumes_without_a_value_do_not_count():
    signal = np.array([np.nan, 1.0, 2.0, 3.0])
    assert correlate(signal, np.array([9.0, 1.0, 2.0, 3.0])) == pytest.approx(1)


def test_what_does_not_change_has_no_correlation():
    assert np.isnan(correlate(np.full(10, 0.1), np.arange(10.0)))
    assert np.isnan(correlate([1.0, 2.0], [1.0, 2.0]))


def test_series_of_other_volumes_are_a_mistake():
    with pytest.raises(ValueError, match="different volumes"):
        correlate(np.arange(9.0), np.arange(10.0))


def test_most_active_voxels_of_a_real_run_follow_its_stimuli(shared_data, tmp_path):
    """Voxels of a visual localiser that follow all its stimuli with r above 0.5: some, but few."""
    from lib.denoising.processing import apply_steps
    from lib.denoising.steps import Steps
    from lib.images.image import open_image
    from lib.runs import prepare_run, read_masked

    folder = shared_data / "studyforrest-mini" / "sub-02" / "func"
    stem = "sub-02_task-oneback_run-1"
    store = prepare_run(open_image(folder / f"{stem}_bold.nii.gz"), tmp_path)
    events = pd.read_csv(next(folder.glob("*_events.tsv")), sep="\t")
    expected = make_regressors(events.assign(trial_type="all"), np.arange(156) * 2.0).convolved[:, 0]
    signals, _ = apply_steps(read_masked(store, store.mask), Steps(detrend="cosine"), 2.0)
    correlations = np.array([correlate(signal, expected) for signal in signals.T])
    assert np.nanmax(correlations) > 0.6
    assert 0 < (correlations > 0.5).mean() < 0.1
