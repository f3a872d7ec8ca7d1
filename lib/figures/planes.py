"""Three orthogonal planes and the montage, as Plotly figures; the browser fills in the slices."""

from dataclasses import dataclass

import plotly.graph_objects as go

from lib.figures.colours import code_colourscale
from lib.figures.plane_places import FREE_QUARTER, place_planes
from lib.figures.style import MODEBAR, TEXT
from lib.images.montage import Montage
from lib.spaces.anatomical_planes import PLANES, View, plane_letters

CROSSHAIR = "#35d0ba"
LETTER = "#ffd166"
# Brain viewers show anatomy on black in any theme: the eye judges greys against it.
BEHIND = "#000000"
MARGIN = {"l": 34, "r": 6, "t": 6, "b": 30}
COLOUR_BAR_WIDTH = 88


@dataclass(frozen=True)
class ColourBar:
    """What a colour bar says: ends in the image's unit and a title."""

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
    base_bar: ColourBar | None = None,
    is_radiological: bool = False,
    is_narrow: bool = False,
    is_square: bool = False,
    revision: str = "",
) -> go.Figure:
    """Return the figure of sagittal, coronal and axial planes with true proportions, empty of slices.

    The colour bars are the overlay's and the base image's. For `is_narrow` and `is_square` see
    `lib.figures.plane_places.place_planes`. Zoom is kept while `revision` stays the same.

    Traces come in the order of `slice_roles`: for each plane its heat map, then the overlays, then the crosshairs.
    """
    extents = [n * size for n, size in zip(view.shape, view.sizes, strict=True)]
    places = place_planes(extents, is_narrow=is_narrow, is_square=is_square)
    base_place, overlay_place = _place_bars([base_bar, colour_bar], is_square=is_square)
    has_bar_beside = (colour_bar is not None or base_bar is not None) and not is_square
    traces = [_heatmap(view, plane, number, "coloraxis") for number, plane in enumerate(PLANES)]
    if overlay_map:
        above = [_heatmap(view, plane, number, "coloraxis2") for number, plane in enumerate(PLANES)]
        traces += [{**trace, "opacity": overlay_opacity} for trace in above]
    traces += [_crosshair(number) for number in range(len(PLANES))]
    layout = {
        "margin": {**MARGIN, "r": COLOUR_BAR_WIDTH if has_bar_beside else MARGIN["r"]},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": BEHIND,
        "font": {"color": TEXT, "size": 11},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "modebar": MODEBAR,
        "uirevision": revision,
        "coloraxis": _colour_axis(colour_map, base_bar, base_place),
        "annotations": [],
    }
    if overlay_map:
        layout["coloraxis2"] = _colour_axis(overlay_map, colour_bar, overlay_place)
    for number, plane in enumerate(PLANES):
        layout |= _plane_axes(view, plane, number, places[number], extents, is_radiological=is_radiological)
        layout["annotations"] += _letters(plane, number, is_radiological=is_radiological)
    # In one go: Plotly checks the whole figure anew for everything that is added to it later.
    return go.Figure(data=traces, layout=layout)


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


def _colour_axis(colour_map: str, bar: ColourBar | None, place: dict) -> dict:
    axis = {"colorscale": code_colourscale(colour_map), "cmin": 0, "cmax": 255, "showscale": bar is not None}
    if bar is not None:
        is_lying = place.get("orientation") == "h"
        shares = (0, 0.5, 1) if is_lying else (0, 0.25, 0.5, 0.75, 1)
        axis["colorbar"] = {
            "title": {"text": bar.title, "side": "top" if is_lying else "right", "font": {"size": 11}},
            "tickvals": [1 + 254 * share for share in shares],
            "ticktext": [f"{bar.low + (bar.high - bar.low) * share:.4g}" for share in shares],
            "thickness": 12,
            "outlinewidth": 0,
            "tickfont": {"size": 10},
            **place,
        }
    return axis


def _place_bars(bars: list[ColourBar | None], *, is_square: bool) -> list[dict]:
    """Return where each colour bar stands: one above the other at the right, or in the free quarter of a square."""
    n_shown = sum(bar is not None for bar in bars)
    places, above = [], 0
    for bar in bars:
        if is_square:
            (left, right), top = FREE_QUARTER
            across = {"orientation": "h", "x": left, "xanchor": "left", "len": right - left, "thickness": 8}
            places.append({**across, "y": top * (1 - above / 2)})
        else:
            share = 1 / max(1, n_shown)
            places.append({"x": 1.01, "len": 0.9 * share, "y": 1 - share * (above + 0.5)})
        above += bar is not None
    return places


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
    left, right_letter, _, _ = plane_letters(montage.plane, is_radiological=montage.is_mirrored)
    for letter, x, anchor in ((left, 0, "left"), (right_letter, columns - 1, "right")):
        place = {"x": x, "y": (n_rows - 0.5) * rows, "xanchor": anchor, "yanchor": "middle"}
        annotations.append({"text": letter, "showarrow": False, "font": {"color": LETTER, "size": 13}, **place})
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
