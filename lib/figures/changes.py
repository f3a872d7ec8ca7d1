"""How is a figure that stands in the browser changed? What all changes are made of.

A trace that changes has a ``uid``, which the module that draws it gives it: its name is for people and changes, and its
number depends on what else is drawn. A uid becomes part of a CSS class, so it is one word.
"""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

# A trace without values; one without points would be none to Plotly, which then loses its axis.
NOTHING = {"x": [None], "y": [None]}


def numbers(values: np.ndarray) -> list[float | None]:
    """Return values for JSON: six significant digits, None for "no value"."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in np.asarray(values, np.float64).tolist()]


def change_traces(figure: go.Figure, changes: Mapping[str, dict]) -> None:
    """Change the traces of a figure by their uids, as the browser does.

    Raises
    ------
    KeyError
        The figure has no such trace.
    """
    traces = {trace.uid: trace for trace in figure.data if trace.uid}
    for uid, change in changes.items():
        traces[uid].update(change)
