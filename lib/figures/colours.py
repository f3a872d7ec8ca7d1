"""Colour maps: stops for Plotly and 256-entry tables for the browser's canvas, from one definition.

Code 0 of a picture is transparent; codes 1 to 255 run through the map.
"""

from colorsys import hsv_to_rgb
from functools import lru_cache

import numpy as np
from plotly.colors import get_colorscale, hex_to_rgb, label_rgb, unlabel_rgb

# Dark where there is nothing, bright at both ends: made to lie on black.
COLD_HOT = (
    (0.0, "rgb(0,255,255)"),
    (0.25, "rgb(0,90,255)"),
    (0.48, "rgb(20,20,90)"),
    (0.5, "rgb(40,40,40)"),
    (0.52, "rgb(90,20,20)"),
    (0.75, "rgb(255,70,0)"),
    (1.0, "rgb(255,255,0)"),
)
# Grey first; then perceptually uniform maps; then diverging ones, for maps with a sign, whose middle is zero.
SEQUENTIAL = {
    "Grey": ((0.0, "rgb(0,0,0)"), (1.0, "rgb(255,255,255)")),
    "Viridis": "viridis",
    "Magma": "magma",
    "Inferno": "inferno",
    "Cividis": "cividis",
    "Hot": "hot",
}
DIVERGING = {"Blue-red": "RdBu_r", "Purple-green": "PRGn", "Cold-hot": COLD_HOT}
# Of values below zero, then of those above it: each side has colours of its own, dark near zero.
TWO_SIDED = {
    "Two sides, blue and red": (
        (0.0, "rgb(120,255,255)"),
        (0.499, "rgb(20,40,190)"),
        (0.501, "rgb(170,10,0)"),
        (1.0, "rgb(255,255,90)"),
    ),
    "Two sides, purple and green": (
        (0.0, "rgb(255,190,255)"),
        (0.499, "rgb(110,20,150)"),
        (0.501, "rgb(0,95,40)"),
        (1.0, "rgb(200,255,130)"),
    ),
}
LABELS = "Labels"
COLOUR_MAPS = (*SEQUENTIAL, *DIVERGING, *TWO_SIDED, LABELS)
# After the name of a colour map that runs the other way.
REVERSED = " reversed"
# From a colour to none at all, in shares of a scale: Plotly takes no two stops at one place.
EDGE = 1e-5
N_CODES = 255
# Steps of this share of the colour circle, the golden section, keep any few neighbours in a row far apart.
HUE_STEP = 0.618034
TRANSPARENT = "rgba(0,0,0,0)"


def is_two_sided(name: str) -> bool:
    """Return whether a colour map has colours of its own for values below zero and for those above it."""
    return name.removesuffix(REVERSED) in TWO_SIDED


@lru_cache(maxsize=32)
def colour_stops(name: str) -> tuple[tuple[float, str], ...]:
    """Return (position 0 to 1, "rgb(r,g,b)") stops of a named colour map, without the transparent code.

    Where the colours are names of regions, between which there is no middle, each code has its stop.
    """
    if name == LABELS:
        return tuple((code / (N_CODES - 1), _label_colour(code)) for code in range(N_CODES))
    scale = {**SEQUENTIAL, **DIVERGING, **TWO_SIDED}[name.removesuffix(REVERSED)]
    stops = get_colorscale(scale) if isinstance(scale, str) else scale
    stops = tuple((position, label_rgb(hex_to_rgb(c)) if c.startswith("#") else c) for position, c in stops)
    return tuple((1 - position, c) for position, c in reversed(stops)) if name.endswith(REVERSED) else stops


def _stops_beside(name: str, hidden: float) -> tuple[tuple[float, str], ...]:
    """Return a colour map's stops, those of two sides in what a hidden share of each side leaves of it."""
    stops = colour_stops(name)
    if not is_two_sided(name) or not hidden:
        return stops
    half = len(stops) // 2
    below = tuple((position * (1 - hidden), colour) for position, colour in stops[:half])
    return below + tuple((1 - (1 - position) * (1 - hidden), colour) for position, colour in stops[half:])


@lru_cache(maxsize=32)
def code_colourscale(name: str, hidden: float = 0.0) -> tuple[tuple[float, str], ...]:
    """Return the Plotly colour scale for codes 0 to 255: transparent at 0, then the map from 1 to 255.

    Parameters
    ----------
    hidden : float
        Share of each side of a map of two sides, from the middle, in which nothing is drawn.
    """
    stops = [((1 + (N_CODES - 1) * position) / N_CODES, colour) for position, colour in _stops_beside(name, hidden)]
    if is_two_sided(name) and hidden:
        half = len(stops) // 2
        stops[half:half] = [(stops[half - 1][0] + EDGE, TRANSPARENT), (stops[half][0] - EDGE, TRANSPARENT)]
    return ((0.0, TRANSPARENT), (0.5 / N_CODES, TRANSPARENT), *stops)


@lru_cache(maxsize=32)
def code_table(name: str, hidden: float = 0.0) -> bytes:
    """Return 256 x 4 bytes, red, green, blue, opacity for each code of a picture; see `code_colourscale`."""
    stops = _stops_beside(name, hidden)
    positions = [position for position, _ in stops]
    channels = zip(*(unlabel_rgb(colour) for _, colour in stops), strict=True)
    steps = np.linspace(0, 1, N_CODES)
    table = np.zeros((N_CODES + 1, 4), dtype=np.uint8)
    table[1:, :3] = np.rint([np.interp(steps, positions, channel) for channel in channels]).T
    table[1:, 3] = 255
    return table.tobytes()


def _label_colour(number: int) -> str:
    """Return a colour for a region: hues far apart from one number to the next, in three brightnesses by turns."""
    red, green, blue = hsv_to_rgb(number * HUE_STEP % 1, 0.75, (1.0, 0.8, 0.9)[number % 3])
    return f"rgb({round(255 * red)},{round(255 * green)},{round(255 * blue)})"
