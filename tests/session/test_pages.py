"""The table of pages: one row a file, and what navigation and links make of it."""

import pytest

from lib.session import pages
from tests.conftest import ROOT


def test_each_file_has_one_row_and_each_row_its_file():
    assert sorted(page.name for page in pages.PAGES) == sorted(path.stem for path in (ROOT / "pages").glob("*.py"))


def test_titles_are_told_apart():
    assert len({page.title for page in pages.PAGES}) == len(pages.PAGES)


def test_whatever_else_a_page_needs_an_image_comes_first():
    assert {page.needs[0] for page in pages.PAGES if page.needs} == {"image"}


def test_a_page_without_a_row_is_told_where_it_goes():
    with pytest.raises(LookupError, match=r"no row for pages/brain\.py\. Give it one in lib/session/pages\.py"):
        pages.find_page("brain")


@pytest.fixture
def rows(monkeypatch) -> tuple[pages.Page, ...]:
    """Let the table have seven rows: a first page and two groups."""
    groups = {"studies": "", "anatomy": "Image", "spaces": "Image", "surface": "Image"}
    groups |= {"timeseries": "Run", "quality": "Run", "task": "Run"}
    found = tuple(pages.Page(name, name.title(), ":material/home:", group) for name, group in groups.items())
    monkeypatch.setattr(pages, "PAGES", found)
    return found


def test_as_many_pages_as_fit_stand_in_the_bar(rows, monkeypatch):
    monkeypatch.setattr(pages, "MOST_IN_THE_BAR", 7)
    assert pages.arrange_pages() == {"": list(rows)}


def test_one_page_more_folds_each_group_into_a_menu(rows, monkeypatch):
    monkeypatch.setattr(pages, "MOST_IN_THE_BAR", 6)
    assert pages.arrange_pages() == {"": [rows[0]], "Image": [*rows[1:4]], "Run": [*rows[4:]]}
