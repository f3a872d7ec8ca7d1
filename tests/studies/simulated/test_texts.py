"""Text files of the simulated study."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from lib.studies.simulated.courses import motion_parameters
from lib.studies.simulated.known import KNOWN, find_run
from lib.studies.simulated.texts import study_texts


def read_table(path: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(study_texts()[path]()), sep="\t")


def test_game_runs_inherit_their_repetition_time_from_the_root():
    texts = study_texts()
    assert json.loads(texts["task-game_bold.json"]())["RepetitionTime"] == 2.0
    assert "RepetitionTime" not in json.loads(texts["sub-01/func/sub-01_task-game_bold.json"]())
    assert "sub-02/func/sub-02_task-game_bold.json" not in texts


@pytest.mark.parametrize("task", ["film", "rest"])
def test_other_runs_have_a_sidecar_of_their_own(task):
    assert json.loads(study_texts()[f"sub-01/func/sub-01_task-{task}_bold.json"]())["RepetitionTime"] == 2.0


def test_nearer_sidecar_overrides_the_root():
    texts = study_texts()
    assert json.loads(texts["task-game_bold.json"]())["EchoTime"] == 0.035
    assert json.loads(texts["sub-01/func/sub-01_task-game_bold.json"]())["EchoTime"] == 0.03


def test_events_list_the_documented_blocks_in_time_order():
    events = read_table("sub-01/func/sub-01_task-game_events.tsv")
    assert list(events.columns) == ["onset", "duration", "trial_type"]
    assert events["onset"].tolist() == [10, 42, 74, 106, 138, 170, 202, 234]
    assert events["trial_type"].tolist() == ["play", "watch"] * 4
    assert set(events["duration"]) == {16.0}


def test_rest_has_no_events():
    assert "sub-01/func/sub-01_task-rest_events.tsv" not in study_texts()


def test_confounds_have_fmripreps_names_and_a_row_a_volume():
    run = find_run("01", "game")
    confounds = read_table(run.confounds_path)
    assert len(confounds) == 144
    assert list(confounds.columns) == [
        "global_signal",
        "csf",
        "white_matter",
        "framewise_displacement",
        *("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"),
        *("non_steady_state_outlier00", "non_steady_state_outlier01"),
    ]
    np.testing.assert_allclose(confounds.loc[:, "trans_x":"rot_z"], motion_parameters(run), atol=1e-7)
    assert confounds["non_steady_state_outlier01"].tolist() == [0.0, 1.0, *[0.0] * 142]


def test_first_framewise_displacement_is_written_as_not_available():
    first_row = study_texts()[find_run("01", "rest").confounds_path]().splitlines()[1]
    assert first_row.split("\t")[3] == "n/a"


def test_participants_are_the_two_subjects():
    assert read_table("participants.tsv")["participant_id"].tolist() == ["sub-01", "sub-02"]


def test_readme_states_the_known_answers():
    text = study_texts()["README"]()
    for run in KNOWN.runs:
        assert (
            f"sub-{run.subject} {run.task}: {run.n_volumes} volumes, jump at volume {run.jump_volume}, "
            f"spike at volume {run.spike_volume}"
        ) in text
    assert "play: sub-01 (-38.0, -2.0, 56.0)" in text
    assert "2 % at the peak" in text
    assert "Each two places correlate at 0.7" in text
    assert "1.17 Hz" in text
    assert "0.17 Hz" in text
