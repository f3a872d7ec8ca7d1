"""What the browser slices is what Python slices: the same voxels, of the same codes, the same way round."""

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import apply_affine

from lib.images.image import open_image, read_volume
from lib.images.windowing import choose_window, draw_codes
from lib.spaces.anatomical_planes import PLANES, take_plane, view_grid
from lib.spaces.coordinates import nearest_voxel, voxel_from_world, world_from_voxel
from tests.e2e import hand

SHAPE = (7, 8, 9)
SHOWS = """([name, planes]) => {
    const { data } = document.querySelector(`.st-key-${name} .live-chart .plot`);
    const shown = planes.map((_, trace) => data[trace].z.map((row) => Array.from(row)));
    return JSON.stringify(shown) === JSON.stringify(planes);
}"""


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Return an oblique left-handed image of noise, stored along P, S and R: no voxel is like another."""
    tilt, turn = np.deg2rad(12.0), np.deg2rad(-7.0)
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    axes = np.array([[0, 0, 1], [-1, 0, 0], [0, 1, 0]])
    affine = nib.affines.from_matvec(about_z @ about_x @ axes @ np.diag([2.5, 3, 2]), [9.0, -11.0, 4.0])
    assert nib.aff2axcodes(affine) == ("P", "S", "R")
    data = np.random.default_rng(7).integers(1, 30_000, SHAPE).astype(np.int16)
    path = tmp_path_factory.mktemp("noise") / "noise.nii.gz"
    nib.save(nib.Nifti1Image(data, affine), path)
    return open_image(path)


@pytest.fixture
def show(image, start_server, new_visitor):
    """Return a function that opens the image at a place in world mm, on a server of its own."""
    address = f"{start_server(image.path.parent).url}/anatomy?image={image.path.parent.name}/{image.name}"

    def show(xyz):
        x, y, z = (f"{value:.2f}" for value in xyz)
        return hand.open_page(new_visitor(), f"{address}&x={x}&y={y}&z={z}", chart="slices")

    return show


def slices_of(image, xyz) -> list[list[list[int]]]:
    """Return the rows of codes of the three planes through a place: zeros where it lies outside."""
    volume, view = read_volume(image), view_grid(image.affine, image.shape)
    window = choose_window(volume)
    codes = draw_codes(volume, view, window.low, window.high)
    centre = world_from_voxel(image.affine, nearest_voxel(image.affine, xyz))
    index = np.rint(voxel_from_world(view.affine, centre)).astype(int)
    planes = []
    for plane, (axis, _, _) in PLANES.items():
        is_outside = not 0 <= index[axis] < view.shape[axis]
        planes.append(
            take_plane(np.zeros_like(codes) if is_outside else codes, plane, 0 if is_outside else index[axis])
        )
    return [rows.tolist() for rows in planes]


def expect_slices(page, planes) -> None:
    """Wait until the figure's heat maps hold these rows."""
    hand.wait_until_idle(page)
    hand.wait_until_drawn(page)
    hand.wait_for(page, SHOWS, ["slices", planes])


def test_slices_agree_wherever_the_cursor_goes(image, show):
    inside = [(3, 4, 5), (0, 0, 0), (6, 7, 8), (1, 6, 2), (5.3, 1.2, 7.4), (2.49, 3.51, 0.2)]
    page = show(apply_affine(image.affine, inside[0]))
    for place in inside:
        xyz = np.round(apply_affine(image.affine, place), 2)
        type_place(page, xyz)
        readout = hand.expect_voxel(page, nearest_voxel(image.affine, xyz))
        assert readout.value == read_volume(image).value_at(readout.ijk)
        expect_slices(page, slices_of(image, xyz))
    # To the right of the image, where its sagittal plane is empty.
    beside = np.round(apply_affine(image.affine, (3, 4, 12)), 2)
    type_place(page, beside)
    hand.expect_voxel(page, (3, 4, 12))
    sagittal, coronal, axial = slices_of(image, beside)
    assert [np.any(rows) for rows in (sagittal, coronal, axial)] == [False, True, True]
    expect_slices(page, [sagittal, coronal, axial])


def test_slices_agree_after_wheel_and_click(image, show):
    page = show(apply_affine(image.affine, (3, 4, 5)))
    hand.turn_wheel(page, "sagittal", 2)
    hand.turn_wheel(page, "axial", -3)
    # A sagittal step is one along the third index, to the right; an axial one along the second, upwards.
    assert hand.expect_voxel(page, (3, 1, 7)).value == read_volume(image).value_at((3, 1, 7))
    hand.click_at(page, "coronal", apply_affine(image.affine, (3, 6, 0)))
    hand.expect_voxel(page, (3, 6, 0))
    expect_slices(page, slices_of(image, apply_affine(image.affine, (3, 6, 0))))


def type_place(page, xyz) -> None:
    box = page.get_by_role("textbox", name="Go to place")
    box.fill(" ".join(f"{value:.2f}" for value in xyz))
    box.press("Enter")
