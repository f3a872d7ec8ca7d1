"""What pages say of files and stores that are damaged: the same on each, and no promise that is not kept."""

import gzip
import json
import os
import shutil
from collections import namedtuple
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import apply_affine
from streamlit.testing.v1 import AppTest

from lib.cache import readings
from lib.cache.images import store_of, volume_of
from lib.cache.jobs import server_jobs
from lib.cache.readings import reading_key
from lib.errors import InputError
from lib.figures.time_course import PROCESSED
from lib.images import thinning
from lib.runs import preparing, read_series, runs_folder
from lib.session import image_choice
from tests.builders import app_pages
from tests.builders.app_pages import forget, one_server, run, settle
from tests.builders.feeds import ask_route
from tests.builders.series_runs import ACTIVE, FLASH, course, write_study
from tests.e2e import images

Usage = namedtuple("Usage", "total used free")
ID = "start/flash_bold.nii.gz"
HERE = dict(zip("xyz", apply_affine(images.oblique(), ACTIVE).round(2).astype(str).tolist(), strict=True))
RUN_PAGES = ("timeseries", "quality")
PAGES = (*RUN_PAGES, "anatomy", "spaces")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    """A packed run of 48 volumes."""
    study = write_study(tmp_path_factory.mktemp("made") / "made", images.oblique())
    return (study.parent / FLASH).read_bytes()


@pytest.fixture
def start(tmp_path, whole):
    """The start folder of a server of its own, with one run in it."""
    path = tmp_path / "start" / "flash_bold.nii.gz"
    path.parent.mkdir()
    path.write_bytes(whole)
    with one_server(path.parent, cache_folder=tmp_path / "cache"):
        yield path


def open_page(name: str, **parameters: str) -> AppTest:
    """Open a page with the run at a voxel that is known, and wait for what is being read."""
    return wait(app_pages.open_page(name, image=ID, t="0", **HERE, **parameters))


def wait(at: AppTest) -> AppTest:
    """Run a page until no job is under way, those without a bar included."""
    for _ in range(3):
        for job in list(server_jobs()._jobs.values()):
            job.wait(30)
        settle(run(at))
    return at


def texts(at: AppTest) -> str:
    """Return all that a page says in words of its own."""
    kinds = ("error", "info", "warning", "caption", "text", "markdown")
    tips = [button.help or "" for button in at.button]
    return " ".join([*(element.value for kind in kinds for element in at.get(kind)), *tips])


def errors(at: AppTest) -> list[tuple[str, str]]:
    """Return the heading and the sentence of each error that a page shows."""
    return [(error.proto.title, error.value.replace("\\", "")) for error in at.error]


def cut_off(path: Path) -> None:
    """Leave the first half of a packed run."""
    os.truncate(path, path.stat().st_size // 2)


def damage(path: Path) -> None:
    """Make a packed run that cannot be unpacked from its middle on, its first volumes whole."""
    packed = bytearray(path.read_bytes())
    middle = len(packed) // 2
    packed[middle : middle + 2000] = bytes(2000)
    path.write_bytes(packed)


def zero_stores() -> None:
    """Overwrite what was stored of all runs with zeros, and let the server begin anew, so that it opens them again."""
    for name in ("series.bin", "volumes.bin"):
        for file in runs_folder().glob(f"*/{name}"):
            file.write_bytes(bytes(file.stat().st_size))
    forget()


def chart_in(at: AppTest, place: str) -> dict:
    """Return what the chart in a place of the page was sent."""
    (element,) = [one for one in at.get_by_key(place).children.values() if one.type == "bidi_component"]
    return json.loads(element.proto.json)


def ask(at: AppTest, ijk=ACTIVE):
    """Ask the feed of the time series page for a voxel."""
    return ask_route(
        chart_in(at, "series")["feed"], **dict(zip("xyz", apply_affine(images.oblique(), ijk), strict=True)), t=0
    )


def drawn_course(at: AppTest, ijk=ACTIVE) -> list[float]:
    """Return the course of a voxel that the page draws."""
    answer = ask(at, ijk)
    assert answer.status_code == 200, answer.body
    return json.loads(answer.body)["traces"][PROCESSED]["y"]


def refuse_to_read(*given) -> None:
    raise InputError("Not in this test.")


def reading_job():
    return server_jobs().find(reading_key(image_choice.open_by_id(ID)))


# Files that are damaged


@pytest.mark.parametrize("name", PAGES)
def test_a_run_that_cannot_be_unpacked_is_damaged_on_every_page(name, start):
    """The pages that show one volume showed the first, which is whole, and said nothing of the rest."""
    damage(start)
    at = open_page(name)
    said = "flash_bold.nii.gz is damaged: it cannot be unpacked to its end. Copy or download it again."
    assert errors(at) == [("Only a part can be shown", said)]
    assert chart_in(at, "slices")["slices"]


@pytest.mark.parametrize("t", [0, 47])
@pytest.mark.parametrize("name", PAGES)
def test_over_a_run_that_is_cut_off_stands_that_a_part_is_shown_and_once(name, t, start):
    """ "This cannot be shown" stood over slices that were; at a volume that is not there, two or three times."""
    cut_off(start)
    at = wait(app_pages.open_page(name, image=ID, **HERE | {"t": str(t)}))
    said = "flash_bold.nii.gz is cut off: it ends before its header says it should. Copy or download it again."
    assert errors(at) == [("Only a part can be shown", said)]


@pytest.mark.parametrize("name", PAGES)
def test_a_run_none_of_whose_volumes_can_be_unpacked_cannot_be_shown(name, start):
    packed = bytearray(start.read_bytes())
    packed[400:700] = bytes(300)
    start.write_bytes(packed)
    ((heading, said),) = errors(open_page(name))
    assert heading == "This cannot be shown"
    assert said.startswith("flash_bold.nii.gz is damaged: it cannot be unpacked to its end.")


def test_a_run_for_which_there_is_no_memory_is_shown_in_part(start, monkeypatch):
    monkeypatch.setattr(preparing, "MAX_MEMORY_BYTES", 1)
    assert errors(open_page("timeseries"))[0][0] == "Only a part can be shown"


def test_over_a_link_that_is_followed_in_part_stands_that(start):
    at = app_pages.open_page("anatomy", image=ID, **HERE | {"x": "far"})
    assert [heading for heading, _ in errors(at)] == ["Not all of the link can be shown"]


@pytest.mark.parametrize("name", RUN_PAGES)
def test_nothing_is_promised_of_a_run_that_was_refused(name, start):
    """Below "cannot be unpacked" stood "time courses appear here once it has been read through"."""
    damage(start)
    said = texts(open_page(name, show="tSNR", panel="Spectrum"))
    assert [words for words in ("once it", "once the", "until the", "Once the", "course above") if words in said] == []
    if name == "timeseries":
        assert "could not be read through, so it has no time courses here" in said
        assert "These views need the whole run, which could not be read through" in said


@pytest.mark.parametrize("name", ["anatomy", "spaces"])
def test_a_whole_run_is_read_through_behind_a_page_that_shows_one_volume_of_it(name, start):
    at = open_page(name)
    assert not at.error
    assert not at.get("progress")
    assert store_of(image_choice.open_by_id(ID)) is not None


def test_what_keeps_a_run_from_its_time_courses_is_no_matter_where_one_volume_is_shown(start, monkeypatch):
    monkeypatch.setattr(preparing, "MAX_MEMORY_BYTES", 1)
    assert "but a run may take" in open_page("timeseries").error[0].value
    assert not open_page("anatomy").error


def test_a_damaged_run_is_not_read_through_again_by_each_visitor(start):
    damage(start)
    open_page("timeseries")
    job = reading_job()
    for name in PAGES:
        assert "is damaged" in open_page(name).error[0].value
    assert reading_job() is job


def test_a_run_that_was_mended_is_read_through(start, whole):
    damage(start)
    open_page("timeseries")
    start.write_bytes(whole)
    at = open_page("timeseries", units="raw")
    assert not at.error
    np.testing.assert_allclose(drawn_course(at), course("flash", ACTIVE), atol=1)


def test_a_run_with_bytes_behind_its_last_one_is_read_through(start, whole):
    """A download that ended in an error page: gunzip and nibabel read it, the app said that it was damaged."""
    start.write_bytes(whole + b"<html>504 Gateway Time-out</html>")
    at = open_page("timeseries", units="raw")
    assert not at.error
    np.testing.assert_allclose(drawn_course(at), course("flash", ACTIVE), atol=1)


def test_a_run_that_is_replaced_while_it_is_open_is_said_to_be_another_file(start, monkeypatch):
    """The feed of the page said that the file was cut off, though it was whole, and longer than before."""
    monkeypatch.setattr(readings, "prepare_run", refuse_to_read)
    at = app_pages.open_page("anatomy", image=ID)
    (layer,) = chart_in(at, "slices")["slices"]["layers"]
    replace_run(start)
    answer = ask_route(layer["url"], t=5)
    assert (answer.status_code, answer.body.decode()) == (
        422, "flash_bold.nii.gz was replaced by another file while it was open. Open it again.",
    )  # fmt: skip
    assert not app_pages.open_page("anatomy", image=ID).error


def replace_run(start: Path, shape=(5, 6, 7, 60)) -> None:
    """Put another run in the place of one that is open."""
    path = start.parent.parent / "run.nii.gz"
    values = np.random.default_rng(0).integers(500, 600, shape, np.int16)
    nib.save(nib.Nifti1Image(values, images.oblique()), path)
    os.replace(path, start)


def notices(at: AppTest) -> list[tuple[str, str]]:
    return [(warning.proto.title, warning.value.replace("\\", "")) for warning in at.warning]


@pytest.mark.parametrize("name", PAGES)
def test_who_has_a_run_open_that_is_replaced_is_told_what_it_was_and_what_it_is(name, start):
    """The next rerun opened the new file, and nothing was said."""
    at = open_page(name)
    assert notices(at) == []
    replace_run(start)
    wait(run(at))
    told = (
        "This is another file now",
        "flash_bold.nii.gz was replaced while it was open: it had 12 x 14 x 10 voxels and 48 volumes, and now has "
        "5 x 6 x 7 voxels and 60 volumes. What you see is the new file.",
    )
    assert told in notices(at)
    assert chart_in(at, "slices")["slices"]["layers"]
    assert told not in notices(open_page(name)), "another visitor opened nothing but the new file"


def test_that_a_run_was_replaced_is_told_until_the_visitor_goes_elsewhere(start):
    at = open_page("anatomy")
    replace_run(start, (12, 14, 10, 48))
    wait(run(at))
    assert [said for said in notices(at) if "with as many voxels as before: 12 x 14 x 10" in said[1]]
    at.switch_page("pages/spaces.py")
    wait(run(at))
    assert [said for said in notices(at) if said[0] == "This is another file now"] == []


# Failures that pass


@pytest.mark.parametrize("way", ["another visitor", "another page"])
def test_a_run_for_which_there_was_no_room_is_read_by_the_next_visit(way, start, monkeypatch):
    """The failure was remembered for as long as the server ran, until somebody pressed a button."""
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9 - 1000, 1000))
        at = open_page("timeseries")
        assert r"Free some space" in at.error[0].value
        run(at)
        assert r"Free some space" in at.error[0].value
    if way == "another visitor":
        at = open_page("timeseries")
    else:
        at.switch_page("pages/quality.py")
        at = wait(run(at))
    assert not at.error
    assert store_of(image_choice.open_by_id(ID)) is not None


# Stores that are damaged


def test_a_page_that_meets_a_store_of_zeros_has_it_made_again(start):
    """Every time course read 0."""
    open_page("timeseries")
    zero_stores()
    at = app_pages.open_page("timeseries", image=ID, t="0", units="raw", **HERE)
    assert reading_job().title == "The stored copy of flash_bold.nii.gz was damaged; it is being made again"
    wait(at)
    assert not at.error
    np.testing.assert_allclose(drawn_course(at), course("flash", ACTIVE), atol=1)


@pytest.mark.parametrize("name", ["quality", "anatomy"])
def test_the_other_pages_heal_a_store_too(name, start):
    open_page("quality")
    zero_stores()
    at = open_page(name, map="temporal derivative SD")
    assert not at.error
    store = store_of(image_choice.open_by_id(ID))
    np.testing.assert_allclose(read_series(store, ACTIVE), course("flash", ACTIVE), atol=1)


def test_a_feed_that_meets_a_damaged_block_ends_in_a_sentence_and_has_the_store_made_again(start):
    """The server held the store open: what lay on the disk was wrong from one move of the cursor to the next.

    Of a block that was sound before it was damaged zeros were shown, and nothing was said.
    """
    beside = (ACTIVE[0] + 1, *ACTIVE[1:])
    at = open_page("timeseries", units="raw")
    drawn_course(at)
    for file in runs_folder().glob("*/series.bin"):
        with file.open("r+b") as stream:
            stream.write(bytes(file.stat().st_size))
    answer = ask(at, beside)
    assert answer.status_code == 422
    assert answer.body.decode().startswith("The stored copy of flash_bold.nii.gz was damaged; it is being made again")
    assert reading_job().wait(30)
    wait(at)
    np.testing.assert_allclose(drawn_course(at, beside), course("flash", beside), atol=1)
    np.testing.assert_allclose(drawn_course(at), course("flash", ACTIVE), atol=1)


def test_a_map_of_zeros_in_the_store_is_no_traceback(start):
    """A mean.npy of zeros ended every opening in a traceback until somebody removed the cache."""
    open_page("timeseries")
    for file in runs_folder().glob("*/mean.npy"):
        file.write_bytes(bytes(file.stat().st_size))
    forget()
    at = open_page("timeseries", show="mean", units="raw")
    assert not at.error
    np.testing.assert_allclose(drawn_course(at), course("flash", ACTIVE), atol=1)


def test_a_volume_of_a_damaged_store_comes_from_the_file(start):
    """The picture is what the file holds, whatever became of its copy."""
    open_page("timeseries")
    image = image_choice.open_by_id(ID)
    expected = np.asarray(image.img.dataobj[..., 11])
    zero_stores()
    np.testing.assert_array_equal(volume_of(image_choice.open_by_id(ID), 11).stored, expected)


# Volumes that are very large


def test_a_very_large_volume_is_drawn_by_every_second_voxel_and_read_by_each(start, monkeypatch):
    """Half a megabyte that unpacks to 503 million voxels took half a minute in the browser, without a word."""
    monkeypatch.setattr(thinning, "MAX_PICTURE_VOXELS", 500)
    at = open_page("anatomy")
    (layer,) = chart_in(at, "slices")["slices"]["layers"]
    codes = gzip.decompress(ask_route(layer["url"], t=0).body)
    assert (layer["shape"], len(codes)) == ([6, 7, 5], 210)
    said = r"flash\_bold.nii.gz has 1,680 voxels a volume, more than the 500 that are drawn\: the slices show every 2nd"
    assert any(caption.value.startswith(said) for caption in at.caption)
    # An odd voxel, which no picture shows: 1000 + 10 * 7 + 5 * 3 + 5.
    place = dict(zip("xyz", apply_affine(images.oblique(), (7, 3, 5)).round(2).astype(str).tolist(), strict=True))
    at = app_pages.open_page("anatomy", image=ID, t="0", **place)
    assert "i 7 j 3 k 5" in at.get_by_key("readout").text[0].value
    assert "value 1090" in at.get_by_key("readout").text[0].value
