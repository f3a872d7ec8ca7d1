"""What the path of a file says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.studies.names import guess_kind, image_stem, is_fcp_path, parse_name

PREP = "derivatives/fmriprep/sub-01"


@pytest.mark.parametrize(
    ("path", "suffix", "kind", "labels"),
    [
        ("sub-005/anat/sub-005_T1w_defaced.nii", "T1w", "anatomy", {"sub": "005"}),
        (
            "sub-005/func/sub-005_task-game_run-01_bold_defaced.nii",
            "bold",
            "run",
            {"sub": "005", "task": "game", "run": "01"},
        ),
        ("sub-1/ses-pre/func/sub-1_ses-pre_task-x_acq-fast_bold.nii.gz", "bold", "run", {"ses": "pre", "acq": "fast"}),
        ("sub-1/func/sub-1_task-x_sbref.nii.gz", "sbref", "other", {"task": "x"}),
        ("sub-1/func/sub-1_task-x_part-phase_bold.nii.gz", "bold", "other", {"part": "phase"}),
        ("sub-1/dwi/sub-1_dwi.nii.gz", "dwi", "other", {"sub": "1"}),
        ("sub-1/anat/sub-1_FLAIR.nii.gz", "FLAIR", "anatomy", {}),
        ("sub-1/fmap/sub-1_phasediff.nii.gz", "phasediff", "map", {}),
        (f"{PREP}/anat/sub-01_T1w_preproc.nii.gz", "T1w", "anatomy", {"desc": "preproc"}),
        (f"{PREP}/anat/sub-01_T1w_dtissue.nii.gz", "dseg", "labels", {"sub": "01"}),
        (f"{PREP}/anat/sub-01_T1w_class-GM_probtissue.nii.gz", "probseg", "map", {"class": "GM"}),
        (
            f"{PREP}/func/sub-01_task-x_bold_space-MNI_brainmask.nii.gz",
            "mask",
            "mask",
            {"space": "MNI", "desc": "brain"},
        ),
        (
            f"{PREP}/func/sub-01_task-x_bold_space-MNI_preproc.nii.gz",
            "bold",
            "run",
            {"space": "MNI", "desc": "preproc"},
        ),
        (f"{PREP}/func/sub-01_task-x_space-MNI_desc-brain_mask.nii.gz", "mask", "mask", {"desc": "brain"}),
        (f"{PREP}/func/sub-01_task-x_bold.dtseries.nii", "bold", "other", {"task": "x"}),
        ("sub-07/T1.nii", "", "anatomy", {"sub": "07"}),
        ("A/sub00001/anat/mprage_anonymized.nii.gz", "T1w", "anatomy", {"sub": "00001"}),
        ("A/sub00001/func/rest.nii.gz", "bold", "run", {"sub": "00001", "task": "rest"}),
    ],
)
def test_path_says_suffix_kind_and_entities(path, suffix, kind, labels):
    name = parse_name(path)
    assert name.suffix == suffix
    assert guess_kind(path, name) == kind
    assert {key: name.label(key) for key in labels} == labels


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("zstat1.nii.gz", "map"),
        ("spmT_0001.nii", "map"),
        ("con_0002.nii", "map"),
        ("mean_func.nii.gz", "map"),
        ("filtered_func_data.nii.gz", "run"),
        ("my_rest_scan.nii.gz", "run"),
        ("T1_brain_mask.nii.gz", "mask"),
        ("anat_roi+orig.HEAD", "mask"),
        ("aparc+aseg.mgz", "labels"),
        ("freesurfer/mri/brainmask.mgz", "anatomy"),
        ("freesurfer/mri/orig.mgz", "anatomy"),
        ("co20071224MPRAGE.nii", "anatomy"),
        ("mprage.nii", "anatomy"),
        ("anatomy/scan.nii", "anatomy"),
        ("bold_2/scan.nii", "run"),
        ("scan.nii", "other"),
    ],
)
def test_kind_is_guessed_from_plain_words(path, kind):
    assert guess_kind(path, parse_name(path)) == kind


@pytest.mark.parametrize(
    ("path", "dataset"),
    [
        ("sub-01/anat/sub-01_T1w.nii.gz", ""),
        ("derivatives/any name/sub-01/anat/sub-01_T1w.nii.gz", "derivatives/any name"),
        ("derivatives/feat/run1.feat/zstat1.nii.gz", "derivatives/feat"),
        ("ds005/derivatives/prep/sub-01/x.nii", "ds005/derivatives/prep"),
        ("Leiden/sub01787/func/rest.nii.gz", "Leiden"),
    ],
)
def test_dataset_is_the_folder_above_the_subjects(path, dataset):
    assert parse_name(path).dataset == dataset


def test_words_after_the_suffix_are_kept():
    assert parse_name("sub-005/anat/sub-005_T1w_defaced.nii").words == ("defaced",)


def test_subject_comes_from_the_folder_when_the_file_does_not_say_it():
    name = parse_name("sub-03/ses-2/brain.nii")
    assert (name.label("sub"), name.label("ses")) == ("03", "2")


@pytest.mark.parametrize(
    "path",
    [
        "func/sub-01_task-x_desc-confounds_timeseries.tsv",
        "func/sub-01_task-x_desc-confounds_regressors.tsv",
        "func/sub-01_task-x_bold_confounds.tsv",
    ],
)
def test_confounds_are_known_under_their_old_names(path):
    assert parse_name(path).is_confounds


@pytest.mark.parametrize(
    ("file_name", "stem"),
    [
        ("a.nii.gz", "a"),
        ("a.b.nii", "a.b"),
        ("a+orig.HEAD", "a"),
        ("a.dtseries.nii", "a"),
        ("a.NII.GZ", "a"),
    ],
)
def test_stem_has_no_extension(file_name, stem):
    assert image_stem(file_name) == stem


def test_bids_path_is_not_the_functional_connectomes_layout():
    assert is_fcp_path("Leiden/sub01787/func/rest.nii.gz")
    assert not is_fcp_path("sub-01787/func/sub-01787_task-rest_bold.nii.gz")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("sub-01_T1wboldanatfuncz.é+ ", min_size=1, max_size=30), min_size=1, max_size=5))
def test_no_path_is_too_odd_to_be_read(parts):
    path = "/".join(part.replace("/", "") or "x" for part in parts) + ".nii.gz"
    assert guess_kind(path, parse_name(path)) in ("anatomy", "run", "mask", "map", "labels", "other")
