"""What the JSON sidecars say, and which file says it."""

import pytest

from lib.errors import InputError
from lib.studies import ImageFacts, read_sidecar, read_study, read_tr
from lib.studies.sidecars import find_sidecars, read_json
from tests.builders.study_trees import RUN_SHAPE, write_bids, write_image, write_json, write_notes, write_text

RUN_2 = "sub-01/func/sub-01_task-game_run-2_bold.nii.gz"


def test_each_key_shows_the_file_it_came_from(tmp_path):
    study = read_study(write_bids(tmp_path))
    values = read_sidecar(study, study.by_path[RUN_2]).values
    assert (values["RepetitionTime"].value, values["RepetitionTime"].source) == (2.0, "task-game_bold.json")
    assert values["EchoTime"].value == 0.05
    assert values["EchoTime"].source == "sub-01/func/sub-01_task-game_run-2_bold.json"


def test_sidecar_of_another_task_run_or_suffix_does_not_apply(tmp_path):
    write_image(tmp_path / "sub-1" / "func" / "sub-1_task-a_run-1_bold.nii.gz", RUN_SHAPE)
    for name in ("task-b_bold.json", "task-a_run-2_bold.json", "task-a_events.json", "task-a_sbref.json"):
        write_json(tmp_path / name, {"RepetitionTime": 9})
    write_json(tmp_path / "sub-1" / "anat" / "sub-1_bold.json", {"RepetitionTime": 9})
    study = read_study(tmp_path)
    assert find_sidecars(study, study.files[0]) == ()


def test_more_entities_win_within_a_folder(tmp_path):
    write_image(tmp_path / "sub-1" / "func" / "sub-1_task-a_acq-x_bold.nii.gz", RUN_SHAPE)
    write_json(tmp_path / "task-a_acq-x_bold.json", {"EchoTime": 2})
    write_json(tmp_path / "task-a_bold.json", {"EchoTime": 1})
    study = read_study(tmp_path)
    assert read_sidecar(study, study.files[0]).values["EchoTime"].value == 2


def test_raw_sidecars_do_not_reach_into_derivatives(tmp_path):
    study = read_study(write_bids(tmp_path))
    derived = next(file for file in study.of_kind("run") if file.is_derivative)
    assert read_sidecar(study, derived).values == {}


def test_sidecar_applies_to_the_defaced_run(tmp_path):
    study = read_study(write_notes(tmp_path))
    run = study.by_path["sub-005/func/sub-005_task-game_run-01_bold_defaced.nii"]
    tr = read_tr(study, run, ImageFacts(shape=(3, 4, 5, 6), tr=1.5, units="sec"))
    assert (tr.seconds, tr.source) == (1.5, "sub-005/func/sub-005_task-game_run-01_bold.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not valid JSON"),
        ("[1]", "holds a JSON list"),
        (" ", "is not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_broken_sidecar_is_a_problem_and_the_others_still_count(tmp_path, text, words):
    write_bids(tmp_path)
    write_text(tmp_path / "sub-01" / "func" / "sub-01_task-game_run-2_bold.json", text)
    study = read_study(tmp_path)
    sidecar = read_sidecar(study, study.by_path[RUN_2])
    assert sidecar.values["RepetitionTime"].value == 2.0
    assert len(sidecar.problems) == 1
    assert words in sidecar.problems[0]


def test_json_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(tmp_path / "a.json", "a.json") == {"a": 1}


def test_missing_json_is_said(tmp_path):
    with pytest.raises(InputError, match=r"a\.json cannot be read \(No such file"):
        read_json(tmp_path / "a.json", "a.json")


def test_linked_sidecar_outside_the_study_is_not_read(tmp_path):
    secret = write_json(tmp_path / "secret.json", {"Password": "x"})
    write_image(tmp_path / "study" / "sub-1_task-a_bold.nii.gz", RUN_SHAPE)
    (tmp_path / "study" / "sub-1_task-a_bold.json").symlink_to(secret)
    study = read_study(tmp_path / "study")
    assert read_sidecar(study, study.files[0]).values == {}
