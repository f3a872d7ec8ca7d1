"""What the anatomy page shows below its planes: montage, histogram, header, and the slice's numbers."""

import io

import numpy as np
import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.cache.images import volume_of
from lib.cache.maps import histogram_of, view_of
from lib.figures.histogram import draw_histogram
from lib.figures.planes import draw_montage, montage_aspect
from lib.images.image import Image
from lib.images.maps import Map
from lib.images.montage import Montage, build_montage, find_head, place_in_montage
from lib.images.thinning import thin_map
from lib.images.windowing import outline_codes
from lib.number_text import exact_text, value_text
from lib.plain_text import escape_csv, escape_markdown
from lib.session import cursor
from lib.spaces.anatomical_planes import PLANES, take_plane, to_view
from lib.spaces.coordinates import is_inside, voxel_from_world, world_from_voxel
from lib.views import planes
from lib.views.stack import Look, Stack

# Slices in a row of the montage; on a phone, drawn on axes of their own, which a click names.
MOST_ACROSS, MOST_ACROSS_PHONE = 6, 2
NARROW_AXES = "2"


def show_montage(stack: Stack) -> None:
    """Show slices along a chosen plane side by side; a click moves the cursor there."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        plane = st.segmented_control(
            "Plane", list(PLANES), default="axial", key="montage_plane", bind="query-params", required=True
        )
        n_shown = st.number_input("Slices", 1, 60, 18, key="montage_slices", bind="query-params", width=140)
    base = stack.base.map
    t = cursor.volume_index(base)
    view = view_of(thin_map(base))
    layers = [(_plane_codes(look, base, t, plane), style)
              for look, style in zip(stack.looks, planes.layer_styles(stack), strict=True)]  # fmt: skip
    box = find_head(planes.codes_on(stack.base, base, t))

    def draw(n_columns: int, axes: str) -> tuple[Montage, Fit]:
        options = {"box": box, "is_radiological": stack.is_radiological}
        built = [(build_montage(codes, plane, n_shown, n_columns, **options), style) for codes, style in layers]
        montage = built[0][0]
        labels = [f"{'xyz'[axis]} {view.starts[axis] + index * view.sizes[axis]:.1f}" for index in montage.indices]
        figure = draw_montage(montage, view, built, labels, has_sides=not base.sides_doubt, axes=axes)
        return montage, Fit(figure, aspect=montage_aspect(montage, view))

    axis = PLANES[plane][0]
    (montage, wide), (on_phone, narrow) = draw(MOST_ACROSS, ""), draw(MOST_ACROSS_PHONE, NARROW_AXES)
    by_axes = {"xy": montage, f"x{NARROW_AXES}y{NARROW_AXES}": on_phone}
    live_chart(
        wide,
        narrow=narrow,
        key="montage",
        alt=f"{len(montage.indices)} {plane} slices of {base.name}; the labels give their place in mm",
        on_click=lambda: _move_to_click(by_axes, thin_map(base)),
        caption=f"{base.name}, {plane}",
        file_name=f"{base.name.split('.')[0]}-{plane}-montage",
    )
    st.caption(
        "From one end of the head to the other: where the picture differs from its background. Labels are mm along the "
        "plane's axis. Click a slice to move the cursor there."
    )


def _plane_codes(look: Look, base: Map, t: int, plane: str) -> np.ndarray:
    codes = planes.codes_on(look, base, t)
    return outline_codes(codes, PLANES[plane][1:]) if look.is_outline else codes


def _move_to_click(montages: dict[str, Montage], base: Map) -> None:
    click = st.session_state["montage"].get("click")
    place = place_in_montage(montages[click["axes"]], view_of(base), click["x"], click["y"]) if click else None
    if place is not None:
        cursor.move_to(place)


def show_histogram(look: Look) -> None:
    """Show how often each value occurs, with the window over it."""
    t = cursor.volume_index(look.map)
    live_chart(
        Fit(draw_histogram(histogram_of(look.map, t), look.low, look.high), height=260),
        key="histogram",
        alt=f"Histogram of {look.map.name}; values from {value_text(look.low)} to {value_text(look.high)} are shown",
        file_name=f"{look.map.name.split('.')[0]}-histogram",
    )
    st.caption(
        "Non-zero voxels. The shaded range is the window: what lies below is darkest, what lies above brightest."
    )


def show_header(image: Image) -> None:
    """Show what the file says of itself, field by field."""
    from lib.images.headers import list_fields, summarise_image

    for title, fields in (("In short", summarise_image(image)), ("Every field", list_fields(image))):
        st.subheader(title)
        rows = [
            {
                "Field": escape_markdown(field.name),
                "Value": escape_markdown(field.value),
                "What it means": escape_markdown(field.meaning),
            }
            for field in fields
        ]
        st.table(rows, border="horizontal")


def offer_slice_numbers(image: Image) -> None:
    """Offer the numbers of one plane through the cursor as CSV."""
    ijk = cursor.voxel(image)
    if not is_inside(image.shape, ijk):
        return
    t = cursor.volume_index(image)
    with st.popover("Slice as CSV"):
        for plane in PLANES:
            st.download_button(
                plane.capitalize(),
                data=lambda plane=plane: slice_csv(image, plane, ijk, t),
                file_name=f"{image.name.split('.')[0]}-{plane}.csv",
                mime="text/csv",
                key=f"csv-{plane}",
                on_click="ignore",
            )


def slice_csv(image: Image, plane: str, ijk, t: int) -> bytes:
    """Return the exact values of a plane as CSV: rows from top to bottom, columns from left to right as drawn."""
    view = view_of(image)
    volume = volume_of(image, t)
    axis, right, up = PLANES[plane]
    index = np.rint(voxel_from_world(view.affine, world_from_voxel(image.affine, ijk))).astype(int)
    stored = take_plane(to_view(volume.stored, view), plane, int(index[axis]))[::-1]
    values = stored if volume.is_unscaled else stored * np.float64(volume.slope) + volume.inter
    text = io.StringIO()
    i, j, k = ijk
    text.write(
        f"# {escape_csv(image.name)}, {plane} plane through voxel i {i} j {j} k {k}, volume {t}; "
        f"rows run down along {'xyz'[up]}, columns to the right along {'xyz'[right]}\n"
    )
    text.writelines(",".join(map(exact_text, row)) + "\n" for row in values.tolist())
    return text.getvalue().encode()
