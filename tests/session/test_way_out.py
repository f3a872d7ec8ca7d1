"""The way out of a page that cannot show the chosen image: the same on each page that needs a run."""

import pytest

from lib.session import pages
from lib.session.way_out import run_beside
from tests.builders import app_pages
from tests.builders.app_pages import one_server, run, settle
from tests.builders.series_runs import FLASH, T1W, write_study
from tests.e2e import images

SAMPLE_RUN = "sample/sub-01/func/sub-01_task-game_bold.nii.gz"
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


def has_way_out(at) -> bool:
    return any(button.key == "open-run" for button in at.button)


@pytest.mark.parametrize("page", NEED_A_RUN, ids=name_of)
def test_a_page_that_needs_a_run_offers_one_of_the_image_s_subject(page):
    at = app_pages.open_page(page.name, image=T1W)
    assert not at.error
    assert [one.value.replace("\\", "") for one in at.info] == [
        f"sub-01_T1w.nii.gz has one volume, but the {page.title} page needs a 4-D run. Open a run here, or look at "
        "this image on the Anatomy page."
    ]
    assert has_way_out(at)
    way_out = at.get_by_key("way-out")
    assert [app_pages.shown(one.label) for one in way_out.button] == ["Open sub-01_task-flash_bold.nii.gz"]
    assert links_in(way_out) == [("anatomy", "Look at it on the Anatomy page", ":material/neurology:")]
    # Nothing stands below but what marks the end.
    *_, lowest, end = at.main.children.values()
    assert lowest is way_out
    assert not end.children


@pytest.mark.parametrize("page", NEED_A_RUN, ids=name_of)
def test_one_click_opens_the_run_on_the_same_page(page):
    at = app_pages.open_page(page.name, image=T1W)
    settle(run(at.button(key="open-run").click()))
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


def test_way_out_of_an_anatomy_is_a_run_of_its_subject():
    assert run_beside(T1W) == FLASH


def test_way_out_of_an_image_of_no_study_is_the_sample():
    assert run_beside("mni152-t1") == SAMPLE_RUN
