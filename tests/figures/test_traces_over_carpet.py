"""The figure of traces and carpet: one axis of time for all, and every mark where it belongs."""

from itertools import pairwise

import numpy as np
import pytest

from lib.figures.traces_over_carpet import (
    CARPET_ROW,
    VOXEL,
    AtCursor,
    draw_traces,
    freeze_traces,
    row_range,
    traces_changes,
)
from lib.quality.carpet import make_carpet
from lib.quality.traces import TraceRow

TIMES = np.arange(30) * 2.0


@pytest.fixture
def rows():
    values = np.sin(np.arange(30.0))
    values[0] = np.nan
    return (
        TraceRow("DVARS", "", (("DVARS", 10 + values),), ""),
        TraceRow("FD", "mm", (("FD", values),), "", limit=0.9, marked=np.array([8, 14])),
        TraceRow("Three", "mm", tuple((name, values) for name in "xyz"), ""),
    )


@pytest.fixture
def carpet(rng):
    signals = 100 + rng.normal(0, 1, (30, 60)).astype(np.float32)
    ijk = np.argwhere(np.ones((3, 4, 5)))
    return make_carpet(signals, ijk, np.repeat([1, 2], 30), {1: "Grey <i>", 2: "White"}, max_rows=20)


def of_uid(figure, uid: str):
    return next(trace for trace in figure.data if trace.uid == uid)


def draw(rows, carpet, left_out=None, **options):
    left_out = np.zeros(30, bool) if left_out is None else left_out
    return draw_traces(rows, carpet, TIMES, x_title="Time (s)", left_out=left_out, **options)


def test_every_trace_and_the_carpet_share_one_axis_of_time(rows, carpet):
    drawn = draw(rows, carpet)
    assert {trace.xaxis or "x" for trace in drawn.figure.data} == {"x"}
    heat = next(trace for trace in drawn.figure.data if trace.type == "heatmap")
    np.testing.assert_array_equal(heat.x, TIMES)
    assert drawn.figure.layout.xaxis.range == (-1, 59)
    assert drawn.carpet_axes == "xy5"
    assert heat.yaxis == "y5"


def test_a_line_marks_the_volume_in_every_row(rows, carpet):
    drawn = draw(rows, carpet)
    assert [of_uid(drawn.figure, uid).yaxis for uid in drawn.time_lines] == ["y", "y2", "y3", "y4", "y5"]


def test_rows_do_not_overlap_and_fill_the_height(rows, carpet):
    layout = draw(rows, carpet).figure.layout
    domains = [layout[f"yaxis{number}"].domain for number in ("", 2, 3, 4, 5)]
    for above, below in pairwise(domains):
        assert below[1] < above[0]
    assert domains[-1][0] == 0
    assert domains[0][1] <= 1


def test_carpet_runs_from_top_to_bottom_with_its_regions_named(rows, carpet):
    figure = draw(rows, carpet).figure
    assert figure.layout.yaxis5.range == (19.5, -0.5)
    texts = [note.text for note in figure.layout.annotations]
    assert texts[-2:] == ["Grey &#60;i&#62;", "White"]
    assert [shape.y0 for shape in figure.layout.shapes] == [9.5]


def test_limits_become_the_darkest_and_the_brightest_code(rows, carpet):
    heat = next(trace for trace in draw(rows, carpet, limits=(-0.5, 0.5)).figure.data if trace.type == "heatmap")
    assert (heat.z[carpet.values >= 0.5] == 255).all()
    assert (heat.z[carpet.values <= -0.5] == 1).all()


def test_limit_and_marked_volumes_are_drawn_in_their_row(rows, carpet):
    data = [trace for trace in draw(rows, carpet).figure.data if trace.yaxis == "y3"]
    limit = next(trace for trace in data if trace.line.dash == "dot")
    assert limit.y == (0.9, 0.9)
    marks = next(trace for trace in data if trace.mode == "markers")
    assert marks.x.tolist() == [16.0, 28.0]


def test_left_out_volumes_are_shaded_as_stretches(rows, carpet):
    left_out = np.zeros(30, bool)
    left_out[[3, 4, 29]] = True
    shade = next(trace for trace in draw(rows, carpet, left_out).figure.data if trace.fill == "toself")
    assert shade.x == (5, 5, 9, 9, None, 57, 57, 59, 59, None)


def test_a_row_s_axis_holds_its_limit_too(rows):
    low, high = row_range(TraceRow("FD", "mm", (("FD", np.array([0.0, 0.1])),), "", limit=0.5))
    assert low < 0
    assert 0.5 < high < 0.6


def test_without_a_carpet_the_last_row_carries_the_axis(rows):
    drawn = draw(rows, None)
    assert drawn.carpet_axes is None
    assert CARPET_ROW not in {trace.uid for trace in drawn.figure.data}
    assert drawn.figure.layout.xaxis.anchor == "y4"


def test_narrow_figure_differs_by_its_margins_and_its_colour_bar_alone(rows, carpet):
    wide, narrow = draw(rows, carpet), draw(rows, carpet, is_narrow=True)
    assert wide.height == narrow.height
    assert len(wide.figure.data) == len(narrow.figure.data)
    assert wide.figure.layout.margin.l == narrow.figure.layout.margin.l
    assert wide.figure.layout.coloraxis.showscale
    assert not narrow.figure.layout.coloraxis.showscale


def test_a_frozen_figure_holds_what_the_browser_would_have_put_in(rows, carpet):
    drawn = draw(rows, carpet)
    at = AtCursor(tuple(carpet.row_voxels[3]), np.arange(30.0), 6)
    frozen = freeze_traces(drawn, at)
    assert of_uid(frozen, VOXEL).y == tuple(range(30))
    assert of_uid(frozen, CARPET_ROW).y == (3, 3)
    assert all(of_uid(frozen, uid).x == (12.0, 12.0) for uid in drawn.time_lines)
    assert frozen.layout.yaxis.range == pytest.approx((-1.74, 30.74))
    assert frozen.layout.annotations[0].text.endswith("\u20026")
    assert [note.text for note in frozen.layout.annotations[-2:]] == ["Grey &#60;i&#62;", "White"]
    assert len(of_uid(drawn.figure, VOXEL).y) == 0


def test_what_changes_is_named_alike_whatever_else_is_drawn(rows, carpet):
    """Told by number, the marks moved up by one when the volumes left out were shaded, and the feed painted another."""
    left_out = np.arange(30) < 3
    plain, shaded = draw(rows, carpet), draw(rows, carpet, left_out)
    assert len(shaded.figure.data) == len(plain.figure.data) + 1
    at = AtCursor((0, 0, 0), np.arange(30.0), 6)
    assert traces_changes(plain, at)["traces"] == traces_changes(shaded, at)["traces"]
    for drawn in (plain, shaded):
        assert of_uid(drawn.figure, drawn.time_lines[0]).yaxis == of_uid(drawn.figure, VOXEL).yaxis == "y"
