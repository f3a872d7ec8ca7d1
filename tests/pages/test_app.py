"""The app's wiring, from its entry script: pages, guard, image, cursor, controls, errors; no browser."""

import gzip
import re
import sys
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from tests.builders.app_pages import forget, run
from tests.conftest import ROOT
from tests.e2e import images

OBLIQUE, SIGNED, MNI = "scans/oblique.nii.gz", "scans/signed.nii.gz", "scans/below/mni-2mm.nii.gz"


@pytest.fixture(autouse=True)
def empty_caches():
    """Both caches outlive an AppTest, and the next one would see what this one was answered."""
    forget()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return images.write_images(tmp_path_factory.mktemp("start") / "scans")


@pytest.fixture(autouse=True)
def started_with_folder(monkeypatch, folder):
    """Let the app see the arguments that the server would have been started with."""
    monkeypatch.setattr(sys, "argv", ["app.py", str(folder)])


def open_app(query: str = "") -> AppTest:
    """Return the app at its root, in a fresh session."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, values in parse_qs(query).items():
        app.query_params[name] = values
    return app


def open_anatomy(query: str = f"image={OBLIQUE}") -> AppTest:
    """Return the anatomy page as a link opens it: the first run of a session."""
    app = open_app(query)
    app.switch_page("pages/anatomy.py")
    return run(app)


def readout(app: AppTest) -> str:
    return app.get_by_key("readout").text[0].value.replace("\u2003", " ")


def alerts(app: AppTest) -> list[str]:
    """Return what the alerts say, without the marks that keep Markdown from reading it."""
    return [re.sub(r"\\(.)", r"\1", alert.value) for alert in app.error]


def test_the_root_runs_and_complains_of_nothing():
    assert alerts(run(open_app())) == []


def test_a_page_is_run_within_the_frame_even_where_the_link_leads_to_it_first():
    """On a cold server Streamlit ran the page's file alone, without app.py."""
    app = open_anatomy()
    assert readout(app).startswith("i 12 j 14 k 10 ")
    assert app.session_state["frame_is_drawn"] is False


def test_the_first_image_is_the_template_and_the_first_place_its_centre():
    app = open_anatomy("")
    assert app.selectbox(key="image").value == "mni152-t1"
    # shape // 2 of (197, 233, 189)
    assert readout(app).startswith("i 98 j 116 k 94 ")


def test_the_template_is_there_for_who_comes_from_the_first_page():
    app = run(open_app())
    app.switch_page("pages/anatomy.py")
    run(app)
    assert readout(app).startswith("i 98 j 116 k 94 ")


def test_a_link_says_image_and_place():
    app = open_anatomy(f"image={MNI}&x=0&y=20&z=44")
    assert readout(app) == "i 45 j 73 k 58 x 0.00 y 20.00 z 44.00 mm value 118"


def test_typed_mm_move_the_cursor():
    app = open_anatomy(f"image={MNI}")
    run(app.text_input(key="typed").set_value("0 20 44"))
    assert readout(app).startswith("i 45 j 73 k 58 x 0.00 y 20.00 z 44.00 mm")


def test_typed_indices_move_the_cursor():
    app = open_anatomy(f"image={MNI}")
    app.get_by_key("typed_unit").set_value("i j k")
    run(app.text_input(key="typed").set_value("27 62 60"))
    assert readout(app).startswith("i 27 j 62 k 60 x 36.00 y -2.00 z 48.00 mm")


def test_what_is_no_place_is_said_and_moves_nothing():
    app = open_anatomy()
    before = readout(app)
    run(app.text_input(key="typed").set_value("20 44"))
    assert '"20 44" holds 2 numbers, but a position needs three' in alerts(app)[0]
    assert readout(app) == before


def test_a_place_outside_has_no_value():
    app = open_anatomy()
    run(app.text_input(key="typed").set_value("500 0 0"))
    assert "value" not in readout(app)
    assert "outside the image, whose voxels run from 0 0 0 to 24 x 28 x 20 minus 1" in readout(app)


def test_another_image_keeps_the_place():
    app = open_anatomy(f"image={OBLIQUE}&x=20&y=-30&z=10")
    run(app.selectbox(key="image").select(SIGNED))
    assert readout(app).startswith("i 15 j 10 k 13 x 20.00 y -30.00 z 10.00 mm")


def test_another_image_starts_with_its_own_window_and_colours():
    app = open_anatomy(f"image={OBLIQUE}&window=100&window=104&colours=Magma")
    assert app.get_by_key("window").slider[0].value == (100, 104)
    run(app.selectbox(key="image").select(SIGNED))
    low, high = app.get_by_key("window").slider[0].value
    assert low == pytest.approx(-high, rel=0.01)
    assert app.get_by_key("colours").selectbox[0].value == "Blue-red"


def test_auto_window_goes_back_to_the_default():
    app = open_anatomy()
    default = app.get_by_key("window").slider[0].value
    run(app.get_by_key("window").slider[0].set_range(100, 104))
    run(app.button(key="auto-window").click())
    assert app.get_by_key("window").slider[0].value == pytest.approx(default)


def test_the_overlay_s_value_stands_beside_the_image_s():
    app = open_anatomy(f"image={OBLIQUE}&overlay={SIGNED}&x=20&y=-30&z=10")
    assert "signed.nii.gz value 4.76" in readout(app)
    assert any("signed.nii.gz is shown resampled to the grid of oblique.nii.gz" in one.value for one in app.caption)


def test_an_image_on_its_own_grid_is_not_called_resampled():
    app = open_anatomy(f"image={OBLIQUE}&overlay={OBLIQUE}")
    assert not any("resampled" in one.value for one in app.caption)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("image=unknown", 'There is no image "unknown" here'),
        ("image=scans/../outside.nii.gz", "points outside the folder scans"),
        ("image=scans//etc/passwd", "points outside the folder scans"),
        ("image=scans/link.nii.gz", "is a link that leads outside the folders of this server"),
        ("image=upload/mine.nii", "uploads stay with the session that made them"),
        (f"image={OBLIQUE}&overlay=unknown", 'There is no image "unknown" here'),
        (f"image={OBLIQUE}&x=abc", "The link says x=abc, but x must be a number of mm"),
        (f"image={OBLIQUE}&z=1e9", "The link says z=1e9, but z must be a number of mm"),
        (f"image={OBLIQUE}&t=soon", "The link says t=soon, but t must be a volume number"),
    ],
)
def test_a_bad_link_says_what_is_wrong(query, sentence):
    app = open_anatomy(query)
    assert len(app.error) == 1
    assert sentence in alerts(app)[0]


def test_an_unknown_image_is_said_on_the_first_page():
    app = run(open_app("image=unknown"))
    assert 'There is no image "unknown" here' in alerts(app)[0]


def test_a_start_folder_that_is_none_is_said(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", "no-such-folder"])
    app = open_anatomy("")
    assert alerts(app) == [
        'The server was started with "no-such-folder", which is no folder. Start it with one that is.'
    ]
    assert app.session_state["image"] == "mni152-t1"
    assert len(app.text) > 0


def test_no_image_is_an_invitation_not_an_error():
    app = open_anatomy()
    run(app.selectbox(key="image").set_value(None))
    assert [one.value for one in app.info] == ["No image is chosen. Choose one in the sidebar, or upload your own."]
    assert not app.error


def test_an_upload_is_chosen_and_the_uploader_emptied():
    app = open_anatomy()
    app.file_uploader[0].upload("mine.nii.gz", gzip.compress(images.oblique_image().to_bytes()))
    run(app)
    assert app.selectbox(key="image").value == "upload/mine.nii.gz"
    assert not app.file_uploader[0].value
    assert OBLIQUE in app.selectbox(key="image").options


def test_a_broken_upload_leaves_the_image_that_was_there():
    app = open_anatomy()
    before = readout(app)
    app.file_uploader[0].upload("empty.nii.gz", b"")
    run(app)
    assert "empty.nii.gz is empty (0 bytes)" in alerts(app)[0]
    assert app.selectbox(key="image").value == OBLIQUE
    assert readout(app) == before
