"""What stands beside the mouse: the words that the readout has once the cursor is there, and nibabel's own value."""

import numpy as np
import pytest
from nibabel.affines import apply_affine
from playwright.sync_api import Page, expect

from tests.e2e import hand, images

OBLIQUE = "/anatomy?image=scans/oblique.nii.gz"
CENTRE = (12, 14, 10)
# plane -> the voxel axes that lie in it
WITHIN = {"sagittal": (1, 2), "coronal": (0, 2), "axial": (0, 1)}
DATA = np.asarray(images.oblique_image().dataobj)


@pytest.fixture(scope="module")
def places() -> list[tuple[str, tuple[int, int, int]]]:
    """Twenty random voxels, each in a plane through the centre."""
    rng, found = np.random.default_rng(13), []
    for _ in range(20):
        plane = str(rng.choice(list(WITHIN)))
        ijk = list(CENTRE)
        for axis in WITHIN[plane]:
            ijk[axis] = int(rng.integers(images.SHAPE[axis]))
        found.append((plane, tuple(ijk)))
    return found


def words_at(page: Page, plane: str, ijk) -> list[str]:
    """Point at a voxel of a plane; return what is said beside the mouse once it is about that voxel."""
    page.mouse.move(*hand.place_of(page, plane, apply_affine(images.oblique(), ijk)))
    box = hand.container(page, "slices").locator(".hover")
    expect(box).to_contain_text("i {} j {} k {}".format(*ijk))
    return box.inner_text().split("\n")


def test_twenty_places_are_told_as_nibabel_has_them(look_at, places):
    page = look_at(OBLIQUE)
    for plane, ijk in places:
        x, y, z = apply_affine(images.oblique(), ijk).round(2) + 0.0
        told = ["i {} j {} k {}".format(*ijk), f"x {x:.2f} y {y:.2f} z {z:.2f} mm", f"value {DATA[ijk]}"]
        assert words_at(page, plane, ijk) == told


def test_the_words_are_those_of_the_readout_after_a_click(look_at, places):
    page = look_at(OBLIQUE)
    for plane, ijk in places[:3]:
        hand.type_place(page, " ".join(f"{value:.4f}" for value in apply_affine(images.oblique(), CENTRE)))
        hand.expect_voxel(page, CENTRE)
        hand.wait_until_drawn(page)
        told = words_at(page, plane, ijk)
        page.mouse.down()
        page.mouse.up()
        hand.expect_voxel(page, ijk)
        assert hand.container(page, "readout").inner_text().split("\u2003") == told


def test_the_words_go_with_the_mouse(look_at):
    page = look_at(OBLIQUE)
    box = hand.container(page, "slices").locator(".hover")
    words_at(page, "axial", (5, 6, CENTRE[2]))
    hand.container(page, "readout").hover()
    expect(box).to_be_hidden()
    words_at(page, "coronal", (5, CENTRE[1], 4))
    page.mouse.wheel(0, 60)
    expect(box).to_be_hidden()


def test_each_layer_is_told_in_its_own_grid(look_at):
    page = look_at(f"{OBLIQUE}&overlay=scans/signed.nii.gz")
    layer = images.signed_map()
    values = np.asarray(layer.dataobj)
    ijk = (8, 9, CENTRE[2])
    i, j, k = np.floor(apply_affine(np.linalg.inv(layer.affine), apply_affine(images.oblique(), ijk)) + 0.5).astype(int)
    assert words_at(page, "axial", ijk)[3:] == [f"signed.nii.gz value {values[i, j, k]:.6g}"]
