"""The stack of layers as Streamlit runs it: what is chosen of each, in which order, and what the link keeps."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import app_pages
from tests.builders.app_pages import one_server, run, settle
from tests.builders.series_runs import ACTIVE, FLASH, course, write_study
from tests.e2e import images

OBLIQUE, SIGNED, MNI = (f"scans/{name}.nii.gz" for name in ("oblique", "signed", "below/mni-2mm"))


@pytest.fixture(autouse=True, scope="module")
def server(tmp_path_factory):
    start = tmp_path_factory.mktemp("start")
    folders = images.write_images(start / "scans"), write_study(start / "made", images.oblique())
    with one_server(*folders, cache_folder=tmp_path_factory.mktemp("cache")):
        yield


def open_page(page: str = "anatomy", image: str = OBLIQUE, **parameters) -> AppTest:
    return settle(app_pages.open_page(page, image=image, **parameters))


def chart(at: AppTest) -> dict:
    (element,) = [one for one in at.get_by_key("slices").children.values() if one.type == "bidi_component"]
    return json.loads(element.proto.json)


def n_layers(at: AppTest) -> int:
    return len(chart(at)["slices"]["layers"])


def bars(at: AppTest) -> list[str]:
    """Return the titles of the colour bars and outlines, from the lowest layer up."""
    layout = json.loads(chart(at)["wide"]["figure"])["layout"]
    axes = [layout[name] for name in sorted(name for name in layout if name.startswith("coloraxis"))]
    return [axis["colorbar"]["title"]["text"] for axis in axes if axis.get("showscale")]


def link(at: AppTest) -> dict:
    """Return what the address says besides the image and the place."""
    return {name: value for name, value in chart(at)["link"].items() if value is not None and name != "image"}


def control(at: AppTest, name: str, kind: str):
    return at.get_by_key(name).get(kind)[0]


def readout(at: AppTest) -> str:
    return at.get_by_key("readout").text[0].value.replace("\u2003", " ")


def test_any_number_of_layers_lies_over_a_base_in_the_order_of_the_link():
    at = open_page(overlay=SIGNED, overlay2=MNI, overlay3="motor-map", x="20", y="-30", z="10")
    assert n_layers(at) == 4
    assert bars(at) == ["signed.nii.gz", "mni-2mm.nii.gz", "motor-map"]
    text = readout(at)
    assert text.index("signed.nii.gz value") < text.index("mni-2mm.nii.gz value") < text.index("motor-map value")
    assert at.selectbox(key="overlay4").value is None


def test_a_layer_taken_away_leaves_no_gap():
    at = open_page(overlay=SIGNED, overlay2=MNI)
    run(at.selectbox(key="overlay").set_value(None))
    assert (at.selectbox(key="overlay").value, at.selectbox(key="overlay2").value) == (MNI, None)
    assert n_layers(at) == 2
    run(at.button(key="remove-1").click())
    assert n_layers(at) == 1


def test_two_layers_change_places_and_keep_how_they_look():
    at = open_page(overlay=SIGNED, overlay2=MNI, overlay_colours2="Magma", threshold="2")
    run(at.button(key="lower-2").click())
    assert (at.selectbox(key="overlay").value, at.selectbox(key="overlay2").value) == (MNI, SIGNED)
    assert bars(at) == ["mni-2mm.nii.gz", "signed.nii.gz"]
    assert link(at) == {"overlay_colours": "Magma", "threshold2": "2.0"}


def test_what_differs_from_the_defaults_stands_in_the_link_and_nothing_else():
    at = open_page(overlay=SIGNED)
    assert link(at) == {}
    run(control(at, "opacity", "slider").set_value(0.5))
    run(control(at, "overlay_window", "slider").set_range(-3.0, 3.0))
    run(control(at, "overlay_as", "button_group").set_value("outline"))
    assert link(at) == {"opacity": "0.5", "overlay_window": ["-3", "3"], "overlay_as": "outline"}
    again = open_page(overlay=SIGNED, **link(at))
    assert link(again) == link(at)
    assert chart(again)["slices"]["layers"][1]["is_outline"]


def test_a_layer_that_is_switched_off_stays_in_the_list_and_the_link():
    at = open_page(overlay=SIGNED, overlay_shown="0")
    assert n_layers(at) == 1
    assert "signed" not in readout(at)
    assert link(at) == {"overlay_shown": "0"}
    run(control(at, "overlay_shown", "toggle").set_value(True))
    assert n_layers(at) == 2


@pytest.mark.parametrize(
    "nonsense",
    [
        {"window": "soon"},
        {"window": ["1", "2", "3"]},
        {"window": ["nan", "inf"]},
        {"colours": "Mauve"},
        {"overlay": SIGNED, "threshold": "abc"},
        {"overlay": SIGNED, "opacity": "1e400"},
        {"overlay": SIGNED, "overlay_as": "smoke"},
        {"overlay": SIGNED, "overlay_window": "4"},
    ],
)
def test_nonsense_in_a_link_leaves_the_defaults(nonsense):
    at = open_page(**nonsense)
    assert link(at) == {}
    assert not at.error


def test_a_layer_that_cannot_be_opened_is_said_and_the_others_are_shown(tmp_path):
    at = open_page(overlay="scans/gone.nii.gz")
    assert n_layers(at) == 1
    assert "gone" in at.error[0].value


def test_the_window_follows_what_is_shown():
    """tSNR was chosen and left again: its window, 4.8 to 45, stayed, drew the volume white, and stood in the link."""
    at = open_page("timeseries", FLASH)
    before = control(at, "window", "slider").value
    run(at.get_by_key("show").set_value("tSNR"))
    run(control(at, "window", "slider").set_range(22.0, 24.0))
    assert link(at)["window"] == ["22", "24"]
    run(at.get_by_key("show").set_value("volume"))
    assert control(at, "window", "slider").value == pytest.approx(before)
    assert "window" not in link(at)


def test_a_link_names_the_window_of_what_it_shows():
    at = open_page("timeseries", FLASH, show="tSNR", window=["22", "24"])
    assert control(at, "window", "slider").value == (22, 24)
    assert "window" in link(at)


def test_a_map_of_the_run_is_a_layer_like_any_other():
    at = open_page("timeseries", FLASH, overlay=f"{FLASH}#tSNR", **place())
    values = course("flash", ACTIVE)
    assert bars(at) == ["volume (image units)", "tSNR (mean / SD)"]
    assert f"tSNR value {values.mean() / values.std():.1f}" in readout(at)
    assert f"{FLASH}#SD" in at.selectbox(key="overlay2").options
    # It lies over another image of the same world, too.
    elsewhere = open_page(overlay=f"{FLASH}#tSNR")
    assert n_layers(elsewhere) == 2


def test_layers_lie_on_every_page_with_slices():
    for page in ("anatomy", "spaces", "timeseries", "quality"):
        assert n_layers(open_page(page, FLASH, overlay=SIGNED)) == 2


def test_each_map_that_is_shown_downloads_as_nifti():
    at = open_page("timeseries", FLASH, show="tSNR", overlay=SIGNED)
    labels = [button.label.replace("\\", "") for button in at.get_by_key("save-map").get("download_button")]
    assert labels == ["signed.nii.gz", f"tSNR of {FLASH.rpartition('/')[2]}"]


def place() -> dict[str, str]:
    xyz = images.oblique() @ np.array([*ACTIVE, 1])
    return {axis: f"{value:.2f}" for axis, value in zip("xyz", xyz, strict=False)}
