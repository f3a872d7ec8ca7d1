"""Which pages are there, and what does each need? One row a page, which navigation, links and preamble go by."""

from dataclasses import dataclass
from typing import Literal, NoReturn

import streamlit as st

# As many titles stand side by side where a window of 1280 px has a sidebar. Only beyond does each group become a menu:
# it costs a click, and hides which page is open.
MOST_IN_THE_BAR = 11

Need = Literal["image", "run"]
# Where an image is looked at first: a run, and any other.
FOR_RUN, FOR_ANY_IMAGE = "timeseries", "anatomy"


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    name : its path in the address, but for the first page, which is at the root; its file is `pages/<name>.py`.
    title : what the navigation and the links call it.
    icon : of the links to it.
    group : menu that it stands in once there are too many pages for one bar; "" stands in the bar itself.
    needs : what the visitor has to have chosen, in the order in which it is asked for. A run is an image too.
    """

    name: str
    title: str
    icon: str
    group: str = ""
    needs: tuple[Need, ...] = ()

    @property
    def file(self) -> str:
        """Path of the page's script, from the entry script's folder."""
        return f"pages/{self.name}.py"


# In the order of the navigation; the first is the one at the root.
PAGES = (
    Page("studies", "Studies", ":material/folder_open:"),
    Page("anatomy", "Anatomy", ":material/neurology:", "Image", needs=("image",)),
    Page("spaces", "Spaces", ":material/view_in_ar:", "Image", needs=("image",)),
    Page("timeseries", "Time series", ":material/show_chart:", "Run", needs=("image", "run")),
    Page("quality", "Quality", ":material/fact_check:", "Run", needs=("image", "run")),
)


def find_page(name: str) -> Page:
    """Return the row of a page.

    Raises
    ------
    LookupError
        The table has no such row.
    """
    for page in PAGES:
        if page.name == name:
            return page
    raise LookupError(f"The table of pages has no row for pages/{name}.py. Give it one in lib/session/pages.py.")


def link(name: str, label: str | None = None, **parameters: str) -> None:
    """Show a link to a page, by its title unless `label` says more, with query parameters if there are any."""
    page = find_page(name)
    st.page_link(page.file, label=label or page.title, icon=page.icon, query_params=parameters or None)


def go_to(name: str) -> NoReturn:
    """Leave for another page, which shows the image that is chosen; see `lib.session.leaving` for when that can be."""
    st.switch_page(find_page(name).file)


def navigation() -> dict[str, list]:
    """Return what `st.navigation` takes."""
    return {
        group: [st.Page(page.file, title=page.title, default=page is PAGES[0]) for page in inside]
        for group, inside in arrange_pages().items()
    }


def arrange_pages() -> dict[str, list[Page]]:
    """Return the pages of each menu; those of "" stand in the bar itself, and so do all where they fit."""
    is_one_bar = len(PAGES) <= MOST_IN_THE_BAR
    arranged = {}
    for page in PAGES:
        arranged.setdefault("" if is_one_bar else page.group, []).append(page)
    return arranged
