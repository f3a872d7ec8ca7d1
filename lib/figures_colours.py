"""Colour maps: stops for Plotly and 256-entry tables for the browser's canvas, from one definition.

Code 0 of a picture is transparent; codes 1 to 255 run through the map.
"""

from functools import lru_cache

from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

# Grey first; then perceptually uniform maps; then diverging ones, for maps with a sign, whose middle is zero.
SEQUENTIAL = {
    "Grey": "gray", "Viridis": "viridis", "Magma": "magma", "Inferno": "inferno", "Cividis": "cividis", "Hot": "hot",
}  # fmt: skip
DIVERGING = {"Blue-red": "RdBu_r", "Purple-green": "PRGn_r", "Cold-hot": None}
COLD_HOT = [
    (0.0, "rgb(0,255,255)"), (0.25, "rgb(0,90,255)"), (0.48, "rgb(20,20,90)"), (0.5, "rgb(40,40,40)"),
    (0.52, "rgb(90,20,20)"), (0.75, "rgb(255,70,0)"), (1.0, "rgb(255,255,0)"),
]  # fmt: skip
# Eight well separated hues for region numbers, repeated.
LABEL_COLOURS = ("#e6194b", "#3cb44b", "#ffe119", "#4363d8", "#f58231", "#911eb4", "#46f0f0", "#f032e6")
LABELS = "Labels"
COLOUR_MAPS = (*SEQUENTIAL, *DIVERGING, LABELS)
N_STOPS = 17


@lru_cache(maxsize=32)
def colour_stops(name: str) -> tuple[tuple[float, str], ...]:
    """Return evenly spaced (position, "rgb(r, g, b)") stops of a named colour map, without the transparent code."""
    if name == LABELS:
        return tuple((i / (N_STOPS - 1), LABEL_COLOURS[i % len(LABEL_COLOURS)]) for i in range(N_STOPS))
    scale = COLD_HOT if name == "Cold-hot" else get_colorscale(SEQUENTIAL.get(name) or DIVERGING[name])
    positions = [i / (N_STOPS - 1) for i in range(N_STOPS)]
    return tuple(zip(positions, sample_colorscale(scale, positions), strict=True))


@lru_cache(maxsize=32)
def code_colourscale(name: str) -> tuple[tuple[float, str], ...]:
    """Return the Plotly colour scale for codes 0 to 255: transparent at 0, then the map."""
    first, last = 0.5 / 255, 1.0
    stops = [
        (first + (1 / 255 - first) * 0 + (last - first) * position, colour) for position, colour in colour_stops(name)
    ]
    return ((0.0, "rgba(0,0,0,0)"), (first, "rgba(0,0,0,0)"), *stops)


@lru_cache(maxsize=32)
def code_table(name: str) -> bytes:
    """Return 256 x 4 bytes, red, green, blue, opacity for each code of a picture."""
    stops = [[position, colour] for position, colour in colour_stops(name)]
    colours = sample_colorscale(stops, [(code - 0.5) / 254.5 for code in range(1, 256)])
    table = bytearray(4)
    for colour in colours:
        red, green, blue = unlabel_rgb(colour)
        table += bytes((round(red), round(green), round(blue), 255))
    return bytes(table)
