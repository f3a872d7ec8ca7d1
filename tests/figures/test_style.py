import json

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.figures.histogram import draw_histogram
from lib.figures.style import style_plot
from lib.images.volumes import Volume
from lib.images.windowing import Histogram, count_values


@pytest.fixture
def histogram() -> Histogram:
    return Histogram(np.array([3, 1, 0, 2]), np.array([2.5, 3.5, 4.5, 5.5, 6.5]))


def test_bars_stand_over_the_values_that_they_count(histogram):
    (bars,) = draw_histogram(histogram, 3, 6).data
    assert list(bars.x) == [3, 4, 5, 6]
    assert list(bars.y) == [3, 1, 0, 2]
    assert bars.width == 1


def test_the_window_is_drawn_over_the_bars(histogram):
    figure = draw_histogram(histogram, 3.25, 6)
    (window,) = figure.layout.shapes
    assert (window.x0, window.x1) == (3.25, 6)
    assert window.layer == "below"


def test_axes_are_named(histogram):
    layout = draw_histogram(histogram, 3, 6).layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("value", "voxels")


def test_zoom_survives_a_move_of_the_window(histogram):
    first, second = draw_histogram(histogram, 3, 6), draw_histogram(histogram, 4, 5)
    assert first.layout.uirevision == second.layout.uirevision


def test_the_histogram_of_a_real_volume_can_be_sent(rng):
    figure = draw_histogram(count_values(Volume(rng.normal(500, 30, (7, 8, 9)))), 450, 550)
    sent = json.loads(figure.to_json(validate=False))
    assert sent["data"][0]["type"] == "bar"


def test_style_takes_its_colours_from_the_theme():
    figure = style_plot(go.Figure(), x_title="time (s)", y_title="% signal change")
    assert figure.layout.font.color == "var(--st-text-color)"
    assert figure.layout.xaxis.title.text == "time (s)"
    assert figure.layout.yaxis.title.text == "% signal change"
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
