"""Small figures that several pages draw: the histogram with its window."""

import plotly.graph_objects as go

from lib.display import Histogram

# Streamlit's theme, as CSS variables: the chart component puts the visitor's light or dark values in.
TEXT = "var(--st-text-color)"
GRID = "rgba(128,128,128,0.25)"
ACCENT = "var(--st-primary-color)"
BARS = "#8a93a6"
MODEBAR = {"bgcolor": "rgba(0,0,0,0)", "color": "rgba(128,128,128,0.8)", "activecolor": ACCENT}


def style_plot(figure: go.Figure, *, x_title: str, y_title: str, left: int = 56) -> go.Figure:
    """Give a plain plot the house's look: theme text, quiet grid, titles with units."""
    axis = {"gridcolor": GRID, "zeroline": False, "linecolor": GRID, "automargin": False, "title": {"standoff": 6}}
    figure.update_layout(
        margin={"l": left, "r": 10, "t": 10, "b": 42},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": TEXT, "size": 12},
        showlegend=False,
        modebar=MODEBAR,
    )
    figure.update_xaxes(**axis, title_text=x_title)
    figure.update_yaxes(**axis, title_text=y_title)
    return figure


def draw_histogram(histogram: Histogram, low: float, high: float) -> go.Figure:
    """Return the counts of a volume's values with the window that is shown drawn over them."""
    edges = histogram.edges
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=histogram.counts,
            width=float(edges[1] - edges[0]),
            marker={"color": BARS, "line": {"width": 0}},
            hovertemplate="%{y} voxels near %{x:.6g}<extra></extra>",
        )
    )
    edge = {"width": 1, "color": ACCENT}
    figure.add_vrect(x0=low, x1=high, fillcolor="rgba(53,208,186,0.18)", line=edge, layer="below")
    style_plot(figure, x_title="value", y_title="voxels")
    figure.update_layout(bargap=0, uirevision="histogram", dragmode=False)
    return figure
