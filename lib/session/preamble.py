"""How does a page begin? Within the frame, and with what its row in the table of pages says that it needs."""

from dataclasses import dataclass

import streamlit as st

from lib.cache.first_places import FirstPlace
from lib.images.image import Image
from lib.images.repetition_time import Tr
from lib.runs import RunStore
from lib.session import (
    cursor,
    first_look,
    frame,
    image_choice,
    leaving,
    pages,
    run_offers,
    run_reading,
    study_files,
    title_line,
    tr_choice,
    way_out,
)
from lib.session.study_files import PairedFiles


@dataclass(frozen=True)
class Opened:
    """What a page begins with; None is what its row does not ask for.

    Attributes
    ----------
    image : the chosen image, which is 4-D on a page that needs a run.
    image_id : its public id, as in links.
    pairs : the tables and images that belong to the run.
    tr : the run's repetition time; its `seconds` are None until somebody gives them.
    store : the run as it has been read through; None also while that goes on, which the page shows by then.
    first_place : where the run is looked at first; None while that is not known, and where there is no such place.
    """

    image: Image | None = None
    image_id: str | None = None
    pairs: PairedFiles | None = None
    tr: Tr | None = None
    store: RunStore | None = None
    first_place: FirstPlace | None = None


def open_page(name: str) -> Opened:
    """Begin a page: return what it needs, or say what is missing, offer ways out, and stop it.

    Parameters
    ----------
    name : the page's own, as in `pages/<name>.py`.
    """
    frame.guard()
    page = pages.find_page(name)
    if "image" not in page.needs:
        return Opened()
    leaving.arrive(name)
    needs_run = "run" in page.needs
    title = st.empty()
    with title:
        title_line.show_page_name(page)
    image = image_choice.require_image((lambda: run_offers.offer_runs(None)) if needs_run else None)
    image_id = st.session_state["image"]
    with title:
        title_line.show_title(page, image_id, image)
    run_reading.begin_visit(name, image_id)
    if not needs_run:
        cursor.require_cursor(image)
        run_reading.look_for_damage(image)
        return Opened(image, image_id)
    way_out.require_run(page, image, image_id)
    cursor.require_cursor(image)
    pairs = study_files.pairs_of(image_id)
    tr = tr_choice.require_tr(image)
    store = run_reading.store_or_progress(image)
    return Opened(image, image_id, pairs, tr, store, first_look.find_place(image, pairs, tr, store))
