"""Which space an image says that it is in."""

import nibabel as nib
import numpy as np
import pytest

from lib.images.image import open_image
from lib.images.stated_space import stated_space
from lib.spaces.space_names import describe_space
from lib.studies.image_ids import bundled_path
from tests.builders.nibabel_images import FOLDER


def saved(tmp_path, name, sform_code=1, qform_code=1):
    img = nib.Nifti1Image(np.zeros((7, 8, 9), np.int16), np.eye(4))
    img.set_sform(np.eye(4), sform_code)
    img.set_qform(np.eye(4), qform_code)
    nib.save(img, tmp_path / name)
    return open_image(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "space"),
    [
        ("sub-01_space-MNI152NLin2009cAsym_desc-preproc_T1w.nii.gz", "MNI152NLin2009cAsym"),
        ("sub-01_T1w_space-T1w_brainmask.nii", "T1w"),
        ("space-MNI305_mean.nii", "MNI305"),
    ],
)
def test_the_name_of_the_file_comes_first(tmp_path, name, space):
    assert stated_space(saved(tmp_path, name)) == space


def test_without_a_name_the_code_of_the_form_in_use_counts(tmp_path):
    assert stated_space(saved(tmp_path, "a.nii", 4, 1)) == 4
    assert stated_space(saved(tmp_path, "b.nii", 0, 2)) == 2
    assert stated_space(saved(tmp_path, "c.nii", 0, 0)) == 0


def test_a_format_without_codes_states_none():
    assert stated_space(open_image(FOLDER / "test.mgz")) is None


def test_bundled_templates_are_the_release_that_nilearn_ships():
    image = open_image(bundled_path("mni152-gm"), name="mni152-gm")
    assert describe_space(stated_space(image)).name == "MNI152NLin2009aSym"
