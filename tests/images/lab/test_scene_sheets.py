"""Sheets of an image that stand in a scene."""

import numpy as np
from nibabel.affines import apply_affine

from lib.images.lab.scene_sheets import MAX_POINTS, cut_sheet
from lib.images.volumes import Volume
from lib.spaces.anatomical_planes import view_grid
from tests.builders.image_files import count_up


def test_each_point_of_a_sheet_shows_the_voxel_that_lies_there(oblique_affine):
    data = count_up()
    view = view_grid(oblique_affine, data.shape)
    for plane in ("sagittal", "coronal", "axial"):
        sheet = cut_sheet(Volume(data), view, view.affine, plane, 3, (0, data.max()))
        ijk = np.rint(apply_affine(np.linalg.inv(oblique_affine), np.moveaxis(sheet.xyz, 0, -1))).astype(int)
        expected = data[tuple(np.moveaxis(ijk, -1, 0))] / data.max() * 255
        np.testing.assert_allclose(sheet.shades, expected, atol=1)


def test_a_large_plane_is_thinned_out_but_reaches_to_its_ends():
    data = np.zeros((200, 100, 3), np.uint8)
    data[-1, -1, 1] = 255
    view = view_grid(np.eye(4), data.shape)
    sheet = cut_sheet(Volume(data), view, view.affine, "axial", 1, (0, 255))
    assert sheet.shades.shape == (MAX_POINTS, MAX_POINTS)
    assert sheet.shades[-1, -1] == 255
    np.testing.assert_allclose(sheet.xyz[:, -1, -1], (199, 99, 1))


def test_values_beyond_the_window_take_its_ends_and_no_value_is_dark():
    data = np.array([[[-5.0], [5.0]], [[50.0], [np.nan]]], np.float32)
    view = view_grid(np.eye(4), data.shape)
    sheet = cut_sheet(Volume(data, 2.0, 0.0), view, view.affine, "axial", 0, (0, 20))
    assert sheet.shades.tolist() == [[0, 255], [127, 0]]


def test_the_air_around_is_empty_and_the_dark_within_is_not():
    data = np.zeros((20, 20, 1), np.uint8)
    data[5:15, 5:15] = 200
    data[9:11, 9:11] = 0
    view = view_grid(np.eye(4), data.shape)
    sheet = cut_sheet(Volume(data), view, view.affine, "axial", 0, (0, 255))
    assert sheet.is_empty[0, 0]
    assert not sheet.is_empty[9, 9]
    assert not sheet.is_empty[4, 4]
