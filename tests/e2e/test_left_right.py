"""Left and right that no header vouches for: a question mark on the slices, one line, and the way to the doctor."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.builders.quality_runs import N_VOLUMES
from tests.e2e import hand, images
from tests.e2e.server import run_server

LINE = "Left and right are a guess."
SILENT, MIRRORED = "The file states no orientation.", "The sform and the qform of the header mirror each other."


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return the app with a run without codes, a mirrored image and a sure one."""
    folder = tmp_path_factory.mktemp("start") / "odd"
    folder.mkdir()
    run = np.random.default_rng(5).normal(900, 20, (*images.SHAPE, N_VOLUMES)).astype(np.float32)
    write(folder / "silent_bold.nii.gz", run, 0, 0)
    write(folder / "mirrored.nii.gz", run[..., 0], 1, 1, np.diag([-1, 1, 1, 1]) @ images.oblique())
    write(folder / "sure.nii.gz", run[..., 0], 1, 1)
    cache = str(tmp_path_factory.mktemp("cache"))
    with run_server(tmp_path_factory.mktemp("server") / "log", folder, VOXEL_EXPLORER_CACHE=cache) as running:
        yield running


def write(path: Path, data, sform_code: int, qform_code: int, qform=None) -> None:
    img = nib.Nifti1Image(data, images.oblique())
    img.set_sform(images.oblique(), sform_code)
    img.set_qform(images.oblique() if qform is None else qform, qform_code)
    nib.save(img, path)


def letters(page: Page, chart: str = "slices") -> list[str]:
    """Return the letters that stand on the slices or the montage, each once, without the labels in mm."""
    notes = hand.container(page, chart).locator(".annotation-text").all_text_contents()
    return sorted({note.replace("\u00a0", " ") for note in notes if not any(letter.isdigit() for letter in note)})


@pytest.mark.parametrize("name", ["anatomy", "timeseries", "quality"])
def test_sides_without_a_code_are_a_guess_on_every_page_and_the_doctor_is_a_click_away(look_at, name):
    page = look_at(f"/{name}?image=odd/silent_bold.nii.gz")
    assert letters(page) == ["A", "I", "L ?", "P", "R ?", "S"]
    line = hand.container(page, "slices-sides")
    expect(line).to_contain_text(f"{LINE} {SILENT}")
    line.get_by_role("link", name="Header doctor").click()
    hand.wait_for(page, "() => location.pathname === '/spaces'")
    hand.wait_until_drawn(page)
    expect(page.get_by_role("combobox", name="Image", exact=True)).to_have_value("odd/silent_bold.nii.gz")
    expect(page.get_by_role("tab", name="Header doctor")).to_have_attribute("aria-selected", "true")
    hand.expect_alert(page, "both codes are 0", "Left and right are a guess")
    hand.expect_address(page, image="odd/silent_bold.nii.gz", tab="Header doctor")


def test_the_link_to_the_doctor_is_one_for_a_fresh_visitor_too(look_at):
    page = look_at("/spaces?image=odd/mirrored.nii.gz&tab=Header+doctor")
    hand.expect_alert(page, "sform and qform mirror each other")
    assert letters(page) == ["A", "I", "L ?", "P", "R ?", "S"]


def test_forms_that_mirror_each_other_are_a_guess_in_the_montage_too(look_at):
    page = look_at("/anatomy?image=odd/mirrored.nii.gz")
    expect(hand.container(page, "slices-sides")).to_contain_text(f"{LINE} {MIRRORED}")
    assert letters(page) == ["A", "I", "L ?", "P", "R ?", "S"]
    hand.wait_for(page, "() => document.querySelectorAll('.annotation-text').length > 12 + 18")
    shown = [text.replace("\u00a0", " ") for text in page.locator(".annotation-text").all_text_contents()]
    assert (shown.count("L ?"), shown.count("R ?"), shown.count("L")) == (3, 3, 0)


def test_sides_that_the_header_vouches_for_are_letters_and_nothing_more(look_at):
    page = look_at("/anatomy?image=odd/sure.nii.gz")
    assert letters(page) == ["A", "I", "L", "P", "R", "S"]
    expect(hand.container(page, "slices-sides")).to_have_count(0)


def test_of_a_layer_over_a_sure_image_it_is_said_by_its_name(look_at):
    page = look_at("/anatomy?image=odd/sure.nii.gz&overlay=odd/mirrored.nii.gz")
    expect(hand.container(page, "slices-sides")).to_contain_text(
        f"Left and right of mirrored.nii.gz are a guess. {MIRRORED}"
    )
    assert letters(page)[:6] == ["A", "I", "L", "P", "R", "S"]
