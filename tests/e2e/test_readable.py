"""Every page, wide and narrow, light and dark: its text can be read, its buttons hit, and nothing runs off the side."""

from pathlib import Path

import pytest

from tests.e2e import hand

FINDINGS = (Path(__file__).parent / "readable.js").read_text("utf-8")
IMAGE, RUN = "scans/oblique.nii.gz", "sample/sub-01/func/sub-01_task-game_bold.nii.gz"
PAGES = (
    ("/", None),
    (f"/anatomy?image={IMAGE}&tab=Header", "slices"),
    (f"/spaces?image={IMAGE}", "slices"),
    (f"/timeseries?image={RUN}", "series"),
    (f"/quality?image={RUN}", "carpet"),
    ("/quality", None),
)


def expect_readable(page) -> None:
    """Wait until nothing on the page is hard to read or to hit; say what is, where it stays so."""
    try:
        page.wait_for_function(f"() => ({FINDINGS})().length === 0", timeout=5_000, polling=250)
    except hand.WaitedTooLong:
        pytest.fail("\n".join(page.evaluate(FINDINGS)))


@pytest.mark.parametrize(("path", "chart"), PAGES)
def test_all_text_can_be_read_and_all_buttons_hit(look_at, path, chart):
    page = look_at(path, chart=chart)
    for width, scheme in ((1400, "light"), (1400, "dark"), (390, "dark"), (390, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        hand.wait_until_idle(page)
        expect_readable(page)
        hand.expect_no_overflow(page)
