"""The one browser component: a Plotly figure that is updated in place and answers to the hand."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import plotly
import plotly.graph_objects as go
import streamlit as st

from lib.browser import tickets
from lib.spaces.anatomical_planes import View, index_from_world

HERE = Path(__file__).parent
# One module for the browser, in parts that each answer one question; chart.js is the entry.
SCRIPTS = (
    "asking",
    "slices",
    "view",
    "head",
    "stage",
    "strips",
    "scale_bar",
    "windowing",
    "planes",
    "first_picture",
    "lines",
    "figure",
    "cursor",
    "time",
    "hover",
    "card",
    "bar",
    "hand",
    "chart",
)
# Whether the browser was told that an address has ended.
ENDED = "an_address_has_ended"
HTML = """
<div class="live-chart" tabindex="0">
  <div class="stage"><div class="plot" role="img"></div><div class="hover" aria-hidden="true" hidden></div>
    <div class="card" role="dialog" aria-label="Keys and mouse" hidden></div></div>
  <div class="message" role="status"></div>
  <div class="steps"></div>
  <div class="hint" hidden></div>
  <div class="time" hidden>
    <button type="button" class="first">First</button>
    <button type="button" class="play">Play</button>
    <button type="button" class="last">Last</button>
    <label>at <select class="rate" aria-label="Volumes a second">
      <option value="2">2</option><option value="5" selected>5</option>
      <option value="10">10</option><option value="20">20</option>
    </select> a second</label>
    <input type="range" class="volume" min="0" value="0" aria-label="Volume">
    <span class="which"></span>
  </div>
  <div class="compare" hidden>
    <label>Swipe the layers <input type="range" class="swipe" min="0" max="100" value="100"></label>
    <button type="button" class="flicker">Flicker</button>
  </div>
</div>
"""

_component = st.components.v2.component(
    "voxel_explorer_live_chart",
    html=HTML,
    css=(HERE / "chart.css").read_text("utf-8"),
    js="\n".join((HERE / f"{name}.js").read_text("utf-8") for name in SCRIPTS),
    # Plotly.js puts its own style sheet into the document, which a shadow root would keep out.
    isolate_styles=False,
)


@dataclass(frozen=True)
class Layer:
    """A volume that the browser slices: where it fetches the 8-bit codes, and the colour of each code.

    Attributes
    ----------
    url : str
        Address of the codes; ``{t}`` stands for the volume index.
    table : bytes
        256 x 4 bytes: red, green, blue, opacity.
    from_grid : (4, 4) array, optional
        Affine from the indices of the slices' grid to those of the layer's own grid, where that is another one.
    shape : tuple of 3 int, optional
        The layer's own grid, along Right, Anterior, Superior; needed with `from_grid`.
    is_linear : bool
        Whether the codes between the layer's voxels are shown on another grid, rather than that of the nearest one.
    is_outline : bool
        Whether only the outline of what the layer shows is drawn.
    """

    url: str
    table: bytes
    from_grid: np.ndarray | None = None
    shape: tuple[int, int, int] | None = None
    is_linear: bool = False
    is_outline: bool = False


@dataclass(frozen=True)
class Slices:
    """What binds heat maps to volumes: the grid, the layers from bottom to top, and each plane's traces.

    Of several layers, a slider swipes all but the lowest away, and a button switches them on and off.

    Attributes
    ----------
    is_straight : bool
        Whether the grid lies straight with the world, so that its axes can say world mm.
    window : tuple of float, optional
        Low and high end of the bottom layer's window, and the least and the greatest that they can be; None where they
        cannot be dragged.
    is_symmetric : bool
        Whether that window stays one about zero.
    bar : str
        Colour of the scale bars; empty for none.
    readout : str
        Address that answers ``?x=&y=&z=&t=`` with ``{"text": words}``, which are shown where the mouse points there.
    """

    view: View
    layers: tuple[Layer, ...]
    planes: dict
    n_volumes: int = 1
    is_straight: bool = False
    window: tuple[float, float, float, float] | None = None
    is_symmetric: bool = False
    bar: str = ""
    readout: str = ""


@dataclass(frozen=True)
class TimeAxis:
    """What binds a figure to the volume index: the time of each volume, and the uids of the traces that mark it."""

    times: tuple[float, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Fit:
    """A figure and its height: in px, or as a share of the plotting width.

    Attributes
    ----------
    screen_share : float, optional
        Of the window's height, which the figure takes instead, but for `aspect` and some room more.
    rows : int
        How many planes stand one above the other: under each there is room for its buttons.
    """

    figure: go.Figure
    height: int | None = None
    aspect: float | None = None
    screen_share: float | None = None
    rows: int = 1

    @cached_property
    def packed(self) -> dict:
        """What the browser gets; made once, since a fragment shows the same figure at every move of the cursor."""
        return {
            "figure": self.figure.to_json(validate=False, remove_uids=False),
            "height": self.height,
            "aspect": self.aspect,
            "screen_share": self.screen_share,
            "rows": self.rows,
            "margin": _margins(self.figure),
        }


def live_chart(
    wide: Fit,
    *,
    key: str,
    alt: str,
    narrow: Fit | None = None,
    flat: Fit | None = None,
    square: Fit | None = None,
    alone: Fit | None = None,
    cursor: dict | None = None,
    slices: Slices | None = None,
    time: TimeAxis | None = None,
    feed: str | None = None,
    on_cursor: Callable[[], None] | None = None,
    on_click: Callable[[], None] | None = None,
    on_window: Callable[[], None] | None = None,
    link: dict | None = None,
    caption: str = "",
    file_name: str = "voxel-explorer",
):
    """Draw a figure that later runs update in place.

    Parameters
    ----------
    wide, narrow : Fit
        The figure, and the one to draw where there is less than 640 px of width.
    key : str
        Identity of the chart over reruns; ``st.session_state[key]`` holds its ``cursor``, ``click`` and ``window``.
    alt : str
        What the figure shows, for people who do not see it.
    narrow, flat : Fit, optional
        Figures in place of `wide`: on a narrow screen, and in a browser that cannot draw in three dimensions.
    square, alone : Fit, optional
        Figures of planes for the layout two by two, without which there is no choice of layouts, and for one plane that
        has the stage.
    cursor : dict, optional
        ``x``, ``y``, ``z`` in mm, ``t`` and ``stamp``; the browser takes it over when the stamp is new.
    slices, time : optional
        Bind heat maps to volumes, and the figure to the volume index.
    feed : str, optional
        Address that answers ``?x=&y=&z=&t=`` with ``{"traces": {uid: changes}, "layout": changes}``, and with
        ``"narrow_layout"`` where `narrow` has another layout; ``&flat=1`` asks for changes of `flat`. A uid that the
        figure does not have is told as a problem.
    on_cursor, on_click : callable, optional
        Called when the person moved the cursor, or clicked at a place of a plot without slices.
    on_window : callable, optional
        Called when the person dragged the window of the bottom layer to other ends, ``low`` and ``high``.
    link : dict, optional
        Query parameters that the address bar must show besides the cursor, to reproduce the view; None takes one away.
    caption, file_name : str
        Line under the downloaded picture, before the readout, and the picture's name.
    """
    if st.session_state.pop(ENDED, False):
        # An address may have been named by the page for a part of it: only the page's whole run names all anew.
        st.rerun()
    return _component(
        key=key,
        data={
            "plotly_version": plotly.__version__,
            "wide": wide.packed,
            "narrow": narrow.packed if narrow else None,
            "flat": flat.packed if flat else None,
            "square": square.packed if square else None,
            "alone": alone.packed if alone else None,
            "alt": alt,
            "cursor": cursor,
            "slices": _pack_slices(slices) if slices else None,
            "time": {"times": list(time.times), "lines": list(time.lines), "n_volumes": len(time.times)}
            if time
            else None,
            "feed": feed,
            "clicks": on_click is not None,
            "link": link,
            "caption": caption,
            "file_name": file_name,
        },
        on_cursor_change=on_cursor or _nothing,
        on_click_change=on_click or _nothing,
        on_window_change=on_window or _nothing,
        on_renew_change=partial(_give_up_address, key),
    )


def _give_up_address(key: str) -> None:
    tickets.forget(st.session_state[key].renew)
    st.session_state[ENDED] = True


def _nothing() -> None:
    """Take an event that only the browser needs."""


def _margins(figure: go.Figure) -> list[float]:
    margin = figure.layout.margin
    return [(margin.l or 0) + (margin.r or 0), (margin.t or 0) + (margin.b or 0)]


def _pack_slices(slices: Slices) -> dict:
    view = slices.view
    return {
        "shape": list(view.shape),
        "starts": view.starts.tolist(),
        "sizes": view.sizes.tolist(),
        "world_from_grid": view.affine.tolist(),
        "grid_from_world": index_from_world(view).tolist(),
        "layers": [_pack_layer(layer) for layer in slices.layers],
        "planes": slices.planes,
        "n_volumes": slices.n_volumes,
        "is_straight": slices.is_straight,
        "window": _pack_window(slices),
        "bar": slices.bar,
        "readout": slices.readout,
    }


def _pack_window(slices: Slices) -> dict | None:
    if slices.window is None:
        return None
    ends = dict(zip(("low", "high", "minimum", "maximum"), slices.window, strict=True))
    return {**ends, "is_symmetric": slices.is_symmetric}


def _pack_layer(layer: Layer) -> dict:
    return {
        "url": layer.url,
        "table": base64.b64encode(layer.table).decode(),
        "from_grid": None if layer.from_grid is None else np.asarray(layer.from_grid).tolist(),
        "shape": None if layer.shape is None else list(layer.shape),
        "is_linear": layer.is_linear,
        "is_outline": layer.is_outline,
    }
