"""One line of the study table."""

from lib.studies import read_row, read_study, tabulate_rows
from tests.builders.study_trees import RUN_SHAPE, write_bids, write_image, write_json


def test_row_of_a_run_has_its_length(tmp_path):
    study = read_study(write_bids(tmp_path))
    row = read_row(study, study.by_path["sub-01/func/sub-01_task-game_run-1_bold.nii.gz"])
    assert (row.tr.seconds, row.tr.source, row.length) == (2.0, "task-game_bold.json", 12.0)
    assert (row.space, row.problem) == ("aligned", None)


def test_row_of_an_anatomy_has_no_tr(tmp_path):
    study = read_study(write_bids(tmp_path))
    row = read_row(study, study.by_path["sub-01/anat/sub-01_T1w.nii.gz"])
    assert (row.tr, row.length, row.facts.shape) == (None, None, (7, 8, 9))


def test_run_without_a_tr_has_no_length(tmp_path):
    write_image(tmp_path / "scan.nii", RUN_SHAPE, tr=0.0)
    study = read_study(tmp_path)
    row = read_row(study, study.files[0])
    assert (row.file.kind, row.tr.seconds, row.length) == ("run", None, None)
    assert "zero" in row.tr.flag


def test_space_is_the_names_before_the_headers(tmp_path):
    study = read_study(write_bids(tmp_path))
    spaces = {read_row(study, file).space for file in study.files if file.is_derivative}
    assert spaces == {"MNI152NLin2009cAsym", "T1w", "aligned"}


def test_row_of_a_broken_file_has_the_reason(tmp_path):
    (tmp_path / "a.nii").write_bytes(b"")
    study = read_study(tmp_path)
    row = read_row(study, study.files[0])
    assert row.problem == "It is empty (0 bytes). Copy or download it again."
    assert row.facts.n_volumes == 0


def test_table_shows_shape_sizes_and_flags(tmp_path):
    write_image(tmp_path / "sub-1_task-a_bold.nii.gz", RUN_SHAPE, tr=2.0)
    write_json(tmp_path / "sub-1_task-a_bold.json", {"RepetitionTime": 3})
    study = read_study(tmp_path)
    table = tabulate_rows([read_row(study, file) for file in study.files])
    row = table.iloc[0]
    assert (row["shape"], row["voxel_sizes_mm"], row["n_volumes"]) == ("3 x 4 x 5", "2 x 2 x 2", 6)
    assert (row["tr_s"], row["length_s"]) == (3.0, 18.0)
    assert row["tr_flag"] == "sub-1_task-a_bold.json says 3 s, the header 2 s; the sidecar's is used."


def test_every_file_of_the_real_trees_gives_a_row(shared_data):
    for folder in ("broken", "oro.nifti", "datatypes", "orientations", "ds005-fmriprep", "fcp-like"):
        study = read_study(shared_data / folder, inside=[shared_data])
        rows = [read_row(study, file) for file in study.files]
        assert all(row.problem or row.facts.shape for row in rows)
        assert len(tabulate_rows(rows)) == len(study.files)
