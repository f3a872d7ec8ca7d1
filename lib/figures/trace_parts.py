"""The parts of a figure of traces over a carpet: places of fixed heights, lines, marks, and the carpet itself."""

import numpy as np
import plotly.graph_objects as go

from lib.figures.colours import code_colourscale
from lib.figures.style import GRID
from lib.figures.time_course import MARK, SIGNAL
from lib.number_text import hover_format, scale_texts
from lib.plain_text import escape_plotly
from lib.quality.carpet import Carpet, to_bytes
from lib.quality.traces import TraceRow

# px: a row is a line of text over a curve; the carpet is as tall as it has rows to show.
ROW, TITLE, CARPET, BOTTOM = 30, 16, 250, 40
# Segments thinner than this many px are drawn without their name.
LEAST_NAMED = 13
# For curves that share a row, and the words that name them: read on light and on dark.
CURVES = ("#2a87c8", "#d9601a", "#b565a0")
LEFT_OUT = "rgba(232,89,12,0.20)"
LIMIT = "#c92a2a"
# Between two segments, unlike the row of the cursor.
BORDER = "#ffd166"
# A segment's name must be read over any grey.
NAME_BEHIND = "rgba(0,0,0,0.60)"


class Places:
    """Where the rows of a figure of fixed heights lie, as shares of its plotting height."""

    def __init__(self, height: float) -> None:
        self.height = height

    def _top(self, number: int) -> float:
        return number * (TITLE + ROW) + TITLE

    def share(self, px: float) -> float:
        """Return how high a distance from the top lies, 1 at the top."""
        return min(1.0, max(0.0, 1 - px / self.height))

    def axis(self, number: int) -> dict:
        """Return the vertical axis of a row."""
        top = self._top(number)
        return {
            "domain": [self.share(top + ROW), self.share(top)], "anchor": "x", "gridcolor": GRID, "zeroline": False,
            "nticks": 3, "tickfont": {"size": 9}, "fixedrange": True, "showline": False,
        }  # fmt: skip

    def carpet_axis(self, number: int, n_rows: int) -> dict:
        """Return the vertical axis of the carpet, its first row at the top."""
        domain = [0.0, self.share(self._top(number))]
        return {
            "domain": domain, "anchor": "x", "range": [n_rows - 0.5, -0.5], "showticklabels": False, "ticks": "",
            "showgrid": False, "zeroline": False,
        }  # fmt: skip

    def title(self, text: str, number: int) -> dict:
        """Return a row's title, over its left end."""
        return {
            "text": text, "x": 0, "xref": "paper", "xanchor": "left", "y": self.share(self._top(number)),
            "yref": "paper", "yanchor": "bottom", "showarrow": False, "font": {"size": 11},
        }  # fmt: skip


def line(times, values, name: str, colour: str, axis: str, unit: str) -> go.Scatter:
    """Return one curve of a row; a point tells its volume."""
    return go.Scatter(
        x=np.asarray(times, np.float32), y=np.asarray(values, np.float32), mode="lines", name=escape_plotly(name),
        yaxis=axis, customdata=np.arange(len(times)), line={"color": colour, "width": 1.3}, connectgaps=False,
        hovertemplate=f"volume %{{customdata}}: %{{y:{hover_format(unit)}<extra>{escape_plotly(name)}</extra>",
    )  # fmt: skip


def mark_time(axis: str, low: float, high: float) -> go.Scatter:
    """Return what marks the volume in a row, at no volume yet."""
    return go.Scatter(
        x=[], y=[low, high], mode="lines", yaxis=axis, hoverinfo="skip", line={"color": MARK, "width": 1.2}
    )


def mark_row(axis: str, times: np.ndarray) -> go.Scatter:
    """Return what marks the cursor's row in the carpet, at no row yet."""
    # Two short ticks at the ends and a thin line between: the row itself stays visible.
    return go.Scatter(
        x=[float(times[0]), float(times[-1])], y=[], mode="lines+markers", yaxis=axis, hoverinfo="skip",
        line={"color": "#35d0ba", "width": 1}, marker={"symbol": "line-ew-open", "size": 12, "color": "#35d0ba"},
        cliponaxis=False,
    )  # fmt: skip


def add_row(figure, row: TraceRow, axis: str, times, left_out, span) -> None:
    """Add a row's curves, its limit, and what is marked of it."""
    shown = [values[: len(times)] for _, values in row.lines]
    if row.limit is not None and left_out.any() and row.unit.startswith("mm"):
        figure.add_trace(_shade(left_out, times, axis, span))
    for number, ((name, _), values) in enumerate(zip(row.lines, shown, strict=True)):
        colour = SIGNAL if len(row.lines) == 1 else CURVES[number % len(CURVES)]
        figure.add_trace(line(times[: len(values)], values, name, colour, axis, row.unit))
    if row.limit is not None:
        figure.add_trace(
            go.Scatter(x=[float(times[0]), float(times[-1])], y=[row.limit, row.limit], mode="lines", yaxis=axis,
                       hoverinfo="skip", line={"color": LIMIT, "width": 1, "dash": "dot"})
        )  # fmt: skip
    marked = row.marked[row.marked < len(shown[0])]
    if len(marked):
        figure.add_trace(
            go.Scatter(x=np.asarray(times)[marked], y=shown[0][marked], mode="markers", yaxis=axis, hoverinfo="skip",
                       marker={"color": LIMIT, "size": 5})
        )  # fmt: skip


def _shade(left_out, times, axis: str, span) -> go.Scatter:
    """Return one trace that fills the stretches of left-out volumes from bottom to top."""
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], left_out.astype(np.int8), [0]])))
    x, y = [], []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        left, right = float(times[start]) - step / 2, float(times[stop - 1]) + step / 2
        x += [left, left, right, right, None]
        y += [span[0], span[1], span[1], span[0], None]
    return go.Scatter(
        x=x, y=y, mode="none", fill="toself", fillcolor=LEFT_OUT, yaxis=axis, hoverinfo="skip", name="left out"
    )


def add_carpet(figure, carpet: Carpet, axis: str, times, limits, colour_map: str, *, is_narrow: bool, places) -> None:
    """Add the carpet with its colour bar, the borders between its segments and their names."""
    low, high = limits
    figure.add_trace(
        go.Heatmap(
            z=to_bytes(carpet.values, low, high), x=np.asarray(times)[carpet.column_volumes], y0=0, dy=1, yaxis=axis,
            coloraxis="coloraxis", zsmooth=False, hovertemplate="%{x:.2f}, row %{y}<extra>carpet</extra>",
        )
    )  # fmt: skip
    share = CARPET / places.height
    colour_axis = {"colorscale": code_colourscale(colour_map), "cmin": 0, "cmax": 255, "showscale": not is_narrow}
    if not is_narrow:
        title = escape_plotly(carpet.unit.partition(" ")[0])
        steps = [1 + 254 * at for at in (0, 0.5, 1)]
        colour_axis["colorbar"] = {
            "title": {"text": title, "side": "top", "font": {"size": 11}}, "tickvals": steps,
            "ticktext": scale_texts([low, (low + high) / 2, high]), "thickness": 10, "len": share,
            "y": share / 2, "yanchor": "middle", "x": 1.01, "outlinewidth": 0, "tickfont": {"size": 10},
        }  # fmt: skip
    figure.update_layout(coloraxis=colour_axis)
    rows = len(carpet.values)
    for segment in carpet.segments[1:]:
        figure.add_shape(type="line", x0=0, x1=1, xref="paper", y0=segment.start - 0.5, y1=segment.start - 0.5,
                         yref=axis, line={"color": BORDER, "width": 1})  # fmt: skip
    for segment in carpet.segments:
        if (segment.stop - segment.start) * CARPET / rows >= LEAST_NAMED and len(carpet.segments) > 1:
            figure.add_annotation(
                text=escape_plotly(segment.name), x=0, xref="paper", xanchor="left", y=segment.start - 0.5, yref=axis,
                yanchor="top", showarrow=False, font={"color": "#ffffff", "size": 10}, bgcolor=NAME_BEHIND, borderpad=1,
            )  # fmt: skip
