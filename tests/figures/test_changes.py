"""What all changes of figures have in common: they name traces that are there, and a stranger is an error."""

import plotly.graph_objects as go
import pytest

from lib.figures.changes import change_traces


@pytest.fixture
def figure() -> go.Figure:
    return go.Figure([{"type": "scatter", "y": [1, 2]}, {"type": "scatter", "uid": "voxel", "y": [3, 4]}])


def test_a_trace_is_found_by_its_uid_wherever_it_stands(figure):
    change_traces(figure, {"voxel": {"y": [5]}})
    assert [trace.y for trace in figure.data] == [(1, 2), (5,)]


def test_a_trace_that_is_not_there_is_no_change_but_an_error(figure):
    with pytest.raises(KeyError, match="run-3"):
        change_traces(figure, {"run-3": {"y": [5]}})


def test_uids_reach_the_browser(figure):
    """Plotly leaves them out of a figure's JSON unless it is asked not to."""
    from lib.browser.chart import Fit

    assert '"uid":"voxel"' in Fit(figure).packed["figure"]
