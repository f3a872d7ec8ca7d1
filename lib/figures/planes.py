"""Three orthogonal planes and the montage, as Plotly figures; the browser fills in the slices."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.colors import hex_to_rgb

from lib.figures.colours import TRANSPARENT, code_colourscale, code_table
from lib.figures.plane_places import FREE_QUARTER, place_planes
from lib.figures.style import MODEBAR
from lib.images.montage import Montage
from lib.number_text import scale_texts
from lib.plain_text import escape_plotly
from lib.spaces.anatomical_planes import PLANES, View, plane_letters

CROSSHAIR = "#35d0ba"
# Half transparent: what lies under it is seen.
QUIET_CROSSHAIR = "rgba(53, 208, 186, 0.6)"
LETTER = "#ffd166"
# Brain viewers show anatomy on black in any theme: the eye judges greys against it.
BEHIND, ON_BLACK = "#000000", "#c8ced6"
MARGIN = {"l": 0, "r": 0, "t": 0, "b": 0}
RULED_MARGIN = {"l": 34, "r": 6, "t": 8, "b": 32}
COLOUR_BAR_WIDTH = 88
# Share of a side below which the two thresholds' numbers would overlap on a lying colour bar.
NEAR_ZERO = 0.35
# Of outlines, one a layer: bright on grey, and told apart without red against green.
OUTLINES = ("#ffb000", "#4cc9f0", "#e07be0", "#c0e218")


@dataclass(frozen=True)
class ColourBar:
    """What a colour bar says: ends in the image's unit, a title, and of two sides where each begins."""

    low: float
    high: float
    title: str
    threshold: float = 0.0


@dataclass(frozen=True)
class LayerStyle:
    """How one layer of the planes looks.

    Attributes
    ----------
    colour_map : str
        See `lib.figures.colours`.
    opacity : float
    bar : ColourBar, optional
        Named beside the planes, with its scale unless it is an outline.
    outline : str, optional
        The colour of outlines in place of the colour map.
    is_smooth : bool
        Whether the colours between voxels' centres are blended, for display alone.
    hidden : float
        Share of each side of a map of two sides in which nothing is drawn.
    """

    colour_map: str
    opacity: float = 1.0
    bar: ColourBar | None = None
    outline: str | None = None
    is_smooth: bool = False
    hidden: float = 0.0

    @property
    def table(self) -> bytes:
        """256 x 4 bytes, red, green, blue, opacity of each code."""
        if self.outline is None:
            return code_table(self.colour_map, self.hidden)
        return bytes(4) + bytes((*hex_to_rgb(self.outline), 255)) * 255

    @property
    def scale(self) -> tuple[tuple[float, str], ...]:
        """Plotly colour scale of codes 0 to 255."""
        if self.outline is None:
            return code_colourscale(self.colour_map, self.hidden)
        return ((0.0, TRANSPARENT), (0.5 / 255, TRANSPARENT), (1 / 255, self.outline), (1.0, self.outline))


def draw_planes(
    view: View,
    layers: Sequence[LayerStyle],
    *,
    is_radiological: bool = False,
    has_sides: bool = True,
    has_rulers: bool = False,
    is_narrow: bool = False,
    is_square: bool = False,
    revision: str = "",
) -> go.Figure:
    """Return the figure of sagittal, coronal and axial planes with true proportions, empty of slices.

    Parameters
    ----------
    layers : sequence of LayerStyle
        From bottom to top.
    has_sides : bool
        Whether somebody vouches for left and right.
    has_rulers : bool
        Whether the axes say their mm: those of a grid that lies straight with the world are the world's.
    is_narrow, is_square : bool
        See `lib.figures.plane_places.place_planes`.
    revision : str
        Zoom is kept while it stays the same.

    Traces come in the order of `slice_roles`: the heat maps of each layer, then the crosshairs.
    """
    extents = [n * size for n, size in zip(view.shape, view.sizes, strict=True)]
    places = place_planes(extents, is_narrow=is_narrow, is_square=is_square, has_rulers=has_rulers)
    bars = [layer.bar for layer in layers]
    bar_places = _place_bars(bars, is_square=is_square)
    has_bar_beside = any(bar is not None for bar in bars) and not is_square
    traces = [
        {
            **_heatmap(view, plane, number, _colour_axis_name(above)),
            "opacity": layer.opacity,
            "zsmooth": "fast" if layer.is_smooth else False,
        }
        for above, layer in enumerate(layers)
        for number, plane in enumerate(PLANES)
    ]
    traces += [_crosshair(number) for number in range(len(PLANES))]
    margin = RULED_MARGIN if has_rulers else MARGIN
    layout = {
        "margin": {**margin, "r": COLOUR_BAR_WIDTH if has_bar_beside else margin["r"]},
        "paper_bgcolor": BEHIND,
        "plot_bgcolor": BEHIND,
        "font": {"color": ON_BLACK, "size": 11},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "modebar": MODEBAR,
        "uirevision": revision,
        "annotations": [],
    }
    for above, (layer, place) in enumerate(zip(layers, bar_places, strict=True)):
        layout[_colour_axis_name(above)] = _colour_axis(layer, place)
        if layer.bar is not None and layer.outline is not None:
            layout["annotations"].append(_outline_name(layer, place))
    for number, plane in enumerate(PLANES):
        axes = _plane_axes(view, plane, number, places[number], extents, is_radiological=is_radiological)
        layout |= _add_rulers(axes, plane) if has_rulers else axes
        layout["annotations"] += _letters(plane, number, is_radiological=is_radiological, has_sides=has_sides)
    # In one go: Plotly checks the whole figure anew for everything that is added to it later.
    return go.Figure(data=traces, layout=layout)


def slice_roles(n_layers: int) -> dict:
    """Return for each plane its axes and its trace numbers: heat maps from bottom to top, then the crosshair."""
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


def _colour_axis_name(layer: int) -> str:
    return "coloraxis" if layer == 0 else f"coloraxis{layer + 1}"


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
        # The browser says what is under the mouse: the figure knows codes, not values.
        "hoverinfo": "skip",
    }


def _crosshair(number: int) -> dict:
    return {
        "type": "scatter",
        "x": [],
        "y": [],
        "mode": "lines",
        "line": {"color": QUIET_CROSSHAIR, "width": 1},
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
        "ticks": "",
        "showticklabels": False,
    }
    x, y = _axis("x", number), _axis("y", number)
    return {
        f"xaxis{x[1:]}": {**shared, "range": ranges[0], "domain": place[0], "anchor": y},
        f"yaxis{y[1:]}": {**shared, "range": ranges[1], "domain": place[1], "anchor": x},
    }


def _add_rulers(axes: dict, plane: str) -> dict:
    """Return a plane's axes with their numbers: world mm."""
    ruler = {
        "ticks": "outside", "ticklen": 3, "tickcolor": ON_BLACK, "tickfont": {"size": 9}, "nticks": 6,
        "showticklabels": True,
    }  # fmt: skip
    title = {"text": f"{plane.capitalize()}, mm", "font": {"size": 10}, "standoff": 2}
    return {
        name: {**axis, **ruler, **({"title": title} if name.startswith("x") else {})} for name, axis in axes.items()
    }


def _letters(plane: str, number: int, *, is_radiological: bool, has_sides: bool) -> list[dict]:
    left, right, bottom, top = plane_letters(plane, is_radiological=is_radiological, has_sides=has_sides)
    look = {
        "xref": f"{_axis('x', number)} domain",
        "yref": f"{_axis('y', number)} domain",
        "showarrow": False,
        "font": {"color": LETTER, "size": 13},
        "opacity": 0.85,
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


def _colour_axis(layer: LayerStyle, place: dict) -> dict:
    bar = layer.bar
    has_scale = bar is not None and layer.outline is None
    axis = {"colorscale": layer.scale, "cmin": 0, "cmax": 255, "showscale": has_scale}
    if has_scale:
        is_lying = place.get("orientation") == "h"
        values = _bar_values(layer, is_lying=is_lying)
        axis["colorbar"] = {
            "title": {"text": escape_plotly(bar.title), "side": "top" if is_lying else "right", "font": {"size": 11}},
            "tickvals": [1 + 254 * (value - bar.low) / (bar.high - bar.low or 1) for value in values],
            "ticktext": scale_texts(values),
            "thickness": 12,
            "outlinewidth": 0,
            "tickfont": {"size": 10},
            **place,
        }
    return axis


def _bar_values(layer: LayerStyle, *, is_lying: bool) -> list[float]:
    """Return the values that a colour bar names: of two sides, where each begins and ends."""
    bar = layer.bar
    if layer.hidden:
        inner = [] if is_lying and layer.hidden < NEAR_ZERO else [-bar.threshold, bar.threshold]
        return [bar.low, *inner, bar.high]
    shares = (0, 0.5, 1) if is_lying else (0, 0.25, 0.5, 0.75, 1)
    return [bar.low + (bar.high - bar.low) * share for share in shares]


def _outline_name(layer: LayerStyle, place: dict) -> dict:
    """Return the name of an outlined layer, which has no scale, where its colour bar would stand."""
    is_lying = place.get("orientation") == "h"
    turned = {} if is_lying else {"textangle": 90}
    return {
        "text": escape_plotly(f"outline: {layer.bar.title}"), "x": place["x"], "y": place["y"], "xref": "paper",
        "yref": "paper", "xanchor": "left", "yanchor": "top" if is_lying else "middle", "align": "left",
        "showarrow": False, "font": {"color": layer.outline, "size": 12}, **turned,
    }  # fmt: skip


def _place_bars(bars: list[ColourBar | None], *, is_square: bool) -> list[dict]:
    """Return where each colour bar stands: one above the other at the right, or in the free quarter of a square."""
    n_shown = sum(bar is not None for bar in bars)
    places, above = [], 0
    for bar in bars:
        if is_square:
            (left, right), top = FREE_QUARTER
            across = {"orientation": "h", "x": left, "xanchor": "left", "len": right - left, "thickness": 8}
            places.append({**across, "y": top * (1 - above / max(2, n_shown))})
        else:
            share = 1 / max(1, n_shown)
            places.append({"x": 1.01, "len": 0.9 * share, "y": 1 - share * (above + 0.5)})
        above += bar is not None
    return places


def draw_montage(
    montage: Montage,
    view: View,
    layers: Sequence[tuple[Montage, LayerStyle]],
    labels: Sequence[str],
    *,
    has_sides: bool = True,
    axes: str = "",
) -> go.Figure:
    """Return the montage of one or more layers (montage, style), each slice with its place in mm.

    Parameters
    ----------
    axes : str
        Number of the axes it is drawn on, by which a click tells two montages of one chart apart; "" are the first.
    """
    _, right, up = PLANES[montage.plane]
    rows, columns = montage.tile
    n_rows = montage.codes.shape[0] // rows
    traces, colour_axes = [], {}
    for number, (layer, style) in enumerate(layers):
        name = _colour_axis_name(number)
        on = {"xaxis": f"x{axes}", "yaxis": f"y{axes}"}
        traces.append(go.Heatmap(z=layer.codes, coloraxis=name, hoverinfo="skip", opacity=style.opacity, **on))
        colour_axes[name] = {"colorscale": style.scale, "cmin": 0, "cmax": 255, "showscale": False}
    of = {"xref": f"x{axes}", "yref": f"y{axes}", "showarrow": False}
    look = {**of, "xanchor": "left", "yanchor": "top", "font": {"color": LETTER, "size": 11}}
    annotations = [
        {
            "text": escape_plotly(label),
            "x": (number % montage.n_columns) * columns + 1,
            "y": (n_rows - number // montage.n_columns) * rows - 1,
            **look,
        }
        for number, label in enumerate(labels)
    ]
    left, right_letter, _, _ = plane_letters(montage.plane, is_radiological=montage.is_mirrored, has_sides=has_sides)
    for letter, x, anchor in ((left, 0, "left"), (right_letter, columns - 1, "right")):
        place = {"x": x, "y": (n_rows - 0.5) * rows, "xanchor": anchor, "yanchor": "middle"}
        annotations.append({**of, "text": letter, "font": {"color": LETTER, "size": 13}, **place})
    hidden = {"visible": False, "showgrid": False, "zeroline": False, "constrain": "domain"}
    same_scale = {"scaleanchor": f"x{axes}", "scaleratio": float(view.sizes[up] / view.sizes[right])}
    layout = {
        f"xaxis{axes}": {**hidden, "range": [-0.5, montage.codes.shape[1] - 0.5], "anchor": f"y{axes}"},
        f"yaxis{axes}": {**hidden, "anchor": f"x{axes}", "range": [-0.5, montage.codes.shape[0] - 0.5], **same_scale},
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
