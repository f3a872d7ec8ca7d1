"""What one image's header says."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from lib.images.repetition_time import decide_tr
from lib.studies import ImageFacts, Name, StudyFile, file_path, read_image_facts, read_study, refine_kind
from tests.builders.study_trees import RUN_SHAPE, write_image

NIBABEL_DATA = Path(nib.__path__[0]) / "tests" / "data"


def plain(kind):
    return StudyFile("scan.nii", Name((), "", ("scan",), ""), kind)


def facts(*shape, voxel=2.0, dtype="int16"):
    return ImageFacts(shape=shape, voxel_sizes=(voxel,) * 3, dtype=dtype)


def test_facts_of_a_run(tmp_path):
    path = write_image(tmp_path / "a.nii.gz", RUN_SHAPE, tr=1500.0, unit="msec")
    read = read_image_facts(path)
    assert (read.shape, read.n_volumes, read.voxel_sizes) == ((3, 4, 5, 6), 6, (2.0, 2.0, 2.0))
    assert (read.tr, read.units, read.axcodes, read.dtype) == (1500.0, "msec", ("R", "A", "S"), "int16")


def test_voxel_sizes_are_column_norms_of_an_oblique_affine(tmp_path, oblique_affine):
    nib.Nifti1Image(np.zeros((7, 8, 9), np.int16), oblique_affine).to_filename(tmp_path / "a.nii")
    read = read_image_facts(tmp_path / "a.nii")
    assert read.voxel_sizes == pytest.approx((2.0, 2.5, 3.0), abs=1e-5)
    assert read.axcodes == ("L", "A", "S")
    assert read.xform == "aligned"


@pytest.mark.parametrize(
    ("name", "shape", "seconds"),
    [
        ("functional.nii", (17, 21, 3, 20), 2.0),
        ("minc1_4d.mnc", (10, 20, 20, 2), 1.0),
        ("example4d+orig.HEAD", (33, 41, 25, 3), 3.0),
        ("phantom_EPI_asc_CLEAR_2_1.PAR", (64, 64, 9, 3), 2.0),
    ],
)
def test_every_format_gives_its_tr_in_seconds(name, shape, seconds):
    read = read_image_facts(NIBABEL_DATA / name)
    assert read.shape == shape
    assert decide_tr(read.tr, read.units).seconds == seconds


def test_mgh_counts_its_time_in_milliseconds(tmp_path):
    img = nib.MGHImage(np.zeros(RUN_SHAPE, np.float32), np.eye(4))
    img.header.set_zooms((1, 1, 1, 1800))
    img.to_filename(tmp_path / "a.mgz")
    read = read_image_facts(tmp_path / "a.mgz")
    assert decide_tr(read.tr, read.units).seconds == 1.8


def test_broken_files_end_in_a_sentence(shared_data):
    study = read_study(shared_data / "broken")
    assert len(study.files) == 12
    for file in study.files:
        problem = file.problem or read_image_facts(file_path(study, file)).problem
        assert problem, file.path
        assert problem.endswith(".")


def test_missing_file_is_a_problem_not_a_crash(tmp_path):
    assert "does not exist" in read_image_facts(tmp_path / "gone.nii").problem


@pytest.mark.parametrize(
    ("kind", "read", "refined"),
    [
        ("other", facts(7, 8, 9, 20), "run"),
        ("anatomy", facts(7, 8, 9, 20), "run"),
        ("other", facts(7, 8, 9), "anatomy"),
        ("other", facts(7, 8, 9, voxel=4.0), "map"),
        ("run", facts(7, 8, 9), "map"),
        ("map", facts(7, 8, 9, 20), "map"),
        ("mask", facts(7, 8, 9), "mask"),
        ("other", facts(7, 8, 9, 3, dtype="RGB"), "other"),
        ("other", ImageFacts(problem="It is empty."), "other"),
    ],
)
def test_kind_is_refined_by_dimensions(kind, read, refined):
    assert refine_kind(plain(kind), read).kind == refined


def test_kind_that_a_suffix_says_is_kept():
    file = StudyFile("sub-1_bold.nii", Name((("sub", "1"),), "bold", (), ""), "run")
    assert refine_kind(file, facts(7, 8, 9)).kind == "run"
