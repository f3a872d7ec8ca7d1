"""Figures of a study: the events along a run, and how a column of the participants is distributed."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lib.figures.style import ACCENT, BARS, GRID, style_plot
from lib.plain_text import escape_plotly

ROW_HEIGHT = 26
MOST_GROUPS = 30
"""Bars of a column of text; beyond that the labels cannot be read."""


def draw_timeline(conditions: Sequence[str], events: Sequence[tuple], length: float | None) -> go.Figure:
    """Draw when each event was, one row a condition, over the run.

    Parameters
    ----------
    conditions : the rows, from top to bottom.
    events : (condition, onset in s, duration in s or NaN) each; an event without a length is a mark.
    length : of the run in s; None where no TR is known.
    """
    timed = [event for event in events if event[2] > 0]
    marks = [event for event in events if not event[2] > 0]
    figure = go.Figure()
    figure.add_trace(
        go.Bar(
            base=[onset for _, onset, _ in timed],
            x=[duration for *_, duration in timed],
            y=[escape_plotly(condition) for condition, *_ in timed],
            orientation="h",
            width=0.62,
            marker={"color": ACCENT, "line": {"width": 0}},
            hovertemplate="%{y}<br>from %{base:.6g} s, for %{x:.6g} s<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[onset for _, onset, _ in marks],
            y=[escape_plotly(condition) for condition, *_ in marks],
            mode="markers",
            marker={"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": ACCENT}},
            hovertemplate="%{y}<br>at %{x:.6g} s<extra></extra>",
        )
    )
    style_plot(figure, x_title="s from the start of the run", y_title="", left=_label_width(conditions))
    last = max([onset + (duration if duration > 0 else 0) for _, onset, duration in events], default=0.0)
    first = min([0.0, *(onset for _, onset, _ in events)])
    end = max(last, length or 0.0)
    if length:
        figure.add_vline(x=length, line={"color": BARS, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=length, y=1, yref="paper", text="end of the run", showarrow=False, xanchor="right", yanchor="bottom",
            font={"size": 11},
        )  # fmt: skip
    figure.update_xaxes(range=[first, end * 1.005], zeroline=False)
    rows = [escape_plotly(condition) for condition in reversed(conditions)]
    figure.update_yaxes(categoryorder="array", categoryarray=rows, gridcolor=GRID, fixedrange=True)
    figure.update_layout(barmode="overlay", dragmode="pan", margin={"t": 22}, uirevision="events")
    return figure


def timeline_height(n_conditions: int) -> int:
    """Return the height of a timeline in px."""
    return 74 + ROW_HEIGHT * max(n_conditions, 2)


def draw_distribution(values, name: str) -> go.Figure:
    """Draw how often each value of a column occurs: bins for numbers, bars for few values or text.

    Parameters
    ----------
    values : pandas Series; missing values are left out.
    """
    present = values.dropna()
    numbers = present.to_numpy(float) if _is_number(present) else None
    if numbers is not None and np.unique(numbers).size > 12:
        counts, edges = np.histogram(numbers, bins="auto" if numbers.size < 10_000 else 50)
        figure = go.Figure(
            go.Bar(
                x=(edges[:-1] + edges[1:]) / 2,
                y=counts,
                width=np.diff(edges),
                customdata=np.stack([edges[:-1], edges[1:]], axis=1),
                marker={"color": BARS, "line": {"width": 1, "color": "rgba(0,0,0,0)"}},
                hovertemplate="%{y} with %{customdata[0]:.4g} to %{customdata[1]:.4g}<extra></extra>",
            )
        )
    else:
        labels, counts = _count_groups(present, is_number=numbers is not None)
        shown = [escape_plotly(label) for label in labels]
        figure = go.Figure(
            go.Bar(x=shown, y=counts, marker={"color": BARS}, hovertemplate="%{y} with %{x}<extra></extra>")
        )
        figure.update_xaxes(type="category")
    style_plot(figure, x_title=name, y_title="participants", left=48)
    # People come in whole numbers.
    figure.update_yaxes(tickformat="d", **({"dtick": 1} if max(counts) < 6 else {}))
    figure.update_layout(bargap=0.15 if numbers is None else 0.02, dragmode=False)
    return figure


def _count_groups(present, *, is_number: bool) -> tuple[list[str], list[int]]:
    """Return the values as text and their counts: numbers in their order, text by how often it occurs."""
    counts = present.value_counts()
    counts = counts.sort_index() if is_number else counts
    shown = counts.iloc[:MOST_GROUPS]
    labels = [f"{value:g}" if is_number else str(value) for value in shown.index]
    rest = int(counts.iloc[MOST_GROUPS:].sum())
    if rest:
        return [*labels, f"{len(counts) - MOST_GROUPS} others"], [*shown.tolist(), rest]
    return labels, shown.tolist()


def _is_number(values) -> bool:
    return values.dtype.kind in "iuf" and len(values) > 0


def _label_width(conditions: Sequence[str]) -> int:
    """Return px for the longest condition's name, within reason."""
    return min(220, 24 + 7 * max((len(condition) for condition in conditions), default=4))
