"""The verdict: what is beyond a stated limit, in a line, and what could not be judged."""

import numpy as np
import pytest

from lib.quality.judging import judge_run, list_limits
from lib.quality.measures import list_numbers, measure_image
from lib.quality.traces import Displacement

N_VOLUMES, TR = 150, 2.0
STILL = np.r_[np.nan, np.full(N_VOLUMES - 1, 0.1)]


def quality_of(change=lambda signals: signals):
    """Measure a still run of 60 voxels, 150 volumes, after a change of its (T, N) signals."""
    rng = np.random.default_rng(3)
    mask = np.zeros((5, 6, 7), bool)
    mask[1:4, 1:5, 1:6] = True
    signals = change(1000 + rng.normal(0, 10, (N_VOLUMES, 60))).astype(np.float32)
    mean = np.full(mask.shape, 5.0)
    mean[mask] = np.nanmean(signals, axis=0)
    return measure_image(signals, mask, mean, np.diag([2.0, 2.5, 3.0, 1.0]))


def moved(changes=None, measure="power", threshold=0.5):
    """Return a displacement of 0.1 mm a volume but for these volumes."""
    values = STILL.copy()
    for volume, size in (changes or {}).items():
        values[volume] = size
    return Displacement(values, measure, threshold, 50.0)


def judge(quality=None, displacement=None, jenkinson=STILL, tr=TR):
    return judge_run(quality or quality_of(), displacement or moved(), jenkinson, tr)


def test_nothing_stands_out_of_a_still_run():
    verdict = judge()
    assert verdict.text == "Nothing stands out."
    assert (verdict.level, verdict.facts, verdict.unjudged) == ("fine", (), ())


def test_a_jump_is_told_with_its_size_and_time_and_leads_to_its_volume():
    verdict = judge(displacement=moved({90: 1.956}))
    assert verdict.text == "Usable with care: 1 jump of 1.96 mm at 180 s."
    assert verdict.facts[0].volume == 90


def test_of_several_jumps_the_largest_is_told():
    verdict = judge(displacement=moved({20: 0.7, 90: 1.956, 91: 0.8}))
    assert verdict.text == "Usable with care: 3 jumps, the largest of 1.96 mm at 180 s."


def test_without_a_tr_the_place_is_a_volume():
    assert "at volume 90" in judge(displacement=moved({90: 1.956}), tr=None).text


def test_a_limit_of_the_visitor_s_own_is_told_as_such():
    verdict = judge(displacement=moved({90: 0.4}, threshold=0.3))
    assert "1 jump of 0.40 mm" in verdict.text
    assert verdict.judged[0].limit.source == "chosen on this page"


def test_a_spike_is_told_and_the_step_into_steady_state_is_not_one():
    def change(signals):
        signals[:2] += 500
        signals[60] += 100
        return signals

    verdict = judge(quality_of(change))
    assert [fact.text for fact in verdict.facts] == [
        "1 sudden change of the whole image at 120 s",
        "2 volumes before steady state",
    ]
    assert [fact.volume for fact in verdict.facts] == [60, 0]


def test_of_several_changes_the_largest_is_told():
    def change(signals):
        signals[30] += 60
        signals[100] += 100
        return signals

    text = judge(quality_of(change)).text
    assert "2 sudden changes of the whole image, the largest at 200 s" in text


@pytest.mark.parametrize(
    ("jenkinson", "words"),
    [
        (np.r_[np.nan, np.full(N_VOLUMES - 1, 0.24)], "the head moved 0.24 mm a volume on average"),
        (np.r_[STILL[:-1], 6.1], "a movement of 6.10 mm at 298 s"),
        (np.r_[STILL[:115], np.full(35, 0.3)], "23.3 % of the volumes came with a movement above 0.25 mm"),
        (np.r_[STILL[:115], np.full(35, 0.3)], "230 s are left without the moved volumes"),
    ],
)
def test_what_whole_runs_were_left_out_for_asks_for_a_look_first(jenkinson, words):
    verdict = judge(jenkinson=jenkinson)
    assert verdict.level == "look"
    assert verdict.text.startswith("Look before you use it: ")
    assert words in verdict.text


def test_a_run_that_was_shorter_than_four_minutes_is_not_judged_by_what_is_left():
    assert "s are left" not in judge(jenkinson=np.r_[STILL[:115], np.full(35, 0.3)], tr=1.0).text


def test_the_gravest_fact_comes_first():
    verdict = judge(displacement=moved({9: 0.6}), jenkinson=np.r_[STILL[:-1], 6.1])
    assert [fact.level for fact in verdict.facts] == ["look", "care"]


def test_without_motion_that_is_said_and_the_heading_promises_less():
    verdict = judge_run(quality_of(), None, None, TR)
    assert verdict.text == (
        "Nothing stands out in what could be judged. Not judged: head movement, as there is no motion file that fits."
    )


def test_of_a_demeaned_run_it_is_said_what_cannot_be_judged():
    verdict = judge(quality_of(lambda signals: signals - signals.mean(axis=0)))
    assert verdict.unjudged == (
        "tSNR, ghost and what was taken out before, as this run was demeaned, standardised or cleaned",
    )


def test_missing_values_are_counted_and_lead_to_the_first_such_volume():
    def change(signals):
        signals[[40, 41]] = np.nan
        signals[7, 3] = np.nan
        return signals

    verdict = judge(quality_of(change))
    assert [(fact.text, fact.volume) for fact in verdict.facts] == [
        ("2 volumes without values", 40),
        ("1 voxel without values", None),
    ]


def test_every_number_of_a_run_is_judged_or_has_the_reason_why_not():
    quality = quality_of()
    numbers = list_numbers(quality, STILL)
    rows = list_limits(judge(quality), numbers)
    assert all(row.source for row in rows)
    told = {row.measure for row in rows}
    assert {"tSNR, median", "Ghost to signal", "FWHM", "Outlier fraction, mean", "DVARS spikes"} <= told
    assert {"Volumes before steady state", "Voxels without values", "FD (Power) of a volume"} <= told
