"""What happened during a run and when."""

import numpy as np
import pandas as pd
import pytest

from lib.errors import InputError
from lib.glm.events import Events, check_events, read_events


def write(tmp_path, *rows, header="onset\tduration\ttrial_type"):
    path = tmp_path / "sub-1_task-a_events.tsv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


def test_events_are_sorted_by_onset(tmp_path):
    events = read_events(write(tmp_path, "12\t2\tface", "3.5\t1\thouse"))
    assert events.frame["onset"].tolist() == [3.5, 12.0]
    assert events.frame["trial_type"].tolist() == ["house", "face"]
    assert events.conditions == ("face", "house")
    assert events.problems == ()


def test_table_without_trial_type_is_one_condition(tmp_path):
    events = read_events(write(tmp_path, "0\t3\t20", header="onset\tduration\tgain"))
    assert events.conditions == ("all events",)
    assert list(events.frame.columns) == ["onset", "duration", "trial_type", "gain"]
    assert "names no trial types" in events.problems[0]


def test_missing_trial_types_get_a_name_of_their_own(tmp_path):
    events = read_events(write(tmp_path, "0\t1\tface", "1\t1\tn/a"))
    assert events.conditions == ("face", "no label")
    assert events.problems == ('1 of 2 events have no trial type and are called "no label".',)


def test_trial_types_that_are_digits_stay_as_they_are_written(tmp_path):
    assert read_events(write(tmp_path, "0\t1\t01", "1\t1\tn/a")).frame["trial_type"].tolist() == ["01", "no label"]


def test_row_without_onset_is_left_out_and_said(tmp_path):
    events = read_events(write(tmp_path, "n/a\t1\ta", "2\t1\tb", "soon\t1\tc"))
    assert events.frame["trial_type"].tolist() == ["b"]
    assert events.problems == (
        "1 of 3 values of onset are no numbers (the first is soon).",
        "2 of 3 rows have no onset and were left out.",
    )


def test_missing_and_negative_durations_are_nan_and_said(tmp_path):
    events = read_events(write(tmp_path, "0\tn/a\ta", "1\t-1\ta", "2\t0\ta"))
    np.testing.assert_array_equal(events.frame["duration"], [np.nan, np.nan, 0.0])
    assert events.problems == (
        "1 of 3 durations are negative and count as missing.",
        "1 of 3 events have no duration.",
    )


def test_missing_duration_column_is_said(tmp_path):
    events = read_events(write(tmp_path, "0\ta", header="onset\ttrial_type"))
    assert events.frame["duration"].isna().all()
    assert "no column duration" in events.problems[0]


def test_event_before_the_first_volume_is_kept_and_said(tmp_path):
    events = read_events(write(tmp_path, "-2\t1\ta", "2\t1\ta"))
    assert len(events.frame) == 2
    assert "1 of 2 events begin before the first volume" in events.problems[0]


def test_table_without_onset_is_refused_with_its_columns(tmp_path):
    with pytest.raises(InputError, match="has the columns start, duration, but events need a column onset"):
        read_events(write(tmp_path, "0\t1", header="start\tduration"))


@pytest.mark.parametrize("rows", [(), ("n/a\t1\ta",)])
def test_table_without_a_single_onset_is_refused(tmp_path, rows):
    with pytest.raises(InputError, match=f"has {len(rows)} rows and no onset"):
        read_events(write(tmp_path, *rows))


def frame(*onsets):
    return Events(pd.DataFrame({"onset": onsets, "duration": 1.0, "trial_type": "a"}))


def test_events_within_the_run_are_fine():
    assert check_events(frame(0.0, 59.9), n_volumes=30, tr=2.0) == ()


def test_events_after_the_runs_end_are_counted():
    problems = check_events(frame(0.0, 60.0, 75.0), n_volumes=30, tr=2.0)
    assert problems == ("2 of 3 events begin after the run's end at 60 s (the last at 75 s).",)


def test_onsets_in_milliseconds_are_recognised():
    assert "look like milliseconds" in check_events(frame(1000.0, 30_000.0, 50_000.0), n_volumes=30, tr=2.0)[0]


def test_real_localiser_has_six_conditions_of_equal_size(shared_data):
    path = shared_data / "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_events.tsv"
    events = read_events(path)
    assert events.conditions == ("body", "face", "house", "object", "scene", "scramble")
    assert events.frame["trial_type"].value_counts().tolist() == [32] * 6
    assert check_events(events, 156, 2.0) == ()


def test_real_gambling_task_has_no_trial_types(shared_data):
    path = shared_data / "ds005-fmriprep/sub-01/func/sub-01_task-mixedgamblestask_run-01_events.tsv"
    events = read_events(path)
    assert events.conditions == ("all events",)
    assert len(events.frame) == 86
    assert check_events(events, 16, 2.0)[0].startswith("80 of 86 events begin after the run's end at 32 s")
