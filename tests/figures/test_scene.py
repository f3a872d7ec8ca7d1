"""The scene of boxes, axes, isocentre, cursor and slices."""

import numpy as np
import pytest

from lib.figures.scene import BOX_COLOURS, Box, draw_flat_scene, draw_scene, flat_changes, scene_changes
from lib.images.lab.scene_sheets import Sheet
from lib.spaces.anatomical_planes import PLANES
from lib.spaces.grids import box_corners, make_grid

CURSOR = (5.0, -6.0, 7.0)


@pytest.fixture
def boxes(oblique_affine):
    return (
        Box("first.nii", make_grid((7, 8, 9), oblique_affine)),
        Box("second.nii", make_grid((3, 4, 5), np.diag([4.0, 4, 4, 1]))),
    )


def trace(figure, name):
    return next(found for found in figure.data if found.name == name)


def test_each_box_runs_through_its_eight_corners(boxes):
    figure = draw_scene(boxes, CURSOR, revision="a")
    for box in boxes:
        drawn = trace(figure, box.name)
        points = {tuple(point) for point in zip(drawn.x, drawn.y, drawn.z, strict=True) if None not in point}
        assert points == {tuple(corner) for corner in box_corners(box.grid).tolist()}


def test_the_two_boxes_differ_in_colour_and_are_named(boxes):
    figure = draw_scene(boxes, CURSOR, revision="a")
    assert tuple(trace(figure, box.name).line.color for box in boxes) == BOX_COLOURS


def test_a_mark_shows_where_counting_begins(boxes):
    first = trace(draw_scene(boxes, CURSOR, revision="a"), "voxel (0, 0, 0) of first.nii")
    assert (first.x[0], first.y[0], first.z[0]) == (9.0, -11.0, 4.0)


def test_the_axes_cross_at_the_origin_and_reach_beyond_the_boxes(boxes):
    figure = draw_scene(boxes, CURSOR, revision="a")
    axis = trace(figure, "x axis")
    assert list(axis.text) == ["-x left", "+x right"]
    corners = np.concatenate([box_corners(box.grid) for box in boxes])
    assert axis.x[0] < corners[:, 0].min()
    assert axis.x[1] > corners[:, 0].max()
    assert list(axis.y) == [0, 0]
    assert list(axis.z) == [0, 0]


def test_the_camera_stays_while_the_revision_does(boxes):
    first, second = (draw_scene(boxes, xyz, revision="image") for xyz in (CURSOR, (0, 0, 0)))
    assert first.layout.scene.uirevision == second.layout.scene.uirevision == "image"
    assert first.layout.scene.aspectmode == "data"


def test_a_move_changes_sheets_frames_and_cursor_of_the_scene_that_was_drawn(boxes):
    xyz = np.stack(np.meshgrid([0.0, 1.0, 2.0], [0.0, 10.0], [5.0])).reshape(3, 2, 3).astype(np.float32)
    empty = np.array([[True, False, False], [False, False, False]])
    sheets = dict.fromkeys(PLANES, Sheet(xyz, np.full((2, 3), 90, np.uint8), empty))
    changes = scene_changes(sheets, CURSOR)["traces"]
    figure = draw_scene(boxes, CURSOR, revision="a")
    drawn = {found.uid: found for found in figure.data if found.uid}
    assert [drawn[uid].type for uid in changes] == ["surface"] * 3 + ["scatter3d"] * 2
    assert drawn["cursor"].name == "Cursor"
    assert changes["cursor"] == {"x": [5.0], "y": [-6.0], "z": [7.0]}
    assert changes["sheet-axial"]["z"][0] == [None, 5.0, 5.0]
    assert changes["sheet-axial"]["surfacecolor"] == [[90, 90, 90], [90, 90, 90]]
    assert changes["frames"]["x"][:3] == [0.0, 2.0, None]


def test_the_flat_scene_shows_the_same_boxes_from_three_sides(boxes):
    figure = draw_flat_scene(boxes, CURSOR)
    shown = [found for found in figure.data if found.name == "first.nii"]
    corners = box_corners(boxes[0].grid)
    for found, (right, up) in zip(shown, ((1, 2), (0, 2), (0, 1)), strict=True):
        assert min(x for x in found.x if x is not None) == corners[:, right].min()
        assert max(y for y in found.y if y is not None) == corners[:, up].max()
    assert [found.showlegend for found in shown] == [True, False, False]


def test_a_move_changes_the_cursor_of_the_flat_scene():
    assert flat_changes(CURSOR)["traces"] == {
        "cursor-sagittal": {"x": [-6.0], "y": [7.0]},
        "cursor-coronal": {"x": [5.0], "y": [7.0]},
        "cursor-axial": {"x": [5.0], "y": [-6.0]},
    }
