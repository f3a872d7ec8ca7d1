import nibabel as nib
import numpy as np
import pytest

from lib.images.header_facts import read_facts
from tests.builders.nibabel_images import FOLDER, opened


@pytest.mark.parametrize(
    ("name", "format_name", "grid_shape", "n_volumes", "zooms", "tr"),
    [
        ("functional.nii", "NIfTI-1", (17, 21, 3), 20, (4, 4, 8), 2),
        ("example_nifti2.nii.gz", "NIfTI-2", (32, 20, 12), 2, (2, 2, 2.2), 2000),
        ("nifti1.hdr", "NIfTI-1", (91, 109, 91), 1, (2, 2, 2), 1),
        ("analyze.hdr", "Analyze", (91, 109, 91), 1, (2, 2, 2), 0),
        ("test.mgz", "FreeSurfer MGH", (3, 4, 5), 2, (1, 1, 1), 0.002),
        ("example4d+orig.BRIK.gz", "AFNI", (33, 41, 25), 3, (3, 3, 3), 3),
        ("phantom_EPI_asc_CLEAR_2_1.PAR", "Philips PAR/REC", (64, 64, 9), 3, (3.75, 3.75, 8), 2),
        ("minc1_4d.mnc", "MINC", (10, 20, 20), 2, (2, 2, 2), 1),
        ("tiny.mnc", "MINC", (10, 20, 20), 1, (2, 2, 2), None),
    ],
)
def test_every_format_states_its_grid_sizes_and_time_step(name, format_name, grid_shape, n_volumes, zooms, tr):
    with opened(name) as img:
        facts = read_facts(img)
    assert (facts.format, facts.grid_shape, facts.n_volumes) == (format_name, grid_shape, n_volumes)
    np.testing.assert_allclose(facts.zooms, zooms, rtol=1e-6)
    assert facts.tr == (None if tr is None else pytest.approx(tr))


def test_facts_are_the_files_own_not_what_nibabel_made_of_them(tmp_path):
    """On opening, nibabel drops the sign of a voxel size, the slope, and form codes that it does not know."""
    img = nib.Nifti1Image(np.zeros((7, 8, 9), np.int16), np.eye(4))
    raw = bytearray(img.to_bytes())
    stored = nib.Nifti1Header(bytes(raw[:348]), check=False)
    stored["pixdim"][1] = -2
    stored["scl_slope"] = np.nan
    stored["qform_code"] = 17
    raw[:348] = stored.binaryblock
    path = tmp_path / "odd.nii"
    path.write_bytes(raw)
    facts = read_facts(nib.load(path))
    assert facts.zooms[0] == -2
    assert np.isnan(facts.slope)
    assert facts.stored_codes == (2, 17)
    assert facts.forms.qform_code == 0


def test_an_image_without_a_file_states_what_nibabel_holds():
    img = nib.Nifti1Image(np.zeros((7, 8, 9), np.int16), np.diag([2.0, 3, 4, 1]))
    facts = read_facts(img)
    np.testing.assert_array_equal(facts.zooms, [2, 3, 4])
    assert (facts.slope, facts.inter) == (None, None)


def test_a_file_that_has_gone_is_judged_by_what_nibabel_read(tmp_path):
    path = tmp_path / "gone.nii"
    nib.save(nib.Nifti1Image(np.zeros((7, 8, 9), np.int16), np.diag([2.0, 3, 4, 1])), path)
    img = nib.load(path)
    path.unlink()
    facts = read_facts(img)
    np.testing.assert_array_equal(facts.zooms, [2, 3, 4])
    assert (facts.slope, facts.inter) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("code", "unit"), [(2 + 8, ("mm", "sec")), (0, ("unknown",) * 2), (5 + 56, ("code 5", "code 56"))]
)
def test_units_by_code(code, unit):
    img = nib.Nifti1Image(np.zeros((7, 8, 9), np.int16), np.eye(4))
    img.header["xyzt_units"] = code
    facts = read_facts(img)
    assert (facts.space_unit, facts.time_unit) == unit


def test_afni_says_milliseconds_by_a_number():
    img = nib.load(FOLDER / "example4d+orig.HEAD")
    img.header.info["TAXIS_NUMS"] = [3, 25, 77001]
    img.header.info["TAXIS_FLOATS"] = [0.0, 3000.0, 0.0, 0.0, 0.0]
    facts = read_facts(img)
    assert facts.time_unit == "msec"


def test_no_voxel_is_read(tmp_path):
    """A file cut off behind its header still has facts."""
    path = tmp_path / "cut.nii"
    whole = nib.Nifti1Image(np.ones((7, 8, 9), np.int16), np.eye(4)).to_bytes()
    path.write_bytes(whole[:352])
    assert read_facts(nib.load(path)).grid_shape == (7, 8, 9)
