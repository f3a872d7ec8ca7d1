"""Two images in one world: their boxes in three dimensions, whether they share a space, and what spaces are called."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.browser.query import asked_place, asked_switch, asked_volume
from lib.cache.images import volume_of
from lib.cache.maps import image_map, view_of
from lib.cache.tickets import publish
from lib.figures.scene import Box, draw_flat_scene, draw_scene, flat_changes, scene_changes
from lib.images.lab.edited_images import EditedImage, edited_map
from lib.images.lab.scene_sheets import cut_sheet
from lib.images.maps import Map
from lib.plain_text import escape_markdown
from lib.session import cursor, frame
from lib.spaces.anatomical_planes import PLANES
from lib.spaces.coordinates import nearest_voxel
from lib.spaces.same_space import judge_spaces
from lib.spaces.space_names import SPACES, Space, describe_space
from lib.views.look_controls import OUTLINE, lay_over
from lib.views.stack import Look, Stack

SCENE_HEIGHT = 560
NAMES_TAB = "Names of spaces"
VERDICTS = {
    "same grid": (st.success, ":material/check_circle:"),
    "same space": (st.success, ":material/check_circle:"),
    "look here": (st.warning, ":material/visibility:"),
    "different spaces": (st.error, ":material/error:"),
}


def show_two(stack: Stack, edited: EditedImage) -> None:
    """Show the verdict on the image and each layer over it, and the scene that all stand in."""
    over = [look.map for look in stack.over]
    if not over:
        st.info("Choose an overlay in the sidebar to see two images in one world.", icon=":material/layers:")
    _show_verdicts(edited, over)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Outline of the MNI152 brain", on_click=_lay_template_over, icon=":material/contrast:",
            help="Lays the outline of nilearn's MNI152 template over the image: they agree if it is in MNI space.",
        )  # fmt: skip
        for number, shown in enumerate((image_map(edited.image), *over)):
            _label_space(shown, number)
    boxes = [Box(_scene_name(edited), edited.grid), *(Box(shown.name, shown.grid) for shown in over)]
    xyz = cursor.point()
    live_chart(
        Fit(draw_scene(tuple(boxes), xyz, revision=edited.image.key), height=SCENE_HEIGHT),
        flat=Fit(draw_flat_scene(tuple(boxes), xyz), height=360),
        key="scene",
        alt=f"Boxes of {' and '.join(box.name for box in boxes)} in world mm, with the slices through the cursor",
        feed=_publish_scene(stack.base, edited),
        caption=" and ".join(box.name for box in boxes),
        file_name="scene",
    )
    st.caption(
        "Drag to turn the scene. Boxes reach from the outer face of the first voxel to that of the last; the small "
        "square is the centre of voxel (0, 0, 0)."
    )


def show_names(stack: Stack) -> None:
    """Show the glossary of spaces, those of the maps on this page first."""
    here = {}
    for look in stack.looks:
        space = _space_of(look.map)
        if space is not None:
            here.setdefault(space.name, []).append(look.map.name)
    st.caption("The same three numbers are another place in another space. Each space, what it is, and what to mind:")
    for space in sorted(SPACES, key=lambda space: space.name not in here):
        with st.container(border=space.name in here):
            names = escape_markdown(", ".join(here.get(space.name, ())))
            st.markdown(f"**{space.name}**" + (f" :material/arrow_back: {names}" if names else ""))
            st.text("\n".join(space.sentences))
            st.caption(_also_called(space))


def _show_verdicts(edited: EditedImage, over: list[Map]) -> None:
    own = edited_map(edited, image_map(edited.image))
    with st.container(key="same_space"):
        for shown in over:
            found = judge_spaces(own.grid, shown.grid, own.space, shown.space)
            box, icon = VERDICTS[found.verdict]
            about = f"{escape_markdown(shown.name)}: " if len(over) > 1 else ""
            box(escape_markdown(found.sentence), title=f"{about}Verdict: {found.verdict}", icon=icon)


def _label_space(shown: Map, number: int) -> None:
    """Name a map's space, with what that is one click away."""
    space = _space_of(shown)
    with st.popover(f"{escape_markdown(shown.name)}: {space.name if space else 'space not stated'}"):
        if space is None:
            st.text("Neither the file's name nor its header says which space these coordinates are in.")
        else:
            st.markdown(f"**{space.name}**")
            st.text("\n".join(space.sentences))
        st.button(NAMES_TAB, key=f"names-{number}", on_click=_open_names, icon=":material/menu_book:")


def _space_of(shown: Map) -> Space | None:
    return None if shown.space is None else describe_space(shown.space)


def _open_names() -> None:
    st.session_state["tab"] = NAMES_TAB


def _lay_template_over() -> None:
    frame.forget_problems()
    lay_over("mni152-t1", OUTLINE)


def _publish_scene(look: Look, edited: EditedImage) -> str:
    image = edited.image
    view = view_of(image)
    placing = edited.placing @ np.linalg.inv(image.affine) @ view.affine

    def answer(query: Mapping[str, str]) -> dict:
        xyz = asked_place(query)
        if asked_switch(query, "flat"):
            return flat_changes(xyz)
        index = np.clip(nearest_voxel(placing, xyz), 0, np.array(view.shape) - 1)
        t = asked_volume(query, image.n_volumes)
        volume = volume_of(image, t)
        sheets = {
            plane: cut_sheet(volume, view, placing, plane, int(index[axis]), (look.low, look.high))
            for plane, (axis, _, _) in PLANES.items()
        }
        return scene_changes(sheets, xyz)

    return publish("scene", (image.key, edited.placing.tobytes(), look.low, look.high), answer)


def _scene_name(edited: EditedImage) -> str:
    return f"{edited.image.name}, edited copy" if edited.is_edited else edited.image.name


def _also_called(space: Space) -> str:
    text = "Also called " + ", ".join(space.aliases)
    return text + (f"; NIfTI form code {', '.join(map(str, space.codes))}" if space.codes else "")
