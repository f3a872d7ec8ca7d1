"""Three planes of a run and a voxel's time course as st.plotly_chart, redrawn in a fragment: RUN after the --.

The numbers come from the app's own store, so that only the drawing differs.
"""

import sys
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from lib.images.image import open_image
from lib.runs import RunStore, prepare_run, read_run_volume, read_series, runs_folder

MARGIN = {"l": 40, "r": 0, "t": 0, "b": 30}


@st.cache_resource
def open_run(path: str) -> RunStore:
    """Return the run's store, once for all runs of the script."""
    return prepare_run(open_image(Path(path)), runs_folder())


@st.cache_resource
def read_codes(path: str) -> np.ndarray:
    """Return the first volume as 8-bit codes."""
    values = read_run_volume(open_run(path), 0).values()
    return (255 * (values / values.max())).clip(0, 255).astype(np.uint8)


st.set_page_config(layout="wide")
store, codes = open_run(sys.argv[1]), read_codes(sys.argv[1])


@st.fragment
def show_voxel() -> None:
    """Show the slices and the time course of one voxel; each press of the button moves it along two axes."""
    moves = st.session_state.setdefault("moves", 0)
    place = (30 + moves % 60, 40 + moves % 50, 36)
    for plane, axis in zip(st.columns(3), range(3), strict=True):
        heatmap = go.Heatmap(z=np.take(codes, place[axis], axis=axis).T, colorscale="gray", showscale=False)
        figure = go.Figure(heatmap, {"meta": {"moves": moves}, "margin": MARGIN, "height": 400})
        plane.plotly_chart(figure, key=f"plane-{axis}")
    line = go.Scatter(y=read_series(store, place), mode="lines")
    st.plotly_chart(go.Figure(line, {"meta": {"moves": moves}, "margin": MARGIN, "height": 270}), key="series")
    st.button("Move", on_click=lambda: st.session_state.update(moves=moves + 1))


show_voxel()
