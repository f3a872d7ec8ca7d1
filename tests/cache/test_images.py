"""What is kept, for whom: the shared caches are asked directly, the session's own inside a page."""

import asyncio
import os
import sys

import nibabel as nib
import numpy as np
import pytest
import streamlit as st
from isal import igzip
from nibabel.affines import apply_affine
from streamlit.testing.v1 import AppTest

from lib.browser import tickets
from lib.cache.images import (
    VOLUME,
    histogram_of,
    is_on_same_grid,
    open_image,
    resampled_on,
    view_of,
    volume_of,
    window_of,
)
from lib.cache.pictures import codes_of, drawn, pack_codes, picture_of
from lib.cache.studies import ids_in_folder
from lib.cache.tickets import KEPT_TICKETS
from lib.errors import InputError
from lib.images.windowing import choose_window, count_values, draw_codes
from lib.spaces.anatomical_planes import to_view, view_grid

SHAPE = (7, 8, 9)


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "argv", ["app.py"])
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def save(tmp_path, oblique_affine):
    """Return a function that saves an array as NIfTI and opens it through the cache."""

    def save(data, affine=oblique_affine, name="image.nii"):
        nib.save(nib.Nifti1Image(data, affine), tmp_path / name)
        return open_image(tmp_path / name, name)

    return save


@pytest.fixture
def data(rng) -> np.ndarray:
    return rng.integers(1, 1000, SHAPE).astype(np.int16)


# --- images and volumes ---------------------------------------------------------------------------------------------


def test_an_image_is_opened_once(save, data, tmp_path):
    image = save(data)
    assert open_image(tmp_path / "image.nii", "image.nii") is image
    assert volume_of(image) is volume_of(image)
    assert view_of(image) is view_of(image)


def test_a_changed_file_is_opened_anew(save, data):
    before = volume_of(save(data)).value_at((1, 2, 3))
    image = save(data + 1)
    assert volume_of(image).value_at((1, 2, 3)) == before + 1


def test_a_change_that_leaves_size_and_length_alike_is_seen(save, data, tmp_path):
    """One changed voxel: hashing the array itself would have missed it 50 times of 50."""
    first = save(data)
    changed = data.copy()
    changed[6, 7, 8] += 1
    second = save(changed)
    os.utime(tmp_path / "image.nii", ns=(1, 1))
    third = open_image(tmp_path / "image.nii", "image.nii")
    assert len({first.key, second.key, third.key}) == 3
    assert volume_of(third).value_at((6, 7, 8)) == data[6, 7, 8] + 1


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(InputError, match=r"gone\.nii"):
        open_image(tmp_path / "gone.nii", "gone.nii")


def test_a_file_that_came_back_opens(save, data, tmp_path):
    with pytest.raises(InputError):
        open_image(tmp_path / "image.nii", "image.nii")
    assert save(data).shape == SHAPE


def test_volumes_of_a_run_are_kept_apart(save, data):
    image = save(np.stack([data, data + 1, data + 2], axis=-1))
    assert [volume_of(image, t).value_at((0, 0, 0)) - data[0, 0, 0] for t in range(3)] == [0, 1, 2]


def test_a_map_over_time_needs_the_whole_run(save, data):
    image = save(np.stack([data, data + 1], axis=-1))
    with pytest.raises(InputError, match="has not been read through yet, so it has no tsnr over time"):
        volume_of(image, 0, "tsnr")


def test_windows_and_histograms_are_those_of_the_volume(save, data):
    image = save(data)
    assert window_of(image) == choose_window(volume_of(image))
    expected = count_values(volume_of(image))
    np.testing.assert_array_equal(histogram_of(image).counts, expected.counts)
    np.testing.assert_array_equal(histogram_of(image).edges, expected.edges)


# --- pictures -------------------------------------------------------------------------------------------------------


def unpack(packed: bytes, shape) -> np.ndarray:
    """Read a picture as the browser does: the first index runs fastest."""
    return np.frombuffer(igzip.decompress(packed), np.uint8).reshape(shape, order="F")


def test_a_picture_unpacks_to_the_codes_of_the_volume(save, data):
    image = save(data)
    picture = unpack(picture_of(image, VOLUME, 0, 100.0, 900.0, 200.0), view_of(image).shape)
    view = view_grid(image.affine, SHAPE)
    np.testing.assert_array_equal(picture, draw_codes(volume_of(image), view, 100, 900, 200))
    # Its first index grows to the left, so the picture begins at the last voxel.
    assert (picture[0, 0, 0] == 0) == (data[6, 0, 0] < 200)


def test_codes_unpack_to_the_same_for_montages(save, data):
    image = save(data)
    codes = codes_of(image, image, 0, 100.0, 900.0, 0.0)
    np.testing.assert_array_equal(codes, unpack(picture_of(image, VOLUME, 0, 100.0, 900.0), SHAPE))


def test_each_window_has_its_picture(save, data):
    image = save(data)
    assert picture_of(image, VOLUME, 0, 0.0, 500.0) != picture_of(image, VOLUME, 0, 0.0, 600.0)


def test_overlay_on_the_same_grid_is_not_resampled(save, data):
    base, overlay = save(data), save(data[::-1].copy(), name="overlay.nii")
    assert is_on_same_grid(base, overlay)
    np.testing.assert_array_equal(resampled_on(overlay, base).stored, data[::-1])


def test_overlay_stored_the_other_way_round_keeps_every_voxel(save, data, oblique_affine):
    """Resampled, it lost its border: rounding carried those voxels out of the overlay, where nilearn finds 0."""
    flipped = oblique_affine @ np.diag([-1.0, 1, 1, 1])
    flipped[:3, 3] = apply_affine(oblique_affine, (6, 0, 0))
    base, overlay = save(data), save(data[::-1].copy(), flipped, "overlay.nii")
    assert is_on_same_grid(base, overlay)
    np.testing.assert_array_equal(resampled_on(overlay, base).stored, data)
    shown = [codes_of(image, base, 0, 1.0, 999.0, 1e-12) for image in (overlay, base)]
    np.testing.assert_array_equal(*shown)


def test_labels_get_a_code_each_whatever_the_window(save):
    labels = np.arange(7 * 8 * 9, dtype=np.int16).reshape(SHAPE) % 300
    image = save(labels)
    codes = codes_of(image, image, 0, 0.0, 1.0, 0.0, is_labels=True)
    stored = to_view(labels, view_of(image))
    np.testing.assert_array_equal(codes, np.where(stored > 0, 1 + (stored - 1) % 255, 0))


def test_overlay_is_not_drawn_where_it_does_not_reach(save, data, oblique_affine):
    affine = oblique_affine.copy()
    affine[:3, 3] = apply_affine(oblique_affine, (3, 0, 0))
    base, overlay = save(data), save(data[:4].copy(), affine, "overlay.nii")
    codes = codes_of(overlay, base, 0, 1.0, 999.0, 0.0)
    # The base's voxels 0 to 2 are the last three to the right, and the overlay begins at voxel 3.
    assert not codes[4:].any()
    assert codes[:4, 1:-1, 1:-1].any(axis=(1, 2)).sum() >= 3


def test_labels_are_resampled_without_new_numbers(save, rng, oblique_affine):
    """A spline between region 17 and region 1012 passes through regions that are not there."""
    labels = np.kron(rng.choice([17, 1012, 2035], (4, 4, 4)), np.ones((3, 3, 3), int)).astype(np.int32)
    base = save(np.zeros(SHAPE, np.int16))
    overlay = save(labels, oblique_affine @ np.diag([0.7, 0.7, 0.7, 1]), "labels.nii")
    values = resampled_on(overlay, base).values()
    assert set(np.unique(values)) <= {0, 17, 1012, 2035}
    assert np.unique(values).size > 1


def test_overlay_pictures_are_kept_for_each_base(save, data, oblique_affine):
    overlay = save(data, name="overlay.nii")
    small, large = save(data, name="small.nii"), save(np.zeros((9, 9, 9), np.int16), name="large.nii")
    assert codes_of(overlay, small, 0, 1.0, 999.0, 0.0).shape == (7, 8, 9)
    assert codes_of(overlay, large, 0, 1.0, 999.0, 0.0).shape == (9, 9, 9)


def test_pictures_are_packed_for_the_browser():
    codes = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert igzip.decompress(pack_codes(codes)) == codes.tobytes(order="F")
    assert igzip.decompress(pack_codes(np.asfortranarray(codes))) == codes.tobytes(order="F")


# --- one session ----------------------------------------------------------------------------------------------------


def publish_page():
    import streamlit as st

    from lib.cache.tickets import publish

    look = st.text_input("look", "first")
    for slot in ("base", "overlay"):
        st.text(publish(slot, look, lambda query: look.encode()))


async def fetch(url: str):
    """Ask the route behind an address, as the server does."""
    from starlette.requests import Request

    scope = {"type": "http", "method": "GET", "path": f"/{url}", "headers": [], "query_string": b""}
    return await tickets.serve_data(Request({**scope, "path_params": {"token": url.split("/")[-1]}}))


def test_an_address_stays_while_what_it_shows_does():
    at = AppTest.from_function(publish_page).run()
    before = [text.value for text in at.text]
    assert before[0] != before[1]
    assert [text.value for text in at.run().text] == before
    assert asyncio.run(fetch(before[0])).body == b"first"


def test_a_new_look_has_a_new_address():
    at = AppTest.from_function(publish_page).run()
    before = at.text[0].value
    after = at.text_input[0].set_value("second").run().text[0].value
    assert after != before
    assert asyncio.run(fetch(after)).body == b"second"


def test_an_earlier_address_is_answered_for_a_few_looks_more():
    """The browser asks at the old address until the page's run has told it the new one."""
    at = AppTest.from_function(publish_page).run()
    before = at.text[0].value
    for number in range(KEPT_TICKETS - 1):
        at.text_input[0].set_value(f"look {number}").run()
    assert asyncio.run(fetch(before)).body == b"first"
    # Who goes back finds it again, and it counts as new.
    assert at.text_input[0].set_value("first").run().text[0].value == before
    for number in range(KEPT_TICKETS):
        assert asyncio.run(fetch(before)).body == b"first"
        at.text_input[0].set_value(f"another look {number}").run()
    assert asyncio.run(fetch(before)).status_code == 404


def test_addresses_end_with_their_session():
    at = AppTest.from_function(publish_page).run()
    url = at.text[0].value
    st.cache_resource.clear()
    assert asyncio.run(fetch(url)).status_code == 404


def upload_page():
    import io

    import streamlit as st

    from lib.cache.uploads import spool_upload

    stream = io.BytesIO(b"0123456789")
    stream.name = "../T1w scan.nii.gz"
    upload = spool_upload(stream)
    st.text(upload.name)
    st.text(str(upload.path))


def test_an_upload_lies_in_a_folder_of_its_session():
    at = AppTest.from_function(upload_page).run()
    assert not at.exception
    name, path = (text.value for text in at.text)
    assert name == "T1w_scan.nii.gz"
    with open(path, "rb") as file:
        assert file.read() == b"0123456789"
    assert [text.value for text in at.run().text] == [name, path]


def test_folders_are_looked_through_once_in_a_while(tmp_path):
    from lib.studies.image_ids import StartFolder

    folder = StartFolder("scans", tmp_path)
    (tmp_path / "a.nii").touch()
    assert ids_in_folder(folder) == ("scans/a.nii",)
    (tmp_path / "b.nii").touch()
    assert ids_in_folder(folder) == ("scans/a.nii",)
    st.cache_data.clear()
    assert ids_in_folder(folder) == ("scans/a.nii", "scans/b.nii")


def test_what_a_look_names_is_drawn_once():
    made = []

    def draw(look: str) -> object:
        return drawn(look, lambda: made.append(look) or object())

    assert draw("a") is draw("a")
    assert draw("b") is not draw("a")
    assert made == ["a", "b"]
