"""Damaged tables and sidecars, through the code of the pages: what is there, or a sentence."""

import json

import numpy as np
import pytest

from lib.confounds.motion_files import MOTION_COLUMNS
from lib.confounds.table import read_confounds
from lib.glm.events import check_events, read_events
from lib.studies.image_facts import ImageFacts
from lib.studies.index import read_study
from lib.studies.participants import read_participants
from lib.studies.sidecars import read_sidecar, read_tr
from tests.fuzz.mutations import mutate_text
from tests.fuzz.outcomes import assert_all_end_well, assert_is_sentence

SIX = "\n".join("  ".join(f"{0.001 * (row + 1) * (column + 1):.6f}" for column in range(6)) for row in range(8)) + "\n"
NINE = "\n".join(" ".join(f"{0.01 * row * column:.4f}" for column in range(9)) for row in range(8)) + "\n"
CONFOUNDS = {
    "confounds.tsv": "csf\tframewise_displacement\t" + "\t".join(MOTION_COLUMNS) + "\tWhiteMatter\n"
    + "1.5\tn/a\t0.1\t0.2\t0.3\t0.001\t0.002\t0.003\t7\n" * 6,
    "run_mcf.par": SIX,
    "dfile.1D": "# 3dvolreg\n" + NINE,
    "motion.1D": SIX,
    "rp_run.txt": SIX,
}  # fmt: skip
EVENTS = (
    "onset\tduration\ttrial_type\tresponse\n" + "".join(f"{n}.5\t1.0\tgo\t{n}\n" for n in range(6)) + "9\tn/a\tstop\t\n"
)
PARTICIPANTS = "participant_id\tage\tsex\tgroup\n" + "".join(f"sub-0{n}\t{20 + n}\tF\tNA\n" for n in range(1, 6))
SIDECAR = json.dumps(
    {"RepetitionTime": 2.0, "EchoTime": 0.03, "SliceTiming": [0, 0.5, 1.0], "TaskName": "rest", "nested": {"a": None}},
    indent=1,
)


@pytest.mark.parametrize("name", CONFOUNDS)
def test_damaged_confounds_are_numbers_or_are_refused(tmp_path, name):
    def attempt(rng):
        path = tmp_path / name
        path.write_bytes(mutate_text(CONFOUNDS[name], rng))
        confounds = read_confounds(path, n_volumes=8)
        values = confounds.frame.to_numpy(float)
        assert len(values)
        assert not np.isinf(values).any()
        for problem in confounds.problems:
            assert_is_sentence(problem, tmp_path)

    assert_all_end_well(name, tmp_path, attempt)


def test_damaged_events_have_an_onset_each_or_are_refused(tmp_path):
    def attempt(rng):
        path = tmp_path / "sub-01_events.tsv"
        path.write_bytes(mutate_text(EVENTS, rng))
        events = read_events(path)
        onsets, durations = (events.frame[column].to_numpy(float) for column in ("onset", "duration"))
        assert np.isfinite(onsets).all()
        assert (np.diff(onsets) >= 0).all()
        assert (np.isnan(durations) | (durations >= 0)).all()
        assert all(isinstance(label, str) for label in events.conditions)
        for problem in (*events.problems, *check_events(events, 8, 2.0)):
            assert_is_sentence(problem, tmp_path)

    assert_all_end_well("events", tmp_path, attempt)


def test_damaged_participants_have_a_label_each_or_are_refused(tmp_path):
    def attempt(rng):
        (tmp_path / "participants.tsv").write_bytes(mutate_text(PARTICIPANTS, rng))
        table = read_participants(read_study(tmp_path))
        assert all(isinstance(label, str) and label for label in table.frame["participant_id"])
        for problem in table.problems:
            assert_is_sentence(problem, tmp_path)

    assert_all_end_well("participants", tmp_path, attempt)


def test_a_damaged_sidecar_says_what_json_says_or_is_refused(tmp_path):
    (tmp_path / "sub-01_bold.nii").write_bytes(b"unread")
    path = tmp_path / "sub-01_bold.json"

    def attempt(rng):
        path.write_bytes(mutate_text(SIDECAR, rng))
        study = read_study(tmp_path)
        sidecar = read_sidecar(study, study.files[0])
        tr = read_tr(study, study.files[0], ImageFacts(shape=(5, 4, 3, 8), tr=2.0, units="sec"), sidecar)
        assert tr.seconds is None or 0 < tr.seconds < np.inf
        for problem in sidecar.problems:
            assert_is_sentence(problem, tmp_path)
        if sidecar.sources and not sidecar.problems:
            said = json.loads(path.read_text("utf-8-sig"))
            assert repr({key: value.value for key, value in sidecar.values.items()}) == repr(said)

    assert_all_end_well("sidecar", tmp_path, attempt)
