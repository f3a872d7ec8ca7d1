import itertools

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.colors import unlabel_rgb

from lib.figures.colours import (
    COLOUR_MAPS,
    DIVERGING,
    LABELS,
    REVERSED,
    SEQUENTIAL,
    TWO_SIDED,
    code_colourscale,
    code_table,
    colour_stops,
)


def table(name: str) -> np.ndarray:
    """(256, 4) red, green, blue, opacity."""
    return np.frombuffer(code_table(name), np.uint8).reshape(256, 4).astype(int)


def lightness(colours: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB colours, 0 to 100: https://www.w3.org/Graphics/Color/sRGB and CIE 15:2004."""
    shares = colours[:, :3] / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.where(luminance > 216 / 24389, np.cbrt(luminance), luminance * 841 / 108 + 4 / 29) - 16


def test_grey_comes_first():
    assert COLOUR_MAPS[0] == "Grey"
    assert set(COLOUR_MAPS) == {*SEQUENTIAL, *DIVERGING, *TWO_SIDED, LABELS}


def test_grey_runs_from_black_to_white_by_one_level_a_code():
    grey = table("Grey")
    assert grey[1].tolist() == [0, 0, 0, 255]
    assert grey[128].tolist() == [128, 128, 128, 255]
    assert grey[255].tolist() == [255, 255, 255, 255]
    # 255 codes for 256 levels: one step is of two.
    assert sorted(np.diff(grey[1:, 0])) == [1] * 253 + [2]


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_code_0_alone_is_transparent(name):
    colours = table(name)
    assert colours[0].tolist() == [0, 0, 0, 0]
    assert (colours[1:, 3] == 255).all()
    scale = code_colourscale(name)
    assert [colour for _, colour in scale[:2]] == ["rgba(0,0,0,0)"] * 2
    assert scale[1][0] < 1 / 255


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_first_and_last_code_have_the_ends_of_the_map(name):
    ends = [np.rint(unlabel_rgb(colour)).tolist() for _, colour in (colour_stops(name)[0], colour_stops(name)[-1])]
    assert [table(name)[1, :3].tolist(), table(name)[255, :3].tolist()] == ends


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_moving_picture_and_resting_figure_have_the_same_colours(name):
    """The canvas takes its colours from the table, Plotly mixes them from the scale."""
    scale = code_colourscale(name)
    places = [place for place, _ in scale]
    channels = np.array([unlabel_rgb(colour) if colour.startswith("rgb(") else (0, 0, 0) for _, colour in scale])
    codes = np.arange(1, 256) / 255
    mixed = np.stack([np.interp(codes, places, channels[:, channel]) for channel in range(3)], axis=1)
    assert np.abs(mixed - table(name)[1:, :3]).max() <= 1


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_plotly_takes_the_scale(name):
    figure = go.Figure(layout={"coloraxis": {"colorscale": code_colourscale(name)}})
    scale = figure.layout.coloraxis.colorscale
    assert scale[0][0] == 0
    assert scale[-1][0] == 1
    assert all(first < second for (first, _), (second, _) in itertools.pairwise(scale))


@pytest.mark.parametrize("name", ["Grey", "Viridis", "Magma", "Inferno", "Cividis"])
def test_uniform_maps_grow_lighter_evenly(name):
    steps = np.diff(lightness(table(name)[1::32]))
    assert (steps > 0).all()
    assert steps.max() < 2 * steps.min()


@pytest.mark.parametrize("name", DIVERGING)
def test_diverging_maps_have_zero_in_the_middle_and_two_hues_beside_it(name):
    colours = table(name)
    neutral = colours[128, :3]
    assert np.ptp(neutral) <= 2
    low, high = colours[30, :3], colours[226, :3]
    assert np.argmax(low) != np.argmax(high)


def test_blue_red_is_blue_below_zero_and_purple_green_purple():
    """Purple-green was green below zero, against its name and against blue-red."""
    assert np.argmax(table("Blue-red")[30, :3]) == 2
    assert np.argmax(table("Blue-red")[226, :3]) == 0
    red, green, blue, _ = table("Purple-green")[30]
    assert min(red, blue) > green
    assert np.argmax(table("Purple-green")[226, :3]) == 1


def test_neighbouring_labels_have_colours_far_apart():
    colours = table(LABELS)[1:, :3]
    for apart in (1, 2, 3):
        assert np.linalg.norm(colours[apart:] - colours[:-apart], axis=1).min() > 90


def test_no_two_of_fifty_labels_share_a_colour():
    assert len({tuple(colour) for colour in table(LABELS)[1:51, :3]}) == 50


def test_a_reversed_map_has_the_colours_the_other_way_round():
    np.testing.assert_array_equal(table("Hot" + REVERSED)[1:], table("Hot")[:0:-1])


@pytest.mark.parametrize("name", TWO_SIDED)
def test_each_side_has_colours_of_its_own_which_begin_where_it_is_drawn(name):
    """With nothing drawn from -40 % to 40 %, the darkest colour of a side stands at 40 %, not near zero."""
    plain, hidden = table(name), np.frombuffer(code_table(name, 0.4), np.uint8).reshape(256, 4)
    assert (plain[1] == hidden[1]).all()
    assert (plain[255] == hidden[255]).all()
    for beside_zero, inner in ((127, 127 - 51), (129, 129 + 51)):
        np.testing.assert_allclose(hidden[inner, :3].astype(int), plain[beside_zero, :3], atol=6)
    # The two sides share no hue: one is redder or greener, the other bluer.
    assert plain[64, 2] > max(plain[64, 0] - 60, plain[64, 1] - 60)
    assert plain[192, 2] < plain[192].max()
    scale = code_colourscale(name, 0.4)
    clear = [position for position, colour in scale if colour == "rgba(0,0,0,0)"][2:]
    assert clear == pytest.approx([(1 + 254 * 0.3) / 255, (1 + 254 * 0.7) / 255], abs=0.002)
