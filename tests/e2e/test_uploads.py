"""Own images: a good one is shown, a broken one is refused in a sentence, and nothing else is lost."""

import gzip

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e import hand, images

WEB_PAGE = b"<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>Not found</body></html>"
TABLE = b"onset,duration,trial_type\n0.0,2.0,face\n4.0,2.0,scene\n"


def good() -> bytes:
    return images.oblique_image().to_bytes()


def wrong_magic() -> bytes:
    return good()[:344] + b"nope" + good()[348:]


def absurd() -> bytes:
    """Return a header that announces 32767 voxels along each of three axes, and little behind it."""
    header = bytearray(good()[:2000])
    header[42:48] = np.array([32767, 32767, 32767], dtype="<i2").tobytes()
    return bytes(header)


BROKEN = {
    "empty.nii.gz": (b"", "empty.nii.gz is empty (0 bytes)"),
    "cut.nii.gz": (gzip.compress(good())[:300], "cut.nii.gz is cut off"),
    "short.nii": (good()[:5000], "short.nii holds 5,000 bytes, but its header announces 27,232"),
    "page.nii.gz": (WEB_PAGE, "page.nii.gz holds a web page, not an image"),
    "table.nii": (TABLE, "table.nii holds plain text, not an image"),
    "magic.nii": (wrong_magic(), "magic.nii has b'nop' where a NIfTI file has its mark"),
    "absurd.nii.gz": (gzip.compress(absurd()), "absurd.nii.gz announces 70.4 TB a volume"),
    "table.csv": (TABLE, "table.csv cannot be uploaded: an uploaded image ends in .nii"),
}


def test_a_good_upload_is_shown_and_can_be_chosen_again(look_at):
    page = look_at("/anatomy?image=scans/below/mni-2mm.nii.gz")
    hand.upload(page, "mine.nii.gz", gzip.compress(good()))
    hand.expect_address(page, image="upload/mine.nii.gz")
    hand.wait_until_idle(page)
    page.get_by_role("radio", name="i j k").click()
    hand.wait_until_idle(page)
    hand.type_place(page, " ".join(map(str, images.BRIGHT)))
    assert hand.expect_voxel(page, images.BRIGHT).value == images.BRIGHT_VALUE
    hand.wait_until_drawn(page)
    assert hand.code_under_crosshair(page, "axial") == 255
    hand.choose(page, "Image", "scans/signed.nii.gz")
    hand.choose(page, "Image", "upload/mine.nii.gz")
    assert hand.expect_voxel(page, images.BRIGHT).value == images.BRIGHT_VALUE


def test_an_upload_that_ended_with_its_session_is_uploaded_again_where_that_is_said(look_at):
    """On a telephone the sentence said to upload it again, and the uploader lay in a sidebar that was closed."""
    page = look_at("/anatomy?image=upload/mine.nii.gz", chart=None, width=390, height=844)
    hand.expect_alert(page, "The link names the upload mine.nii.gz", "Upload the file again.")
    again = hand.container(page, "upload-again")
    expect(again.get_by_test_id("stBaseButton-secondary")).to_be_in_viewport()
    content = {"name": "mine.nii.gz", "mimeType": "application/gzip", "buffer": gzip.compress(good())}
    again.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(content)
    hand.wait_until_drawn(page)
    hand.expect_address(page, image="upload/mine.nii.gz")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(again).to_have_count(0)


def test_an_upload_is_there_for_its_own_session_only(look_at):
    page = look_at("/anatomy?image=scans/oblique.nii.gz")
    hand.upload(page, "secret.nii", good())
    hand.expect_address(page, image="upload/secret.nii")
    other = look_at(hand.path_of(page), chart=None)
    hand.expect_alert(other, "The link names the upload secret.nii, but uploads stay with the session that made them")


def test_names_that_mean_something_to_a_page_are_made_harmless(look_at):
    page = look_at("/anatomy?image=scans/oblique.nii.gz")
    hand.upload(page, "<b>*mine*</b> $x$.nii", good())
    hand.wait_for(page, "() => new URL(location.href).searchParams.get('image').startsWith('upload/')")
    hand.wait_until_drawn(page)
    expect(page.locator("[data-testid=stMain] b")).to_have_count(0)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_upload_is_refused_in_a_sentence_and_nothing_else_is_lost(look_at, name):
    content, sentence = BROKEN[name]
    page = look_at("/anatomy?image=scans/oblique.nii.gz&x=20&y=-30&z=10")
    before = hand.read_readout(page)
    hand.upload(page, name, content)
    hand.expect_alert(page, sentence)
    hand.wait_until_idle(page)
    assert hand.read_readout(page) == before
    hand.wait_until_drawn(page)
    expect(page.get_by_role("combobox", name="Image", exact=True)).to_have_value("scans/oblique.nii.gz")
    page.get_by_role("button", name="World origin").click()
    hand.expect_readout(page, "x 0.00 y 0.00 z 0.00 mm")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_an_alert_leaves_the_chart_and_what_is_typed_in_place(look_at):
    """The sentence pushed everything below it down by one place in Streamlit's tree, which tore the chart down."""
    page = look_at("/anatomy?image=scans/oblique.nii.gz")
    hand.mark_node(page)
    hand.upload(page, "empty.nii", b"")
    hand.expect_alert(page, "empty.nii is empty")
    hand.wait_until_idle(page)
    assert hand.is_same_node(page)
    hand.type_place(page, "20 44")
    hand.expect_alert(page, "holds 2 numbers")
    hand.wait_until_idle(page)
    expect(page.get_by_role("textbox", name="Go to place")).to_be_focused()
    hand.type_place(page, "0 20 44")
    hand.expect_readout(page, "x 0.00 y 20.00 z 44.00 mm")
    assert hand.is_same_node(page)
