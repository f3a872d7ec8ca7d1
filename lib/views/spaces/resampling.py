"""The resampling lab, reordering to canonical RAS beside it, and one image stored in three orders."""

from collections.abc import Mapping

import nibabel as nib
import numpy as np
import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.browser.query import asked_place, asked_volume
from lib.cache.images import volume_of
from lib.cache.maps import image_map, label_values_of, window_of
from lib.cache.tickets import publish
from lib.figures.board import cells_aspect
from lib.figures.resampled_and_stored import draw_lab, draw_stored, lab_change, stored_change
from lib.images.lab.edited_images import EditedImage
from lib.images.lab.resampled_slice import INTERPOLATIONS, TARGETS, choose_target, fill_slice, is_on_grid
from lib.images.lab.stored_slices import take_stored_slice
from lib.session import cursor
from lib.spaces.anatomical_planes import PLANES
from lib.spaces.coordinates import voxel_from_world
from lib.spaces.grids import Grid
from lib.spaces.resampling import nilearn_call
from lib.spaces.resampling_effects import storage_facts
from lib.spaces.storage_orders import ORDERS, reorient
from lib.views.stack import Look, Stack

STORED_ORDERS = ("RAS", "LPS", "PIR")
CLOSE_UP = "close up"
OUTSIDE = "The cursor lies outside the chosen grid. Move it, or choose another grid."


def show_lab(stack: Stack, edited: EditedImage) -> None:
    """Show one slice of another grid under three interpolations, what differs, and what changes in memory."""
    image, look = edited.image, stack.base
    other = stack.over[0].map.grid if stack.over else None
    target, plane, is_close_up = _choose_slice(edited, other)
    source = Grid(image.shape, edited.placing)
    shown = image_map(image)
    labels = label_values_of(shown) if window_of(shown).is_labels else None
    window = (look.low, look.high)

    def answer(query: Mapping[str, str]) -> dict:
        xyz = asked_place(query)
        if not is_on_grid(target, xyz):
            return lab_change(None, window, look.colour_map, note=OUTSIDE)
        volume = volume_of(image, asked_volume(query, image.n_volumes))
        lab = fill_slice(volume, source.affine, target, plane, xyz, labels=labels, is_close_up=is_close_up)
        return lab_change(lab, window, look.colour_map)

    settings = (plane, is_close_up, look.low, look.high, look.colour_map)
    address = (image.key, source.affine.tobytes(), target.shape, target.affine.tobytes(), *settings)
    wide, narrow = (
        draw_lab(None, window, look.colour_map, is_narrow=is_narrow, note="Resampling the slice")
        for is_narrow in (False, True)
    )
    with st.container(key="lab"):
        live_chart(
            Fit(wide, aspect=cells_aspect()),
            narrow=Fit(narrow, aspect=cells_aspect(is_narrow=True)),
            key="lab-chart",
            alt=f"{plane} slice of {image.name} on another grid: nearest, linear and continuous, and their differences",
            feed=publish("lab", address, answer),
            caption=f"{image.name}, resampled",
            file_name="resampled",
        )
    st.caption(
        "Orange lines are borders of the source's voxels, white ones of the new grid's (close up only). Differences "
        "and counts are those of the picture shown. Nothing but this slice is computed."
    )
    if labels is not None:
        st.info(
            f"This image holds {len(labels)} region numbers. Linear and continuous blend numbers of neighbouring "
            "regions into numbers of other regions, or of none: use nearest for labels.",
            icon=":material/label:",
        )
    _show_before_and_after(edited, target)
    how = st.segmented_control(
        "As code", INTERPOLATIONS, default="continuous", required=True, key="lab_code", bind="query-params"
    )
    st.code(nilearn_call(image.name, target, how), language="python")


def show_stored(look: Look, edited: EditedImage) -> None:
    """Show ``data[:, :, k]`` of the image in three storage orders, and the axial plane that the affine finds."""
    image = edited.image
    with st.container(horizontal=True):
        orders = tuple(
            st.selectbox(
                f"Order {number}", ORDERS, index=ORDERS.index(order), key=f"order_{number}", bind="query-params"
            )
            for number, order in enumerate(STORED_ORDERS, start=1)
        )

    def answer(query: Mapping[str, str]) -> dict:
        xyz = asked_place(query)
        volume = volume_of(image, asked_volume(query, image.n_volumes))
        slices = [take_stored_slice(volume, edited.placing, xyz, order) for order in orders]
        return stored_change(slices, xyz, (look.low, look.high), look.colour_map)

    address = (image.key, edited.placing.tobytes(), orders, look.low, look.high, look.colour_map)
    wide, narrow = (
        draw_stored([], cursor.point(), (look.low, look.high), look.colour_map, is_narrow=is_narrow)
        for is_narrow in (False, True)
    )
    with st.container(key="stored"):
        live_chart(
            Fit(wide, aspect=cells_aspect()),
            narrow=Fit(narrow, aspect=cells_aspect(is_narrow=True)),
            key="stored-chart",
            alt=f"data[:, :, k] of {image.name} stored as {', '.join(orders)}: another picture each time; the affine "
            "finds the same axial plane in all three",
            feed=publish("stored", address, answer),
            caption=f"{image.name}, stored as {', '.join(orders)}",
            file_name="storage-orders",
        )
    first, second, third = orders
    st.markdown(
        f"One image, stored as {first}, {second} and {third}: no value was changed, only the order in memory. "
        "**First**, `data[:, :, k]` as a program draws a plain array: which plane it is, and which way up, depends on "
        "the order. **Then** the axial plane that the affine finds: the same picture each time. The voxel's indices "
        "change, its place in the world does not."
    )


def _choose_slice(edited: EditedImage, other: Grid | None) -> tuple[Grid, str, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        targets = TARGETS if other is not None else TARGETS[1:]
        name = st.selectbox(
            "Onto", targets, key="onto", bind="query-params", width=200,
            help="Choose an overlay in the sidebar to resample onto its grid." if other is None else None,
        )  # fmt: skip
        millimetres = 0.0
        if name == "cubes":
            millimetres = st.number_input("Side, mm", 0.5, 20.0, 3.0, 0.5, key="cube", bind="query-params", width=140)
        plane = st.segmented_control(
            "Plane", list(PLANES), default="axial", required=True, key="lab_plane", bind="query-params"
        )
        field = st.segmented_control(
            "Show", (CLOSE_UP, "whole slice"), default=CLOSE_UP, required=True, key="field", bind="query-params"
        )
    return choose_target(name, Grid(edited.image.shape, edited.placing), other, millimetres), plane, field == CLOSE_UP


def _show_before_and_after(edited: EditedImage, target: Grid) -> None:
    stored = volume_of(edited.image).stored
    reordered, canonical = reorient(stored, edited.placing, "RAS")
    # Of the result only shape and type are needed, so one number stands for all of its voxels.
    resampled = np.broadcast_to(np.float32(0), target.shape)
    columns = (
        ("As stored", stored, edited.placing),
        ("Reordered to RAS, not resampled", reordered, canonical),
        ("Resampled (linear or continuous)", resampled, target.affine),
    )
    facts = [{**dict(storage_facts(data, affine)), **_places(data.shape, affine)} for _, data, affine in columns]
    st.table(
        [
            {"": f"**{name}**", **{title: fact[name] for (title, _, _), fact in zip(columns, facts, strict=True)}}
            for name in facts[0]
        ],
        border="horizontal",
    )
    st.caption(
        "Reordering to canonical RAS moves the numbers in memory: axes are swapped and flipped, and the affine with "
        "them, so every value keeps its place in the world. Resampling makes new numbers."
    )


def _places(shape, affine) -> dict[str, str]:
    rows = ("  ".join(f"{value + 0.0:.4g}" for value in row) for row in np.asarray(affine)[:3])
    return {
        "voxel (0, 0, 0) lies at": _triple(np.asarray(affine)[:3, 3]) + " mm",
        "world (0, 0, 0) is voxel": _triple(voxel_from_world(np.asarray(affine), (0, 0, 0))),
        "image centre lies at": _triple(nib.affines.apply_affine(affine, (np.array(shape[:3]) - 1) / 2)) + " mm",
        "affine": "  \n".join(f"`{row}`" for row in rows),
    }


def _triple(values) -> str:
    return ", ".join(f"{round(float(value), 2) + 0.0:.2f}" for value in values)
