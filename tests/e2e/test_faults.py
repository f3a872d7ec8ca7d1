"""Faults under the hand: a store damaged while a page shows it, and a run that cannot be unpacked to its end."""

from pathlib import Path

import numpy as np
import pytest
from nibabel.affines import apply_affine
from playwright.sync_api import expect

from tests.builders.series_runs import ACTIVE, FLASH, course, write_study
from tests.e2e import hand, images
from tests.e2e.server import run_server

DAMAGED = "made/sub-01/func/sub-01_task-damaged_bold.nii.gz"
# In the plane of the active voxel, and in another slab of the store.
ELSEWHERE = (2, 1, 6)


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def server(tmp_path_factory, cache):
    """Return the app with a study, one run of which is damaged in its middle."""
    study = write_study(tmp_path_factory.mktemp("start") / "made", images.oblique())
    packed = bytearray((study.parent / FLASH).read_bytes())
    middle = len(packed) // 2
    packed[middle : middle + 2000] = bytes(2000)
    (study.parent / DAMAGED).write_bytes(packed)
    with run_server(tmp_path_factory.mktemp("server") / "log", study, VOXEL_EXPLORER_CACHE=str(cache)) as running:
        yield running


def link(image: str, page: str = "timeseries") -> str:
    x, y, z = apply_affine(images.oblique(), ACTIVE)
    return f"/{page}?units=raw&image={image}&x={x:.2f}&y={y:.2f}&z={z:.2f}"


def expect_course(page, ijk) -> None:
    """Wait until the series is that of a voxel of the file, number for number."""
    hand.wait_for(
        page,
        """([name, expected]) => {
            const trace = document.querySelector(".st-key-series .plot")?.data?.[0];
            return trace?.name === name && trace.y.every((value, n) => Math.abs(value - expected[n]) < 1);
        }""",
        ["voxel {} {} {}".format(*ijk), np.asarray(course("flash", ijk)).tolist()],
    )


def test_a_store_of_zeros_is_made_again_under_the_hand(browser, server, cache):
    """Every time course read 0, and no visitor could tell; now the page reads the run through again by itself."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.add_init_script(hand.NOTE_TIMES)
    page.set_default_timeout(hand.PATIENCE)
    page.goto(server.url + link(FLASH))
    expect_course(page, ACTIVE)
    (series,) = cache.glob("runs/*/series.bin")
    with series.open("r+b") as stream:
        stream.write(bytes(series.stat().st_size))
    hand.wait_until_drawn(page, "slices")
    hand.click_at(page, "axial", apply_affine(images.oblique(), ELSEWHERE))
    expect_course(page, ELSEWHERE)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    context.close()
    assert "is damaged, so it is made again: block" in server.read_log()
    assert "Traceback" not in server.read_log()


@pytest.mark.parametrize("name", ["timeseries", "quality", "anatomy", "spaces"])
def test_a_run_that_cannot_be_unpacked_to_its_end_is_damaged_on_every_page(look_at, name):
    """Only the pages that read it through said so; the others showed its first volume without a word."""
    page = look_at(link(DAMAGED, name), chart=None)
    expect(page.get_by_text("is damaged: it cannot be unpacked to its end")).to_have_count(1)
    hand.wait_until_drawn(page, "slices")
    expect(page.get_by_text("once it has been read through")).to_have_count(0)
