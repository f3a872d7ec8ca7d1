"""How the values of a map are distributed over the regions of a brain."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lib.figures.style import GRID, TEXT
from lib.figures.time_course import PALETTE
from lib.number_text import HOVER_ANY
from lib.plain_text import escape_plotly


def draw_map_histogram(groups: Sequence[tuple[str, np.ndarray]], *, x_title: str, n_bins: int = 80) -> go.Figure:
    """Draw the distribution of a map's values in each region, as a share of the region's voxels.

    Parameters
    ----------
    groups : sequence of (name, (N,) array)
        Values without one are left out; the range is that of the 0.5th to 99.5th percentile of all.
    """
    known = [values[np.isfinite(values)] for _, values in groups]
    everything = np.concatenate(known)
    low, high = np.percentile(everything, [0.5, 99.5]) if len(everything) else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1, n_bins + 1)
    middles = ((edges[1:] + edges[:-1]) / 2).astype(np.float32)
    figure = go.Figure()
    for number, ((name, _), values) in enumerate(zip(groups, known, strict=True)):
        line = {"shape": "hvh", "width": 1.4, "color": PALETTE[number % len(PALETTE)]}
        share = 100 * np.histogram(np.clip(values, *edges[[0, -1]]), edges)[0] / max(len(values), 1)
        figure.add_trace(
            go.Scatter(x=middles, y=share.astype(np.float32), mode="lines", line=line, name=escape_plotly(name),
                       fill="tozeroy" if len(groups) == 1 else None,
                       hovertemplate=f"%{{y:.2f}} % of voxels near %{{x:{HOVER_ANY}}}<extra>%{{fullData.name}}</extra>")
        )  # fmt: skip
    axis = {"gridcolor": GRID, "zeroline": False, "automargin": False}
    figure.update_layout(
        xaxis={**axis, "title": {"text": escape_plotly(x_title), "standoff": 4}},
        yaxis={**axis, "title": {"text": "% of voxels", "standoff": 4}, "rangemode": "tozero"},
        margin={"l": 52, "r": 10, "t": 26 if len(groups) > 1 else 8, "b": 40}, paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", font={"color": TEXT, "size": 11}, showlegend=len(groups) > 1, dragmode=False,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0}, uirevision="map histogram",
        hoverlabel={"namelength": -1},
    )  # fmt: skip
    return figure
