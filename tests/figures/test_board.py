"""The board of six cells."""

import numpy as np
import plotly.graph_objects as go

from lib.figures.board import (
    N_CELLS,
    cells_aspect,
    cross,
    edge_letters,
    grid_lines,
    heatmap,
    lay_out_board,
    picture_ends,
    whole_change,
)


def test_cells_stand_in_two_rows_and_on_a_narrow_screen_in_two_columns():
    titles = [str(number) for number in range(N_CELLS)]
    wide, narrow = (lay_out_board(titles, None, is_narrow=is_narrow) for is_narrow in (False, True))
    assert wide["xaxis"]["domain"] == wide["xaxis4"]["domain"]
    assert wide["yaxis"]["domain"] == wide["yaxis3"]["domain"]
    assert wide["yaxis"]["domain"][0] > wide["yaxis4"]["domain"][1]
    assert narrow["yaxis"]["domain"] == narrow["yaxis4"]["domain"]
    assert narrow["xaxis"]["domain"] == narrow["xaxis3"]["domain"]
    assert narrow["xaxis"]["domain"][1] < narrow["xaxis4"]["domain"][0]
    assert cells_aspect() < 1 < cells_aspect(is_narrow=True)


def test_plotly_accepts_the_board_and_each_of_its_parts():
    traces = [
        heatmap(0, "coloraxis", "%{z}", z=np.ones((2, 3))),
        grid_lines(1, "source", np.zeros((1, 2, 2)), "red"),
        cross(2, 1, 2),
    ]
    layout = lay_out_board(["title"] * N_CELLS, [([0, 3], [2, 0])] * N_CELLS, is_narrow=False)
    figure = go.Figure(traces, layout)
    assert figure.layout.yaxis5.range == (2, 0)
    assert figure.data[1].x.size == 3


def test_a_picture_ends_half_a_voxel_beyond_its_outermost_centres():
    place = {"z": np.ones((4, 3)), "x0": 10.0, "dx": 2.0, "y0": -1.0, "dy": 0.5}
    assert picture_ends(place) == ([9.0, 15.0], [-1.25, 0.75])


def test_edges_are_lettered_top_bottom_left_and_right():
    letters = {note["text"]: (note["x"], note["y"]) for note in edge_letters(4, ("A", "P", "L", "R"))}
    assert letters == {"A": (0.5, 0.99), "P": (0.5, 0.01), "L": (0.01, 0.5), "R": (0.99, 0.5)}
    assert edge_letters(4, ("A", "P", "L", "R"))[0]["xref"] == "x5 domain"


def test_a_change_has_one_set_of_traces_and_two_layouts():
    figure = go.Figure([cross(0, 1.0, 2.0)], {"margin": {"l": 4}})
    answer = whole_change(figure, {"margin": {"l": 8}})
    assert answer["traces"]["cross-0"]["x"] == [1.0]
    assert answer["layout"] == {"margin": {"l": 4}}
    assert answer["narrow_layout"] == {"margin": {"l": 8}}
