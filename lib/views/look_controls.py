"""How are maps shown, and which lie over others? The controls of every page with slices."""

from contextlib import nullcontext
from typing import get_args

import streamlit as st

from lib.cache.maps import image_map, run_map, window_of
from lib.figures.colours import is_two_sided
from lib.images.maps import Map
from lib.plain_text import escape_markdown
from lib.runs.maps import RUN_MAP_NAMES
from lib.session import image_choice
from lib.views.map_choice import BASE_NAMES, LAYER_NAMES, choice_key, choose, link_name, read_known, read_number
from lib.views.planes import default_look, resampled_words, short_name
from lib.views.stack import Cut, Look, Stack
from lib.views.window_controls import choose_colours, choose_threshold, choose_window, window_control, window_of_sides

CONVENTIONS = ("neurological", "radiological")
CUTS = get_args(Cut)
FILL, OUTLINE = "fill", "outline"
SIDES = "Left, right and smoothing"
# Between an image's id and the name of a map that is computed from it.
OF = "#"


def choose_stack(
    base: Map, *, run_id: str | None = None, is_resampled: bool = True, folds_sides: bool = False
) -> Stack:
    """Choose how the base map is shown, on which side the head's left is, and what lies over it.

    Parameters
    ----------
    run_id : str, optional
        Id of a run that has been read through, whose maps can be layers too.
    is_resampled : bool
        Whether layers on other grids are resampled, which is then said.
    folds_sides : bool
        Whether what is chosen once for all pictures is folded; within controls that are, it is not once more.
    """
    link: dict = {}
    look = _choose_base(base, link)
    layers = st.container()
    with st.expander(SIDES) if folds_sides else nullcontext():
        is_radiological = _choose_convention()
        is_smooth = _choose_smooth()
        cut = _choose_cut()
    # Shown before what is chosen once for all pictures.
    with layers:
        over = _choose_layers(link, run_id)
        if is_resampled and cut is None:
            for words in resampled_words(over, base):
                st.caption(escape_markdown(words))
    control = window_control(base, default_look(base, window_of(base)))
    return Stack((look, *over), is_radiological, is_smooth, cut, link, control)


def open_map(layer_id: str) -> Map:
    """Open what a layer's id stands for: an image, or a map of a run as ``<image id>#tSNR``.

    Raises
    ------
    InputError
        There is no such image or map, it may not be opened, or the run has not been read through yet.
    """
    image_id, of, name = layer_id.rpartition(OF)
    if of and name in RUN_MAP_NAMES:
        return run_map(image_choice.open_by_id(image_id), name)
    return image_map(image_choice.open_by_id(layer_id))


def lay_over(layer_id: str, style: str) -> None:
    """Make an image the lowest layer, filled or outlined; called from a callback."""
    _put_in_slot(1, layer_id)
    st.session_state[choice_key("style", 1, open_map(layer_id))] = style


def _choose_base(base: Map, link: dict) -> Look:
    default = default_look(base, window_of(base))
    low, high = choose_window("Window", 0, default, link)
    st.button(
        "Auto window",
        key="auto-window",
        on_click=_set,
        args=(choice_key("window", 0, base), (default.low, default.high)),
        help="Back to the 1st to 99.5th percentile of what is not background.",
    )
    colours = choose_colours("Colours", 0, base, default.colour_map, link)
    link[BASE_NAMES["threshold"]] = None
    threshold = choose_threshold(0, base, default, link) if is_two_sided(colours) else 0.0
    return Look(base, *window_of_sides(low, high, colours), colours, threshold)


def _choose_convention() -> bool:
    chosen = st.segmented_control(
        "Convention",
        CONVENTIONS,
        default=CONVENTIONS[0],
        required=True,
        key="convention",
        bind="query-params",
        help="Neurological: the left of the head is on the left. Radiological: it is on the right, as if the person "
        "faced you.",
    )
    return chosen == "radiological"


def _choose_smooth() -> bool:
    return st.toggle(
        "Smooth picture",
        value=True,
        key="smooth",
        bind="query-params",
        help="Colours are blended between voxels' centres, for display alone: all numbers are the voxels'. Labels and "
        "outlines are never smoothed. Switch it off to see the voxels as they are.",
    )


def _choose_cut() -> Cut | None:
    """Choose whether the planes lie straight with the world, and what is shown between voxels then."""
    is_straight = st.toggle(
        "Straight with the world",
        key="straight",
        bind="query-params",
        help="Planes along x, y and z of the world rather than along the image's own grid, with rulers in world mm.",
    )
    if not is_straight:
        return None
    return st.segmented_control(
        "Interpolation",
        CUTS,
        default=CUTS[0],
        required=True,
        key="interpolation",
        bind="query-params",
        help="Nearest: the colour of the voxel that a point lies in. Linear: between the colours of the eight voxels "
        "around it; labels stay nearest. The readout gives the nearest voxel's own value.",
    )


def _choose_layers(link: dict, run_id: str | None) -> list[Look]:
    """Choose the layers from bottom to top; return the looks of those that are to be seen."""
    _close_gaps()
    over, chosen = [], []
    more = tuple(f"{run_id}{OF}{name}" for name in RUN_MAP_NAMES) if run_id else ()
    while True:
        slot = len(chosen) + 1
        label = "Overlay" if slot == 1 else "One more layer"
        layer_id = image_choice.choose_id(
            label, _slot_key(slot), None, placeholder="None", more=more, without=tuple(chosen),
            help="Any image, on any grid. Layers lie in this order, the last one on top."
        )  # fmt: skip
        if layer_id is None:
            break
        chosen.append(layer_id)
        look = None
        with image_choice.refusal_shown(_slot_key(slot)):
            look = _choose_layer(slot, open_map(layer_id), link)
        if look is not None:
            over.append(look)
    # A link must not go on about a layer that was taken away.
    link.update({link_name(name, len(chosen) + 1): None for name in LAYER_NAMES.values()})
    return over


def _choose_layer(slot: int, shown: Map, link: dict) -> Look | None:
    """Choose how a layer is shown; None where it is switched off."""
    window = window_of(shown)
    default = default_look(shown, window)
    title = escape_markdown(short_name(shown.title))
    with st.expander(f"Layer {slot}: {title}", expanded=slot == 1):
        with st.container(horizontal=True, vertical_alignment="center"):
            is_shown = choose(st.toggle, "Show", "shown", slot, shown, True, link, read=lambda text: text != "0")
            _offer_order(slot)
        low, high = choose_window("Layer window", slot, default, link)
        threshold = choose_threshold(slot, shown, default, link)
        opacity = choose(
            st.slider, "Opacity", "opacity", slot, shown, 0.75, link, 0.0, 1.0, step=0.05,
            read=lambda text: min(1.0, max(0.0, read_number(text))),
        )  # fmt: skip
        colour_map = "Hot" if default.colour_map == "Grey" else default.colour_map
        colours = choose_colours("Layer colours", slot, shown, colour_map, link)
        style = choose(
            st.segmented_control, "Draw as", "style", slot, shown, FILL, link, (FILL, OUTLINE), required=True,
            read=lambda text: read_known(text, (FILL, OUTLINE)), help="The outline runs along the threshold.",
        )  # fmt: skip
    if not is_shown:
        return None
    low, high = window_of_sides(low, high, colours)
    return Look(shown, low, high, colours, threshold, opacity, is_outline=style == OUTLINE, is_over=True)


def _offer_order(slot: int) -> None:
    """Offer to exchange a layer with the one below it, or to take it away."""
    if slot > 1:
        st.button(
            "Lower", key=f"lower-{slot}", on_click=_exchange, args=(slot, slot - 1), type="tertiary",
            icon=":material/arrow_downward:", help="Below the layer that is now under it",
        )  # fmt: skip
    st.button(
        "Remove", key=f"remove-{slot}", on_click=_put_in_slot, args=(slot, None), type="tertiary",
        icon=":material/close:", help="Take this layer away",
    )  # fmt: skip


def _slot_key(slot: int) -> str:
    return link_name("overlay", slot)


def _exchange(slot: int, other: int) -> None:
    one, two = (image_choice.chosen_id(_slot_key(number)) for number in (slot, other))
    _put_in_slot(slot, two)
    _put_in_slot(other, one)


def _put_in_slot(slot: int, layer_id: str | None) -> None:
    image_choice.choose_now(_slot_key(slot), layer_id)


def _close_gaps() -> None:
    """Let layers move down where one below them was taken away."""
    slot, filled = 1, []
    while image_choice.is_known(_slot_key(slot)):
        filled.append(image_choice.chosen_id(_slot_key(slot)))
        slot += 1
    kept = [layer_id for layer_id in filled if layer_id is not None]
    wanted = kept + [None] * (len(filled) - len(kept))
    for number, (before, after) in enumerate(zip(filled, wanted, strict=True), start=1):
        if before != after:
            _put_in_slot(number, after)


def _set(name: str, value: object) -> None:
    st.session_state[name] = value
