"""One number of every run of a study as a strip of points: which run stands out, and from what."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from lib.figures.style import GRID, TEXT
from lib.figures.time_course import MARK, SIGNAL
from lib.number_text import PER_CENT, SHARE, hover_format
from lib.plain_text import escape_plotly

POINT = "#8a93a6"
ROW_HEIGHT, TITLE, TICKS, BOTTOM = 34, 18, 22, 6
GAP = 0.06  # between columns, as a share of the width


@dataclass(frozen=True, eq=False)
class Strip:
    """One number over the runs.

    Attributes
    ----------
    title : with its unit.
    values : (R,) array, NaN where a run has none.
    is_outlier : (R,) bool.
    unit : see `lib.number_text`.
    """

    title: str
    values: np.ndarray
    is_outlier: Sequence[bool]
    unit: str = ""


@dataclass(frozen=True, eq=False)
class StripsFigure:
    """Strips, and where their points are.

    Attributes
    ----------
    figure : to hand to the chart.
    height : px.
    places : strip's axes as a click names them -> (R, 2) array of the points' x and y.
    spans : the same keys -> width of the strip's horizontal axis.
    """

    figure: go.Figure
    height: int
    places: dict[str, np.ndarray]
    spans: dict[str, float]

    def nearest(self, axes: str, x: float, y: float) -> int | None:
        """Return the run whose point is nearest to a click, None where none is near."""
        places = self.places.get(axes)
        if places is None:
            return None
        # A strip is many times as wide as it is high: distances as on the screen.
        distance = np.hypot((places[:, 0] - x) / self.spans[axes], 0.1 * (places[:, 1] - y))
        if not np.isfinite(distance).any() or np.nanmin(distance) > 0.06:
            return None
        return int(np.nanargmin(distance))


def draw_strips(
    strips: Sequence[Strip], names: Sequence[str], current: int | None, *, n_columns: int = 3
) -> StripsFigure:
    """Draw one strip a number, each on an axis of its own unit, one point a run.

    Parameters
    ----------
    names : (R,) of the runs.
    current : the run that is looked at now, drawn larger; None where it is not among them.
    """
    n_columns = min(n_columns, len(strips))
    n_rows = -(-len(strips) // n_columns)
    cell = TITLE + ROW_HEIGHT + TICKS
    height = n_rows * cell + BOTTOM
    # The same places on every run of the page: a point must not jump when another is clicked.
    jitter = np.random.default_rng(0).uniform(-0.8, 0.8, len(names))
    figure, layout, places, spans = go.Figure(), {}, {}, {}
    width = (1 - GAP * (n_columns - 1)) / n_columns
    for number, strip in enumerate(strips):
        row, column = divmod(number, n_columns)
        suffix = str(number + 1) if number else ""
        left, top = column * (width + GAP), row * cell
        low, high = _ends(strip.values)
        figure.add_trace(_points(strip, names, jitter, current, f"x{suffix}", f"y{suffix}"))
        layout[f"xaxis{suffix}"] = {
            "domain": [left, min(1.0, left + width)], "anchor": f"y{suffix}", "range": [low, high], "gridcolor": GRID,
            "zeroline": False, "nticks": 5, "tickfont": {"size": 10}, "fixedrange": True,
            "tickformat": PER_CENT if strip.unit == SHARE else None,
        }  # fmt: skip
        layout[f"yaxis{suffix}"] = {
            "domain": [1 - (top + TITLE + ROW_HEIGHT) / height, 1 - (top + TITLE) / height], "anchor": f"x{suffix}",
            "range": [-1, 1], "showticklabels": False, "showgrid": False, "zeroline": False, "fixedrange": True,
        }  # fmt: skip
        figure.add_annotation(
            text=escape_plotly(strip.title), x=left, xref="paper", xanchor="left", y=1 - (top + TITLE) / height,
            yref="paper", yanchor="bottom", showarrow=False, font={"size": 11},
        )  # fmt: skip
        places[f"x{suffix}y{suffix}"] = np.column_stack([strip.values, jitter])
        spans[f"x{suffix}y{suffix}"] = high - low
    figure.update_layout(
        **layout, margin={"l": 10, "r": 10, "t": 0, "b": 0, "autoexpand": False}, paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", font={"color": TEXT, "size": 11}, showlegend=False, dragmode=False,
        hovermode="closest", uirevision="strips",
    )  # fmt: skip
    return StripsFigure(figure, height, places, spans)


def _points(strip: Strip, names, jitter, current: int | None, x: str, y: str) -> go.Scatter:
    outlier = np.asarray(strip.is_outlier, dtype=bool)
    is_current = np.arange(len(names)) == (-1 if current is None else current)
    colours = np.where(outlier, MARK, np.where(is_current, SIGNAL, POINT))
    return go.Scatter(
        x=np.asarray(strip.values, dtype=np.float64), y=jitter, mode="markers", xaxis=x, yaxis=y,
        text=[escape_plotly(name) for name in names],
        hovertemplate="%{text}<br>%{x:" + hover_format(strip.unit) + "<extra></extra>",
        marker={
            "color": colours.tolist(), "size": np.where(is_current, 12, np.where(outlier, 9, 7)).tolist(),
            "opacity": 0.85, "line": {"width": np.where(is_current, 2, 0).tolist(), "color": TEXT},
        },
    )  # fmt: skip


def _ends(values: np.ndarray) -> tuple[float, float]:
    known = np.asarray(values, float)[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    room = 0.08 * (high - low) or abs(high) / 10 or 1.0
    return low - room, high + room
