"""What a person calls an image: by the path alone, of real layouts."""

import pytest

from lib.studies.short_names import title_of


@pytest.mark.parametrize(
    ("image_id", "title"),
    [
        ("sample/sub-01/func/sub-01_task-game_bold.nii.gz", ("sub-01, game", "BOLD run")),
        ("data/ds/sub-02/ses-1/func/sub-02_ses-1_task-rest_run-2_bold.nii", ("sub-02, ses-1, rest, run 2", "BOLD run")),
        ("sample/sub-01/anat/sub-01_T1w.nii.gz", ("sub-01", "T1w")),
        (
            "out/sub-01/anat/sub-01_space-MNI152NLin2009cAsym_desc-brain_mask.nii.gz",
            ("sub-01, space MNI152NLin2009cAsym", "brain mask"),
        ),
        ("fcp/Leipzig/sub01241/func/rest.nii.gz", ("sub-01241, rest", "BOLD run")),
        ("mni152-t1", ("MNI152 T1 template, 1 mm", "")),
        ("upload/mine.nii.gz", ("mine.nii.gz", "")),
        # The folder of the server may be called like a subject: it says nothing of what is in it.
        ("sub-09/scan.nii.gz", ("scan.nii.gz", "")),
    ],
)
def test_an_image_is_called_by_what_its_path_says(image_id, title):
    assert title_of(image_id) == title
