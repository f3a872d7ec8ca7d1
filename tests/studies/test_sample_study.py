"""The sample study before its images are built."""

import pytest

from lib.errors import InputError
from lib.studies import read_image_facts
from lib.studies.sample_study import (
    FIRST_IMAGE,
    build_sample_image,
    read_sample_facts,
    read_sample_study,
    sample_images,
    sample_path,
)
from lib.studies.simulated import KNOWN


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path))


def test_newcomers_image_comes_first_and_derivatives_last():
    images = sample_images()
    assert images[0] == FIRST_IMAGE
    assert images[-1].startswith("derivatives/")


def test_header_is_the_same_before_and_after_building():
    """The table is filled without building anything, so what it says must be what is built."""
    mask = KNOWN.runs[3].mask_path
    for path in (FIRST_IMAGE, mask):
        expected = read_sample_facts(path)
        assert read_image_facts(build_sample_image(path, lambda fraction, note: None)) == expected


def test_run_states_its_volumes_and_tr_without_being_built():
    facts = read_sample_facts(KNOWN.runs[0].path)
    assert (facts.shape, facts.tr, facts.units) == ((48, 56, 40, 144), 2.0, "sec")
    assert not sample_path(KNOWN.runs[0].path).exists()


def test_study_lists_every_image_though_none_is_built():
    study = read_sample_study()
    assert {file.path for file in study.files} == set(sample_images())
    assert study.layout == "BIDS"
    assert study.subjects == ("01", "02")
    assert study.participants == ("participants.tsv",)


def test_unknown_image_is_refused_with_one_that_exists():
    with pytest.raises(InputError, match=r'no image "sub-09/anat/x.nii".*sub-01/anat/sub-01_T1w.nii.gz'):
        sample_path("sub-09/anat/x.nii")


def test_path_out_of_the_sample_is_refused():
    with pytest.raises(InputError, match="no image"):
        sample_path("../../etc/passwd")
