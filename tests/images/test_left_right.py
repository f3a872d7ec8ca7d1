"""Which files vouch for left and right, and which leave them a guess."""

import nibabel as nib
import numpy as np
import pytest
from scipy.io import savemat

from lib.images.image import open_image
from tests.builders.image_files import count_up, write_mgh
from tests.builders.nibabel_images import FOLDER

AFFINE = np.array([[-2.0, 0, 0, 12], [0, 2.5, 0, -9], [0, 0, 3, -13], [0, 0, 0, 1]])
SILENT = "The file states no orientation."
MIRRORED = "The sform and the qform of the header mirror each other."
MIRROR, HALF_TURN = np.diag([-1.0, 1, 1, 1]), np.diag([-1.0, -1, 1, 1])


def doubt_of(path) -> str:
    return open_image(path).sides_doubt


def write_nifti(path, sform_code: int, qform_code: int, qform=AFFINE):
    img = nib.Nifti1Image(count_up(), AFFINE)
    img.set_sform(AFFINE, sform_code)
    img.set_qform(qform, qform_code)
    nib.save(img, path)
    return path


@pytest.mark.parametrize(
    ("sform_code", "qform_code", "doubt"), [(0, 0, SILENT), (1, 0, ""), (0, 1, ""), (4, 1, ""), (2, 2, "")]
)
def test_a_nifti_file_vouches_by_either_code(tmp_path, sform_code, qform_code, doubt):
    assert doubt_of(write_nifti(tmp_path / "a.nii.gz", sform_code, qform_code)) == doubt


def test_a_code_that_nifti_does_not_define_vouches_for_nothing(tmp_path):
    path = write_nifti(tmp_path / "a.nii", 0, 0)
    raw = bytearray(path.read_bytes())
    raw[254:256] = (17).to_bytes(2, "little")
    path.write_bytes(raw)
    assert doubt_of(path) == SILENT


@pytest.mark.parametrize("change", [MIRROR, HALF_TURN], ids=["other hand", "same hand"])
def test_two_forms_that_disagree_on_the_sides_vouch_for_neither(tmp_path, change):
    assert doubt_of(write_nifti(tmp_path / "a.nii.gz", 1, 1, change @ AFFINE)) == MIRRORED


def test_a_mirrored_form_whose_code_is_0_says_nothing(tmp_path):
    assert doubt_of(write_nifti(tmp_path / "a.nii.gz", 1, 0, MIRROR @ AFFINE)) == ""


def test_two_forms_of_two_spaces_that_are_tilted_agree_on_the_sides(tmp_path):
    tilt = np.deg2rad(30)
    turn = np.array(
        [[np.cos(tilt), -np.sin(tilt), 0, 5], [np.sin(tilt), np.cos(tilt), 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]]
    )
    assert doubt_of(write_nifti(tmp_path / "a.nii.gz", 4, 1, turn @ AFFINE)) == ""


def test_a_freesurfer_file_vouches_by_its_flag(tmp_path):
    """nibabel sets the flag of a header that it has given a default, so the file itself is asked."""
    assert doubt_of(write_mgh(tmp_path / "told.mgz")) == ""
    assert doubt_of(write_mgh(tmp_path / "silent.mgz", has_ras=False)) == SILENT
    assert doubt_of(write_mgh(tmp_path / "silent.mgh", has_ras=False)) == SILENT


def test_an_analyze_file_vouches_for_nothing_but_with_spm_s_mat(tmp_path):
    img = nib.Spm99AnalyzeImage(count_up(), None)
    nib.save(img, tmp_path / "a.img")
    (tmp_path / "a.mat").unlink(missing_ok=True)
    assert doubt_of(tmp_path / "a.img") == SILENT
    savemat(tmp_path / "a.mat", {"mat": AFFINE, "M": AFFINE})
    assert doubt_of(tmp_path / "a.img") == ""


@pytest.mark.parametrize("name", ["example4d+orig.HEAD", "tiny.mnc", "phantom_EPI_asc_CLEAR_2_1.PAR", "test.mgz"])
def test_formats_that_always_name_the_sides_vouch_for_them(name):
    image = open_image(FOLDER / name)
    assert image.sides_doubt == ""
    if name.endswith(".PAR"):
        image.img.dataobj.file_like.close()


def test_real_files_are_doubted_where_their_headers_are_silent(shared_data):
    folder = shared_data / "oro.nifti"
    doubts = {path.name: doubt_of(path) for path in (*folder.glob("*.nii.gz"), folder / "avg152T1.img.gz")}
    assert {name for name, doubt in doubts.items() if doubt} == {"avg152T1.img.gz", "filtered_func_data.nii.gz"}
    assert set(doubts.values()) == {"", SILENT}
