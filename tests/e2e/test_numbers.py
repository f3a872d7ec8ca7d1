"""Numbers on the screen: whole ones whole on every way that they take, and each quantity written in one way."""

import re

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from nibabel.affines import apply_affine
from playwright.sync_api import Page, expect

from tests.e2e import hand, images
from tests.e2e.server import run_server

# Two labels beside each other that are one number in float64, and one that is no signed 64-bit number.
FIRST, SECOND, LARGE = 2**53, 2**53 + 1, 2**63 + 5
AT_FIRST, AT_SECOND, AT_LARGE = (6, 10, 8), (16, 10, 8), (12, 18, 12)
# No float32 is odd from here on.
ODD = 16_777_217
N_VOLUMES = 24


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return the app with label images and runs of large whole numbers."""
    folder = tmp_path_factory.mktemp("start") / "whole"
    folder.mkdir()
    labels = np.zeros(images.SHAPE, np.uint64)
    labels[2:12, 4:24, 2:18], labels[12:22, 4:24, 2:18], labels[AT_LARGE] = FIRST, SECOND, LARGE
    save(labels, folder / "labels.nii.gz")
    rng = np.random.default_rng(3)
    run = rng.integers(0, 400, (*images.SHAPE, N_VOLUMES)).astype(np.int32) * 2 + ODD
    save(run, folder / "odd_bold.nii.gz")
    save((rng.random((*images.SHAPE, N_VOLUMES)) * 200 + 39_000).astype(np.float32), folder / "bright_bold.nii.gz")
    cache = str(tmp_path_factory.mktemp("cache"))
    with run_server(tmp_path_factory.mktemp("server") / "log", folder, VOXEL_EXPLORER_CACHE=cache) as running:
        yield running


def save(data, path) -> None:
    img = nib.Nifti1Image(data, images.oblique(), dtype=data.dtype)
    img.header.set_xyzt_units("mm", "sec")
    if data.ndim == 4:
        img.header["pixdim"][4] = 2.0
    nib.save(img, path)


def place(ijk) -> str:
    xyz = apply_affine(images.oblique(), ijk)
    return "&".join(f"{axis}={value:.2f}" for axis, value in zip("xyz", xyz, strict=True))


def bar_texts(page: Page) -> list[str]:
    """Return the numbers beside the colour bars of the slices."""
    return hand.container(page, "slices").locator(".cbaxis text").all_text_contents()


@pytest.mark.parametrize(("ijk", "label"), [(AT_FIRST, FIRST), (AT_SECOND, SECOND), (AT_LARGE, LARGE)])
def test_a_label_is_read_out_to_its_last_digit(look_at, ijk, label):
    page = look_at(f"/anatomy?image=whole/labels.nii.gz&{place(ijk)}")
    hand.expect_readout(page, re.compile(rf"value {label}$"))


def test_labels_that_are_one_number_in_float64_have_two_colours(look_at):
    page = look_at(f"/anatomy?image=whole/labels.nii.gz&{place(AT_FIRST)}")
    first = hand.code_under_crosshair(page, "axial")
    hand.click_at(page, "axial", apply_affine(images.oblique(), AT_SECOND))
    hand.expect_readout(page, re.compile(rf"value {SECOND}$"))
    hand.wait_until_drawn(page)
    assert [first, hand.code_under_crosshair(page, "axial")] == [1 + (FIRST - 1) % 255, 1 + (SECOND - 1) % 255]


def test_a_layer_s_label_and_the_slice_as_csv_are_whole_too(look_at, tmp_path):
    page = look_at(f"/anatomy?image=whole/labels.nii.gz&overlay=whole/labels.nii.gz&{place(AT_LARGE)}")
    hand.expect_readout(page, re.compile(rf"value {LARGE}\s+labels.nii.gz value {LARGE}$"))
    page.get_by_role("button", name="Slice as CSV").click()
    path = hand.download(page, page.get_by_role("button", name="Axial", exact=True), tmp_path)
    numbers = {text for line in path.read_text().splitlines()[1:] for text in line.split(",")}
    assert numbers == {"0", str(FIRST), str(SECOND), str(LARGE)}


def test_a_held_label_keeps_its_number_in_the_link(look_at):
    page = look_at(f"/timeseries?image=whole/odd_bold.nii.gz&{place(AT_SECOND)}&region=whole/labels.nii.gz")
    hand.wait_until_drawn(page, "series")
    page.get_by_role("button", name="Hold a region").click()
    page.get_by_role("button", name="Hold the label under the cursor").click()
    hand.wait_until_idle(page)
    hand.expect_address(page, held=f"label:{SECOND},whole/labels.nii.gz")
    # All of its box but the one voxel of the third label.
    name = f"label {SECOND} of labels.nii.gz, mean ± SD of {10 * 20 * 16 - 1:,}"
    expect(hand.container(page, "series")).to_contain_text(name)


def test_a_course_of_whole_numbers_is_whole_under_the_pointer_and_in_its_file(look_at, tmp_path):
    page = look_at(f"/timeseries?image=whole/odd_bold.nii.gz&units=raw&{place(AT_FIRST)}")
    hand.wait_until_drawn(page, "series")
    value = hand.read_readout(page).value
    assert value > ODD - 1
    assert value % 2 == 1
    path = hand.download(page, page.get_by_role("button", name="Series as CSV"), tmp_path)
    frame = pd.read_csv(path, comment="#")
    column = next(name for name in frame if name.endswith(" raw"))
    assert [text % 2 for text in frame[column].astype(int)] == [1] * N_VOLUMES
    assert frame[column][0] == value
    x, y = page.evaluate(
        """() => {
            const plot = document.querySelector(".st-key-series .plot");
            const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
            const line = plot.data.find(({ uid }) => uid === "processed");
            return [box.left + xaxis._offset + xaxis.l2p(line.x[9]), box.top + yaxis._offset + yaxis.l2p(line.y[9])];
        }"""
    )
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    expect(page.locator(".hoverlayer text").first).to_be_visible()
    assert f": {frame[column][9]:.0f}" in " ".join(page.locator(".hoverlayer").all_text_contents())


def test_a_colour_bar_has_no_exponents(look_at):
    page = look_at("/timeseries?image=whole/bright_bold.nii.gz")
    texts = bar_texts(page)
    assert len(texts) == 5
    assert all(re.fullmatch(r"39,\d{3}(\.\d)?", text) for text in texts), texts


def test_quality_writes_shares_per_cent_and_each_quantity_with_its_decimals(look_at):
    page = look_at("/quality?image=whole/bright_bold.nii.gz")
    expect(hand.container(page, "verdict")).to_contain_text("Outliers")
    strip = hand.container(page, "verdict").inner_text().replace("\n", " ")
    assert re.search(r"Signal to noise\D* \d+\.\d(?!\d)", strip), strip
    assert re.search(r"Outliers\D* \d+\.\d\d %", strip), strip
    assert re.search(r"Smoothness\D* \d+\.\d\d mm", strip), strip
    assert re.search(r"Sudden changes\D* \d+ volumes?", strip), strip
    assert "e+" not in page.locator("body").inner_text()
