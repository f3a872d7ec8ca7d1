"""What the pages say of runs whose numbers would mislead: demeaned, negative, with volumes missing."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from nibabel.affines import apply_affine
from streamlit.testing.v1 import AppTest

from lib.cache.courses import course_of
from lib.cache.images import open_image, store_of
from lib.denoising.steps import Steps
from lib.figures.time_course import PROCESSED, RAW, Beside
from lib.timecourses.course import SteppedRun
from lib.views.timeseries.neighbours import neighbours_csv, screen_axes
from lib.views.timeseries.time_course import series_csv
from tests.builders import app_pages
from tests.builders.app_pages import one_server, settle
from tests.builders.feeds import ask_route, sent_charts
from tests.builders.levelless_runs import (
    BRIGHTNESS,
    COLOUR_AT,
    GAPS,
    HOLE,
    HOLED,
    MAGNITUDE,
    WHOLE,
    write_images,
)
from tests.builders.quality_runs import N_VOLUMES

AFFINE = np.diag([-2.0, 2.5, 3.0, 1.0])
NO_PERCENT = "Percent signal change has no meaning here: the mean of this voxel is"


@pytest.fixture(autouse=True, scope="module")
def fresh_server(tmp_path_factory):
    """Begin with empty caches; the tests are visitors of one server, so that a run is read through once."""
    folder = write_images(tmp_path_factory.mktemp("start") / "odd", AFFINE)
    with one_server(folder, cache_folder=tmp_path_factory.mktemp("cache")):
        yield folder


def place_of(ijk) -> dict[str, str]:
    return {axis: f"{value:.2f}" for axis, value in zip("xyz", apply_affine(AFFINE, ijk), strict=True)}


def open_page(page: str, name: str, ijk=WHOLE, **parameters: str) -> AppTest:
    """Open a page with an image of the folder at a voxel, and wait until what it computes is there."""
    return settle(app_pages.open_page(page, image=f"odd/{name}", **place_of(ijk), **parameters))


def ask_feed(at: AppTest, word: str, ijk=WHOLE) -> dict:
    """Return what the browser is told for a voxel by the chart whose description holds a word."""
    (chart,) = [chart for chart in sent_charts(at) if word in chart["alt"] and chart["feed"]]
    answer = ask_route(chart["feed"], **place_of(ijk), t=0)
    assert answer.status_code == 200
    return json.loads(answer.body)


def note_of(changes: dict) -> str:
    """Return what a chart says in place of what it cannot draw."""
    notes = changes["layout"].get("annotations", [])
    return " ".join(note["text"] for note in notes).replace("<br>", " ")


def said(at: AppTest) -> str:
    """Return all that is written on the page."""
    parts = (*at.text, *at.caption, *at.markdown, *at.warning, *at.info, *at.error)
    return app_pages.shown("\n".join(str(part.value) for part in parts))


# --- time series --------------------------------------------------------------------------------------------------


def test_a_demeaned_run_has_no_percent_and_the_chart_says_why_over_the_course():
    """A mean of rounding was divided by: an axis of +-100 million %."""
    at = open_page("timeseries", "demeaned_bold.nii.gz")
    told = ask_feed(at, "Time course of the voxel")
    assert told["traces"][PROCESSED]["y"] == [None]
    assert told["traces"][RAW]["visible"] is True
    assert len(told["traces"][RAW]["y"]) == N_VOLUMES
    assert note_of(told).startswith(NO_PERCENT)
    assert note_of(told).endswith("It is so in all of this run, which was demeaned or standardised.")
    assert "Nothing is drawn in % change; the chart says why." in said(at)


def test_a_demeaned_run_s_tsnr_is_said_to_mean_nothing():
    """It was one of the pictures, with its unit and no word."""
    at = open_page("timeseries", "demeaned_bold.nii.gz", show="tSNR")
    assert "This tSNR says nothing of the scanner's noise. This run has no level: over its brain the mean is" in said(
        at
    )


@pytest.mark.parametrize(("key", "units"), [("show-z", "z"), ("show-raw", "raw")])
def test_the_page_offers_z_or_raw_and_shows_it(key, units):
    at = open_page("timeseries", "demeaned_bold.nii.gz")
    at.button(key=key).click().run()
    assert not at.exception
    assert at.segmented_control(key="units").value == units
    told = ask_feed(at, "Time course of the voxel")
    assert np.isfinite(np.array(told["traces"][PROCESSED]["y"], float)).all()
    assert [button.key for button in at.button if button.key in ("show-z", "show-raw")] == []


def test_a_negative_run_rises_where_the_acquired_one_falls():
    """The sign was inverted: -4.66 % was drawn as +4.66 %."""
    acquired, negative = (
        np.array(ask_feed(open_page("timeseries", name), "Time course")["traces"][PROCESSED]["y"])
        for name in ("acquired_bold.nii.gz", "negative_bold.nii.gz")
    )
    np.testing.assert_allclose(negative, -acquired, atol=1e-4)


def test_volumes_without_a_value_are_gaps_that_are_counted():
    """One NaN volume blanked the course, with the words: the mean of this series is 0."""
    at = open_page("timeseries", "gaps_bold.nii.gz", detrend="linear")
    found = np.array(ask_feed(at, "Time course")["traces"][PROCESSED]["y"], float)
    assert np.flatnonzero(np.isnan(found)).tolist() == list(GAPS)
    assert "3 of 40 volumes have no finite value: drawn as gaps; the trend is fitted to the others" in said(at)
    assert "mean of this" not in said(at)
    holed = np.array(ask_feed(at, "Time course", HOLED)["traces"][PROCESSED]["y"], float)
    assert np.flatnonzero(np.isnan(holed)).tolist() == [*GAPS, HOLE]


def test_a_filter_bridges_the_gaps_and_says_so():
    at = open_page("timeseries", "gaps_bold.nii.gz", high_pass="0.01", low_pass="0.1")
    found = np.array(ask_feed(at, "Time course")["traces"][PROCESSED]["y"], float)
    assert np.flatnonzero(np.isnan(found)).tolist() == list(GAPS)
    assert "straight lines bridge the gaps for the filter alone" in said(at)


def test_a_spectrum_of_a_course_with_gaps_is_refused_with_the_number():
    at = open_page("timeseries", "gaps_bold.nii.gz", panel="Spectrum")
    assert "3 of 40 have none" in note_of(ask_feed(at, "Power spectrum"))


def csv_of(folder, kind: str, **steps) -> str:
    """Return the file of a voxel's series of a run that a page has read through."""
    open_page("timeseries", f"{kind}_bold.nii.gz")
    image = open_image(folder / f"{kind}_bold.nii.gz", f"{kind}_bold.nii.gz")
    run = SteppedRun(image, store_of(image), Steps(**steps), 2.0)
    place = apply_affine(AFFINE, WHOLE)
    return series_csv(run, course_of(run, place), place, Beside()).decode()


def test_the_file_has_the_gaps_and_says_what_became_of_them(fresh_server):
    file = csv_of(fresh_server, "gaps", units="z")
    assert "# gaps: 3 of 40 volumes have no finite value: drawn as gaps; mean and SD are those of the others." in file
    rows = pd.read_csv(io.StringIO(file), comment="#")
    assert rows.index[rows["voxel 6 5 4"].isna()].tolist() == list(GAPS)


def test_the_file_of_a_demeaned_run_has_no_percent_and_says_why(fresh_server):
    file = csv_of(fresh_server, "demeaned", units="percent")
    assert f"# no value: {NO_PERCENT}" in file
    rows = pd.read_csv(io.StringIO(file), comment="#")
    assert rows["voxel 6 5 4"].isna().all()
    assert rows["voxel 6 5 4 raw"].notna().all()


def test_the_file_of_neighbours_says_why_of_each_voxel(fresh_server):
    open_page("timeseries", "demeaned_bold.nii.gz")
    image = open_image(fresh_server / "demeaned_bold.nii.gz", "demeaned_bold.nii.gz")
    run = SteppedRun(image, store_of(image), Steps(units="percent"), 2.0)
    axes = screen_axes(image, "axial", is_radiological=False)
    file = neighbours_csv(run, axes, 3, apply_affine(AFFINE, WHOLE)).decode()
    assert file.count("# no value in voxel ") == 9
    assert f"# no value in voxel 6 5 4: {NO_PERCENT}" in file


def test_a_region_without_percent_is_refused_and_one_with_it_is_not():
    x, y, z = place_of(WHOLE).values()
    at = open_page("timeseries", "acquired_bold.nii.gz", held=f"sphere:{x},{y},{z},6")
    assert not at.error
    at = open_page("timeseries", "demeaned_bold.nii.gz", held=f"sphere:{x},{y},{z},6")
    assert "None of the voxels of this region has a value in these units" in said(at)


# --- quality ------------------------------------------------------------------------------------------------------


def number(at: AppTest, name: str) -> str:
    """Return the value of one of the strip's numbers."""
    (found,) = [one.value.strip("*") for one in at.markdown if one.value.startswith(f"**{name} ")]
    return found.removeprefix(f"{name} ")


@pytest.mark.parametrize("kind", ["demeaned", "standardised", "negative"])
def test_a_run_without_a_level_says_once_what_it_has_not_and_has_the_rest(kind):
    """It had a tSNR of 4e-06, a ghost of -2800 and a brain mask of rounding noise."""
    at = open_page("quality", f"{kind}_bold.nii.gz")
    (warning,) = [app_pages.shown(one.value) for one in at.warning]
    assert warning.startswith("The values of this run are negative" if kind == "negative" else "This run has no level")
    left_out = "tSNR, ghost, DVARS in percent and a brain mask by brightness"
    behind = [one for one in map(app_pages.shown, (one.value for one in at.markdown)) if left_out in one]
    # On the page once, and behind each of the two numbers that have no value for it.
    assert said(at).count(left_out) == 1 + 2
    assert len(behind) == 2
    assert number(at, "tSNR, median") == number(at, "Ghost to signal") == "no value"
    assert number(at, "Non-steady volumes") == "2 volumes"
    assert number(at, "FWHM").endswith("mm")
    assert "Brain mask: head_mask.nii.gz, on this run's grid" in said(at)
    assert at.selectbox(key="map").options == ["SD", "mean", "temporal derivative SD"]
    assert all("No value:" in one and warning in one for one in behind)


def test_without_a_mask_of_the_study_a_demeaned_run_is_measured_where_it_varies():
    at = open_page("quality", "demeaned_bold.nii.gz", mask="computed from this run")
    assert "this is what varies, the voxels whose SD over time" in said(at)
    assert "216 voxels, 10 % of the image" in said(at)
    assert number(at, "tSNR, median") == "no value"


def test_a_demeaned_run_has_a_carpet_in_z_alone():
    at = open_page("quality", "demeaned_bold.nii.gz", carpet_units="% change")
    assert at.segmented_control(key="carpet_units").options == ["z"]
    assert "Each row is one voxel and each column one volume" in said(at)
    at = open_page("quality", "negative_bold.nii.gz")
    assert at.segmented_control(key="carpet_units").options == ["z", "% change"]


def test_a_run_as_acquired_hears_nothing_of_levels():
    at = open_page("quality", "acquired_bold.nii.gz")
    assert "level" not in said(at)
    assert at.selectbox(key="map").value == "tSNR"
    assert float(number(at, "tSNR, median")) > 5


def test_missing_volumes_are_left_out_and_missing_voxels_counted():
    """One volume without values took the quality from the whole run."""
    at = open_page("quality", "gaps_bold.nii.gz")
    assert "3 of 40 volumes have no value in most of the mask (7, 20, 21): left out" in said(at)
    assert number(at, "Voxels without values") == "1 voxel"
    # The maps over time are those of the other volumes, too: they were black.
    assert at.dataframe[0].value["Median"][0] > 5
    assert float(number(at, "tSNR, median")) > 5


# --- the readout --------------------------------------------------------------------------------------------------


def readout(at: AppTest) -> str:
    return at.get_by_key("readout").text[0].value.replace("\u2003", " ")


@pytest.mark.parametrize("page", ["anatomy", "spaces"])
@pytest.mark.parametrize(
    ("name", "ijk", "words"),
    [
        ("colours.nii.gz", COLOUR_AT, f"brightness {BRIGHTNESS:.6g}"),
        ("complex.nii.gz", WHOLE, f"magnitude {MAGNITUDE}"),
        ("head_mask.nii.gz", WHOLE, "value 1"),
    ],
)
def test_the_readout_says_what_a_value_is_of(page, name, ijk, words):
    """The brightness of a colour was told as the file's value; that it is none stood in the header's tab alone."""
    told = readout(open_page(page, name, ijk))
    assert f"mm {words}" in told
    assert told.count("value") == words.count("value")


def test_the_value_of_a_layer_is_called_what_it_is_too():
    told = readout(open_page("anatomy", "head_mask.nii.gz", COLOUR_AT, overlay="odd/colours.nii.gz"))
    assert f"value 0 colours.nii.gz brightness {BRIGHTNESS:.6g}" in told
