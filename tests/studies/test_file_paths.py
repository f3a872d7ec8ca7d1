"""Where the path of a study's image leads, when it is opened."""

import pytest

from lib.errors import InputError
from lib.studies import file_path, read_study
from tests.builders.study_trees import write_image, write_text


def test_path_of_a_file_with_a_problem_is_refused(tmp_path):
    (tmp_path / "a.nii").write_bytes(b"")
    study = read_study(tmp_path)
    with pytest.raises(InputError, match=r"a\.nii cannot be opened\. It is empty"):
        file_path(study, study.files[0])


def test_path_that_was_replaced_by_a_link_after_indexing_is_refused(tmp_path):
    secret = write_image(tmp_path / "secret.nii")
    inside = write_image(tmp_path / "study" / "a.nii")
    study = read_study(tmp_path / "study")
    inside.unlink()
    inside.symlink_to(secret)
    with pytest.raises(InputError, match="out of the folders that may be read"):
        file_path(study, study.files[0])


def test_path_of_a_link_stored_as_text_is_its_target(tmp_path):
    target = write_image(tmp_path / "deep" / "run.nii")
    write_text(tmp_path / "a.nii", "deep/run.nii")
    study = read_study(tmp_path)
    assert file_path(study, study.by_path["a.nii"]).path == target.resolve()
