"""The spaces page as Streamlit runs it: what each tab shows, what an edit does, what a link brings back."""

import re
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import from_matvec
from streamlit.testing.v1 import AppTest

from lib.spaces.space_names import SPACES
from tests.builders import app_pages
from tests.builders.app_pages import one_server, run
from tests.builders.known_affines import NOTES_AFFINE
from tests.e2e import images

NOTES, OBLIQUE, SIGNED = "scans/notes.nii.gz", "scans/oblique.nii.gz", "scans/signed.nii.gz"
FORMS, LOST, LABELS = "scans/forms.nii.gz", "scans/lost.nii.gz", "scans/labels.nii.gz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Folder of small images, one with the affine of the learning notes."""
    path = images.write_images(tmp_path_factory.mktemp("start") / "scans")
    data = np.zeros((176, 240, 256), np.uint8)
    data[88, 120, 128] = 231
    notes = nib.Nifti1Image(data, NOTES_AFFINE)
    notes.set_sform(NOTES_AFFINE, 1)
    notes.set_qform(NOTES_AFFINE, 1)
    nib.save(notes, path / "notes.nii.gz")
    forms = nib.Nifti1Image(np.ones((7, 8, 9), np.uint8), np.diag([20.0, 20, 20, 1]))
    forms.set_sform(np.diag([20.0, 20, 20, 1]), 1)
    forms.set_qform(from_matvec(np.diag([20.0, 20, 20]), (3.0, 4.0, 0.0)), 4)
    nib.save(forms, path / "forms.nii.gz")
    lost = nib.Nifti1Image(np.ones((32, 32, 20, 3), np.int16), None)
    nib.save(lost, path / "lost.nii.gz")
    labels = np.zeros((24, 28, 20), np.uint8)
    labels[:, :14], labels[:, 14:] = 7, 30
    nib.save(nib.Nifti1Image(labels, images.oblique()), path / "labels.nii.gz")
    return path


@pytest.fixture(autouse=True, scope="module")
def fresh_server(folder):
    """Begin with empty caches; the tests are visitors of one server."""
    with one_server(folder):
        yield


def open_page(image: str, **parameters) -> AppTest:
    """Open the page as a link does."""
    return app_pages.open_page("spaces", image=image, **parameters)


def readout(at: AppTest) -> str:
    return at.get_by_key("readout").text[0].value.replace("\u2003", " ")


def worked(at: AppTest) -> str:
    return at.get_by_key("worked").latex[0].value.strip("$\n")


def tables(at: AppTest) -> str:
    return "\n".join(str(cell) for table in at.table for cell in table.value.to_numpy().ravel())


def test_the_notes_voxel_is_worked_out_to_its_place():
    at = open_page(NOTES)
    assert readout(at) == "i 88 j 120 k 128 x 0.80 y 21.18 z 18.10 mm value 231"
    assert worked(at).endswith(
        r"\begin{bmatrix} 0.802 \\ 21.181 \\ 18.101 \end{bmatrix}\ \text{mm}" + "\n\\end{aligned}"
    )
    assert r"0.9979 \cdot 88 + (-0.0634) \cdot 120 + 0.0092 \cdot 128 + (-80.588)" in worked(at)


def test_a_voxel_is_typed_and_its_place_shown():
    at = open_page(NOTES)
    run(at.text_input(key="typed_voxel").set_value("0, 0, 0"))
    assert at.text_input(key="typed_world").placeholder == "-80.588 -95.035 -117.537"
    assert readout(at).startswith("i 0 j 0 k 0 x -80.59 y -95.03 z -117.54 mm")


def test_a_place_is_typed_and_its_voxel_shown():
    at = open_page(NOTES, way="x y z → i j k")
    run(at.text_input(key="typed_world").set_value("0 0 0"))
    assert at.text_input(key="typed_voxel").placeholder == "86 98 111"
    assert at.text_input(key="typed_world").value == ""
    assert worked(at).endswith(
        r"\rightarrow \text{voxel } \begin{bmatrix} 86 \\ 98 \\ 111 \end{bmatrix}" + "\n\\end{aligned}"
    )


def test_what_cannot_be_read_as_a_place_is_said_and_the_cursor_stays():
    at = open_page(NOTES)
    run(at.text_input(key="typed_voxel").set_value("88 120"))
    assert "needs three" in at.error[0].value
    assert readout(at).startswith("i 88 j 120 k 128")
    run(at.text_input(key="typed_voxel").set_value("1 2 3"))
    assert not at.error


def test_the_affine_is_taken_apart_with_nibabel_s_functions():
    at = open_page(NOTES)
    text = tables(at)
    for words in ("RAS", "3.67, 5.41, 4.01 degrees", "nibabel.affines.obliquity(affine)", "inside the image"):
        assert words in text
    assert any("this is the affine again" in found.value for found in at.caption)


def test_the_doctor_finds_a_header_that_lost_its_orientation_broken():
    at = open_page(LOST, tab="Header doctor")
    assert at.get_by_key("verdict").error[0].value.startswith("2 broken")
    assert any("nibabel makes an affine up" in found.value for found in at.error)


def test_the_doctor_puts_both_forms_side_by_side_with_their_corners():
    at = open_page(FORMS, tab="Header doctor")
    text = "\n".join(found.value for found in at.markdown)
    assert "**sform**, code 1 (scanner), used by nibabel" in text
    assert "**qform**, code 4 (MNI152)" in text
    assert "up to **5.00 mm** apart" in text


def test_the_doctor_finds_nothing_broken_in_a_file_that_is_right():
    at = open_page(OBLIQUE, tab="Header doctor")
    assert not at.error


def test_a_move_edits_the_copy_and_not_the_cursor():
    at = open_page(NOTES)
    run(at.slider(key="move_x").set_value(10.0))
    # Ten columns of 1 mm farther left, and as the axes are tilted by 3.7 degrees, half a row farther back.
    assert readout(at) == "i 78 j 121 k 128 x 0.80 y 21.18 z 18.10 mm value 0"
    assert "(-70.588)" in worked(at)


def test_undo_takes_the_last_edit_back_and_reset_all():
    at = open_page(NOTES)
    run(at.slider(key="move_x").set_value(10.0))
    run(at.slider(key="turn_z").set_value(30.0))
    run(button(at, "Undo").click())
    assert (at.slider(key="move_x").value, at.slider(key="turn_z").value) == (10.0, 0.0)
    run(at.button_group(key="mirror").set_value(["i"]))
    run(button(at, "Reset").click())
    assert at.slider(key="move_x").value == 0
    assert at.button_group(key="mirror").value == []
    assert readout(at).startswith("i 88 j 120 k 128")
    run(button(at, "Undo").click())
    assert at.slider(key="move_x").value == 10.0
    assert at.button_group(key="mirror").value == ["i"]


def test_a_flip_of_the_storage_changes_the_index_and_not_the_value():
    at = open_page(NOTES)
    run(at.button_group(key="flip").set_value(["i"]))
    assert readout(at) == "i 87 j 120 k 128 x 0.80 y 21.18 z 18.10 mm value 231"


def test_sform_and_qform_are_swapped_where_both_are_set():
    at = open_page(FORMS)
    run(at.toggle(key="swap").set_value(True))
    assert r"\begin{bmatrix} 3.000 \\ 4.000 \\ 0.000 \end{bmatrix}" in worked(at)
    assert open_page(LOST).toggle(key="swap").disabled


def test_a_link_brings_the_edit_back():
    at = open_page(NOTES, move_x="-10", turn_y="15", mirror="k", tab="Names of spaces")
    assert "moved by 10 mm to the left" in edit_text(at)
    assert "turned by 15° about y" in edit_text(at)
    assert "mirrored along k" in edit_text(at)


def test_another_image_starts_without_an_edit():
    at = open_page(NOTES, move_x="25")
    assert "moved by 25 mm" in edit_text(at)
    run(at.selectbox(key="image").set_value(OBLIQUE))
    assert edit_text(at) == "Nothing is edited yet: this is the file's own affine."


def test_two_images_of_one_world_are_the_same_space_and_the_overlay_is_read_at_the_cursor():
    at = open_page(OBLIQUE, overlay=LABELS, tab="Two images")
    assert at.get_by_key("same_space").success[0].value.startswith("Same shape and same affine")
    assert "labels.nii.gz: i 12 j 14 k 10 value 30" in readout(at)


def test_images_of_two_spaces_are_told_apart():
    at = open_page(NOTES, overlay="mni152-gm", tab="Two images")
    verdict = at.get_by_key("same_space").error[0].value
    assert verdict.startswith("By name these are two spaces, Scanner space and MNI152NLin2009aSym")


def test_an_edited_copy_is_no_longer_in_the_space_that_its_header_names():
    at = open_page(NOTES, overlay=NOTES, tab="Two images")
    assert at.get_by_key("same_space").success
    run(at.slider(key="move_x").set_value(190.0))
    assert at.get_by_key("same_space").error[0].value.startswith("The two boxes do not overlap at all")


def test_the_template_s_outline_is_one_button_away():
    at = open_page(OBLIQUE, tab="Two images")
    run(button(at, "Outline of the MNI152 brain").click())
    assert at.selectbox(key="overlay").value == "mni152-t1"
    assert at.get_by_key("overlay_as").button_group[0].value == "outline"


def test_one_image_alone_is_asked_for_a_second():
    assert "Choose an overlay" in open_page(OBLIQUE, tab="Two images").info[0].value


def test_the_lab_says_what_resampling_changes_and_reordering_does_not():
    at = open_page(OBLIQUE, tab="Resampling", onto="cubes", cube="2.0")
    text = tables(at)
    assert "24 x 28 x 20" in text
    assert "2 x 2 x 2 mm" in text
    assert "LAS" in text
    assert "interpolation='continuous'" in at.code[-1].value


def test_the_lab_warns_of_blended_labels():
    at = open_page(LABELS, tab="Resampling")
    assert at.info[0].value.startswith("This image holds 2 region numbers.")
    assert not open_page(OBLIQUE, tab="Resampling").info


def test_the_overlay_s_grid_is_offered_when_there_is_an_overlay():
    assert "the overlay's grid" not in open_page(OBLIQUE, tab="Resampling").selectbox(key="onto").options
    at = open_page(OBLIQUE, overlay=SIGNED, tab="Resampling")
    assert at.selectbox(key="onto").value == "the overlay's grid"


def test_storage_orders_are_chosen_and_kept_in_the_link():
    at = open_page(OBLIQUE, tab="Storage order", order_2="SLA")
    assert [at.selectbox(key=f"order_{number}").value for number in (1, 2, 3)] == ["RAS", "SLA", "PIR"]


def test_the_glossary_holds_every_space_and_begins_with_the_image_s_own():
    at = open_page("mni152-t1", tab="Names of spaces")
    names = [re.match(r"\*\*(.+?)\*\*", found.value)[1] for found in at.markdown if found.value.startswith("**")]
    names = [name for name in names if name in {space.name for space in SPACES}]
    assert set(names) == {space.name for space in SPACES}
    assert names[0] == "MNI152NLin2009aSym"


def test_every_format_that_opens_has_its_page(shared_data, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", str(shared_data / "oro.nifti"), str(shared_data / "tr-units")])
    for image in ("oro.nifti/avg152T1.img.gz", "oro.nifti/zstat1.nii.gz", "tr-units/ffd_TR0.nii.gz"):
        assert open_page(image, tab="Header doctor").get_by_key("verdict")


def button(at: AppTest, label: str):
    return next(found for found in at.button if found.label == label)


def edit_text(at: AppTest) -> str:
    return next(found.value for found in at.text if found.value.startswith(("The copy is", "Nothing is edited")))
