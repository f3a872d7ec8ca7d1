"""The figures of the time series page, empty of the voxel: traces in their places, axes with units, honest times."""

import numpy as np
import pytest

from lib.figures.time_course import MARKS, PALETTE, PROCESSED, RAW, Axes, Beside, condition_colour, draw_series
from lib.figures.time_course_panels import RunPanel, draw_neighbours, draw_runs, draw_spectrum, runs_height

TIMES = np.arange(30) * 2.0
AXES = Axes("Time (s)", "Signal change (%)", " s", " %", "a run")
EVENTS = (("left", 4.0, 6.0), ("right", 20.0, 0.0), ("left", 40.0, 6.0))


def series(axes: Axes = AXES, *, has_raw: bool = False, **beside):
    return draw_series(TIMES, axes, has_raw=has_raw, beside=Beside(**beside))


def of_uid(figure, uid: str):
    return next(trace for trace in figure.data if trace.uid == uid)


def named(figure, name: str):
    return next(trace for trace in figure.data if trace.name == name)


def test_no_trace_is_without_points():
    """Plotly forgets the axis of a trace that has none, and then draws ticks at places that are no numbers."""
    for figure in (series(), series(confounds=[("csf", TIMES)]), draw_neighbours(3, "axial")):
        assert all(len(trace.x) for trace in figure.data)


def test_axes_say_what_they_are():
    figure = series()
    assert figure.layout.xaxis.title.text == "Time (s)"
    assert figure.layout.yaxis.title.text == "Signal change (%)"
    assert list(figure.layout.xaxis.range) == [0.0, 58.0]


def test_hover_tells_volume_seconds_and_unit():
    assert figure_hover(series()) == "volume %{customdata} (%{x:.2f} s): %{y:.15~r} %"


def test_without_a_tr_hover_tells_the_volume_alone():
    axes = Axes("Volume (the TR is not known)", "z", "", " z")
    assert figure_hover(series(axes)) == "volume %{customdata}: %{y:.15~r} z"


def figure_hover(figure) -> str:
    return of_uid(figure, PROCESSED).hovertemplate.partition("<extra>")[0]


@pytest.mark.parametrize("has_raw", [False, True])
def test_raw_values_are_drawn_only_when_wanted(has_raw):
    assert of_uid(series(has_raw=has_raw), RAW).visible is has_raw


def test_the_volume_is_marked_from_bottom_to_top():
    first, second = (of_uid(series(confounds=[("csf", TIMES)]), uid) for uid in MARKS)
    assert (list(first.y), first.yaxis) == ([0, 1], "y3")
    assert (second.yaxis, second.visible) == ("y6", True)


def test_without_confounds_there_is_no_axis_for_them():
    figure = series()
    assert of_uid(figure, MARKS[1]).visible is False
    assert {trace.yaxis for trace in figure.data} == {None, "y2", "y3"}
    assert list(figure.layout.yaxis.domain) == [0, 1]


def test_events_are_one_filled_trace_a_condition():
    figure = series(events=EVENTS, conditions=("left", "right"))
    left = named(figure, "left")
    assert list(left.x[:5]) == [4, 4, 10, 10, 4]
    assert len(left.x) == 12
    assert left.fill == "toself"


def test_an_event_without_duration_is_still_seen():
    right = named(series(events=EVENTS), "right")
    assert max(right.x[:5]) - min(right.x[:5]) == pytest.approx(0.2)


def test_a_condition_keeps_its_colour_when_others_are_hidden():
    both = named(series(events=EVENTS, conditions=("left", "right")), "right").fillcolor
    alone = named(series(events=EVENTS[1:2], conditions=("left", "right")), "right").fillcolor
    assert both == alone == condition_colour("right", ("left", "right"))


def test_expected_signal_has_its_conditions_colour():
    regressors = [("right", "right x spm HRF", TIMES / 58)]
    figure = series(events=EVENTS, conditions=("left", "right"), regressors=regressors)
    assert named(figure, "right x spm HRF").line.color == named(figure, "right").fillcolor


def test_a_region_is_drawn_with_its_spread():
    mean, sd = np.full(30, 5.0), np.full(30, 2.0)
    figure = series(others=[("6 mm sphere", TIMES, mean, sd)])
    band = figure.data[-2]
    assert (max(band.y), min(band.y)) == (7.0, 3.0)
    assert band.fillcolor == named(figure, "6 mm sphere").line.color == PALETTE[0]


def test_a_region_s_spread_has_the_gaps_of_its_mean():
    """A polygon over a gap would be closed by a chord through what was never measured."""
    mean, sd = np.full(30, 5.0), np.full(30, 2.0)
    mean[10] = np.nan
    band = series(others=[("6 mm sphere", TIMES, mean, sd)]).data[-2]
    x, y = np.array(band.x), np.array(band.y)
    (cut,) = np.flatnonzero(np.isnan(y))
    assert (x[:cut].min(), x[:cut].max()) == (0.0, 18.0)
    assert (x[cut + 1 :].min(), x[cut + 1 :].max()) == (22.0, 58.0)
    assert set(y[:cut]) == set(y[cut + 1 :]) == {3.0, 7.0}


def test_a_region_of_one_voxel_has_no_spread_and_still_a_trace_with_points():
    assert len(series(others=[("one", TIMES, np.ones(30), np.full(30, np.nan))]).data[-2].x)


def test_one_confound_keeps_its_values_and_several_share_an_axis_as_z():
    figure = series(confounds=[("csf", TIMES)])
    np.testing.assert_array_equal(named(figure, "csf").y, TIMES)
    assert figure.layout.xaxis.anchor == "y5"
    figure = series(confounds=[("csf", TIMES), ("fd", np.r_[np.nan, np.ones(29)])])
    assert np.std(named(figure, "csf").y, ddof=1) == pytest.approx(1)
    np.testing.assert_array_equal(named(figure, "csf").customdata, TIMES)
    assert np.isnan(named(figure, "fd").y[0])
    assert not named(figure, "fd").y[1:].any()


def test_legend_lists_all_that_is_beside():
    beside = Beside(others=[("held", TIMES, TIMES, None)], events=EVENTS, confounds=[("csf", TIMES)])
    assert beside.names == ["held", "csf", "left", "right"]


# --- spectrum -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("band", "ends"), [((0.01, 0.1), (0.01, 0.1)), ((None, 0.1), (0.0, 0.1)), ((0.01, None), (0.01, 0.25))]
)
def test_pass_band_is_shaded(band, ends):
    (shape,) = draw_spectrum(y_title="Power", band=band, nyquist=0.25, unit="").layout.shapes
    assert (shape.x0, shape.x1) == ends


def test_without_a_filter_nothing_is_shaded():
    figure = draw_spectrum(y_title="Power (%²/Hz)", band=(None, None), nyquist=0.25, unit=" %²/Hz")
    assert figure.layout.shapes == ()
    assert list(figure.layout.xaxis.range) == [0, 0.25]
    assert figure.layout.yaxis.title.text == "Power (%²/Hz)"
    assert [trace.name for trace in figure.data] == ["after the steps", "before"]


def test_power_axis_can_be_logarithmic():
    assert draw_spectrum(y_title="", band=(None, None), nyquist=1, unit="", is_log=True).layout.yaxis.type == "log"


# --- neighbours ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [3, 5, 7])
def test_middle_cell_is_framed(n):
    (frame,) = draw_neighbours(n, "axial").layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (n // 2, n // 2 + 1, n // 2, n // 2 + 1)


def test_labels_stand_in_their_cells_from_the_top_row_down():
    labels = of_uid(draw_neighbours(3, "axial"), "labels")
    assert [int(y) for y in labels.y] == [2, 2, 2, 1, 1, 1, 0, 0, 0]
    assert [int(x) for x in labels.x] == [0, 1, 2] * 3


# --- runs side by side --------------------------------------------------------------------------------------------

PANELS = [
    RunPanel("flash", "Time (s), TR 2 s", 96.0, EVENTS),
    RunPanel("rest", "Time (s), TR 3 s", 90.0),
    RunPanel("story", "Time (s), TR 1.5 s", 60.0, (("left", 5.0, 5.0),)),
]


def runs(is_common_scale: bool = False):
    return draw_runs(PANELS, y_title="Signal change (%)", unit=" %", is_common_scale=is_common_scale)


def test_runs_share_one_scale_of_time():
    layout = runs().layout
    assert [list(axis.range) for axis in (layout.xaxis, layout.xaxis2, layout.xaxis3)] == [[0, 96.0]] * 3
    assert layout.xaxis3.title.text == "Time (s), TR 1.5 s"


def test_trace_and_title_n_belong_to_run_n():
    figure = runs()
    assert [trace.name for trace in figure.data[:3]] == ["flash", "rest", "story"]
    assert [note.text for note in figure.layout.annotations] == ["flash", "rest", "story"]
    tops = [axis.domain[1] for axis in (figure.layout.yaxis, figure.layout.yaxis2, figure.layout.yaxis3)]
    assert tops == sorted(tops, reverse=True)


def test_blocks_stand_behind_their_run_and_are_told_once():
    blocks = runs().data[3:]
    assert [(block.name, block.xaxis, block.showlegend) for block in blocks] == [
        ("left", "x", True),
        ("right", "x", True),
        ("left", "x3", False),
    ]
    assert blocks[0].fillcolor == blocks[2].fillcolor


def test_values_can_share_one_scale_too():
    assert runs().layout.yaxis2.matches is None
    layout = runs(is_common_scale=True).layout
    assert (layout.yaxis.matches, layout.yaxis2.matches, layout.yaxis3.matches) == (None, "y", "y")


def test_each_run_adds_its_panel_to_the_height():
    assert runs_height(3) - runs_height(2) == runs_height(2) - runs_height(1)
