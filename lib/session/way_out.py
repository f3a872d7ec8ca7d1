"""Where to go from a page that cannot show the chosen image: the same words and the same ways on every page."""

import streamlit as st

from lib.images.image import Image
from lib.plain_text import escape_markdown
from lib.session import pages
from lib.session.frame import stop_page
from lib.session.pages import Page
from lib.session.run_offers import offer_runs


def require_run(page: Page, image: Image, image_id: str) -> None:
    """Let a run pass; of an image with one volume, say so, offer runs and another page, and stop the page."""
    if image.is_4d:
        return
    other = pages.find_page(pages.FOR_ANY_IMAGE).title
    st.info(
        f"{escape_markdown(image.name)} has one volume, but the {page.title} page needs a 4-D run. Open a run here, "
        f"or look at this image on the {other} page.",
        icon=page.icon,
    )
    with st.container(key="way-out"):
        pages.link(pages.FOR_ANY_IMAGE, f"Look at it on the {other} page")
    offer_runs(image_id)
    stop_page()
