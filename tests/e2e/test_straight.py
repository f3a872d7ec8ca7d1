"""Planes straight with the world: rulers, crosshair, the words under the mouse and the readout say the same mm."""

import re

import numpy as np
import pytest
from nibabel.affines import apply_affine
from playwright.sync_api import Page, expect
from scipy.ndimage import map_coordinates

from tests.e2e import hand, images

OBLIQUE = "/anatomy?image=scans/oblique.nii.gz"
DATA = np.asarray(images.oblique_image().dataobj)
WORLD_FROM_VOXEL = images.oblique()
CENTRE_MM = apply_affine(WORLD_FROM_VOXEL, (12, 14, 10))
# plane -> the world axes to the right and upwards, and the one that the plane is cut across
AXES = {"sagittal": (1, 2, 0), "coronal": (0, 2, 1), "axial": (0, 1, 2)}
TOLD = re.compile(r"i (-?\d+) j (-?\d+) k (-?\d+)\nx (\S+) y (\S+) z (\S+) mm\n(.*)")


def px_of(page: Page, plane: str, xyz) -> tuple[float, float]:
    """Return where in the window the rulers of a plane have a world point."""
    right, up, _ = AXES[plane]
    area = hand.plane_area(page, plane)
    (x0, x1), (y0, y1) = hand.plane_range(page, plane)
    return area.at((xyz[right] - x0) / (x1 - x0), (y1 - xyz[up]) / (y1 - y0))


def test_twenty_places_have_the_same_mm_on_rulers_under_the_mouse_and_in_nibabel(look_at):
    """The rulers told mm along the image's own grid: 20 mm from the readout's at the edge of a tilted run."""
    page = look_at(f"{OBLIQUE}&straight=true")
    box = hand.container(page, "slices").locator(".hover")
    rng = np.random.default_rng(13)
    for _ in range(20):
        plane = str(rng.choice(list(AXES)))
        right, up, across = AXES[plane]
        wanted = np.round(CENTRE_MM + rng.integers(-35, 36, 3))
        page.mouse.move(*px_of(page, plane, wanted))
        expect(box).to_contain_text(
            re.compile(rf"{'xyz'[right]} {wanted[right]:.2f}\b.*{'xyz'[up]} {wanted[up]:.2f}\b")
        )
        *ijk, x, y, z, value = TOLD.match(box.inner_text()).groups()
        told = np.array([x, y, z], float)
        assert abs(told[across] - CENTRE_MM[across]) <= 0.51
        # Of a place on the face between two voxels, the printed digits do not say on which side it lies.
        exact = apply_affine(np.linalg.inv(WORLD_FROM_VOXEL), told)
        assert (np.abs(np.array(ijk, int) - exact) <= 0.51).all()
        is_inside = all(0 <= int(index) < n for index, n in zip(ijk, DATA.shape, strict=True))
        assert value == f"value {DATA[tuple(map(int, ijk))]}" if is_inside else value.startswith("outside the image")


def test_the_crosshair_stands_where_the_readout_says(look_at):
    page = look_at(f"{OBLIQUE}&straight=true&x=10.37&y=-4.61&z=12.08")
    assert hand.read_readout(page).xyz == (10.37, -4.61, 12.08)
    for plane, (right, up, _) in AXES.items():
        place = hand.crosshair_place(page, plane)
        assert place == pytest.approx([(10.37, -4.61, 12.08)[axis] for axis in (right, up)], abs=1e-9)


def test_a_click_moves_there_and_steps_go_millimetre_by_millimetre(look_at):
    page = look_at(f"{OBLIQUE}&straight=true")
    wanted = np.round(CENTRE_MM) + np.array([9, -7, 0])
    page.mouse.click(*px_of(page, "axial", wanted))
    x, y, _ = wanted
    hand.expect_readout(page, re.compile(rf"x {x:.2f}\s+y {y:.2f}\b"))
    z = hand.read_readout(page).xyz[2]
    page.get_by_role("button", name="Next axial slice").click()
    hand.expect_readout(page, re.compile(rf"z {z + 1:.2f}\b"))


@pytest.mark.parametrize("interpolation", ["nearest", "linear"])
def test_each_point_has_the_colour_of_its_voxel_or_of_those_around_it(look_at, interpolation):
    """As scipy's map_coordinates has it, in the codes that are shown."""
    page = look_at(f"{OBLIQUE}&straight=true&interpolation={interpolation}")
    codes, shape, matrix, index = page.evaluate(
        """() => {
            const { chart } = document.querySelector(".st-key-slices .live-chart");
            const { slices } = chart.data;
            const layer = slices.layers[0];
            const { x, y, z } = window.voxelExplorer.cursor;
            const at = slices.grid_from_world.slice(0, 3).map((row) =>
                Math.floor(row[0] * x + row[1] * y + row[2] * z + row[3] + 0.5 + 1e-6));
            return [[...chart.layers[0].bytes], layer.shape, layer.from_grid, at];
        }"""
    )
    codes = np.array(codes, float).reshape(shape, order="F")
    for plane, (right, up, across) in AXES.items():
        drawn = np.array(hand.read_slice(page, plane))
        grid = np.zeros((*drawn.shape, 3))
        grid[..., right] = np.arange(drawn.shape[1])
        grid[..., up] = np.arange(drawn.shape[0])[:, None]
        grid[..., across] = index[across]
        places = apply_affine(np.array(matrix), grid)
        inside = ((places > -0.49) & (places < np.array(shape) - 0.51)).all(axis=-1)
        # Off the faces between two voxels, where rounding decides.
        clear = (np.abs(places - np.floor(places) - 0.5) > 1e-3).all(axis=-1)
        held = np.clip(places, 0, np.array(shape) - 1)
        order = 1 if interpolation == "linear" else 0
        expected = map_coordinates(codes, np.moveaxis(held, -1, 0), order=order, mode="nearest")
        np.testing.assert_allclose(drawn[inside & clear], expected[inside & clear], atol=0.5 + 1e-6)
        beside = ((places < -0.51) | (places > np.array(shape) - 0.49)).any(axis=-1)
        assert (drawn[beside] == 0).all()
        assert inside.sum() > 1000


def test_labels_stay_labels(look_at):
    """Between two names of regions there is no third."""
    page = look_at("/anatomy?image=scans/oblique.nii.gz&colours=Labels&straight=true&interpolation=linear")
    assert not page.evaluate(
        "() => document.querySelector('.st-key-slices .live-chart').chart.data.slices.layers[0].is_linear"
    )


def test_its_own_grid_has_a_bar_of_known_length_and_no_numbers(look_at):
    page = look_at(OBLIQUE)
    figure = """() => {
        const { _fullLayout: full } = document.querySelector(".st-key-slices .plot");
        return [full.shapes.map(({ x0, x1 }) => x1 - x0), full.annotations.map(({ text }) => text),
            ["xaxis", "yaxis", "xaxis2", "yaxis2", "xaxis3", "yaxis3"].map((name) => full[name].showticklabels)];
    }"""
    shares, texts, numbers = page.evaluate(figure)
    assert texts[-3:] == ["20 mm", "20 mm", "20 mm"]
    widths = [abs(np.subtract(*hand.plane_range(page, plane)[0])) for plane in hand.PLANES]
    assert shares == pytest.approx([20 / width for width in widths])
    assert numbers == [False] * 6
    hand.unfold(page, "Left, right and smoothing")
    page.get_by_text("Straight with the world").click()
    hand.wait_for(page, "() => document.querySelector('.st-key-slices .plot')._fullLayout.xaxis.showticklabels")
    shares, texts, numbers = page.evaluate(figure)
    assert shares == []
    assert "20 mm" not in texts
    hand.expect_address(page, straight="true")
