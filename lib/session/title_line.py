"""Which image is open, and on which page? One line at the top of each: its picture, short name, kind and space."""

from contextlib import suppress
from html import escape

import numpy as np
import streamlit as st
from nibabel.affines import voxel_sizes

from lib.cache.thumbnails import thumbnail_of
from lib.errors import InputError
from lib.images.image import Image
from lib.images.stated_space import stated_space
from lib.number_text import shape_text, sizes_text
from lib.session.pages import Page
from lib.spaces.space_names import describe_space
from lib.studies.short_names import title_of

# Of the picture, in px: two lines of text.
SIDE = 40
# Bytes of a volume whose picture is drawn in no time.
MOST_BYTES = 64 << 20


def show_page_name(page: Page) -> None:
    """Say on a phone, where the navigation is behind a button, which page this is while no image is open."""
    st.html(f'<div class="title-line"><span class="name page">{escape(page.title)}</span></div>')


def show_title(page: Page, image_id: str, image: Image) -> None:
    """Show the line of an open image."""
    name, kind = title_of(image_id)
    about = ", ".join(part for part in (kind, _space_words(image)) if part)
    size = (", " if about else "") + _size_words(image)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="title-line"):
        picture = _picture(image)
        if picture is not None:
            st.image(picture, width=SIDE, output_format="PNG", alt=f"Middle axial slice of {name}")
        st.html(
            f'<div class="title-line" title="{escape(image_id)}"><span class="name"><span class="page">'
            f"{escape(page.title)}: </span>{escape(name)}</span>"
            f'<small>{escape(about)}<span class="size">{escape(size)}</span></small></div>',
            width="stretch",
        )


def _space_words(image: Image) -> str:
    stated = stated_space(image)
    space = None if stated is None else describe_space(stated)
    if space is None:
        return "" if stated is None else f"space {stated}"
    return "space not stated" if stated == 0 else space.name


def _size_words(image: Image) -> str:
    grid = shape_text(image.shape) + f" voxels of {sizes_text(voxel_sizes(image.affine))} mm"
    return f"{grid}, {image.n_volumes} volumes" if image.is_4d else grid


def _picture(image: Image) -> np.ndarray | None:
    """Return the image's small picture; none where it would keep the page waiting, or where nothing can be read."""
    if int(np.prod(image.shape)) * image.dtype.itemsize > MOST_BYTES or image.is_time_first:
        return None
    # The page says itself what is wrong with the file.
    with suppress(InputError):
        return thumbnail_of(image)
    return None
