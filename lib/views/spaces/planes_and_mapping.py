"""The top of the spaces page: slices of the edited copy, the readout, and the mapping to the world worked out."""

from dataclasses import replace

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, Layer, Slices
from lib.cache.images import view_of, volume_of
from lib.errors import InputError
from lib.figures.colours import code_table
from lib.figures.plane_places import planes_aspect
from lib.figures.planes import ColourBar, draw_planes, slice_roles
from lib.figures.resampled_and_stored import draw_outlined, outline_table
from lib.images.image import Image
from lib.images.lab.edited_images import EditedImage
from lib.images.stated_space import stated_space
from lib.session import cursor, frame
from lib.spaces.anatomical_planes import index_from_world
from lib.spaces.coordinates import is_inside, nearest_voxel, parse_triple, position_text, value_text, world_from_voxel
from lib.spaces.space_names import describe_space
from lib.spaces.worked_mapping import inverse_latex, mapping_latex
from lib.views.planes import Look, Planes, publish_own

FORWARD, BACK = "i j k → x y z", "x y z → i j k"
PROBLEM = "typed_place_problem"


def prepare_slices(
    look: Look, overlay: Look | None, edited: EditedImage, *, is_radiological: bool, is_outline: bool, link: dict
) -> Planes:
    """Prepare the planes: the picture lies where the edit puts it, in the frame of the original.

    An overlay is taken through its own grid, voxel by voxel, uninterpolated.
    """
    image = look.image
    view = view_of(image)
    layers = [_place(publish_own("base", look), edited, view)]
    name = f"{_short(image.name)}{', edited copy' if edited.is_edited else ''}"
    overlay_name = ""
    if overlay is not None:
        layers.append(_overlay_layer(overlay, view, is_outline=is_outline))
        overlay_name = _short(overlay.image.name)
    figure = draw_planes(
        view,
        colour_map=look.colour_map,
        overlay_map=overlay.colour_map if overlay else None,
        overlay_opacity=1.0 if is_outline or overlay is None else overlay.opacity,
        colour_bar=ColourBar(overlay.low, overlay.high, overlay_name) if overlay and not is_outline else None,
        base_bar=ColourBar(look.low, look.high, name),
        is_radiological=is_radiological,
        is_square=True,
        revision=f"{image.key}|{is_radiological}",
    )
    if overlay is not None and is_outline:
        figure = draw_outlined(figure, overlay_name)
    slices = Slices(view, tuple(layers), slice_roles(has_overlay=overlay is not None), image.n_volumes, True)
    return Planes(image, view, Fit(figure, aspect=planes_aspect(view, is_square=True)), None, slices, link)


def show_readout(edited: EditedImage, overlay: Image | None) -> None:
    """Show the copy's voxel and the place under the cursor, the exact value there, and the overlay's."""
    with st.container(key="readout"):
        st.text(_readout_text(edited, overlay))


def show_mapping(edited: EditedImage) -> None:
    """Let either side be typed, and work the mapping out for the voxel under the cursor."""
    xyz = cursor.point()
    ijk = edited.voxel(xyz)
    # The boxes show where the cursor is as a hint, not as their text: what a script writes into a box while a hand
    # moves the cursor comes back from the browser late, as if it had been typed.
    with st.container(horizontal=True):
        st.text_input(
            "Voxel i j k",
            key="typed_voxel",
            placeholder=" ".join(str(index) for index in ijk),
            on_change=_go,
            args=("typed_voxel", edited),
            help=_space_help("voxel"),
        )
        st.text_input(
            "World x y z, mm",
            key="typed_world",
            placeholder=" ".join(f"{round(value, 3) + 0.0:.3f}" for value in xyz),
            on_change=_go,
            args=("typed_world", edited),
            help=_space_help(2 if edited.is_edited else stated_space(edited.image)),
        )
    if PROBLEM in st.session_state:
        frame.show_error(st.session_state[PROBLEM])
    way = st.segmented_control(
        "Worked mapping",
        (FORWARD, BACK),
        default=FORWARD,
        required=True,
        key="way",
        bind="query-params",
        label_visibility="collapsed",
    )
    with st.container(key="worked"):
        st.latex(
            r"\footnotesize "
            + (mapping_latex(edited.affine, ijk) if way == FORWARD else inverse_latex(edited.affine, xyz))
        )


def _place(layer: Layer, edited: EditedImage, view) -> Layer:
    """Return the image's layer where the edit puts it."""
    if np.array_equal(edited.placing, edited.image.affine):
        return layer
    placed = edited.placing @ np.linalg.inv(edited.image.affine) @ view.affine
    return replace(layer, from_grid=index_from_world(replace(view, affine=placed)) @ view.affine, shape=view.shape)


def _overlay_layer(overlay: Look, view, *, is_outline: bool) -> Layer:
    own = view_of(overlay.image)
    # What an overlay holds where it is 0 is never part of its message.
    look = replace(overlay, threshold=max(overlay.threshold, 1e-12))
    return replace(
        publish_own("own overlay", look),
        table=outline_table() if is_outline else code_table(overlay.colour_map),
        from_grid=index_from_world(own) @ view.affine,
        shape=own.shape,
        is_outline=is_outline,
    )


def _readout_text(edited: EditedImage, overlay: Image | None) -> str:
    image = edited.image
    ijk = edited.voxel(cursor.point())
    text = position_text(ijk, cursor.point())
    if is_inside(image.shape, ijk):
        t = cursor.volume_index(image)
        text += f"\u2003{value_text(volume_of(image, t).value_at(edited.stored_voxel(ijk)))}"
        text += f"\u2003t {t}" if image.is_4d else ""
    else:
        text += "\u2003outside the image"
    if overlay is None:
        return text
    return f"{text}\n{overlay.name}: {_overlay_text(overlay)}"


def _overlay_text(overlay: Image) -> str:
    ijk = nearest_voxel(overlay.affine, cursor.point())
    i, j, k = ijk
    if not is_inside(overlay.shape, ijk):
        return f"i {i} j {j} k {k}, outside its grid"
    value = volume_of(overlay, cursor.volume_index(overlay)).value_at(ijk)
    return f"i {i} j {j} k {k}\u2003{value_text(value)}"


def _go(key: str, edited: EditedImage) -> None:
    text = st.session_state[key]
    st.session_state.pop(PROBLEM, None)
    if not text.strip():
        return
    try:
        numbers = parse_triple(text)
    except InputError as error:
        st.session_state[PROBLEM] = error
        return
    st.session_state[key] = ""
    cursor.move_to(world_from_voxel(edited.affine, numbers) if key == "typed_voxel" else numbers)


def _space_help(space: str | int | None) -> str:
    found = None if space is None else describe_space(space)
    if found is None:
        return "Neither the file's name nor its header says which space this is. See the tab Names of spaces."
    return f"**{found.name}.** {' '.join(found.sentences)} More in the tab Names of spaces."


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:12]}…{name[-14:]}"
