"""Time courses, spectra and neighbour grids as Plotly figures; the browser puts each voxel's numbers in."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lib.figures import GRID, TEXT, style_plot

SIGNAL = "#0b9d8a"
BEHIND = "rgba(128,140,150,0.65)"
MARK = "#e8590c"
# Eight colours that stay apart for most colour-blind readers (Okabe and Ito), for voxels, regions and conditions.
PALETTE = ("#0072b2", "#d55e00", "#cc79a7", "#e69f00", "#56b4e9", "#009e73", "#882255", "#999933")


def draw_series(
    times: np.ndarray,
    *,
    x_title: str,
    y_title: str,
    has_raw: bool,
    others: Sequence[tuple[str, np.ndarray, np.ndarray, np.ndarray | None]] = (),
    regressors: Sequence[tuple[str, np.ndarray]] = (),
    events: Sequence[tuple[str, float, float]] = (),
    confounds: Sequence[tuple[str, np.ndarray]] = (),
    all_times: np.ndarray | None = None,
) -> go.Figure:
    """Return the figure of a voxel's time course, empty of the voxel: the browser fills traces 0 to 2.

    Traces: 0 the processed series, 1 the raw one behind it (second axis), 2 the line that marks the volume.

    Parameters
    ----------
    times : (T,) array
        Seconds, or volumes where the TR is unknown.
    others : sequence of (name, times, values, spread or None)
        Held voxels and regions; the spread is drawn as a band.
    regressors : sequence of (name, (T,) array)
        Scaled between 0 and 1; drawn on an axis of their own.
    events : sequence of (condition, onset, duration)
        Blocks behind the series, in seconds.
    confounds : sequence of (name, (T,) array)
        Drawn on a linked axis below, over `all_times`.
    """
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            x=times, y=[], mode="lines", name="voxel", line={"color": SIGNAL, "width": 1.6}, hovertemplate=_hover(times)
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[],
            y=[],
            mode="lines",
            name="raw",
            yaxis="y2",
            hoverinfo="skip",
            visible=has_raw,
            line={"color": BEHIND, "width": 1},
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[],
            y=[0, 1],
            mode="lines",
            name="volume",
            yaxis="y3",
            hoverinfo="skip",
            line={"color": MARK, "width": 1.5},
            showlegend=False,
        )
    )
    for number, (name, other_times, values, spread) in enumerate(others):
        colour = PALETTE[number % len(PALETTE)]
        if spread is not None:
            figure.add_trace(_band(other_times, values - spread, values + spread, colour))
        figure.add_trace(
            go.Scatter(
                x=other_times,
                y=np.asarray(values, np.float32),
                mode="lines",
                name=name,
                line={"color": colour, "width": 1.3},
            )
        )
    for number, (name, values) in enumerate(regressors):
        figure.add_trace(
            go.Scatter(
                x=all_times,
                y=np.asarray(values, np.float32),
                mode="lines",
                name=name,
                yaxis="y4",
                hoverinfo="skip",
                line={"color": PALETTE[number % len(PALETTE)], "dash": "dot"},
            )
        )
    for number, (name, values) in enumerate(confounds):
        figure.add_trace(
            go.Scatter(
                x=all_times,
                y=np.asarray(values, np.float32),
                mode="lines",
                name=name,
                yaxis="y5",
                line={"color": PALETTE[(number + 3) % len(PALETTE)], "width": 1.2},
            )
        )
    figure.add_traces(_event_blocks(events))
    style_plot(figure, x_title=x_title, y_title=y_title)
    _set_series_axes(figure, all_times if all_times is not None else times, has_confounds=bool(confounds))
    return figure


def _hover(times: np.ndarray) -> str:
    return "%{x:.2f}, volume %{customdata}: %{y:.6g}<extra></extra>"


def _band(times, low, high, colour: str) -> go.Scatter:
    return go.Scatter(
        x=np.concatenate([times, times[::-1]]),
        y=np.concatenate([high, low[::-1]]).astype(np.float32),
        fill="toself",
        fillcolor=colour,
        opacity=0.18,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )


def _event_blocks(events) -> list[go.Scatter]:
    """Return one filled trace a condition: its blocks from the bottom to the top of the plot.

    Shapes would be the obvious choice, but Plotly takes 9 s to add two hundred of them.
    """
    conditions = list(dict.fromkeys(condition for condition, _, _ in events))
    blocks = []
    for number, condition in enumerate(conditions):
        x, y = [], []
        for name, onset, duration in events:
            if name == condition:
                end = onset + max(duration, 0.2)
                x += [onset, onset, end, end, onset, None]
                y += [0, 1, 1, 0, 0, None]
        colour = PALETTE[number % len(PALETTE)]
        block = {"fill": "toself", "fillcolor": colour, "opacity": 0.22, "line": {"width": 0, "color": colour}}
        blocks.append(go.Scatter(x=x, y=y, mode="lines", name=condition, yaxis="y3", hoverinfo="skip", **block))
    return blocks


def _set_series_axes(figure: go.Figure, times: np.ndarray, *, has_confounds: bool) -> None:
    domain = [0.36, 1] if has_confounds else [0, 1]
    hidden = {"visible": False, "fixedrange": True}
    figure.update_layout(
        yaxis={"domain": domain, "title": {"standoff": 4}},
        yaxis2={"overlaying": "y", **hidden},
        yaxis3={"overlaying": "y", "range": [0, 1], **hidden},
        yaxis4={"overlaying": "y", "range": [-0.6, 1.6], **hidden},
        xaxis={"range": [float(times[0]), float(times[-1])]},
        showlegend=True,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"size": 11}},
        margin={"l": 64, "r": 12, "t": 26, "b": 42},
        uirevision="series",
        dragmode=False,
        hovermode="closest",
    )
    if has_confounds:
        figure.update_layout(
            yaxis5={
                "domain": [0, 0.28],
                "title": {"text": "confound", "standoff": 4},
                "gridcolor": GRID,
                "zeroline": False,
            },
            xaxis={"anchor": "y5"},
        )


def draw_spectrum(*, y_title: str, band: tuple[float | None, float | None], nyquist: float) -> go.Figure:
    """Return the figure of a power spectrum, empty of the voxel: traces 0 processed, 1 raw. The pass-band is shaded."""
    figure = go.Figure()
    hover = "%{x:.4f} Hz: %{y:.4g}<extra></extra>"
    figure.add_trace(
        go.Scatter(
            x=[], y=[], mode="lines", name="processed", line={"color": SIGNAL, "width": 1.6}, hovertemplate=hover
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[], y=[], mode="lines", name="raw", line={"color": BEHIND, "width": 1}, yaxis="y2", hovertemplate=hover
        )
    )
    low, high = band
    if low is not None or high is not None:
        figure.add_vrect(x0=low or 0.0, x1=high or nyquist, fillcolor=SIGNAL, opacity=0.12, line_width=0, layer="below")
    style_plot(figure, x_title="Frequency (Hz)", y_title=y_title, left=70)
    figure.update_layout(
        xaxis={"range": [0, nyquist]},
        yaxis={"rangemode": "tozero"},
        yaxis2={"overlaying": "y", "visible": False, "rangemode": "tozero"},
        showlegend=True,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        margin={"l": 70, "r": 12, "t": 26, "b": 42},
        uirevision="spectrum",
        dragmode=False,
    )
    return figure


def draw_neighbours(n: int, plane: str) -> go.Figure:
    """Return the figure of n x n time courses, empty of them: trace 0 takes all, each cell is a unit square."""
    figure = go.Figure(
        go.Scatter(x=[], y=[], mode="lines", line={"color": SIGNAL, "width": 1}, hoverinfo="skip", connectgaps=False)
    )
    middle = n // 2
    figure.add_shape(
        type="rect", x0=middle, x1=middle + 1, y0=middle, y1=middle + 1, line={"color": MARK, "width": 1.5}
    )
    axis = {
        "range": [0, n],
        "dtick": 1,
        "gridcolor": GRID,
        "showticklabels": False,
        "zeroline": False,
        "fixedrange": True,
    }
    figure.update_layout(
        xaxis=axis,
        yaxis=axis,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        uirevision=f"neighbours {plane}",
        dragmode=False,
        font={"color": TEXT, "size": 10},
    )
    return figure


def draw_tasks(names: Sequence[str], spans: Sequence[float], x_titles: Sequence[str], y_title: str) -> go.Figure:
    """Return one panel a run on one scale of time, empty of the voxel: trace n belongs to run n."""
    figure = go.Figure()
    share = 1 / len(names)
    plain = {"gridcolor": GRID, "zeroline": False}
    for number, name in enumerate(names):
        suffix = "" if number == 0 else str(number + 1)
        top = 1 - number * share
        figure.add_trace(
            go.Scatter(
                x=[],
                y=[],
                mode="lines",
                name=name,
                xaxis=f"x{suffix}",
                yaxis=f"y{suffix}",
                line={"color": PALETTE[number % len(PALETTE)], "width": 1.4},
                hovertemplate="%{x:.2f}: %{y:.6g}<extra></extra>",
            )
        )
        x_title = {"text": x_titles[number], "font": {"size": 10}, "standoff": 2}
        y_axis = {"domain": [top - share + 0.09, top - 0.04], "anchor": f"x{suffix}", **plain}
        figure.update_layout(
            {
                f"xaxis{suffix}": {"anchor": f"y{suffix}", "range": [0, max(spans)], "title": x_title, **plain},
                f"yaxis{suffix}": {"title": {"text": y_title, "font": {"size": 10}}, **y_axis},
            }
        )
        place = {"x": 0, "xref": "paper", "xanchor": "left", "y": top - 0.035, "yref": "paper", "yanchor": "bottom"}
        figure.add_annotation(text=name, showarrow=False, font={"size": 12}, **place)
    figure.update_layout(
        margin={"l": 64, "r": 12, "t": 6, "b": 40},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": TEXT, "size": 11},
        showlegend=False,
        uirevision="tasks",
        dragmode=False,
    )
    return figure
