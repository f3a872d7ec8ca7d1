"""What an image of a study is called: the field's word where its name says it, else its kind."""

import pytest

from lib.studies.kind_words import describe_kind
from lib.studies.model import StudyFile
from lib.studies.names import guess_kind, parse_name


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("sub-01/anat/sub-01_T1w.nii.gz", "T1w"),
        ("sub-01/anat/sub-01_FLAIR.nii.gz", "FLAIR"),
        ("sub-01/func/sub-01_task-rest_bold.nii.gz", "BOLD run"),
        ("sub-01/func/sub-01_task-rest_desc-brain_mask.nii.gz", "brain mask"),
        ("sub-01/func/sub-01_bold_space-MNI152NLin2009cAsym_brainmask.nii.gz", "brain mask"),
        ("lesion_mask.nii.gz", "mask"),
        ("sub-01/anat/sub-01_dseg.nii.gz", "segmentation (labels)"),
        ("atlas.nii.gz", "labels"),
        ("sub-01/anat/sub-01_label-GM_probseg.nii.gz", "probability map"),
        ("sub-01/anat/sub-01_T1map.nii.gz", "T1 map"),
        ("zstat1.nii.gz", "map"),
        ("sub-01/func/sub-01_task-rest_sbref.nii.gz", "SBRef"),
        ("highres.nii.gz", "anatomy"),
    ],
)
def test_an_image_is_called_by_the_field_s_word(path, words):
    name = parse_name(path)
    assert describe_kind(StudyFile(path, name, guess_kind(path, name))) == words
