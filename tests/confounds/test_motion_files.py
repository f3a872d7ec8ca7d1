"""Motion parameters as FSL, SPM and AFNI write them."""

import numpy as np
import pytest

from lib.confounds.motion_files import MOTION_COLUMNS, ORDERS, detect_motion_kind, read_motion
from lib.errors import InputError

N_VOLUMES = 40


@pytest.fixture
def head(rng):
    """(40, 6) a head's motion in RAS: trans_x trans_y trans_z in mm, rot_x rot_y rot_z in rad."""
    walk = np.cumsum(rng.normal(size=(N_VOLUMES, 6)), axis=0)
    return walk * [0.1, 0.2, 0.3, 0.002, 0.001, 0.0015]


def write(tmp_path, name, rows, header=""):
    path = tmp_path / name
    np.savetxt(path, rows, fmt="%.10g", header=header)
    return path


def as_afni(head):
    """Write the same motion as AFNI does: LPS axes, degrees, roll pitch yaw dS dL dP."""
    trans, rot = head[:, :3], np.degrees(head[:, 3:])
    return np.column_stack([rot[:, 2], -rot[:, 0], -rot[:, 1], trans[:, 2], -trans[:, 0], -trans[:, 1]])


@pytest.mark.parametrize(
    ("name", "kind", "order", "unit", "columns"),
    [
        ("bold_mcf.par", "FSL", "rotations first", "rad", lambda head: head[:, [3, 4, 5, 0, 1, 2]]),
        ("rp_abold.txt", "SPM", "translations first", "rad", lambda head: head),
        ("dfile.r01.1D", "AFNI", "roll pitch yaw dS dL dP", "deg", as_afni),
    ],
)
def test_the_same_motion_is_read_from_every_tools_file(tmp_path, head, name, kind, order, unit, columns):
    frame, source = read_motion(write(tmp_path, name, columns(head)))
    assert tuple(frame.columns) == MOTION_COLUMNS
    np.testing.assert_allclose(frame.to_numpy(), head, atol=1e-9)
    assert (source.kind, source.order, source.rotation_unit, source.doubts) == (kind, order, unit, ())


def test_afni_columns_are_turned_from_lps_degrees_to_ras_radians(tmp_path):
    """Roll is about z, pitch about x, yaw about y; left and posterior become negative."""
    frame, _ = read_motion(write(tmp_path, "a.1D", [[0, 0, 0, 0, 0, 0], [180, 90, 45, 3, 1, 2]]))
    last = frame.iloc[1]
    assert last[["trans_x", "trans_y", "trans_z"]].tolist() == [-1.0, -2.0, 3.0]
    assert last[["rot_x", "rot_y", "rot_z"]].tolist() == pytest.approx([-np.pi / 2, -np.pi / 4, np.pi])


def test_afni_rotation_and_translation_turn_together():
    """Both vectors change frame alike, so a rotation still carries x to y as the same right-handed screw."""
    turned = [column for column in ORDERS["roll pitch yaw dS dL dP"] if column.startswith("-")]
    assert sorted(turned) == ["-rot_x", "-rot_y", "-trans_x", "-trans_y"]


def test_afni_dfile_has_an_index_before_and_residuals_after(tmp_path, head):
    rows = np.column_stack([np.arange(N_VOLUMES), as_afni(head), np.ones((N_VOLUMES, 2))])
    frame, _ = read_motion(write(tmp_path, "dfile.1D", rows, header="3dvolreg matrices"))
    np.testing.assert_allclose(frame.to_numpy(), head, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a_mcf.par", "FSL"),
        ("rp_a.txt", "SPM"),
        ("RP_A.TXT", "SPM"),
        ("a.1D", "AFNI"),
        ("a.1d", "AFNI"),
        ("a.tsv", "fMRIPrep"),
        ("motion.txt", None),
    ],
)
def test_kind_is_told_from_the_name(name, kind):
    assert detect_motion_kind(name) == kind


@pytest.mark.parametrize(("order", "kind"), [([3, 4, 5, 0, 1, 2], "FSL"), ([0, 1, 2, 3, 4, 5], "SPM")])
def test_nameless_file_is_told_from_its_content_with_a_doubt(tmp_path, head, order, kind):
    frame, source = read_motion(write(tmp_path, "motion.txt", head[:, order]))
    np.testing.assert_allclose(frame.to_numpy(), head, atol=1e-9)
    assert source.kind == kind
    assert "motion.txt does not say which program wrote it" in source.doubts[0]


def test_wrong_order_raises_a_doubt(tmp_path, head):
    _, source = read_motion(write(tmp_path, "swapped.par", head))
    assert any("swapped" in doubt for doubt in source.doubts)


def test_order_and_unit_can_be_overridden(tmp_path, head):
    degrees = head * [1, 1, 1, *[180 / np.pi] * 3]
    path = write(tmp_path, "odd.par", degrees)
    frame, source = read_motion(path, order="translations first", rotation_unit="deg")
    np.testing.assert_allclose(frame.to_numpy(), head, atol=1e-9)
    assert (source.order, source.rotation_unit) == ("translations first", "deg")
    assert source.doubts == ()


def test_degrees_read_as_radians_raise_a_doubt(tmp_path, head):
    degrees = head * [1, 1, 1, *[180 / np.pi] * 3]
    _, source = read_motion(write(tmp_path, "rp_a.txt", degrees))
    assert any("degrees" in doubt for doubt in source.doubts)


def test_missing_values_are_nan_and_said(tmp_path):
    path = tmp_path / "a.par"
    path.write_text("n/a nan 0 0 0 0\n0.001 0 0 0.1 0 0\n0.002 0 0 0.3 0.2 0\n")
    frame, source = read_motion(path)
    assert np.isnan(frame["rot_x"][0])
    assert np.isnan(frame["rot_y"][0])
    assert "1 of 3 volumes have no complete motion parameters" in source.doubts[0]


def test_commas_and_comments_are_read(tmp_path):
    path = tmp_path / "rp_a.txt"
    path.write_text("# x y z\n1,2,3,0.01,0.02,0.03\n\n2, 3, 4, 0.02, 0.03, 0.04\n")
    frame, _ = read_motion(path)
    assert frame.to_numpy().tolist() == [[1, 2, 3, 0.01, 0.02, 0.03], [2, 3, 4, 0.02, 0.03, 0.04]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("1 2 3\n", "has 3 columns"),
        ("1 2 3 4 5 6\n1 2 3\n", "has 3 and 6 columns"),
        ("a b c d e f\n", 'holds "a" where a motion parameter is expected'),
    ],
)
def test_what_is_no_motion_file_says_so(tmp_path, text, words):
    (tmp_path / "a.par").write_text(text)
    with pytest.raises(InputError, match=rf"^a\.par {words}"):
        read_motion(tmp_path / "a.par")


@pytest.mark.parametrize("choice", [{"order": "sideways"}, {"rotation_unit": "mm"}])
def test_unknown_order_or_unit_names_the_known_ones(tmp_path, head, choice):
    with pytest.raises(InputError, match="Choose one of rotations first; translations first"):
        read_motion(write(tmp_path, "a.par", head), **choice)
