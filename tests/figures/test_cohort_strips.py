"""Strips of points: which run a click means."""

import numpy as np

from lib.figures.cohort_strips import Strip, draw_strips

NAMES = ["run <1>", "run 2", "run 3"]


def strips():
    return [
        Strip("tSNR", np.array([40.0, 50.0, 90.0]), [False, False, True]),
        Strip("FD (mm)", np.array([0.1, np.nan, 0.3]), [False, False, False]),
    ]


def test_each_number_has_its_own_axis_and_every_run_a_point():
    drawn = draw_strips(strips(), NAMES, 1)
    assert list(drawn.places) == ["xy", "x2y2"]
    assert drawn.figure.data[0].x.tolist() == [40, 50, 90]
    assert drawn.figure.data[0].text == ("run &#60;1&#62;", "run 2", "run 3")


def test_a_click_on_a_point_means_its_run():
    drawn = draw_strips(strips(), NAMES, None)
    for run in range(3):
        x, y = drawn.places["xy"][run]
        assert drawn.nearest("xy", x + 0.3, y + 0.1) == run
    x, y = drawn.places["x2y2"][2]
    assert drawn.nearest("x2y2", x, y) == 2


def test_a_click_far_from_every_point_or_in_no_strip_means_none():
    drawn = draw_strips(strips(), NAMES, None)
    assert drawn.nearest("xy", 70, 0) is None
    assert drawn.nearest("x9y9", 40, 0) is None


def test_points_stay_where_they_are_when_another_run_is_current():
    first, second = draw_strips(strips(), NAMES, 0), draw_strips(strips(), NAMES, 2)
    np.testing.assert_array_equal(first.places["xy"], second.places["xy"])
    assert first.figure.data[0].marker.size == (12, 7, 9)
    assert second.figure.data[0].marker.size == (7, 7, 12)


def test_narrow_strips_stand_one_below_the_other():
    wide, narrow = draw_strips(strips(), NAMES, 0), draw_strips(strips(), NAMES, 0, n_columns=1)
    assert wide.figure.layout.xaxis2.domain[0] > 0.5
    assert narrow.figure.layout.xaxis2.domain[0] == 0
    assert narrow.height > wide.height
