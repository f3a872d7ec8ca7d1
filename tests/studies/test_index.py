"""Which images a study holds."""

import os

import pytest

from bench.trees import write_tree
from lib.errors import InputError
from lib.studies import WalkCancelled, folder_state, read_study, tabulate
from tests.builders.study_trees import (
    RUN_SHAPE,
    write_bids,
    write_fcp,
    write_image,
    write_json,
    write_notes,
    write_text,
)


def test_bids_study_has_subjects_sessions_and_kinds(tmp_path):
    study = read_study(write_bids(tmp_path))
    assert (study.name, study.layout) == ("Two subjects", "BIDS")
    assert study.subjects == ("01", "02")
    assert study.sessions("02") == ("a", "b")
    assert study.sessions("01") == ()
    counts = {kind: len(study.of_kind(kind)) for kind in ("anatomy", "run", "mask", "map", "labels", "other")}
    assert counts == {"anatomy": 5, "run": 5, "mask": 2, "map": 0, "labels": 0, "other": 0}
    assert study.participants == ("participants.tsv",)


def test_derivatives_folder_may_have_any_name(tmp_path):
    study = read_study(write_bids(tmp_path))
    derived = [file for file in study.files if file.is_derivative]
    assert {file.dataset for file in derived} == {"derivatives/fmriprep-23"}
    assert len(derived) == 5


def test_notes_files_are_anatomy_and_task_runs_without_a_description(tmp_path):
    study = read_study(write_notes(tmp_path))
    assert study.layout == "BIDS"
    assert [file.path for file in study.of_kind("anatomy")] == ["sub-005/anat/sub-005_T1w_defaced.nii"]
    assert [(file.subject, file.task, file.run) for file in study.of_kind("run")] == [
        ("005", "film", "01"),
        ("005", "game", "01"),
        ("005", "rest", "01"),
    ]


@pytest.mark.parametrize("root", [".", "Leiden"])
def test_functional_connectomes_layout_is_found_from_above_or_within_a_site(tmp_path, root):
    study = read_study(write_fcp(tmp_path) / root)
    assert study.layout == "1000 Functional Connectomes"
    assert "01787" in study.subjects
    assert {file.task for file in study.of_kind("run")} == {"rest"}
    assert study.participants[-1].endswith("Leiden_demographics.txt")


def test_any_folder_of_images_is_grouped_by_folder(tmp_path):
    write_image(tmp_path / "ann" / "t1.nii")
    write_image(tmp_path / "bob" / "scan_bold.nii.gz", RUN_SHAPE)
    study = read_study(tmp_path)
    assert study.layout == "folder"
    assert [(file.folder, file.kind) for file in study.files] == [("ann", "anatomy"), ("bob", "run")]


def test_one_subject_folder_of_a_study_is_bids(tmp_path):
    study = read_study(write_bids(tmp_path) / "sub-01")
    assert (study.layout, study.subjects, study.name) == ("BIDS", ("01",), "sub-01")


def test_folder_of_several_studies_is_a_folder(tmp_path):
    write_notes(tmp_path / "one")
    write_fcp(tmp_path / "two")
    assert read_study(tmp_path).layout == "folder"


def test_empty_folder_is_an_empty_study(tmp_path):
    study = read_study(tmp_path)
    assert (study.files, study.layout, study.name) == ((), "folder", tmp_path.name)


@pytest.mark.parametrize("text", ["{", "[]", '{"Name": 3}', '{"Name": "  "}', "[" * 100_000])
def test_useless_description_leaves_the_folders_name(tmp_path, text):
    write_text(tmp_path / "dataset_description.json", text)
    assert read_study(tmp_path).name == tmp_path.name


def test_missing_folder_says_so(tmp_path):
    with pytest.raises(InputError, match=r"The folder gone cannot be read \(No such file or directory\)"):
        read_study(tmp_path / "gone")


def test_file_instead_of_a_folder_says_so(tmp_path):
    with pytest.raises(InputError, match=r"a\.nii is a file, but a study is a folder"):
        read_study(write_image(tmp_path / "a.nii"))


def test_files_with_problems_are_listed_beside_the_others(tmp_path):
    write_bids(tmp_path)
    (tmp_path / "sub-02" / "anat").mkdir()
    (tmp_path / "sub-02" / "anat" / "sub-02_T1w.nii.gz").write_bytes(b"")
    study = read_study(tmp_path)
    broken = study.by_path["sub-02/anat/sub-02_T1w.nii.gz"]
    assert (broken.kind, broken.subject) == ("anatomy", "02")
    assert "empty" in broken.problem
    assert sum(file.problem is not None for file in study.files) == 1


def test_unreadable_companion_is_a_notice(tmp_path):
    (tmp_path / "task-a_bold.json").symlink_to("nowhere.json")
    study = read_study(tmp_path)
    assert study.companions == ()
    assert study.notices == ("task-a_bold.json is left out. It is a link to a file that does not exist.",)


def test_files_that_are_no_images_are_counted(tmp_path):
    for name in ("notes.pdf", "CHANGES", "report.html"):
        write_text(tmp_path / name, "x")
    assert read_study(tmp_path).n_skipped == 3


def test_progress_counts_up_to_all_files(tmp_path):
    n_files = write_tree(tmp_path, 600)
    counts = []
    study = read_study(tmp_path, progress=counts.append)
    assert counts == [250, 500, n_files]
    assert len(study.files) + len(study.companions) == n_files


def test_cancel_within_one_large_folder_ends_cleanly(tmp_path):
    for number in range(600):
        write_text(tmp_path / f"a{number}.txt", "")
    counts = []
    with pytest.raises(WalkCancelled):
        read_study(tmp_path, progress=counts.append, is_cancelled=lambda: bool(counts))
    assert counts == [250]


def test_state_is_the_same_until_something_changes(tmp_path):
    study = read_study(write_bids(tmp_path))
    assert folder_state(tmp_path) == study.state
    path = write_image(tmp_path / "sub-01" / "anat" / "sub-01_acq-2_T1w.nii.gz")
    added = folder_state(tmp_path)
    assert added != study.state
    os.utime(path, ns=(0, 0))
    assert folder_state(tmp_path) != added
    path.unlink()
    assert folder_state(tmp_path) == study.state


def test_state_changes_when_an_annexed_file_arrives(tmp_path):
    (tmp_path / "a.nii.gz").symlink_to(".git/annex/objects/x.nii.gz")
    before = folder_state(tmp_path)
    write_image(tmp_path / ".git" / "annex" / "objects" / "x.nii.gz")
    assert folder_state(tmp_path) != before


def test_table_has_one_row_a_file(tmp_path):
    frame = tabulate(read_study(write_notes(tmp_path)).of_kind("run"))
    assert list(frame["task"]) == ["film", "game", "rest"]
    assert frame["session"].isna().all()
    assert frame["problem"].isna().all()


def test_empty_table_keeps_its_columns():
    assert "subject" in tabulate(()).columns


def test_real_trees_are_understood(shared_data):
    layouts = {}
    for folder in ("studyforrest", "studyforrest-mini", "ds005-fmriprep", "fcp-like", "tr-units", "broken"):
        layouts[folder] = read_study(shared_data / folder, inside=[shared_data]).layout
    assert layouts == {
        "studyforrest": "BIDS",
        "studyforrest-mini": "BIDS",
        "ds005-fmriprep": "BIDS",
        "fcp-like": "1000 Functional Connectomes",
        "tr-units": "folder",
        "broken": "folder",
    }


def test_links_of_the_functional_connectomes_tree_need_the_folder_they_lead_to(shared_data):
    alone = read_study(shared_data / "fcp-like")
    assert all("out of the folders" in file.problem for file in alone.files)
    together = read_study(shared_data / "fcp-like", inside=[shared_data])
    assert [file.problem for file in together.files] == [None] * 4
    assert [file.kind for file in together.files] == ["anatomy", "run"] * 2


def test_old_fmriprep_names_have_kinds_and_spaces(shared_data):
    study = read_study(shared_data / "ds005-fmriprep")
    assert len(study.files) == 9
    assert [file.space for file in study.of_kind("mask")] == [None, *["MNI152NLin2009cAsym"] * 3]
    assert len(study.of_kind("labels")) == 2
    assert not study.of_kind("other")


def test_description_link_out_of_the_study_is_not_read(tmp_path):
    secret = write_json(tmp_path / "secret.json", {"Name": "secret"})
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "dataset_description.json").symlink_to(secret)
    assert read_study(tmp_path / "study").name == "study"
