"""The way out of a page that cannot show the chosen image: the same on each page that needs a run."""

import pytest

from lib.session import pages
from tests.builders import app_pages
from tests.builders.app_pages import one_server, run, settle
from tests.builders.series_runs import FLASH, T1W, write_study
from tests.e2e import images

NEED_A_RUN = [page for page in pages.PAGES if "run" in page.needs]
NEED_AN_IMAGE = [page for page in pages.PAGES if page.needs == ("image",)]


@pytest.fixture(autouse=True, scope="module")
def server(tmp_path_factory):
    """Let the tests be visitors of one server, started with a study of a T1w and some runs."""
    study = write_study(tmp_path_factory.mktemp("start") / "made", images.oblique())
    with one_server(study, cache_folder=tmp_path_factory.mktemp("cache")):
        yield


def name_of(page: pages.Page) -> str:
    return page.name


def links_in(container) -> list[tuple[str, str, str]]:
    """Return page, label and icon of the links within a container; AppTest has no name for them."""
    protos = [child.proto for child in container.children.values() if child.type == "page_link"]
    return [(proto.page, proto.label, proto.icon) for proto in protos]


def without_image(page):
    """Return a page on which the list of images was cleared."""
    at = app_pages.open_page(page.name, image=T1W)
    return run(at.selectbox(key="image").set_value(None))


def has_way_out(at) -> bool:
    return any(button.key == "open-study-0" for button in at.button)


@pytest.mark.parametrize("page", NEED_A_RUN, ids=name_of)
def test_a_page_that_needs_a_run_offers_one_of_the_image_s_subject(page):
    at = app_pages.open_page(page.name, image=T1W)
    assert not at.error
    assert [one.value.replace("\\", "") for one in at.info] == [
        f"sub-01_T1w.nii.gz has one volume, but the {page.title} page needs a 4-D run. Open a run here, or look at "
        "this image on the Anatomy page."
    ]
    assert has_way_out(at)
    assert links_in(at.get_by_key("way-out")) == [("anatomy", "Look at it on the Anatomy page", ":material/neurology:")]
    assert [app_pages.shown(one.label) for one in at.get_by_key("runs-of-study").button] == [
        "sub-01, flash", "sub-01, rest", "sub-01, story",
    ]  # fmt: skip
    assert [app_pages.shown(one.label) for one in at.get_by_key("runs-of-sample").button] == [
        "sub-01, game", "sub-02, game", "sub-01, film", "sub-01, rest",
    ]  # fmt: skip


@pytest.mark.parametrize("page", NEED_A_RUN, ids=name_of)
def test_one_click_opens_the_run_on_the_same_page(page):
    at = app_pages.open_page(page.name, image=T1W)
    settle(run(at.button(key="open-study-0").click()))
    assert at.session_state["image"] == FLASH
    assert not has_way_out(at)
    assert not at.error


@pytest.mark.parametrize("page", NEED_AN_IMAGE, ids=name_of)
def test_other_pages_show_an_image_of_one_volume(page):
    at = app_pages.open_page(page.name, image=T1W)
    assert not has_way_out(at)
    assert not at.error


@pytest.mark.parametrize("page", NEED_A_RUN, ids=name_of)
def test_a_bad_link_is_said_where_the_page_is_stopped(page):
    """Another image was opened instead, so that these pages said of that one that it is no run."""
    at = app_pages.open_page(page.name, image="unknown")
    assert not has_way_out(at)
    assert [error.value.replace("\\", "") for error in at.error] == [
        'There is no image "unknown" here. Choose one from the list, or start the server with the folder that holds it.'
    ]
    assert at.session_state["frame_is_drawn"] is False


@pytest.mark.parametrize("page", NEED_A_RUN, ids=name_of)
def test_a_page_without_any_image_offers_runs_too(page):
    at = without_image(page)
    assert "No image is chosen" in at.info[0].value
    assert has_way_out(at)
    run(at.button(key="open-sample-1").click())
    assert at.session_state["image"] == "sample/sub-02/func/sub-02_task-game_bold.nii"


@pytest.mark.parametrize("page", NEED_AN_IMAGE, ids=name_of)
def test_a_page_for_any_image_offers_no_runs_where_none_is_chosen(page):
    assert not has_way_out(without_image(page))
