"""The three linked planes as every page shows them: pictures published, figures drawn, the readout below."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from lib.browser.chart import Fit, Layer, Slices, live_chart
from lib.cache.images import MINUS, VOLUME, view_of, volume_of
from lib.cache.pictures import drawn, overlay_picture_of, picture_of
from lib.cache.tickets import publish
from lib.errors import InputError
from lib.figures.colours import LABELS, code_table
from lib.figures.plane_places import planes_aspect
from lib.figures.planes import ColourBar, draw_planes, slice_roles
from lib.images.image import Image
from lib.images.windowing import Window
from lib.session import cursor
from lib.spaces.anatomical_planes import View
from lib.spaces.coordinates import is_inside, position_text, value_text

# At 1400 x 900 the planes, the readout and the row below fit on one screen.
TALLEST = 520


@dataclass(frozen=True)
class Look:
    """How one image is shown: which part of it, its window in the image's unit, its colours, and what is hidden."""

    image: Image
    low: float
    high: float
    colour_map: str
    threshold: float = 0.0
    opacity: float = 1.0
    part: str = VOLUME


@dataclass(frozen=True, eq=False)
class Planes:
    """The parts of a planes chart that do not depend on the cursor."""

    image: Image
    view: View
    wide: Fit
    narrow: Fit | None
    slices: Slices
    link: dict


def prepare_planes(
    base: Look,
    overlay: Look | None,
    *,
    is_radiological: bool,
    link: dict,
    slot: str = "base",
    bar_title: str = "",
    is_square: bool = False,
) -> Planes:
    """Publish the pictures and draw the empty figures; `show_planes` then costs next to nothing a rerun.

    Parameters
    ----------
    slot : str
        Under which the base image is published; of two images on one page, each needs its own.
    bar_title : str
        Gives the base image a colour bar of this title: what is shown, and its unit.
    is_square : bool
        In a narrow place, the planes stand in a square rather than upon each other.
    """
    image = base.image
    view = view_of(image)
    layers = [publish_own(slot, base)]
    colour_bar = None
    if overlay is not None:
        layers.append(_publish("overlay", overlay, _picture_on(image, overlay), on=image.key))
        colour_bar = ColourBar(overlay.low, overlay.high, overlay.image.name)
    look = {
        "colour_map": base.colour_map,
        "overlay_map": overlay.colour_map if overlay else None,
        "overlay_opacity": overlay.opacity if overlay else 1.0,
        "is_radiological": is_radiological,
        "base_bar": ColourBar(base.low, base.high, bar_title) if bar_title else None,
        "revision": f"{image.key}|{is_radiological}",
    }
    wide = _fit(image, {"colour_bar": colour_bar, **look}, max_height=TALLEST)
    if not is_square:
        look["base_bar"] = None
    narrow = _fit(image, look, **({"is_square": True} if is_square else {"is_narrow": True}))
    slices = Slices(view, tuple(layers), slice_roles(has_overlay=overlay is not None), image.n_volumes)
    return Planes(image, view, wide, narrow, slices, link)


def _fit(image: Image, look: dict, *, max_height: int | None = None, **place: bool) -> Fit:
    """Return the figure of a look, drawn once for all runs and sessions."""
    view = view_of(image)

    def draw() -> Fit:
        return Fit(draw_planes(view, **place, **look), aspect=planes_aspect(view, **place), max_height=max_height)

    return drawn(f"planes {image.key} {look} {place} {max_height}", draw)


def show_planes(planes: Planes, *, key: str = "planes") -> None:
    """Show the planes through the cursor; called inside a fragment, which reruns when the person moves it."""
    with st.container(key="slices"):
        live_chart(
            planes.wide,
            narrow=planes.narrow,
            key=key,
            alt=f"Sagittal, coronal and axial slice of {planes.image.name} through the cursor",
            cursor=cursor.told(),
            slices=planes.slices,
            on_cursor=lambda: cursor.take_from(key),
            link=planes.link,
            caption=planes.image.name,
            file_name=f"{planes.image.name.split('.')[0]}-slices",
        )


def readout_text(image: Image, overlay: Image | None = None, *, tr: float | None = None, part: str = VOLUME) -> str:
    """Return the readout: voxel, place, and the exact value of the image, and of an overlay in its own grid.

    Parameters
    ----------
    tr : float, optional
        Seconds between volumes; a run's readout then gives the time of the volume too.
    part : str
        See `lib.cache.images.volume_of`.
    """
    ijk = cursor.voxel(image)
    text = position_text(ijk, cursor.point())
    if not is_inside(image.shape, ijk):
        shape = " x ".join(str(n) for n in image.shape)
        return f"{text}\u2003outside the image, whose voxels run from 0 0 0 to {shape} minus 1"
    t = cursor.volume_index(image)
    text += f"\u2003{value_text(volume_of(image, t, part).value_at(ijk))}"
    if image.is_4d:
        text += f"\u2003t {t}" + (f" ({t * tr:.2f} s)" if tr else "")
    if overlay is not None:
        text += f"\u2003{overlay.name} {_overlay_value(overlay)}"
    return text


def _overlay_value(overlay: Image) -> str:
    ijk = cursor.voxel(overlay)
    if not is_inside(overlay.shape, ijk):
        return "outside its grid"
    return value_text(volume_of(overlay, cursor.volume_index(overlay)).value_at(ijk))


def default_look(image: Image, window: Window) -> Look:
    """Return how an image is shown until somebody chooses otherwise."""
    colour_map = LABELS if window.is_labels and window.maximum > 3 else "Blue-red" if window.is_signed else "Grey"
    return Look(image, window.low, window.high, colour_map)


def publish_own(slot: str, look: Look) -> Layer:
    """Publish the picture of an image on its own grid."""
    return _publish(slot, look, _own_picture(look))


def _publish(slot: str, look: Look, picture: Callable[[int], bytes], *, on: str = "") -> Layer:
    """Publish a picture; `on` is the key of the image whose grid it lies on, where that is not its own."""

    def answer(query) -> bytes:
        return picture(min(_asked_volume(query), look.image.n_volumes - 1))

    kept = replace(look, image=look.image.key, colour_map=str(look.colour_map == LABELS), opacity=1.0)
    url = publish(slot, (kept, on), answer)
    is_moving = look.image.is_4d and (look.part == VOLUME or look.part.startswith(MINUS))
    return Layer(url + "?t={t}" if is_moving else url, code_table(look.colour_map))


def _asked_volume(query) -> int:
    text = query.get("t") or "0"
    if not text.isdecimal():
        raise InputError(
            f'The address asks for volume "{text}", but volumes are whole numbers from 0. Reload the page.'
        )
    return int(text)


def _own_picture(look: Look) -> Callable[[int], bytes]:
    return lambda t: picture_of(
        look.image, look.part, t, look.low, look.high, look.threshold, is_labels=look.colour_map == LABELS
    )


def _picture_on(base: Image, overlay: Look) -> Callable[[int], bytes]:
    return lambda t: overlay_picture_of(
        overlay.image, base, t, overlay.low, overlay.high, overlay.threshold, is_labels=overlay.colour_map == LABELS
    )
