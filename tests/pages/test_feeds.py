"""Every feed and every picture of every page, asked through its route as browsers ask, and as no browser would."""

import json
from dataclasses import dataclass

import pytest
from nibabel.affines import apply_affine
from streamlit.testing.v1 import AppTest

from tests.builders import app_pages, quality_runs
from tests.builders.app_pages import one_server, settle
from tests.builders.feeds import ask_route, sent_charts
from tests.builders.series_runs import ACTIVE, FLASH, write_study
from tests.e2e import images

MEASURED = "measured/sub-01/func/sub-01_task-rest_bold.nii.gz"
T1W = "made/sub-01/anat/sub-01_T1w.nii.gz"
# Page, image, what else its link says, and the feeds that stand there.
VIEWS = (
    ("timeseries", FLASH, {"panel": "Spectrum", "regress": "csf"}, 2),
    ("timeseries", FLASH, {"panel": "Neighbours", "raw": "true", "below": "csf"}, 2),
    ("timeseries", FLASH, {"panel": "Runs side by side", "t1w": "true", "overlay": T1W}, 2),
    ("quality", MEASURED, {}, 1),
    ("spaces", FLASH, {"tab": "Two images"}, 1),
    ("spaces", FLASH, {"tab": "Resampling"}, 1),
    ("spaces", FLASH, {"tab": "Storage order"}, 1),
    ("anatomy", T1W, {"overlay": FLASH}, 0),
)
HERE = dict(zip("xyz", apply_affine(images.oblique(), ACTIVE).round(2).tolist(), strict=True))
NUMBERLESS = (
    "nan",
    "inf",
    "-inf",
    "here",
    "1_000",
    "\u00b2",
    "\u0661\u0662",
    "9" * 400,
    "x" * 60_000,
    "",
    "0x10",
    "1e999",
)
COUNTLESS = ("nan", "inf", "-1", "2.5", "1e3", "here", "\u00b2", "\u0661", "9" * 400, "x" * 60_000, "1_0")


@dataclass(frozen=True, eq=False)
class Visit:
    """One page with everything that it was sent."""

    at: AppTest
    charts: tuple[dict, ...]

    @property
    def feeds(self) -> list[str]:
        return [chart["feed"] for chart in self.charts if chart["feed"]]

    @property
    def pictures(self) -> list[str]:
        return [layer["url"] for chart in self.charts if chart["slices"] for layer in chart["slices"]["layers"]]


@pytest.fixture(scope="module")
def visits(tmp_path_factory):
    """Every page as a visitor of one server has it; the tickets last as long as the visits."""
    start = tmp_path_factory.mktemp("start")
    made = write_study(start / "made", images.oblique())
    measured = quality_runs.write_study(start / "measured", images.oblique())
    with one_server(made, measured, cache_folder=tmp_path_factory.mktemp("cache")):
        yield [_visit(page, image, options) for page, image, options, _ in VIEWS]


def _visit(page: str, image: str, options: dict) -> Visit:
    at = settle(app_pages.open_page(page, image=image, **{k: str(v) for k, v in HERE.items()}, **options))
    return Visit(at, tuple(sent_charts(at)))


def test_each_view_has_the_feeds_that_are_tested_here(visits):
    assert [len(visit.feeds) for visit in visits] == [n_feeds for *_, n_feeds in VIEWS]
    assert all(visit.pictures for visit in visits)


def test_every_feed_answers_where_the_cursor_is(visits):
    for feed in (feed for visit in visits for feed in visit.feeds):
        answer = ask_route(feed, **HERE, t=3)
        assert answer.status_code == 200, answer.body
        assert json.loads(answer.body)["traces"]


@pytest.mark.parametrize("nonsense", NUMBERLESS, ids=lambda text: ascii(text[:8]))
def test_a_place_that_is_no_number_is_refused_in_a_sentence_by_every_feed(visits, nonsense):
    """Some feeds broke down over them, and told the browser "Internal Server Error"."""
    for feed in (feed for visit in visits for feed in visit.feeds):
        answer = ask_route(feed, **{**HERE, "y": nonsense}, t=0)
        assert answer.status_code == 422
        sentence = answer.body.decode()
        assert sentence.startswith(f'The address asks for y="{nonsense[:40]}')
        assert sentence.endswith("but y is a number of mm from -100000 to 100000. Reload the page.")
        assert len(sentence) < 200


def test_a_missing_axis_is_named_by_every_feed(visits):
    for feed in (feed for visit in visits for feed in visit.feeds):
        answer = ask_route(feed, x=1, y=2)
        assert answer.status_code == 422
        assert answer.body.decode().startswith("The address has no z, but")


@pytest.mark.parametrize("nonsense", COUNTLESS, ids=lambda text: ascii(text[:8]))
def test_a_volume_that_is_no_count_is_refused_in_a_sentence(visits, nonsense):
    """By whatever looks at it: the feeds that follow the place alone do not."""
    for visit in visits:
        refused = [address for address in (*visit.feeds, *visit.pictures) if _refuses(address, nonsense)]
        assert set(visit.pictures) <= set(refused)
    asked = {chart["alt"]: chart["feed"] for visit in visits for chart in visit.charts if chart["feed"]}
    for words in ("Quality traces", "around the cursor", "Boxes of", "on another grid", "data[:, :, k]"):
        (feed,) = (feed for alt, feed in asked.items() if words in alt)
        assert _refuses(feed, nonsense)


def _refuses(address: str, volume: str) -> bool:
    answer = ask_route(address, **HERE, t=volume)
    if answer.status_code == 200:
        return False
    assert answer.status_code == 422
    sentence = answer.body.decode()
    assert sentence.startswith(f'The address asks for volume "{volume[:40]}')
    assert sentence.endswith("but volumes are whole numbers from 0. Reload the page.")
    return True


def test_a_volume_of_a_longer_run_shows_the_last_one(visits):
    for address in (address for visit in visits for address in (*visit.feeds, *visit.pictures)):
        assert ask_route(address, **HERE, t=99_999).status_code == 200


def test_a_switch_is_on_or_off(visits):
    (scene,) = (chart["feed"] for visit in visits for chart in visit.charts if chart["flat"])
    assert ask_route(scene, **HERE, flat=1).status_code == ask_route(scene, **HERE, flat=0).status_code == 200
    answer = ask_route(scene, **HERE, flat="\u00b2")
    assert answer.status_code == 422
    assert answer.body.decode() == 'The address says flat="\u00b2", but flat is 0 or 1. Reload the page.'


def test_every_answer_changes_traces_that_its_figure_has(visits):
    """They were told by number once: a trace added in between, such as the shade of volumes left out, misled them."""
    for chart in (chart for visit in visits for chart in visit.charts if chart["feed"]):
        for fit, query in (("wide", HERE), ("narrow", HERE), ("flat", {**HERE, "flat": 1})):
            if chart[fit] is None:
                continue
            uids = [trace.get("uid") for trace in json.loads(chart[fit]["figure"])["data"]]
            named = [uid for uid in uids if uid]
            assert len(named) == len(set(named))
            answer = json.loads(ask_route(chart["feed"], **query, t=3).body)
            assert answer["traces"].keys() <= set(named)
            assert set(chart["time"]["lines"] if chart["time"] else ()) <= set(named)
