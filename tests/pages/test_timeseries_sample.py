"""Known answers on the sample subject: what the time series page says of the responses, the drift and the spike."""

import numpy as np
import pytest

from lib.denoising.processing import apply_steps
from lib.denoising.steps import Steps
from lib.glm.events import read_events
from lib.glm.regressors import correlate, make_regressors
from lib.images.brain_mask import compute_mask
from lib.images.image import open_image
from lib.runs import prepare_run, read_map, read_series_many
from lib.spaces.coordinates import world_from_voxel
from lib.studies.simulated import KNOWN, build_sample_file, write_sample_study_text
from lib.studies.simulated.known import find_run, place_in_scanner
from lib.timecourses.course import SteppedRun, read_course
from lib.timecourses.first_place import follow_events
from lib.timecourses.held import average
from lib.timecourses.regions import voxels_of_sphere

RUN = find_run("01", "game")
TIMES = np.arange(RUN.n_volumes) * KNOWN.tr
# Drop the non-steady volumes and take out the drift, as the page suggests; the mean stays.
STEPS = Steps(drop=2, detrend="linear", units="percent")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    write_sample_study_text(folder)
    build_sample_file(RUN.path, folder)
    return folder


@pytest.fixture(scope="module")
def image(folder):
    return open_image(folder / RUN.path)


@pytest.fixture(scope="module")
def store(image, folder):
    return prepare_run(image, folder / "stores")


@pytest.fixture(scope="module")
def sphere_mean(image, store):
    """Function: (condition, steps) -> mean over 6 mm around its place, (T - drop,)."""

    def mean(condition: str, steps: Steps) -> np.ndarray:
        centre = place_in_scanner("01", KNOWN.response_places[condition])
        voxels = voxels_of_sphere(image.shape, image.affine, centre, 6.0)
        read = lambda ijks: apply_steps(read_series_many(store, ijks), steps, KNOWN.tr)[0]  # noqa: E731
        return average(read, voxels, RUN.n_volumes).mean

    return mean


@pytest.fixture(scope="module")
def regressors(folder):
    events = read_events(folder / f"{RUN.stem}_events.tsv").frame
    return make_regressors(events, TIMES, "spm")


@pytest.mark.parametrize("condition", ["play", "watch"])
def test_blocks_raise_the_signal_by_two_percent(sphere_mean, regressors, condition):
    course = sphere_mean(condition, STEPS)
    at = regressors.conditions.index(condition)
    design = regressors.convolved[STEPS.drop :] / regressors.convolved.max(axis=0)
    design = np.column_stack([design, np.ones(len(course)), TIMES[STEPS.drop :] == RUN.spike_volume * KNOWN.tr])
    found = np.linalg.lstsq(design, course, rcond=None)[0][at]
    assert found == pytest.approx(KNOWN.response_percent, rel=0.15)


def test_the_response_lags_its_blocks_by_some_seconds(sphere_mean):
    course = sphere_mean("play", STEPS)
    boxcar = np.zeros(RUN.n_volumes)
    for onset in dict(RUN.blocks)["play"]:
        boxcar[(onset <= TIMES) & (onset + RUN.block_duration > TIMES)] = 1
    lags = range(8)
    fits = [correlate(course[8:], boxcar[STEPS.drop + 8 - lag : RUN.n_volumes - lag]) for lag in lags]
    # The canonical response is the block about 5 s later: two or three volumes.
    assert np.argmax(fits) in (2, 3)


def test_series_follows_its_own_condition_and_not_the_other(sphere_mean, regressors):
    for condition in ("play", "watch"):
        course = sphere_mean(condition, STEPS)
        r = {
            name: correlate(course, regressors.convolved[STEPS.drop :, number])
            for number, name in enumerate(regressors.conditions)
        }
        other = "watch" if condition == "play" else "play"
        assert r[condition] > 0.75
        assert r[other] < 0.2


def test_drift_is_removed_and_the_mean_is_kept(sphere_mean):
    def slope(steps: Steps) -> float:
        course = sphere_mean("watch", steps)
        return np.polyfit(np.linspace(0, 1, len(course)), course, 1)[0]

    # Percent from the first to the last volume, motion included.
    assert slope(Steps(drop=2, units="percent")) == pytest.approx(KNOWN.drift_percent, abs=0.7)
    assert slope(STEPS) == pytest.approx(0, abs=1e-9)
    raw, kept = (sphere_mean("watch", Steps(drop=2, detrend=detrend)).mean() for detrend in ("none", "linear"))
    assert kept == pytest.approx(raw)


def test_spike_is_ten_percent_in_odd_slices_and_nothing_in_even_ones(image, store):
    i, j, k = (n // 2 for n in image.shape)
    k -= k % 2
    heights = []
    for slice_number in (k, k + 1):
        course = read_course(SteppedRun(image, store, STEPS, KNOWN.tr), (i, j, slice_number))
        at = RUN.spike_volume - STEPS.drop
        heights.append(course.processed[at] - course.processed[[at - 2, at - 1, at + 1, at + 2]].mean())
    assert heights[0] == pytest.approx(0, abs=3)
    assert heights[1] == pytest.approx(KNOWN.spike_percent, abs=3)


def test_first_volumes_are_brighter_until_they_are_dropped(sphere_mean):
    course = sphere_mean("play", Steps(units="raw"))
    expected = np.array(KNOWN.non_steady_factors)
    np.testing.assert_allclose(course[:2] / course[2:6].mean(), expected, atol=0.02)
    assert len(sphere_mean("play", STEPS)) == RUN.n_volumes - 2


@pytest.mark.parametrize(("subject", "task"), [("01", "game"), ("01", "film"), ("02", "game")])
def test_the_first_place_of_a_run_lies_inside_a_response_that_was_put_in(tmp_path, subject, task):
    run = find_run(subject, task)
    build_sample_file(run.path, tmp_path)
    write_sample_study_text(tmp_path)
    store = prepare_run(open_image(tmp_path / run.path), tmp_path / "stores")
    mask = compute_mask(np.asarray(read_map(store, "mean")), store.image.affine).mask
    events = read_events(tmp_path / f"{run.stem}_events.tsv")
    found = follow_events(store, mask, events, KNOWN.tr, KNOWN.n_non_steady)
    centre = place_in_scanner(subject, KNOWN.response_places[found.condition])
    assert np.linalg.norm(world_from_voxel(store.image.affine, found.ijk) - centre) <= KNOWN.response_radius
    # The block stands out of the rest of the course by more than half of what was put in.
    course = apply_steps(read_series_many(store, [found.ijk]), STEPS, KNOWN.tr)[0][:, 0]
    times = np.arange(STEPS.drop, run.n_volumes) * KNOWN.tr
    is_up = np.zeros(len(times), bool)
    for onset in dict(run.blocks)[found.condition]:
        is_up |= (times > onset + 6) & (times < onset + run.block_duration + 4)
    assert np.median(course[is_up]) - np.median(course[~is_up]) > 0.5 * KNOWN.response_percent
