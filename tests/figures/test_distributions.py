"""Distributions of a map's values."""

import numpy as np
import pytest

from lib.figures.distributions import draw_map_histogram


def test_histogram_of_a_map_gives_shares_that_add_up(rng):
    values = rng.normal(50, 10, 4000)
    values[:7] = np.nan
    figure = draw_map_histogram([("brain", values), ("empty", np.full(3, np.nan))], x_title="tSNR")
    assert figure.data[0].y.sum() == pytest.approx(100, abs=0.01)
    assert not figure.data[1].y.any()
    assert figure.layout.showlegend


def test_one_region_is_filled_and_needs_no_legend(rng):
    figure = draw_map_histogram([("brain", rng.normal(50, 10, 400))], x_title="tSNR")
    assert figure.data[0].fill == "tozeroy"
    assert not figure.layout.showlegend


def test_values_beyond_the_range_are_counted_at_its_ends():
    values = np.concatenate([np.linspace(0, 1, 996), [1000.0] * 4])
    figure = draw_map_histogram([("brain", values)], x_title="x")
    assert figure.data[0].x[-1] < 2
    assert figure.data[0].y.sum() == pytest.approx(100, abs=0.01)
