"""A link that names infinity where a whole number belongs: the page opens with what it starts with."""

import ast

import pytest

from lib.session.whole_numbers import NAMES
from tests.builders import app_pages, series_runs
from tests.conftest import ROOT
from tests.e2e import images


@pytest.fixture(autouse=True, scope="module")
def server(tmp_path_factory):
    study = series_runs.write_study(tmp_path_factory.mktemp("start") / "made", images.oblique())
    with app_pages.one_server(study, cache_folder=tmp_path_factory.mktemp("cache")):
        yield


@pytest.mark.parametrize(
    ("page", "parameters", "key", "starts_with"),
    [
        ("timeseries", {"drop": "inf"}, "drop", 0),
        ("timeseries", {"drop": "nan"}, "drop", 0),
        ("timeseries", {"detrend": "polynomial", "order": "-inf"}, "order", 2),
        ("timeseries", {"show": "difference", "minus": "1e999"}, "minus", 0),
        ("anatomy", {"montage_slices": "inf"}, "montage_slices", 18),
    ],
)
def test_a_page_opens_with_what_it_starts_with(page, parameters, key, starts_with):
    """Streamlit's own error stood in the page's place, over a link that lost its way by one letter."""
    at = app_pages.settle(app_pages.open_page(page, image=series_runs.FLASH, **parameters))
    assert not at.exception
    assert at.number_input(key=key).value == starts_with


def test_a_number_that_is_one_stays():
    at = app_pages.settle(app_pages.open_page("timeseries", image=series_runs.FLASH, drop="3", order="inf"))
    assert not at.exception
    assert at.number_input(key="drop").value == 3


def test_all_whole_numbers_of_links_are_known():
    """A number input whose ends are whole numbers is one of a whole number."""
    found = set()
    for path in [*(ROOT / "lib").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "number_input"):
                continue
            named = {word.arg: getattr(word.value, "value", None) for word in call.keywords}
            ends = [end.value for end in call.args[1:3] if isinstance(end, ast.Constant)]
            if named.get("bind") and ends and all(isinstance(end, int) for end in ends):
                found.add(named["key"])
    assert found == set(NAMES)
