"""Three orthogonal planes and the montage, as Plotly figures; the browser fills in the slices."""

from dataclasses import dataclass

import plotly.graph_objects as go

from lib.figures import MODEBAR, TEXT
from lib.figures_colours import code_colourscale
from lib.montage import Montage
from lib.slices import PLANES, View, plane_letters

CROSSHAIR = "#35d0ba"
LETTER = "#ffd166"
# Brain viewers show anatomy on black in any theme: the eye judges greys against it.
BEHIND = "#000000"
GAP = 0.045
MARGIN = {"l": 34, "r": 6, "t": 6, "b": 30}
COLOUR_BAR_WIDTH = 74


@dataclass(frozen=True)
class ColourBar:
    """What the overlay's colour bar says: ends in the image's unit and a title."""

    low: float
    high: float
    title: str


def draw_planes(
    view: View,
    *,
    colour_map: str,
    overlay_map: str | None = None,
    overlay_opacity: float = 0.7,
    colour_bar: ColourBar | None = None,
    is_radiological: bool = False,
    is_narrow: bool = False,
    revision: str = "",
) -> go.Figure:
    """Return the figure of sagittal, coronal and axial planes with true proportions, empty of slices.

    Zoom is kept while `revision` stays the same. Traces come in the order of `slice_roles`: for each plane its heat
    map, then the overlays, then the crosshairs.
    """
    extents = [n * size for n, size in zip(view.shape, view.sizes, strict=True)]
    places = _place_planes(extents, is_narrow=is_narrow)
    traces = [_heatmap(view, plane, number, "coloraxis") for number, plane in enumerate(PLANES)]
    if overlay_map:
        above = [_heatmap(view, plane, number, "coloraxis2") for number, plane in enumerate(PLANES)]
        traces += [{**trace, "opacity": overlay_opacity} for trace in above]
    traces += [_crosshair(number) for number in range(len(PLANES))]
    layout = {
        "margin": {**MARGIN, "r": COLOUR_BAR_WIDTH if colour_bar else MARGIN["r"]},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": BEHIND,
        "font": {"color": TEXT, "size": 11},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "modebar": MODEBAR,
        "uirevision": revision,
        "coloraxis": {"colorscale": code_colourscale(colour_map), "cmin": 0, "cmax": 255, "showscale": False},
        "annotations": [],
    }
    if overlay_map:
        layout["coloraxis2"] = _overlay_axis(overlay_map, colour_bar)
    for number, plane in enumerate(PLANES):
        layout |= _plane_axes(view, plane, number, places[number], extents, is_radiological=is_radiological)
        layout["annotations"] += _letters(plane, number, is_radiological=is_radiological)
    # In one go: Plotly checks the whole figure anew for everything that is added to it later.
    return go.Figure(data=traces, layout=layout)


def planes_aspect(view: View, *, is_narrow: bool = False) -> float:
    """Return height / width of the plotting area in which the three planes fit exactly."""
    right, anterior, superior = (n * size for n, size in zip(view.shape, view.sizes, strict=True))
    if is_narrow:
        return (2 * superior + anterior) / ((1 - 2 * GAP) * max(right, anterior))
    return max(superior, anterior) * (1 - 2 * GAP) / (anterior + 2 * right)


def slice_roles(*, has_overlay: bool) -> dict:
    """Return for each plane its axes and its trace numbers: heat maps from bottom to top, then the crosshair."""
    n_layers = 2 if has_overlay else 1
    return {
        plane: {
            "axes": [_axis("x", number), _axis("y", number)],
            "along": list(PLANES[plane]),
            "heatmaps": [number + layer * len(PLANES) for layer in range(n_layers)],
            "crosshair": number + n_layers * len(PLANES),
        }
        for number, plane in enumerate(PLANES)
    }


def _axis(letter: str, number: int) -> str:
    return letter if number == 0 else f"{letter}{number + 1}"


def _place_planes(extents, *, is_narrow: bool) -> list[tuple[list[float], list[float]]]:
    """Return (x domain, y domain) of the three planes, all at one scale."""
    right, anterior, superior = extents
    if is_narrow:
        widest = max(right, anterior)
        heights = [superior, superior, anterior]
        total = sum(heights)
        places, top = [], 1.0
        for width, height in zip([anterior, right, right], heights, strict=True):
            share = (1 - 2 * GAP) * height / total
            places.append((_domain(0.5 - 0.5 * width / widest, width / widest), _domain(top - share, share)))
            top -= share + GAP
        return places
    tallest = max(superior, anterior)
    widths, total = [anterior, right, right], anterior + 2 * right
    places, left = [], 0.0
    for width, height in zip(widths, [superior, superior, anterior], strict=True):
        share = (1 - 2 * GAP) * width / total
        places.append((_domain(left, share), _domain(1 - height / tallest, height / tallest)))
        left += share + GAP
    return places


def _domain(start: float, length: float) -> list[float]:
    """Return a share of the figure; rounding must not carry it past the edges, which Plotly refuses."""
    return [max(0.0, start), min(1.0, start + length)]


def _heatmap(view: View, plane: str, number: int, colour_axis: str) -> dict:
    _, right, up = PLANES[plane]
    return {
        "type": "heatmap",
        "x0": float(view.starts[right]),
        "dx": float(view.sizes[right]),
        "y0": float(view.starts[up]),
        "dy": float(view.sizes[up]),
        "coloraxis": colour_axis,
        "xaxis": _axis("x", number),
        "yaxis": _axis("y", number),
        "hovertemplate": "%{x:.1f}, %{y:.1f} mm<extra>" + plane + "</extra>",
        "zsmooth": False,
    }


def _crosshair(number: int) -> dict:
    return {
        "type": "scatter",
        "x": [],
        "y": [],
        "mode": "lines",
        "line": {"color": CROSSHAIR, "width": 1},
        "hoverinfo": "skip",
        "xaxis": _axis("x", number),
        "yaxis": _axis("y", number),
    }


def _plane_axes(view: View, plane: str, number: int, place, extents, *, is_radiological: bool) -> dict:
    _, right, up = PLANES[plane]
    ranges = []
    for axis in (right, up):
        start = float(view.starts[axis] - view.sizes[axis] / 2)
        ranges.append([start, start + float(extents[axis])])
    if is_radiological and right == 0:
        ranges[0].reverse()
    shared = {
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 3,
        "tickcolor": TEXT,
        "tickfont": {"size": 9},
        "nticks": 6,
        "constrain": "domain",
    }
    x, y = _axis("x", number), _axis("y", number)
    title = {"text": f"{plane.capitalize()}, mm", "font": {"size": 11}, "standoff": 2}
    upwards = {"scaleanchor": x, "scaleratio": 1, "constraintoward": "top"}
    return {
        f"xaxis{x[1:]}": {**shared, "range": ranges[0], "domain": place[0], "anchor": y, "title": title},
        f"yaxis{y[1:]}": {**shared, "range": ranges[1], "domain": place[1], "anchor": x, **upwards},
    }


def _letters(plane: str, number: int, *, is_radiological: bool) -> list[dict]:
    left, right, bottom, top = plane_letters(plane, is_radiological=is_radiological)
    look = {
        "xref": f"{_axis('x', number)} domain",
        "yref": f"{_axis('y', number)} domain",
        "showarrow": False,
        "font": {"color": LETTER, "size": 14},
        "bgcolor": "rgba(0,0,0,0.45)",
        "borderpad": 1,
    }
    places = (
        (left, 0.01, 0.5, "left", "middle"),
        (right, 0.99, 0.5, "right", "middle"),
        (bottom, 0.5, 0.01, "center", "bottom"),
        (top, 0.5, 0.99, "center", "top"),
    )
    return [
        {"text": letter, "x": x, "y": y, "xanchor": x_anchor, "yanchor": y_anchor, **look}
        for letter, x, y, x_anchor, y_anchor in places
    ]


def _overlay_axis(overlay_map: str, colour_bar: ColourBar | None) -> dict:
    axis = {"colorscale": code_colourscale(overlay_map), "cmin": 0, "cmax": 255, "showscale": colour_bar is not None}
    if colour_bar is not None:
        steps = [1 + 254 * share for share in (0, 0.25, 0.5, 0.75, 1)]
        span = colour_bar.high - colour_bar.low
        axis["colorbar"] = {
            "title": {"text": colour_bar.title, "side": "top", "font": {"size": 11}},
            "tickvals": steps,
            "ticktext": [f"{colour_bar.low + span * share:.4g}" for share in (0, 0.25, 0.5, 0.75, 1)],
            "thickness": 12,
            "len": 0.9,
            "outlinewidth": 0,
            "tickfont": {"size": 10},
            "x": 1.01,
        }
    return axis


def draw_montage(
    montage: Montage, view: View, layers: list[tuple[Montage, str, float]], labels: list[str]
) -> go.Figure:
    """Return the montage of one or more layers (montage, colour map, opacity), each slice with its place in mm."""
    _, right, up = PLANES[montage.plane]
    rows, columns = montage.tile
    n_rows = montage.codes.shape[0] // rows
    traces, colour_axes = [], {}
    for number, (layer, colour_map, opacity) in enumerate(layers, start=1):
        name = "coloraxis" if number == 1 else f"coloraxis{number}"
        traces.append(go.Heatmap(z=layer.codes, coloraxis=name, hoverinfo="skip", opacity=opacity))
        colour_axes[name] = {"colorscale": code_colourscale(colour_map), "cmin": 0, "cmax": 255, "showscale": False}
    look = {"xanchor": "left", "yanchor": "top", "showarrow": False, "font": {"color": LETTER, "size": 11}}
    annotations = [
        {
            "text": label,
            "x": (number % montage.n_columns) * columns + 1,
            "y": (n_rows - number // montage.n_columns) * rows - 1,
            **look,
        }
        for number, label in enumerate(labels)
    ]
    hidden = {"visible": False, "showgrid": False, "zeroline": False, "constrain": "domain"}
    same_scale = {"scaleanchor": "x", "scaleratio": float(view.sizes[up] / view.sizes[right])}
    layout = {
        "xaxis": {**hidden, "range": [-0.5, montage.codes.shape[1] - 0.5]},
        "yaxis": {**hidden, "range": [-0.5, montage.codes.shape[0] - 0.5], **same_scale},
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": BEHIND,
        "dragmode": False,
        "modebar": MODEBAR,
        "uirevision": "montage",
        "annotations": annotations,
        **colour_axes,
    }
    return go.Figure(data=traces, layout=layout)


def montage_aspect(montage: Montage, view: View) -> float:
    """Return height / width of a montage in mm."""
    _, right, up = PLANES[montage.plane]
    return float(montage.codes.shape[0] * view.sizes[up] / (montage.codes.shape[1] * view.sizes[right]))
