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
LABELS = "Labels"
COLOUR_MAPS = (*SEQUENTIAL, *DIVERGING, LABELS)
N_CODES = 255
# Steps of this share of the colour circle, the golden section, keep any few neighbours in a row far apart.
HUE_STEP = 0.618034
TRANSPARENT = "rgba(0,0,0,0)"


@lru_cache(maxsize=32)
def colour_stops(name: str) -> tuple[tuple[float, str], ...]:
    """Return (position 0 to 1, "rgb(r,g,b)") stops of a named colour map, without the transparent code.

    Where the colours are names of regions, between which there is no middle, each code has its stop.
    """
    if name == LABELS:
        return tuple((code / (N_CODES - 1), _label_colour(code)) for code in range(N_CODES))
    scale = {**SEQUENTIAL, **DIVERGING}[name]
    stops = get_colorscale(scale) if isinstance(scale, str) else scale
    return tuple((position, label_rgb(hex_to_rgb(c)) if c.startswith("#") else c) for position, c in stops)


@lru_cache(maxsize=32)
def code_colourscale(name: str) -> tuple[tuple[float, str], ...]:
    """Return the Plotly colour scale for codes 0 to 255: transparent at 0, then the map from 1 to 255."""
    stops = [((1 + (N_CODES - 1) * position) / N_CODES, colour) for position, colour in colour_stops(name)]
    return ((0.0, TRANSPARENT), (0.5 / N_CODES, TRANSPARENT), *stops)


@lru_cache(maxsize=32)
def code_table(name: str) -> bytes:
    """Return 256 x 4 bytes, red, green, blue, opacity for each code of a picture."""
    stops = colour_stops(name)
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
