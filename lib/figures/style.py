"""What do all figures share? The theme's colours, and the look of a plain plot."""

import plotly.graph_objects as go

from lib.plain_text import escape_plotly

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
    figure.update_xaxes(**axis, title_text=escape_plotly(x_title))
    figure.update_yaxes(**axis, title_text=escape_plotly(y_title))
    return figure
