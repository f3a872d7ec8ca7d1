"""Figures of the spaces page: outlines, the resampling lab, and one image in several storage orders."""

import json

import numpy as np
import plotly.graph_objects as go
from plotly.colors import hex_to_rgb

from lib.affine_sentences import TOWARDS
from lib.figures import ACCENT, TEXT
from lib.figures_colours import colour_stops
from lib.figures_slices import BEHIND, CROSSHAIR, LETTER
from lib.plane_places import FREE_QUARTER
from lib.resampling_lab import INTERPOLATIONS, PAIRS, LabSlice
from lib.stored_slices import StoredSlice

OUTLINE = "#ffb000"
SOURCE_LINES = "rgba(242,142,43,0.55)"
TARGET_LINES = "rgba(255,255,255,0.8)"
N_PICTURES = 3
CELL_GAP = 0.045


def draw_outlined(figure: go.Figure, name: str) -> go.Figure:
    """Return a figure of planes in a square whose overlay is drawn in one colour, as outlines are, and named below."""
    scale = ((0.0, "rgba(0,0,0,0)"), (0.5 / 255, "rgba(0,0,0,0)"), (1 / 255, OUTLINE), (1.0, OUTLINE))
    (left, _), top = FREE_QUARTER
    figure.add_annotation(
        text=f"outline: {name}", x=left, y=top / 2, xref="paper", yref="paper", xanchor="left", yanchor="top",
        align="left", showarrow=False, font={"color": OUTLINE, "size": 12},
    )  # fmt: skip
    return figure.update_layout(coloraxis2={"colorscale": scale, "showscale": False})


def outline_table() -> bytes:
    """Return 256 x 4 bytes, red, green, blue, opacity: nothing at code 0, the colour of outlines at all others."""
    return bytes(4) + bytes((*hex_to_rgb(OUTLINE), 255)) * 255


def draw_lab(
    lab: LabSlice | None, window: tuple[float, float], colour_map: str, *, is_narrow: bool = False
) -> go.Figure:
    """Return three resampled pictures and their three differences; empty for None.

    In a row each; on a narrow screen in a column each.

    Parameters
    ----------
    window : (low, high)
        Values of the darkest and the brightest colour of the pictures.
    """
    figure = go.Figure()
    for number in range(2 * N_PICTURES):
        figure.add_trace(_lab_heatmap(lab, number))
    for number in range(2 * N_PICTURES):
        for trace in _lab_lines(lab, number):
            figure.add_trace(trace)
    largest = max((found.largest for found in lab.measured.values() if found.largest > 0), default=1.0) if lab else 1.0
    bar = {"thickness": 10, "outlinewidth": 0, "x": 1.01, "len": 0.44, "yanchor": "middle", "tickfont": {"size": 10}}
    low, high = window
    figure.update_layout(
        coloraxis={
            "colorscale": colour_stops(colour_map), "cmin": low, "cmax": high, "showscale": not is_narrow,
            "colorbar": {**bar, "y": 0.76},
        },
        coloraxis2={
            "colorscale": colour_stops("Blue-red"), "cmin": -largest, "cmax": largest, "showscale": not is_narrow,
            "colorbar": {**bar, "y": 0.24},
        },
    )  # fmt: skip
    titles = _lab_titles(lab) if lab else ["Resampling the slice", *[""] * 5]
    _set_cells(figure, titles, is_narrow=is_narrow)
    for number in range(2 * N_PICTURES if lab else 0):
        _set_range(figure, number)
    figure.update_layout(margin_r=8 if is_narrow else 66)
    return figure


def draw_stored(
    slices: list[StoredSlice], xyz, window: tuple[float, float], colour_map: str, *, is_narrow: bool = False
) -> go.Figure:
    """Return ``data[:, :, k]`` of one image in three storage orders, and the axial plane that its affine finds.

    Parameters
    ----------
    slices : list of `N_PICTURES` slices, or none for an empty figure
    xyz : (3,) world mm
    """
    figure = go.Figure()
    for number in range(2 * N_PICTURES):
        figure.add_trace(_stored_heatmap(slices, number))
    for number in range(2 * N_PICTURES):
        figure.add_trace(_cross(number, *_stored_place(slices, number)))
    low, high = window
    figure.update_layout(
        coloraxis={"colorscale": colour_stops(colour_map), "cmin": low, "cmax": high, "showscale": False}
    )
    place = "x {:.1f} y {:.1f} z {:.1f} mm".format(*(round(float(value), 1) + 0.0 for value in xyz))
    titles = [f"<b>{found.order}</b>: data[:, :, {found.ijk[2]}]<br>is {found.plane}" for found in slices]
    titles += [f"{found.order}: voxel ({', '.join(map(str, found.ijk))})<br>{place}" for found in slices]
    _set_cells(figure, titles or ["Reading the slices", *[""] * 5], is_narrow=is_narrow)
    for number in range(len(slices) * 2):
        _set_range(figure, number, is_upside_down=number < N_PICTURES)
    for number, found in enumerate(slices):
        _name_edges(figure, number, found.edges)
        _name_edges(figure, number + N_PICTURES, ("A", "P", "L", "R"))
    return figure


def whole_change(wide: go.Figure, narrow: go.Figure) -> dict:
    """Return a feed's answer that turns a chart into these figures, which differ in their layout alone."""
    found, layout = json.loads(wide.to_json(validate=False)), json.loads(narrow.to_json(validate=False))["layout"]
    for one in (found["layout"], layout):
        one.pop("template", None)
    return {"traces": dict(enumerate(found["data"])), "layout": found["layout"], "narrow_layout": layout}


def cells_aspect(*, is_narrow: bool = False) -> float:
    """Return height / width of two rows of three cells, or of two columns of three."""
    return 3 / 2 * 1.12 if is_narrow else 2 / 3 * 1.12


def _lab_heatmap(lab: LabSlice | None, number: int) -> go.Heatmap:
    is_picture = number < N_PICTURES
    values, place = None, {}
    if lab is not None:
        values = lab.pictures[INTERPOLATIONS[number]] if is_picture else lab.differences[PAIRS[number - N_PICTURES]]
        (x0, y0), (dx, dy) = lab.starts.tolist(), lab.sizes.tolist()
        place = {"x0": x0, "dx": dx, "y0": y0, "dy": dy}
    return go.Heatmap(
        z=values, **place, coloraxis="coloraxis" if is_picture else "coloraxis2", zsmooth=False,
        xaxis=_axis("x", number), yaxis=_axis("y", number),
        hovertemplate="%{z:.6g} at %{x:.1f}, %{y:.1f} mm<extra></extra>",
    )  # fmt: skip


def _lab_lines(lab: LabSlice | None, number: int) -> list[go.Scatter]:
    """Return the lines between voxels of both grids, and the cursor, in one cell."""
    empty = np.empty((0, 2, 2))
    source, target = (lab.source_lines, lab.target_lines) if lab and number < N_PICTURES else (empty, empty)
    x, y = ([lab.cursor[0]], [lab.cursor[1]]) if lab else ([], [])
    return [
        _lines(number, source, SOURCE_LINES),
        _lines(number, target, TARGET_LINES),
        _cross(number, x, y),
    ]


def _lines(number: int, lines: np.ndarray, colour: str) -> go.Scatter:
    gapped = np.concatenate([lines, np.full((len(lines), 1, 2), np.nan)], axis=1).reshape(-1, 2).astype(np.float32)
    return go.Scatter(
        x=gapped[:, 0], y=gapped[:, 1], mode="lines", line={"color": colour, "width": 0.8},
        hoverinfo="skip", xaxis=_axis("x", number), yaxis=_axis("y", number),
    )  # fmt: skip


def _cross(number: int, x, y) -> go.Scatter:
    return go.Scatter(
        x=x, y=y, mode="markers", marker={"symbol": "cross-thin", "size": 12, "line": {"color": CROSSHAIR, "width": 2}},
        hoverinfo="skip", xaxis=_axis("x", number), yaxis=_axis("y", number),
    )  # fmt: skip


def _lab_titles(lab: LabSlice) -> list[str]:
    titles = []
    for how in INTERPOLATIONS:
        words = {"continuous": "continuous (cubic spline)"}.get(how, how)
        count = lab.foreign.get(how)
        titles.append(f"<b>{words}</b>" + ("" if count is None else f"<br>{count:,} voxels of no region"))
    for first, second in PAIRS:
        found = lab.measured[first, second]
        titles.append(f"<b>{first} − {second}</b><br>at most {found.largest:.4g}, mean {found.mean:.3g}")
    return titles


def _stored_heatmap(slices: list[StoredSlice], number: int) -> go.Heatmap:
    is_array = number < N_PICTURES
    values, place = None, {}
    if slices:
        found = slices[number % N_PICTURES]
        if is_array:
            values = found.values
            i, j, _ = found.ijk
            place = {
                "x0": int(j % found.step[1]), "dx": int(found.step[1]),
                "y0": int(i % found.step[0]), "dy": int(found.step[0]),
            }  # fmt: skip
        else:
            values = found.axial
            up, right = (found.axial_step * found.axial_sizes).tolist()
            place = {"x0": 0, "dx": right, "y0": 0, "dy": up}
    hover = "%{z:.6g} at data[%{y}, %{x}, k]" if is_array else "%{z:.6g}"
    return go.Heatmap(
        z=values, **place, coloraxis="coloraxis", zsmooth=False, hovertemplate=hover + "<extra></extra>",
        xaxis=_axis("x", number), yaxis=_axis("y", number),
    )  # fmt: skip


def _stored_place(slices: list[StoredSlice], number: int) -> tuple[list, list]:
    """Return where the voxel looked at is drawn in a cell."""
    if not slices:
        return [], []
    found = slices[number % N_PICTURES]
    if number < N_PICTURES:
        return [found.ijk[1]], [found.ijk[0]]
    up, right = (found.axial_ijk * found.axial_sizes).tolist()
    return [right], [up]


def _set_range(figure: go.Figure, number: int, *, is_upside_down: bool = False) -> None:
    """Let a cell end where its picture does: lines and marks would widen it."""
    picture = figure.data[number]
    rows, columns = np.shape(picture.z)
    x_range = [picture.x0 - picture.dx / 2, picture.x0 + (columns - 0.5) * picture.dx]
    y_range = [picture.y0 - picture.dy / 2, picture.y0 + (rows - 0.5) * picture.dy]
    figure.update_layout({
        f"xaxis{_suffix(number)}": {"range": x_range},
        f"yaxis{_suffix(number)}": {"range": y_range[::-1] if is_upside_down else y_range},
    })  # fmt: skip


def _axis(letter: str, number: int) -> str:
    return f"{letter}{_suffix(number)}"


def _suffix(number: int) -> str:
    return "" if number == 0 else str(number + 1)


def _set_cells(figure: go.Figure, titles: list[str], *, is_narrow: bool) -> None:
    """Lay six cells out, the second three below the first, or to the right of them; each with its title above."""
    hidden = {"visible": False, "constrain": "domain"}
    n_columns, n_rows = (2, N_PICTURES) if is_narrow else (N_PICTURES, 2)
    width, height = (1 - CELL_GAP * (n_columns - 1)) / n_columns, 1 / n_rows
    for number, title in enumerate(titles):
        column, row = divmod(number, N_PICTURES) if is_narrow else divmod(number, N_PICTURES)[::-1]
        left, top = column * (width + CELL_GAP), 1 - row * height
        x, y = _axis("x", number), _axis("y", number)
        share = 0.17 * height
        figure.update_layout({
            f"xaxis{x[1:]}": {**hidden, "domain": [left, min(left + width, 1.0)], "anchor": y},
            f"yaxis{y[1:]}": {
                **hidden, "domain": [max(top - 0.97 * height, 0.0), top - share], "anchor": x, "scaleanchor": x,
                "constraintoward": "top",
            },
        })  # fmt: skip
        figure.add_annotation(
            text=title, x=left, y=top - share, xref="paper", yref="paper", xanchor="left", yanchor="bottom",
            align="left", showarrow=False, font={"color": TEXT, "size": 12},
        )  # fmt: skip
    figure.update_layout(
        margin={"l": 4, "r": 8, "t": 4, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor=BEHIND,
        font={"color": TEXT, "size": 12},
        showlegend=False,
        dragmode=False,
        uirevision="cells",
        modebar={"activecolor": ACCENT, "bgcolor": "rgba(0,0,0,0)"},
    )


def _name_edges(figure: go.Figure, number: int, edges: tuple[str, str, str, str]) -> None:
    """Write at each edge of a cell which way it lies: top, bottom, left, right."""
    x, y = f"{_axis('x', number)} domain", f"{_axis('y', number)} domain"
    places = ((0.5, 0.99, "center", "top"), (0.5, 0.01, "center", "bottom"), (0.01, 0.5, "left", "middle"),
              (0.99, 0.5, "right", "middle"))  # fmt: skip
    for edge, (at_x, at_y, x_anchor, y_anchor) in zip(edges, places, strict=True):
        figure.add_annotation(
            text=edge, x=at_x, y=at_y, xref=x, yref=y, xanchor=x_anchor, yanchor=y_anchor, showarrow=False,
            font={"color": LETTER, "size": 13}, bgcolor="rgba(0,0,0,0.45)", hovertext=TOWARDS[edge],
        )  # fmt: skip
