"""The world in three dimensions: boxes of images, world axes, isocentre, cursor, and slices standing in it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from lib.figures.planes import CROSSHAIR
from lib.figures.style import GRID, TEXT
from lib.images.lab.scene_sheets import Sheet
from lib.plain_text import escape_plotly
from lib.spaces.anatomical_planes import PLANES
from lib.spaces.grids import Grid, box_corners, box_edges

BOX_COLOURS = ("#4f8df5", "#f28e2b")
ISOCENTRE = "#e15759"
AXIS = "#8a93a6"
# Seen from the front, the right and above, so that left-right, back-front and down-up can be told apart.
CAMERA = {"eye": {"x": 1.0, "y": 1.35, "z": 0.65}}
AXIS_WORDS = (("x", "left", "right"), ("y", "back", "front"), ("z", "bottom", "top"))
TINT = ((0.0, "rgb(0,0,0)"), (1.0, "rgb(255,255,255)"))
# Uids of the traces that change; of the sheets and the flat views see `_sheet_uid` and `_flat_uid`.
FRAMES, CURSOR = "frames", "cursor"


@dataclass(frozen=True, eq=False)
class Box:
    """The field of view of an image, with the image's name."""

    name: str
    grid: Grid


def draw_scene(boxes: tuple[Box, ...], xyz, *, revision: str) -> go.Figure:
    """Return the scene without its slices, which `scene_changes` brings; the camera stays while `revision` does.

    Parameters
    ----------
    boxes : one or two
    xyz : (3,) cursor, world mm
    """
    figure = go.Figure([_empty_sheet(plane) for plane in PLANES])
    figure.add_trace(
        go.Scatter3d(
            x=[], y=[], z=[], mode="lines", line={"color": CROSSHAIR, "width": 2}, hoverinfo="skip", showlegend=False,
            uid=FRAMES,
        )
    )  # fmt: skip
    figure.add_trace(_point("Cursor", xyz, CROSSHAIR, "diamond").update(uid=CURSOR))
    for trace in _world_axes(boxes):
        figure.add_trace(trace)
    figure.add_trace(_point("World origin (a scanner's isocentre)", (0.0, 0.0, 0.0), ISOCENTRE, "cross"))
    for box, colour in zip(boxes, BOX_COLOURS, strict=False):
        x, y, z = _joined(box_edges(box.grid))
        figure.add_trace(
            go.Scatter3d(
                x=x, y=y, z=z, mode="lines", line={"color": colour, "width": 5}, name=escape_plotly(box.name),
                hoverinfo="skip",
            )
        )  # fmt: skip
        figure.add_trace(_first_voxel(box, colour))
    axes = {
        f"{axis}axis": {
            "title": {"text": f"{axis}, mm"}, "backgroundcolor": "rgba(0,0,0,0)", "gridcolor": GRID, "color": TEXT,
            "zeroline": False, "nticks": 5, "showspikes": False,
        }
        for axis in "xyz"
    }  # fmt: skip
    figure.update_layout(
        scene={**axes, "aspectmode": "data", "camera": CAMERA, "uirevision": revision, "dragmode": "turntable"},
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor="rgba(0,0,0,0)",
        font={"color": TEXT, "size": 12},
        legend={"orientation": "h", "x": 0, "y": 0, "yanchor": "top"},
        uirevision=revision,
    )
    return figure


def scene_changes(sheets: dict[str, Sheet], xyz) -> dict:
    """Return the changes of `draw_scene`'s figure for a place of the cursor, and the sheet of each plane through it."""
    changes = {_sheet_uid(plane): _sheet_data(sheet) for plane, sheet in sheets.items()}
    x, y, z = _joined(np.array([side for sheet in sheets.values() for side in _sides(sheet)]))
    changes[FRAMES] = {"x": x, "y": y, "z": z}
    changes[CURSOR] = {axis: [float(value)] for axis, value in zip("xyz", xyz, strict=True)}
    return {"traces": changes}


def draw_flat_scene(boxes: tuple[Box, ...], xyz) -> go.Figure:
    """Return the boxes as seen from the side, the front and above, for browsers that cannot draw the scene."""
    figure = go.Figure()
    for number, (plane, (_, right, up)) in enumerate(PLANES.items()):
        cursor = _flat_point(number, "Cursor", [xyz[right]], [xyz[up]], CROSSHAIR)
        figure.add_trace(cursor.update(uid=_flat_uid(plane)))
    for number, (plane, (_, right, up)) in enumerate(PLANES.items()):
        figure.add_trace(_flat_point(number, "World origin (a scanner's isocentre)", [0.0], [0.0], ISOCENTRE))
        for box, colour in zip(boxes, BOX_COLOURS, strict=False):
            lines = _joined(box_edges(box.grid))
            figure.add_trace(
                go.Scatter(
                    x=lines[right], y=lines[up], mode="lines", line={"color": colour, "width": 2},
                    name=escape_plotly(box.name), showlegend=number == 0, xaxis=_axis("x", number),
                    yaxis=_axis("y", number), hoverinfo="skip",
                )
            )  # fmt: skip
        _set_flat_axes(figure, plane, number, right, up)
    figure.update_layout(
        margin={"l": 44, "r": 8, "t": 8, "b": 44},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": TEXT, "size": 12},
        legend={"orientation": "h", "x": 0, "y": -0.2},
        uirevision="flat",
    )
    return figure


def flat_changes(xyz) -> dict:
    """Return the changes of `draw_flat_scene`'s figure for a place of the cursor."""
    return {
        "traces": {
            _flat_uid(plane): {"x": [float(xyz[right])], "y": [float(xyz[up])]}
            for plane, (_, right, up) in PLANES.items()
        }
    }


def _sheet_uid(plane: str) -> str:
    return f"sheet-{plane}"


def _flat_uid(plane: str) -> str:
    return f"{CURSOR}-{plane}"


def _axis(letter: str, number: int) -> str:
    return letter if number == 0 else f"{letter}{number + 1}"


def _empty_sheet(plane: str) -> go.Surface:
    return go.Surface(
        uid=_sheet_uid(plane), x=[], y=[], z=[], surfacecolor=[], cmin=0, cmax=255, colorscale=TINT, showscale=False,
        opacity=0.95,
        name=f"{plane} slice", hoverinfo="skip", contours={axis: {"highlight": False} for axis in "xyz"},
        lighting={"ambient": 1.0, "diffuse": 0.0, "specular": 0.0, "fresnel": 0.0},
    )  # fmt: skip


def _sheet_data(sheet: Sheet) -> dict:
    """Return a sheet with holes where it is empty, through which the rest of the scene is seen."""
    x, y, z = np.round(sheet.xyz.astype(np.float64), 1)
    height = np.where(sheet.is_empty, None, z).tolist()
    return {"x": x.tolist(), "y": y.tolist(), "z": height, "surfacecolor": sheet.shades.tolist()}


def _sides(sheet: Sheet) -> list[np.ndarray]:
    """Return the four (2, 3) sides of a sheet."""
    corners = [sheet.xyz[:, row, column] for row, column in ((0, 0), (0, -1), (-1, -1), (-1, 0), (0, 0))]
    return [np.array(pair) for pair in pairwise(corners)]


def _point(name: str, xyz, colour: str, symbol: str) -> go.Scatter3d:
    x, y, z = ([float(value)] for value in xyz)
    return go.Scatter3d(
        x=x, y=y, z=z, mode="markers", name=escape_plotly(name), marker={"size": 6, "color": colour, "symbol": symbol},
        hovertemplate=escape_plotly(name) + "<br>%{x:.1f}, %{y:.1f}, %{z:.1f} mm<extra></extra>",
    )  # fmt: skip


def _first_voxel(box: Box, colour: str) -> go.Scatter3d:
    marker = _point(f"voxel (0, 0, 0) of {box.name}", box.grid.affine[:3, 3], colour, "square")
    return marker.update(showlegend=False, marker_size=5)


def _world_axes(boxes: tuple[Box, ...]) -> list[go.Scatter3d]:
    """Return the three axes through (0, 0, 0), a little longer than the boxes, their ends named."""
    corners = np.concatenate([[[0.0, 0.0, 0.0]], *(box_corners(box.grid) for box in boxes)])
    reach = 0.08 * np.ptp(corners, axis=0).max()
    lowest, highest = corners.min(axis=0) - reach, corners.max(axis=0) + reach
    traces = []
    for axis, (letter, low_word, high_word) in enumerate(AXIS_WORDS):
        ends = np.zeros((2, 3))
        ends[:, axis] = lowest[axis], highest[axis]
        traces.append(
            go.Scatter3d(
                x=ends[:, 0], y=ends[:, 1], z=ends[:, 2], mode="lines+text", line={"color": AXIS, "width": 2},
                text=[f"-{letter} {low_word}", f"+{letter} {high_word}"], textfont={"color": TEXT, "size": 12},
                hoverinfo="skip", showlegend=False, name=f"{letter} axis",
            )
        )  # fmt: skip
    return traces


def _joined(edges: np.ndarray) -> list[list]:
    """Return (N, 2, 3) line segments as three lists with a gap after each."""
    gapped = np.concatenate([edges, np.full((len(edges), 1, 3), np.nan)], axis=1).reshape(-1, 3)
    return [[None if np.isnan(value) else float(value) for value in column] for column in gapped.T]


def _flat_point(number: int, name: str, x, y, colour: str) -> go.Scatter:
    return go.Scatter(
        x=x, y=y, mode="markers", marker={"color": colour, "size": 10, "symbol": "cross"}, name=escape_plotly(name),
        showlegend=number == 0, xaxis=_axis("x", number), yaxis=_axis("y", number),
        hovertemplate=escape_plotly(name) + "<br>%{x:.1f}, %{y:.1f} mm<extra></extra>",
    )  # fmt: skip


def _set_flat_axes(figure: go.Figure, plane: str, number: int, right: int, up: int) -> None:
    x, y = _axis("x", number), _axis("y", number)
    seen_from = {"sagittal": "the side", "coronal": "the front or back", "axial": "above"}[plane]
    quiet = {"gridcolor": GRID, "zeroline": False}
    title = f"{'xyz'[right]}, mm (seen from {seen_from})"
    figure.update_layout({
        f"xaxis{x[1:]}": {
            **quiet, "domain": [0.35 * number, 0.35 * number + 0.29], "anchor": y, "title": {"text": title},
        },
        f"yaxis{y[1:]}": {
            **quiet, "domain": [0, 1], "anchor": x, "scaleanchor": x, "title": {"text": f"{'xyz'[up]}, mm"},
        },
    })  # fmt: skip
