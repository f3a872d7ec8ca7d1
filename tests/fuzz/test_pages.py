"""Damaged links, through whole pages: each is shown, and of what cannot be, a sentence says why."""

from urllib.parse import parse_qs, parse_qsl, quote

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import app_pages, series_runs
from tests.e2e import images
from tests.fuzz.mutations import CELLS, mutate_text
from tests.fuzz.outcomes import assert_all_end_well, assert_is_sentence

FLASH, T1W = quote(series_runs.FLASH, safe=""), quote(series_runs.T1W, safe="")
LOOK = (
    f"x=10&y=-20&z=3&t=4&window=100&window=900.5&colours=Viridis&overlay={T1W}&overlay_window=1&overlay_window=5&threshold=2.5"
    "&opacity=0.25&overlay_colours=Hot&overlay_as=outline&overlay_shown=0&convention=radiological"
)
LINKS = {
    "anatomy": f"image={T1W}&{LOOK}&montage_plane=axial&montage_slices=6",
    "spaces": f"image={T1W}&tab=Edit+and+see&x=1&y=2&z=3&lab_code=PSR&onto={FLASH}&way=nearest&grid_size=2.5&flip=i",
    "timeseries": (
        f"image={FLASH}&{LOOK}&units=z&drop=3&detrend=polynomial&order=3&high_pass=0.01&low_pass=0.1&regress=trans_x"
        "&regress=csf&show=difference&minus=7&raw=true&t1w=true&held=voxel:1,2,3&panel=Neighbours&cube=5&method=Welch"
        "&power=log&filters=condition&hrf=spm"
    ),
    "quality": (
        f"image={FLASH}&{LOOK}&map=tSNR&mask=brightness&fd=0.5&scrub_before=1&carpet_units=z&carpet_order=slices"
    ),
    "studies": "study=made&column=trial_type&field=RepetitionTime",
}


@pytest.fixture(autouse=True)
def server(tmp_path):
    """One server with a study of known runs."""
    study = series_runs.write_study(tmp_path / "made", images.oblique())
    with app_pages.one_server(study, cache_folder=tmp_path / "cache"):
        yield


def damaged_link(link: str, rng: np.random.Generator) -> dict[str, list[str]]:
    """Return a link's parameters, of which some have another value, none, two, or a letter changed."""
    found: dict[str, list[str]] = {}
    text = mutate_text(link, rng).decode("utf-8", "replace") if rng.random() < 0.5 else link
    for name, value in parse_qsl(text, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    names = sorted(found)
    for name in rng.choice(names, min(len(names), int(rng.integers(1, 6))), replace=False):
        found[str(name)] = [str(rng.choice(CELLS)) for _ in range(rng.integers(0, 3))]
    return found


def open_link(page: str, parameters: dict[str, list[str]]) -> AppTest:
    at = AppTest.from_file(str(app_pages.APP), default_timeout=60)
    for name, values in parameters.items():
        at.query_params[name] = values
    at.switch_page(f"pages/{page}.py")
    return at.run()


@pytest.mark.parametrize("page", LINKS)
def test_a_page_opens_by_a_damaged_link(page, tmp_path):
    def attempt(rng):
        at = open_link(page, damaged_link(LINKS[page], rng))
        assert [(one.message, one.stack_trace[-1:]) for one in at.exception] == []
        for error in at.error:
            assert_is_sentence(app_pages.shown(error.value), tmp_path)

    # What is imported once is no cost of a damaged link.
    assert not open_link(page, parse_qs(LINKS[page])).exception
    assert_all_end_well(f"link to {page}", tmp_path, attempt)
