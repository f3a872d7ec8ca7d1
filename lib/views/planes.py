"""The three linked planes as every page shows them: a stack of layers published, figures drawn, the readout below."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, Layer, Slices, live_chart
from lib.browser.query import asked_place, asked_volume
from lib.cache.maps import is_on_same_grid, resampled_on, view_of
from lib.cache.pictures import drawn, stored_numbers, unpack_codes
from lib.cache.tickets import publish
from lib.figures import colours
from lib.figures.colours import LABELS
from lib.figures.plane_places import planes_aspect
from lib.figures.planes import LETTER, OUTLINES, ColourBar, LayerStyle, draw_planes, slice_roles
from lib.images.maps import Map
from lib.images.thinning import thin_map, thinning_words
from lib.images.windowing import Window
from lib.plain_text import escape_markdown
from lib.session import cursor, pages
from lib.spaces.anatomical_planes import View, index_from_world
from lib.spaces.straight_grids import straight_grid
from lib.views.readout import Readout
from lib.views.stack import Look, Stack, WindowControl

# Share of the window's height that the stage takes where its width is no limit: below it there is room for what the
# cursor changes.
STAGE_SHARE = 0.6
# The same of planes that stand two by two.
SQUARE_SHARE = 0.78
LONGEST_NAME = 28
DOCTOR_TAB = "Header doctor"
# Whether the window was dragged since the page last ran as a whole.
DRAGGED = "a_window_was_dragged"


@dataclass(frozen=True, eq=False)
class Planes:
    """The parts of a planes chart that do not depend on the cursor.

    Attributes
    ----------
    frame : Map
        Whose grid the planes lie on.
    thinning : str
        What is said of pictures that show some of the voxels; empty where they show all.
    doubts : tuple of str
        What is said of the maps whose left and right nobody vouches for.
    """

    frame: Map
    view: View
    wide: Fit
    narrow: Fit | None
    square: Fit | None
    alone: Fit | None
    slices: Slices
    link: dict
    thinning: str
    doubts: tuple[str, ...]
    control: WindowControl | None = None


def prepare_planes(
    stack: Stack,
    readout: Readout,
    *,
    link: dict,
    frame: Map | None = None,
    slot: str = "base",
    has_bar: bool = False,
    is_square: bool = False,
    always_square: bool = False,
    n_volumes: int | None = None,
    share: float = STAGE_SHARE,
) -> Planes:
    """Publish the pictures and draw the empty figures; `show_planes` then costs next to nothing a rerun.

    Parameters
    ----------
    readout : Readout
        What is said of the place under the mouse.
    link : dict
        What the address must say besides the stack and the cursor.
    frame : Map, optional
        Whose grid the planes lie on, the bottom map's by default. With a frame, each map is taken through its own grid,
        voxel by voxel; without, what lies on another grid than the bottom map is resampled onto it. So is each map
        where the planes are cut straight with the world.
    slot : str
        Under which the pictures are published; of two stacks on one page, each needs its own.
    has_bar : bool
        Gives the bottom map a colour bar too: what is shown, and its unit.
    is_square, always_square : bool
        Where the planes stand in a square rather than upon each other or side by side: in a narrow place, or anywhere.
    n_volumes : int, optional
        How far the volume can be moved, where that is further than the bottom map has volumes.
    share : float
        Of the window's height, for the stage of planes that stand side by side.
    """
    is_own_grid = frame is not None or stack.cut is not None
    frame = frame or stack.base.map
    if stack.cut is not None:
        frame = _straighten(frame)
    view = view_of(frame)
    styles = layer_styles(stack, has_bar=has_bar)
    layers = [
        replace(
            _publish(f"{slot} {number}" if number else slot, look, style, frame, is_own_grid=is_own_grid),
            # Between names of regions there is nothing.
            is_linear=stack.cut == "linear" and look.colour_map != LABELS,
        )
        for number, (look, style) in enumerate(zip(stack.looks, styles, strict=True))
    ]
    shared = {
        "is_radiological": stack.is_radiological,
        "has_sides": not frame.sides_doubt,
        "has_rulers": stack.cut is not None,
        "revision": f"{frame.key}|{stack.is_radiological}",
    }
    if always_square:
        wide, narrow, square = _fit(frame, styles, shared, is_square=True), None, None
        alone = _fit(frame, styles, shared, share=share)
    else:
        wide = _fit(frame, styles, shared, share=share)
        place = {"is_square": True} if is_square else {"is_narrow": True}
        narrow = _fit(frame, styles if is_square else [replace(style, bar=None) for style in styles], shared, **place)
        square, alone = _fit(frame, styles, shared, share=max(share, SQUARE_SHARE), is_square=True), None
    slices = Slices(
        view,
        tuple(layers),
        slice_roles(len(layers)),
        n_volumes or stack.base.map.n_volumes,
        is_straight=stack.cut is not None,
        bar="" if stack.cut else LETTER,
        readout=_publish_readout(f"{slot} readout", readout),
        window=_window_limits(stack),
        is_symmetric=colours.is_two_sided(stack.base.colour_map),
    )
    return Planes(
        frame, view, wide, narrow, square, alone, slices, {**stack.link, **link}, thinning_words(stack.base.map),
        doubted_sides(stack), stack.control,
    )  # fmt: skip


def _window_limits(stack: Stack) -> tuple[float, float, float, float] | None:
    """Return the bottom map's window and how far it can be dragged; None where colours are names of regions."""
    base = stack.base
    if stack.control is None or base.colour_map == LABELS:
        return None
    least, most = stack.control.minimum, stack.control.maximum
    if colours.is_two_sided(base.colour_map):
        least, most = min(least, -most), max(most, -least)
    return base.low, base.high, least, most


def _straighten(frame: Map) -> Map:
    """Return a map with the grid that holds its own and lies straight with the world, of which nothing is read."""
    grid = straight_grid(frame.grid)
    return frame if grid is frame.grid else replace(frame, key=f"{frame.key} straight", grid=grid)


def doubted_sides(stack: Stack) -> tuple[str, ...]:
    """Say of each map whose left and right nobody vouches for why that is so, once for each file."""
    base, *over = (look.map for look in stack.looks)
    said = {base.source: f"Left and right are a guess. {base.sides_doubt}"} if base.sides_doubt else {}
    for shown in over:
        if shown.sides_doubt:
            said.setdefault(shown.source, f"Left and right of {shown.name} are a guess. {shown.sides_doubt}")
    return tuple(said.values())


def layer_styles(stack: Stack, *, has_bar: bool = False) -> list[LayerStyle]:
    """Return how each layer looks, from bottom to top; all but the bottom one are named beside the planes."""
    return [
        replace(
            _style(look, number, has_bar=has_bar or number > 0),
            is_smooth=stack.is_smooth and look.colour_map != LABELS and not look.is_outline,
        )
        for number, look in enumerate(stack.looks)
    ]


def _style(look: Look, number: int, *, has_bar: bool) -> LayerStyle:
    # Between names of regions there is no scale.
    is_two_sided = colours.is_two_sided(look.colour_map)
    has_bar = (has_bar or is_two_sided) and (look.colour_map != LABELS or look.is_outline)
    # Of all that is hidden, a bar of some colour would be left.
    hidden = min(0.95, look.threshold / look.high) if is_two_sided and look.high > 0 else 0.0
    bar = ColourBar(look.low, look.high, _bar_title(look.map), look.threshold) if has_bar else None
    outline = OUTLINES[(number - 1) % len(OUTLINES)] if look.is_outline else None
    return LayerStyle(look.colour_map, 1.0 if look.is_outline else look.opacity, bar, outline, hidden=hidden)


def _bar_title(shown: Map) -> str:
    """Return what a colour bar is of: a file's name, or what was computed, and its unit."""
    if shown.title != shown.source:
        return f"{short_name(shown.title)} ({shown.unit})" if shown.unit else short_name(shown.title)
    return f"volume ({shown.unit})" if shown.n_volumes > 1 else short_name(shown.title)


def _fit(frame: Map, styles: list[LayerStyle], shared: dict, *, share: float | None = None, **place: bool) -> Fit:
    """Return the figure of a look, drawn once for all runs and sessions."""
    view = view_of(frame)

    def draw() -> Fit:
        figure = draw_planes(view, styles, **place, **shared)
        aspect = planes_aspect(view, has_rulers=shared["has_rulers"], **place)
        rows = 2 if place.get("is_square") else 3 if place.get("is_narrow") else 1
        return Fit(figure, aspect=aspect, screen_share=share, rows=rows)

    return drawn(f"planes {frame.key} {styles} {shared} {place} {share}", draw)


def _publish(slot: str, look: Look, style: LayerStyle, frame: Map, *, is_own_grid: bool) -> Layer:
    """Publish the picture of a look, on the frame's grid or through its own."""
    shown = thin_map(look.map if is_own_grid else resampled_on(look.map, frame))

    def answer(query) -> bytes:
        return look.picture(shown, asked_volume(query, shown.n_volumes))

    url = publish(slot, (stored_numbers(shown), look.depends_on), answer)
    layer = Layer(url + "?t={t}" if shown.n_volumes > 1 else url, style.table, is_outline=look.is_outline)
    view, own = view_of(frame), view_of(shown)
    is_same = own.shape == view.shape and (not is_own_grid or np.array_equal(own.affine, view.affine))
    if is_same:
        return layer
    return replace(layer, from_grid=index_from_world(own) @ view.affine, shape=own.shape)


def _publish_readout(slot: str, readout: Readout) -> str:
    """Return the address that tells what is at a place."""

    def answer(query) -> dict:
        return {"text": readout.at(asked_place(query), asked_volume(query, readout.image.n_volumes))}

    return publish(slot, readout.depends_on, answer)


def codes_on(look: Look, base: Map, t: int) -> np.ndarray:
    """Return the (R, A, S) 8-bit codes of a look on the grid of another map, as its planes show it: thinned alike."""
    shown = thin_map(resampled_on(look.map, base))
    return unpack_codes(look.picture(shown, t), view_of(shown).shape)


def show_planes(planes: Planes, *, key: str = "planes", place: str = "slices", doctor_of: str | None = None) -> None:
    """Show the planes through the cursor; called inside a fragment, which reruns when the person moves it.

    Parameters
    ----------
    key : str
        Identity of the chart.
    place : str
        Name of its place on the page.
    doctor_of : str, optional
        Id of the image whose header doctor is linked to, where left and right are a guess.
    """
    if st.session_state.pop(DRAGGED, False):
        # The window is a control beside the planes.
        st.rerun()
    name = planes.frame.source or planes.frame.title
    with st.container(key=place):
        live_chart(
            planes.wide,
            narrow=planes.narrow,
            square=planes.square,
            alone=planes.alone,
            key=key,
            alt=f"Sagittal, coronal and axial slice of {name} through the cursor",
            cursor=cursor.told(),
            slices=planes.slices,
            on_cursor=lambda: cursor.take_from(key),
            on_window=lambda: _take_window(planes, key),
            link=planes.link,
            caption=name,
            file_name=f"{name.split('.')[0]}-slices",
        )
        if planes.thinning:
            st.caption(escape_markdown(planes.thinning))
        if planes.doubts:
            _show_doubts(planes, f"{place}-sides", doctor_of)


def _take_window(planes: Planes, key: str) -> None:
    """Give the window's control the ends that were dragged to, within what it can show."""
    told, control = st.session_state[key].window, planes.control
    if control is None or not told:
        return
    low, high = (min(max(float(told[end]), control.minimum), control.maximum) for end in ("low", "high"))
    if low < high:
        st.session_state[control.key] = (low, high)
        st.session_state[DRAGGED] = True


def _show_doubts(planes: Planes, key: str, doctor_of: str | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        for words in planes.doubts:
            st.caption(f":material/swap_horiz: {escape_markdown(words)}", width="content")
        if doctor_of is not None:
            pages.link("spaces", "Header doctor", image=doctor_of, tab=DOCTOR_TAB)


def default_look(shown: Map, window: Window) -> Look:
    """Return how a map is shown until somebody chooses otherwise."""
    colour_map = LABELS if window.is_labels and window.maximum > 3 else "Blue-red" if window.is_signed else "Grey"
    return Look(shown, window.low, window.high, colour_map)


def resampled_words(looks: Sequence[Look], base: Map) -> list[str]:
    """Say of each layer that lies on another grid how it was brought onto the bottom map's."""
    return [
        f"{look.map.name} is shown resampled to the grid of {base.source or base.title} by nilearn: "
        + ("nearest voxel, because it holds labels." if look.colour_map == LABELS else "continuous (cubic spline).")
        for look in looks
        if not is_on_same_grid(look.map, base)
    ]


def short_name(name: str) -> str:
    """Return a name that fits beside the planes."""
    return name if len(name) <= LONGEST_NAME else f"{name[:12]}…{name[-14:]}"
