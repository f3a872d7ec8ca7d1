"""How are the values of a volume distributed? The histogram with its window."""

import plotly.graph_objects as go

from lib.figures.style import ACCENT, BARS, style_plot
from lib.images.windowing import Histogram
from lib.number_text import HOVER_VALUE


def draw_histogram(histogram: Histogram, low: float, high: float) -> go.Figure:
    """Return the counts of a volume's values with the window that is shown drawn over them."""
    edges = histogram.edges
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=histogram.counts,
            width=float(edges[1] - edges[0]),
            marker={"color": BARS, "line": {"width": 0}},
            hovertemplate=f"%{{y}} voxels near %{{x:{HOVER_VALUE}}}<extra></extra>",
        )
    )
    edge = {"width": 1, "color": ACCENT}
    figure.add_vrect(x0=low, x1=high, fillcolor="rgba(53,208,186,0.18)", line=edge, layer="below")
    style_plot(figure, x_title="value", y_title="voxels")
    figure.update_layout(bargap=0, uirevision="histogram", dragmode=False)
    return figure
