"""How long the chosen run's repetition time is: typed by the person, else what its sidecars and header say."""

import streamlit as st

from lib.cache.images import facts_of
from lib.images.image import Image
from lib.images.repetition_time import Tr, decide_tr
from lib.plain_text import escape_markdown
from lib.session import study_files
from lib.studies import read_tr

TYPED = "typed"


def require_tr(image: Image, image_id: str | None = None) -> Tr:
    """Return the repetition time to use for an image; its `seconds` are None until somebody gives them.

    Works for images of a study (sidecars first), uploads and bundled ones (header only). Shows nothing, unless the
    study is still being indexed: then it shows how far that is, and stops the page.

    Parameters
    ----------
    image : a run; the TR of a single volume is None, without flags.
    image_id : the image's public id, that of the chosen image by default.

    Returns
    -------
    Tr : `seconds`; `source`, which is "typed", a sidecar's path, "header" or ""; `flag`, what is strange about it.
    """
    typed = typed_seconds(image.key)
    return Tr(typed, TYPED) if typed else stated_tr(image, image_id)


def typed_seconds(image_key: str) -> float | None:
    """Return the repetition time that the person typed for an image, by its key; None where nothing was typed."""
    return _typed().get(image_key)


def stated_tr(image: Image, image_id: str | None = None) -> Tr:
    """Return the repetition time that sidecars and header state, whatever was typed."""
    if not image.is_4d:
        return Tr(None, "")
    facts = facts_of(image)
    found = study_files.study_of(image_id or st.session_state.get("image"))
    return read_tr(*found, facts) if found else decide_tr(facts.tr, facts.units)


def offer_tr(image: Image, image_id: str | None = None) -> Tr:
    """Show the repetition time, where it comes from and what is strange about it, and let the person type another."""
    tr = require_tr(image, image_id)
    if not image.is_4d:
        return tr
    if tr.flag:
        st.warning(escape_markdown(tr.flag), icon=":material/timer:")
    with st.container(horizontal=True, vertical_alignment="center", key="tr"):
        st.text(tr_text(tr), width="content")
        if tr.seconds is None:
            _offer_box(image, tr)
        else:
            with st.popover("Change the TR"):
                _offer_box(image, tr)
    return tr


def tr_text(tr: Tr) -> str:
    """Say a repetition time and where it comes from."""
    if tr.seconds is None:
        return "No TR is known: type it in seconds."
    source = {TYPED: "as typed", "header": "from the header"}.get(tr.source, f"from {tr.source}")
    return f"TR {tr.seconds:g} s, {source}"


def _offer_box(image: Image, tr: Tr) -> None:
    key = f"tr-of-{image.key}"
    st.number_input(
        "TR in seconds", 0.001, 1000.0, tr.seconds, step=0.1, format="%.4g", key=key,
        placeholder="Type it", on_change=_take, args=(image.key, key), width=170,
    )  # fmt: skip
    if tr.source == TYPED:
        st.button("Back to what the files say", key=f"forget-{key}", on_click=_forget, args=(image.key, key))


def _take(image_key: str, key: str) -> None:
    seconds = st.session_state[key]
    if seconds:
        _typed()[image_key] = float(seconds)
    else:
        _typed().pop(image_key, None)


def _forget(image_key: str, key: str) -> None:
    _typed().pop(image_key, None)
    del st.session_state[key]


def _typed() -> dict[str, float]:
    return st.session_state.setdefault("typed_trs", {})
