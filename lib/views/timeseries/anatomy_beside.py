"""The subject's T1w beside the slices of a run, at the same world point."""

import streamlit as st

from lib.cache.maps import image_map, window_of
from lib.errors import InputError
from lib.images.image import Image
from lib.images.stated_space import stated_space
from lib.plain_text import escape_markdown
from lib.session import image_choice
from lib.session.frame import show_error
from lib.session.study_files import PairedFiles
from lib.spaces.same_space import judge_spaces
from lib.views.planes import Planes, default_look, prepare_planes, show_planes
from lib.views.readout import Readout
from lib.views.stack import Stack


def choose_anatomy(pairs: PairedFiles) -> Image | None:
    """Choose whether the subject's T1w stands beside the slices; None where it is not wanted or cannot be opened."""
    if not pairs.anatomies:
        return None
    name = escape_markdown(pairs.anatomies[0].name)
    words = f"The subject's T1w, {name}, at the same world point."
    if not st.toggle("Show the anatomy beside", key="t1w", bind="query-params", help=words):
        return None
    try:
        return image_choice.open_by_id(pairs.anatomies[0].id)
    except InputError as error:
        show_error(error)
        return None


def prepare_anatomy(anatomy: Image, beside: Stack) -> Planes:
    """Publish the T1w's pictures and draw its empty figures, drawn like the run's beside it."""
    shown = image_map(anatomy)
    look = default_look(shown, window_of(shown))
    stack = Stack((look,), beside.is_radiological, beside.is_smooth, beside.cut)
    return prepare_planes(stack, Readout(anatomy, stack.maps), link={}, slot="t1w", is_square=True)


def show_anatomy(planes: Planes, anatomy: Image, run: Image) -> None:
    """Show the T1w through the cursor, and say whether it shares the run's space; called in the cursor's fragment."""
    show_planes(planes, key="anatomy_chart", place="anatomy")
    verdict = judge_spaces(run.grid, anatomy.grid, stated_space(run), stated_space(anatomy))
    words = escape_markdown(f"{anatomy.name}. {verdict.sentence}")
    if verdict.verdict in ("look here", "different spaces"):
        st.warning(words, icon=":material/warning:")
    else:
        st.caption(words)
