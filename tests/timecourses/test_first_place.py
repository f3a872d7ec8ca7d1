"""Where a run is looked at first: at a response that was put in, and not at a voxel that shouts alone."""

from dataclasses import replace

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from lib.glm.events import Events
from lib.glm.regressors import make_regressors
from lib.images.image import open_image
from lib.runs import prepare_run, read_series
from lib.timecourses.first_place import ALL_TOGETHER, correlate_all, follow_events, steady_grey

SHAPE, T, TR = (14, 15, 16), 90, 2.0
CENTRE = (4, 7, 6)
TIMES = np.arange(T) * TR
MASK = np.zeros(SHAPE, bool)
MASK[1:-1, 1:-1, 1:-1] = True


def events(*named: tuple[str, tuple[float, ...]]) -> Events:
    rows = [(onset, 10.0, name) for name, onsets in named for onset in onsets]
    return Events(pd.DataFrame(rows, columns=["onset", "duration", "trial_type"]).sort_values("onset"))


TWO = events(("left", (10, 70, 130)), ("right", (40, 100, 155)))


def response(condition: str) -> np.ndarray:
    made = make_regressors(TWO.frame, TIMES, "glover")
    return made.convolved[:, made.conditions.index(condition)]


@pytest.fixture
def make_store(tmp_path):
    """Function: (I, J, K, T) array -> the store of a run of these numbers."""

    def make(data: np.ndarray):
        nib.save(nib.Nifti1Image(data.astype(np.float32), np.diag([3.0, 3, 3, 1])), tmp_path / "run.nii.gz")
        return prepare_run(open_image(tmp_path / "run.nii.gz"), tmp_path / "stores")

    return make


@pytest.fixture
def data() -> np.ndarray:
    """Return a run of level 1000 and noise 10 that drifts, with a blob that follows "left" in 3 x 3 x 3 voxels."""
    data = np.random.default_rng(3).normal(1000, 10, (*SHAPE, T)) + 60 * np.linspace(-1, 1, T) ** 2
    i, j, k = CENTRE
    data[i - 1 : i + 2, j - 1 : j + 2, k - 1 : k + 2] += 25 * response("left")
    return data


def test_cursor_begins_in_the_blob_that_follows_a_condition(make_store, data):
    found = follow_events(make_store(data), MASK, TWO, TR, 0)
    assert found.condition == "left"
    assert np.abs(np.subtract(found.ijk, CENTRE)).max() <= 1
    assert found.value >= found.around > 0.5
    assert found.n_looked_at == MASK.sum()


def test_one_voxel_that_follows_perfectly_is_not_taken_for_a_response(make_store, data):
    data[8, 3, 3] = 1000 + 500 * response("right")
    assert follow_events(make_store(data), MASK, TWO, TR, 0).condition == "left"


def test_what_follows_every_condition_is_told_to_follow_all_events(make_store, data):
    data[6:9, 2:5, 2:5] += 40 * (response("left") + response("right"))
    assert follow_events(make_store(data), MASK, TWO, TR, 0).condition == ALL_TOGETHER


def test_volumes_before_the_steady_state_take_no_part(make_store, data):
    """An event at the start would be followed by all that is bright there."""
    early = events(("left", (0, 70, 130)), ("right", (40, 100, 155)))
    data[..., :3] *= 1.3
    data[1:4, 1:4, 1:4, :3] *= 2
    found = follow_events(make_store(data), MASK, early, TR, 3)
    assert np.abs(np.subtract(found.ijk, CENTRE)).max() <= 1
    assert found.dropped == 3


def test_correlation_is_that_of_numpy_once_the_drift_is_out(make_store, data):
    store = make_store(data)
    (r,) = correlate_all(store, MASK, response("left")[:, np.newaxis], 2, 2)
    left_over = [
        values - np.polyval(np.polyfit(TIMES[2:], values, 2), TIMES[2:])
        for values in (read_series(store, CENTRE)[2:].astype(float), response("left")[2:])
    ]
    assert r[CENTRE] == pytest.approx(np.corrcoef(*left_over)[0, 1], abs=1e-4)
    assert r[0, 0, 0] == 0


def test_voxels_without_a_value_or_a_change_correlate_with_nothing(make_store, data):
    data[CENTRE][5] = np.nan
    data[2, 2, 2] = 7
    (r,) = correlate_all(make_store(data), MASK, response("left")[:, np.newaxis], 0, 1)
    assert r[CENTRE] == r[2, 2, 2] == 0
    assert np.isfinite(r).all()


def test_a_condition_of_few_trials_counts_among_all_events_alone(make_store, data):
    rare = replace(TWO, frame=TWO.frame.assign(trial_type=[f"trial {n}" for n in range(6)]))
    assert follow_events(make_store(data), MASK, rare, TR, 0).condition == ALL_TOGETHER


def test_a_short_run_and_a_handful_of_voxels_have_no_such_place(make_store, data):
    small = np.zeros(SHAPE, bool)
    small[:3, :3, :3] = True
    store = make_store(data)
    assert follow_events(store, small, TWO, TR, 0) is None
    assert steady_grey(store, small) is None
    assert follow_events(store, MASK, TWO, TR, T - 20) is None


def test_without_events_the_steadiest_voxels_of_medium_brightness_are_chosen(make_store):
    """Bright fluid and dark white matter are steadier here, and are not what is looked for."""
    noise = np.random.default_rng(4).normal(0, 1, (*SHAPE, T))
    level, sd = np.full(SHAPE, 800.0), np.full(SHAPE, 10.0)
    level[:, 7:], level[:, 12:] = 1000, 1300
    sd[:, 12:], sd[:, :3] = 1, 1
    sd[4:7, 7:10, 5:8] = 4
    found = steady_grey(make_store(level[..., np.newaxis] + sd[..., np.newaxis] * noise), MASK)
    assert found.condition == ""
    assert 4 <= found.ijk[0] <= 6
    assert 7 <= found.ijk[1] <= 9
    assert 5 <= found.ijk[2] <= 7
    assert found.value == pytest.approx(250, rel=0.3)
