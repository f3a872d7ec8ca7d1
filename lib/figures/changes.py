"""How is a figure that stands in the browser changed? What all changes are made of.

A trace that changes has a ``uid``, which the module that draws it gives it: its name is for people and changes, and its
number depends on what else is drawn. A uid becomes part of a CSS class, so it is one word.
"""

import math
import textwrap
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from lib.number_text import value_text
from lib.plain_text import escape_plotly

# A trace without values; one without points would be none to Plotly, which then loses its axis.
NOTHING = {"x": [None], "y": [None]}
# Letters in a line of a note: at 12 px they fit beside the axis of a chart, and of one on a phone.
NOTE_LINE, NARROW_NOTE_LINE = 118, 42


def numbers(values: np.ndarray) -> list[float | None]:
    """Return values for JSON: as they are read out, None for "no value"."""
    return [
        float(value_text(value)) if math.isfinite(value) else None for value in np.asarray(values, np.float64).tolist()
    ]


def wrap_text(text: str, *, is_narrow: bool = True) -> str:
    """Return a text in lines that fit into a chart, by default into one on a phone."""
    lines = textwrap.wrap(text, NARROW_NOTE_LINE if is_narrow else NOTE_LINE)
    return "<br>".join(map(escape_plotly, lines))


def note(text: str, *, is_narrow: bool) -> dict:
    """Return an annotation that says at the top of a chart why something is not drawn there."""
    place = {"x": 0.5, "xref": "paper", "y": 1, "yref": "y domain", "xanchor": "center", "yanchor": "top"}
    look = {"bgcolor": "var(--st-background-color)", "borderpad": 4, "font": {"size": 12}}
    return {"text": wrap_text(text, is_narrow=is_narrow), "showarrow": False, "align": "left", **place, **look}


def note_layouts(text: str) -> dict:
    """Return the changes of a figure's layouts, wide and narrow, that make it say a text; none of an empty one."""
    if not text:
        return {}
    wide, narrow = ({"annotations": [note(text, is_narrow=is_narrow)]} for is_narrow in (False, True))
    return {"layout": wide, "narrow_layout": narrow}


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
