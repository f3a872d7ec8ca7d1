"""Three planes and an overlay as st.plotly_chart heatmaps of 8 bits, redrawn in a fragment: T1W MAP after the --."""

import sys

import nibabel as nib
import numpy as np
import plotly.graph_objects as go
import streamlit as st

HOT = [[0, "rgba(0, 0, 0, 0)"], [0.01, "rgb(80, 0, 0)"], [0.6, "rgb(255, 160, 0)"], [1, "rgb(255, 255, 255)"]]


@st.cache_resource
def read_codes(path: str) -> np.ndarray:
    """Return an image as 8-bit codes, once for all runs."""
    data = nib.load(path).get_fdata(dtype=np.float32)
    return (255 * (data - data.min()) / (data.max() - data.min())).astype(np.uint8)


st.set_page_config(layout="wide")
base, overlay = (read_codes(path) for path in sys.argv[1:3])


@st.fragment
def show_planes() -> None:
    """Show the slices of one place; each press of the button moves it along two axes, as a click in a slice does."""
    moves = st.session_state.setdefault("moves", 0)
    place = [40 + moves % 90, 60 + moves % 120, base.shape[2] // 2]
    for plane, axis in zip(st.columns(3), range(3), strict=True):
        along = [place[other] for other in range(3) if other != axis]
        slices = [np.take(codes, place[axis], axis=axis).T for codes in (base, overlay)]
        figure = go.Figure(
            [
                go.Heatmap(z=slices[0], colorscale="gray", zmin=0, zmax=255, showscale=False),
                go.Heatmap(z=slices[1], colorscale=HOT, zmin=0, zmax=255, showscale=False, opacity=0.75),
            ],
            {"meta": {"moves": moves}, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "height": 450},
        )
        figure.add_vline(along[0], line_width=1)
        figure.add_hline(along[1], line_width=1)
        figure.update_yaxes(scaleanchor="x")
        plane.plotly_chart(figure, key=f"plane-{axis}")
    st.button("Move", on_click=lambda: st.session_state.update(moves=moves + 1))


show_planes()
