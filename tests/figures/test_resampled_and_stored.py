"""Figures of the resampling lab and of the storage orders."""

import json

import numpy as np
import pytest

from lib.figures.board import N_PICTURES
from lib.figures.resampled_and_stored import (
    MAX_PIXELS,
    draw_lab,
    draw_stored,
    lab_change,
)
from lib.images.lab.resampled_slice import fill_slice
from lib.images.lab.stored_slices import take_stored_slice
from lib.images.volumes import Volume
from lib.spaces.grids import make_grid
from tests.builders.image_files import count_up

WINDOW = (0.0, 500.0)


@pytest.fixture
def lab(oblique_affine):
    target = make_grid((9, 8, 7), np.array([[-2.0, 0, 0, 10], [0, 2, 0, -8], [0, 0, 2, 6], [0, 0, 0, 1]]))
    return fill_slice(
        Volume(count_up()), oblique_affine, target, "axial", (4.0, 0.0, 12.0), labels=np.array([1, 2]), is_close_up=True
    )


@pytest.fixture
def stored():
    return [take_stored_slice(Volume(count_up()), np.eye(4), (3, 4, 5), order) for order in ("RAS", "LPS", "PIR")]


def titles(figure):
    return [note.text for note in figure.layout.annotations]


def test_the_lab_shows_three_pictures_and_three_differences(lab):
    figure = draw_lab(lab, WINDOW, "Grey")
    assert [found.coloraxis for found in figure.data[:6]] == ["coloraxis"] * 3 + ["coloraxis2"] * 3
    np.testing.assert_allclose(figure.data[3].z, lab.pictures["linear"] - lab.pictures["nearest"], atol=1e-3)
    assert titles(figure)[0].startswith("<b>nearest</b><br>")
    assert titles(figure)[0].endswith("voxels of no region")
    assert titles(figure)[3].startswith("<b>linear − nearest</b><br>at most ")


def test_differences_share_one_scale_about_zero(lab):
    axis = draw_lab(lab, WINDOW, "Grey").layout.coloraxis2
    assert axis.cmin == -axis.cmax
    assert axis.cmax == max(found.largest for found in lab.measured.values())


def test_a_picture_fills_its_cell_whatever_lines_lie_over_it(lab):
    figure = draw_lab(lab, WINDOW, "Grey")
    picture = figure.data[0]
    columns = np.shape(picture.z)[1]
    np.testing.assert_allclose(
        figure.layout.xaxis.range, (lab.starts[0] - lab.sizes[0] / 2, lab.starts[0] + (columns - 0.5) * lab.sizes[0])
    )


def test_both_grids_are_drawn_over_the_pictures_and_not_over_the_differences(lab):
    lines = list(draw_lab(lab, WINDOW, "Grey").select_traces({"type": "scatter", "mode": "lines"}))
    n_points = [len(found.x) for found in lines]
    assert n_points[:2] == [3 * len(lab.source_lines), 3 * len(lab.target_lines)]
    assert n_points[2 * N_PICTURES :] == [0] * 2 * N_PICTURES


def test_the_empty_figures_have_the_traces_of_the_full_ones(lab, stored):
    for empty, full in (
        (draw_lab(None, WINDOW, "Grey"), draw_lab(lab, WINDOW, "Grey")),
        (draw_stored([], (0, 0, 0), WINDOW, "Grey"), draw_stored(stored, (3, 4, 5), WINDOW, "Grey")),
    ):
        assert [found.type for found in empty.data] == [found.type for found in full.data]


def test_the_arrays_are_drawn_with_the_first_index_down_and_the_affine_s_planes_upwards(stored):
    figure = draw_stored(stored, (3, 4, 5), WINDOW, "Grey")
    assert list(figure.layout.yaxis.range) == [6.5, -0.5]
    assert list(figure.layout.yaxis4.range) == [-0.5, 7.5]
    np.testing.assert_array_equal(figure.data[0].z, count_up()[:, :, 5])
    for number in (4, 5):
        np.testing.assert_array_equal(figure.data[number].z, figure.data[3].z)


def test_titles_give_indices_that_change_and_a_place_that_does_not(stored):
    found = titles(draw_stored(stored, (3.0, 4.0, 5.0), WINDOW, "Grey"))[:6]
    assert found == [
        "<b>RAS</b>: data[:, :, 5]<br>is axial",
        "<b>LPS</b>: data[:, :, 5]<br>is axial",
        "<b>PIR</b>: data[:, :, 3]<br>is sagittal",
        "RAS: voxel (3, 4, 5)<br>x 3.0 y 4.0 z 5.0 mm",
        "LPS: voxel (3, 3, 5)<br>x 3.0 y 4.0 z 5.0 mm",
        "PIR: voxel (3, 3, 3)<br>x 3.0 y 4.0 z 5.0 mm",
    ]


def test_each_picture_marks_the_voxel_looked_at(stored):
    figure = draw_stored(stored, (3, 4, 5), WINDOW, "Grey")
    marks = [(found.x[0], found.y[0]) for found in figure.select_traces({"type": "scatter"})]
    assert marks == [(4, 3), (3, 3), (3, 3), (3, 4), (3, 4), (3, 4)]


def test_a_feed_s_answer_can_be_written_as_json_and_has_both_layouts(lab):
    answer = lab_change(lab, WINDOW, "Grey")
    assert json.loads(json.dumps(answer))["traces"].keys() == {
        trace.uid for trace in draw_lab(None, WINDOW, "Grey").data
    }
    assert answer["layout"]["xaxis2"]["domain"] != answer["narrow_layout"]["xaxis2"]["domain"]
    assert "template" not in answer["layout"]


def test_a_large_slice_is_thinned_out_and_keeps_its_place(oblique_affine):
    target = make_grid((500, 450, 3), np.diag([0.5, 0.5, 2.0, 1.0]))
    lab = fill_slice(
        Volume(count_up()), oblique_affine, target, "axial", (4.0, 0.0, 2.0), labels=None, is_close_up=False
    )
    figure = draw_lab(lab, WINDOW, "Grey")
    assert max(figure.data[0].z.shape) <= MAX_PIXELS
    assert figure.data[0].dx == 1.5
    np.testing.assert_allclose(figure.layout.xaxis.range, (-0.75, 249.75))


def test_a_note_stands_where_there_is_no_slice():
    assert titles(draw_lab(None, WINDOW, "Grey", note="Nothing here."))[0] == "Nothing here."
