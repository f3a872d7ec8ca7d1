"""Figures of the spaces page: outlines, the resampling lab, and one image in several storage orders."""

import numpy as np
import plotly.graph_objects as go

from lib.figures.board import (
    N_CELLS,
    N_PICTURES,
    Range,
    colour_scale,
    cross,
    edge_letters,
    grid_lines,
    heatmap,
    lay_out_board,
    picture_ends,
    whole_change,
)
from lib.images.lab.resampled_slice import INTERPOLATIONS, PAIRS, LabSlice
from lib.images.lab.stored_slices import StoredSlice
from lib.number_text import HOVER_VALUE, short_text

OUTLINE = "#ffb000"
SOURCE_LINES = "rgba(242,142,43,0.55)"
TARGET_LINES = "rgba(255,255,255,0.8)"
# A cell is at most 300 px wide: more pixels than this cost time on their way to the browser and are not seen.
MAX_PIXELS = 200


def draw_lab(
    lab: LabSlice | None, window: Range, colour_map: str, *, is_narrow: bool = False, note: str = ""
) -> go.Figure:
    """Return three resampled pictures and their three differences; for None, empty but for a note.

    In a row each; on a narrow screen in a column each.

    Parameters
    ----------
    window : (low, high)
        Values of the darkest and the brightest colour of the pictures.
    """
    return go.Figure(_lab_traces(lab), _lab_layout(lab, window, colour_map, note, is_narrow=is_narrow))


def lab_change(lab: LabSlice | None, window: Range, colour_map: str, *, note: str = "") -> dict:
    """Return a feed's answer that turns the lab's chart, wide or narrow, into this slice of it."""
    narrow = _lab_layout(lab, window, colour_map, note, is_narrow=True)
    return whole_change(draw_lab(lab, window, colour_map, note=note), narrow)


def draw_stored(
    slices: list[StoredSlice], xyz, window: Range, colour_map: str, *, is_narrow: bool = False
) -> go.Figure:
    """Return ``data[:, :, k]`` of one image in three storage orders, and the axial plane that its affine finds.

    Parameters
    ----------
    slices : list of `N_PICTURES` slices, or none for an empty figure
    xyz : (3,) world mm
    """
    return go.Figure(_stored_traces(slices), _stored_layout(slices, xyz, window, colour_map, is_narrow=is_narrow))


def stored_change(slices: list[StoredSlice], xyz, window: Range, colour_map: str) -> dict:
    """Return a feed's answer that turns the chart of storage orders, wide or narrow, into these slices."""
    narrow = _stored_layout(slices, xyz, window, colour_map, is_narrow=True)
    return whole_change(draw_stored(slices, xyz, window, colour_map), narrow)


def _lab_traces(lab: LabSlice | None) -> list[dict]:
    """Return six heat maps, then for each cell the lines between voxels of both grids and the cursor."""
    traces = []
    for number in range(N_CELLS):
        axis = "coloraxis" if number < N_PICTURES else "coloraxis2"
        place = _lab_place(lab, number) if lab else {}
        hover = f"%{{z:{HOVER_VALUE}}}" + " at %{x:.1f}, %{y:.1f} mm<extra></extra>"
        traces.append(heatmap(number, axis, hover, **place))
    empty = np.empty((0, 2, 2))
    for number in range(N_CELLS):
        has_lines = lab is not None and number < N_PICTURES
        traces += [
            grid_lines(number, "source", lab.source_lines if has_lines else empty, SOURCE_LINES),
            grid_lines(number, "target", lab.target_lines if has_lines else empty, TARGET_LINES),
            cross(number, *(lab.cursor.tolist() if lab else (None, None))),
        ]
    return traces


def _lab_place(lab: LabSlice, number: int) -> dict:
    values = (
        lab.pictures[INTERPOLATIONS[number]] if number < N_PICTURES else lab.differences[PAIRS[number - N_PICTURES]]
    )
    step = -(-max(values.shape) // MAX_PIXELS)
    (x0, y0), (dx, dy) = lab.starts.tolist(), (lab.sizes * step).tolist()
    return {"z": values[::step, ::step], "x0": x0, "dx": dx, "y0": y0, "dy": dy}


def _lab_layout(lab: LabSlice | None, window: Range, colour_map: str, note: str, *, is_narrow: bool) -> dict:
    titles = _lab_titles(lab) if lab else [note, *[""] * (N_CELLS - 1)]
    ranges = [picture_ends(_lab_place(lab, number)) for number in range(N_CELLS)] if lab else None
    largest = max((found.largest for found in lab.measured.values() if found.largest > 0), default=1.0) if lab else 1.0
    bar = {"thickness": 10, "outlinewidth": 0, "x": 1.01, "len": 0.44, "yanchor": "middle", "tickfont": {"size": 10}}
    shown = {"showscale": not is_narrow}
    layout = lay_out_board(titles, ranges, is_narrow=is_narrow)
    layout["margin"]["r"] = 8 if is_narrow else 66
    layout["coloraxis"] = {**colour_scale(colour_map, window), **shown, "colorbar": {**bar, "y": 0.76}}
    layout["coloraxis2"] = {**colour_scale("Blue-red", (-largest, largest)), **shown, "colorbar": {**bar, "y": 0.24}}
    return layout


def _lab_titles(lab: LabSlice) -> list[str]:
    titles = []
    for how in INTERPOLATIONS:
        words = {"continuous": "continuous (cubic spline)"}.get(how, how)
        count = lab.foreign.get(how)
        titles.append(f"<b>{words}</b>" + ("" if count is None else f"<br>{count:,} voxels of no region"))
    for first, second in PAIRS:
        found = lab.measured[first, second]
        titles.append(
            f"<b>{first} − {second}</b><br>at most {short_text(found.largest)}, mean {short_text(found.mean)}"
        )
    return titles


def _stored_traces(slices: list[StoredSlice]) -> list[dict]:
    """Return six heat maps, then in each cell the voxel looked at."""
    value = f"%{{z:{HOVER_VALUE}}}"
    hovers = (value + " at data[%{y}, %{x}, k]<extra></extra>", value + "<extra></extra>")
    traces, crosses = [], []
    for number in range(N_CELLS):
        found = slices[number % N_PICTURES] if slices else None
        is_array = number < N_PICTURES
        traces.append(heatmap(number, "coloraxis", hovers[not is_array], **(_stored_place(found, is_array))))
        crosses.append(cross(number, *_stored_cross(found, is_array)))
    return traces + crosses


def _stored_place(found: StoredSlice | None, is_array: bool) -> dict:
    if found is None:
        return {}
    if is_array:
        i, j, _ = found.ijk
        down, right = found.step.tolist()
        return {"z": found.values, "x0": j % right, "dx": right, "y0": i % down, "dy": down}
    up, right = (found.axial_step * found.axial_sizes).tolist()
    return {"z": found.axial, "x0": 0, "dx": right, "y0": 0, "dy": up}


def _stored_cross(found: StoredSlice | None, is_array: bool) -> tuple:
    if found is None:
        return None, None
    if is_array:
        return found.ijk[1], found.ijk[0]
    up, right = (found.axial_ijk * found.axial_sizes).tolist()
    return right, up


def _stored_layout(slices: list[StoredSlice], xyz, window: Range, colour_map: str, *, is_narrow: bool) -> dict:
    place = "x {:.1f} y {:.1f} z {:.1f} mm".format(*(round(float(value), 1) + 0.0 for value in xyz))
    titles = [f"<b>{found.order}</b>: data[:, :, {found.ijk[2]}]<br>is {found.plane}" for found in slices]
    titles += [f"{found.order}: voxel ({', '.join(map(str, found.ijk))})<br>{place}" for found in slices]
    ranges = None
    if slices:
        ranges = [picture_ends(_stored_place(found, True)) for found in slices]
        # The first index runs down the screen, as programs draw a plain array.
        ranges = [(across, upwards[::-1]) for across, upwards in ranges]
        ranges += [picture_ends(_stored_place(found, False)) for found in slices]
    layout = lay_out_board(titles or ["Reading the slices", *[""] * (N_CELLS - 1)], ranges, is_narrow=is_narrow)
    layout["coloraxis"] = {**colour_scale(colour_map, window), "showscale": False}
    for number, found in enumerate(slices):
        layout["annotations"] += edge_letters(number, found.edges)
        layout["annotations"] += edge_letters(number + N_PICTURES, ("A", "P", "L", "R"))
    return layout
