"""Damaged links, through the code of the routes and of the cursor: a place, or a sentence."""

from urllib.parse import parse_qsl

import numpy as np
from streamlit.testing.v1 import AppTest

from lib.browser.query import asked_place, asked_switch, asked_volume
from lib.spaces.coordinates import FARTHEST
from lib.timecourses.held import parse_held
from tests.fuzz.mutations import mutate_text
from tests.fuzz.outcomes import assert_all_end_well, assert_is_sentence

HELD = "voxel:1,2,3;sphere:-4.5,6,7,8;mask:scans/mask.nii;label:3,atlas%20one.nii"
LINK = "x=1.5&y=-22&z=3e1&t=4&whole=1"


def damaged_query(rng) -> dict[str, str]:
    """Return a link's parameters as a server reads them, of which some were changed."""
    return dict(parse_qsl(mutate_text(LINK, rng).decode("utf-8", "replace"), keep_blank_values=True))


def test_a_damaged_question_is_a_place_or_is_refused(tmp_path):
    def attempt(rng):
        query = damaged_query(rng)
        assert asked_switch(query, "whole") in (True, False)
        assert 0 <= asked_volume(query, 10) < 10
        assert (np.abs(asked_place(query)) <= FARTHEST).all()

    assert_all_end_well("question", tmp_path, attempt)


def test_what_a_damaged_link_holds_is_somewhere_or_is_refused(tmp_path):
    def attempt(rng):
        for held in parse_held(mutate_text(HELD, rng).decode("utf-8", "replace")):
            assert np.isfinite([*(held.place or ()), held.size or 0]).all()

    assert_all_end_well("held", tmp_path, attempt)


def test_a_damaged_link_puts_the_cursor_somewhere(tmp_path):
    def attempt(rng):
        at = AppTest.from_function(_place_cursor)
        for name, value in damaged_query(rng).items():
            at.query_params[name] = value
        at.run()
        assert [one.value for one in at.exception] == []
        cursor = at.session_state["cursor"]
        assert (np.abs([cursor[axis] for axis in "xyz"]) <= FARTHEST).all()
        assert cursor["t"] >= 0
        if "link_problem" in at.session_state:
            assert_is_sentence(str(at.session_state["link_problem"]), tmp_path)

    assert_all_end_well("link", tmp_path, attempt)


def _place_cursor():
    from types import SimpleNamespace

    import numpy as np

    from lib.session.cursor import require_cursor

    require_cursor(SimpleNamespace(shape=(5, 4, 3), affine=np.eye(4), key="image"))
