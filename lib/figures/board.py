"""A board of six cells: three pictures, and three that belong to them, in two rows or, where it is narrow, two columns.

Its parts are plain dicts, to be put together in one go: Plotly checks a whole figure anew for everything that is added
to it later.
"""

import json

import numpy as np
import plotly.graph_objects as go

from lib.figures.colours import colour_stops
from lib.figures.planes import BEHIND, CROSSHAIR, LETTER
from lib.figures.style import MODEBAR, TEXT

N_PICTURES = 3
N_CELLS = 2 * N_PICTURES
CELL_GAP = 0.045
# Shares of a cell's height: two lines of text above the picture, and air below it.
TITLE_SHARE, AIR_SHARE = 0.17, 0.03

Range = tuple[float, float]


def cells_aspect(*, is_narrow: bool = False) -> float:
    """Return height / width of two rows of three cells, or of three rows of two."""
    return 3 / 2 * 1.12 if is_narrow else 2 / 3 * 1.12


def whole_change(wide: go.Figure, narrow_layout: dict) -> dict:
    """Return a feed's answer that turns a chart, wide or narrow, into this figure; only their layouts differ.

    Each trace has a uid by its cell and its part in it, so that figures of one board differ in nothing else.
    """
    found = json.loads(wide.to_json(validate=False, remove_uids=False))
    found["layout"].pop("template", None)
    return {
        "traces": {trace.pop("uid"): trace for trace in found["data"]},
        "layout": found["layout"],
        "narrow_layout": narrow_layout,
    }


def heatmap(number: int, colour_axis: str, hover: str, **place) -> dict:
    """Return the picture of a cell; `place` is its ``z``, ``x0``, ``dx``, ``y0`` and ``dy``, or nothing."""
    return {
        "type": "heatmap", "uid": f"picture-{number}", "coloraxis": colour_axis, "zsmooth": False,
        "hovertemplate": hover, **_axes(number), **place,
    }  # fmt: skip


def grid_lines(number: int, name: str, lines: np.ndarray, colour: str) -> dict:
    """Return (N, 2, 2) lines over the picture of a cell; `name` tells those of one cell apart."""
    gapped = np.concatenate([lines, np.full((len(lines), 1, 2), np.nan)], axis=1).reshape(-1, 2).astype(np.float32)
    return {
        "type": "scatter", "uid": f"{name}-{number}", "mode": "lines", "x": gapped[:, 0], "y": gapped[:, 1],
        "hoverinfo": "skip", "line": {"color": colour, "width": 0.8}, **_axes(number),
    }  # fmt: skip


def cross(number: int, x: float | None, y: float | None) -> dict:
    """Return the mark of a place in a cell; none at None."""
    mark = {"symbol": "cross-thin", "size": 12, "line": {"color": CROSSHAIR, "width": 2}}
    return {
        "type": "scatter", "uid": f"cross-{number}", "mode": "markers", "marker": mark,
        "x": [] if x is None else [x], "y": [] if y is None else [y], "hoverinfo": "skip", **_axes(number),
    }  # fmt: skip


def _axes(number: int) -> dict:
    return {"xaxis": _axis("x", number), "yaxis": _axis("y", number)}


def _axis(letter: str, number: int) -> str:
    return letter if number == 0 else f"{letter}{number + 1}"


def colour_scale(colour_map: str, window: Range) -> dict:
    """Return what a colour axis says of its colours: the map, and the values at its two ends."""
    return {"colorscale": colour_stops(colour_map), "cmin": window[0], "cmax": window[1]}


def picture_ends(place: dict) -> tuple[list[float], list[float]]:
    """Return where a picture ends to the right and upwards: lines and marks over it would widen its cell."""
    rows, columns = place["z"].shape
    return (
        [place["x0"] - place["dx"] / 2, place["x0"] + (columns - 0.5) * place["dx"]],
        [place["y0"] - place["dy"] / 2, place["y0"] + (rows - 0.5) * place["dy"]],
    )


def lay_out_board(titles: list[str], ranges: list | None, *, is_narrow: bool) -> dict:
    """Return the layout of six cells, the second three below the first, or to the right of them, with their titles."""
    layout = {
        "margin": {"l": 4, "r": 8, "t": 4, "b": 4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": BEHIND,
        "font": {"color": TEXT, "size": 12},
        "showlegend": False,
        "dragmode": False,
        "uirevision": "cells",
        "modebar": MODEBAR,
        "annotations": [],
    }
    n_columns, n_rows = (2, N_PICTURES) if is_narrow else (N_PICTURES, 2)
    width, height = (1 - CELL_GAP * (n_columns - 1)) / n_columns, 1 / n_rows
    for number, title in enumerate(titles):
        column, row = divmod(number, N_PICTURES) if is_narrow else divmod(number, N_PICTURES)[::-1]
        left, top = column * (width + CELL_GAP), 1 - (row + TITLE_SHARE) * height
        bottom = 1 - (row + 1 - AIR_SHARE) * height
        x, y = _axis("x", number), _axis("y", number)
        across, upwards = ({}, {}) if ranges is None else ({"range": ends} for ends in ranges[number])
        hidden = {"visible": False, "constrain": "domain"}
        layout[f"xaxis{x[1:]}"] = {**hidden, **across, "domain": [left, min(left + width, 1.0)], "anchor": y}
        layout[f"yaxis{y[1:]}"] = {
            **hidden, **upwards, "domain": [bottom, top], "anchor": x, "scaleanchor": x, "constraintoward": "top"
        }  # fmt: skip
        layout["annotations"].append({
            "text": title, "x": left, "y": top, "xref": "paper", "yref": "paper", "xanchor": "left",
            "yanchor": "bottom", "align": "left", "showarrow": False, "font": {"color": TEXT, "size": 12},
        })  # fmt: skip
    return layout


def edge_letters(number: int, edges: tuple[str, str, str, str]) -> list[dict]:
    """Return the letters at the top, bottom, left and right edge of a cell: which way it lies there."""
    x, y = f"{_axis('x', number)} domain", f"{_axis('y', number)} domain"
    places = ((0.5, 0.99, "center", "top"), (0.5, 0.01, "center", "bottom"), (0.01, 0.5, "left", "middle"),
              (0.99, 0.5, "right", "middle"))  # fmt: skip
    return [
        {
            "text": edge, "x": at_x, "y": at_y, "xref": x, "yref": y, "xanchor": x_anchor, "yanchor": y_anchor,
            "showarrow": False, "font": {"color": LETTER, "size": 13}, "bgcolor": "rgba(0,0,0,0.45)",
        }
        for edge, (at_x, at_y, x_anchor, y_anchor) in zip(edges, places, strict=True)
    ]  # fmt: skip
