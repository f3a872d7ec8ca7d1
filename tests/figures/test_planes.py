import json

import numpy as np
import pytest

from lib.figures.plane_places import GAP, planes_aspect
from lib.figures.planes import (
    OUTLINES,
    ColourBar,
    LayerStyle,
    draw_montage,
    draw_planes,
    montage_aspect,
    slice_roles,
)
from lib.images.montage import build_montage
from lib.images.volumes import Volume
from lib.images.windowing import draw_codes
from lib.spaces.anatomical_planes import PLANES, view_grid

SHAPE = (7, 8, 9)
# Extents of the oblique grid: right 7 x 2, anterior 8 x 2.5, superior 9 x 3 mm.
RIGHT, ANTERIOR, SUPERIOR = 14.0, 20.0, 27.0
GREY = LayerStyle("Grey")


@pytest.fixture
def view(oblique_affine):
    return view_grid(oblique_affine, SHAPE)


def axes_of(figure, number):
    suffix = "" if number == 0 else str(number + 1)
    return figure.layout[f"xaxis{suffix}"], figure.layout[f"yaxis{suffix}"]


def spans(figure) -> list[tuple[float, float]]:
    """Return the width and height of each plane, as shares of the figure."""
    return [tuple(axis.domain[1] - axis.domain[0] for axis in axes_of(figure, number)) for number in range(3)]


@pytest.mark.parametrize("n_layers", [1, 2, 4])
def test_roles_name_the_traces_that_are_there(view, n_layers):
    figure = draw_planes(view, [GREY, *[LayerStyle("Hot")] * (n_layers - 1)])
    roles = slice_roles(n_layers)
    assert list(roles) == ["sagittal", "coronal", "axial"]
    used = []
    for plane, role in roles.items():
        assert tuple(role["along"]) == PLANES[plane]
        assert len(role["heatmaps"]) == n_layers
        for trace in (*role["heatmaps"], role["crosshair"]):
            assert [figure.data[trace].xaxis, figure.data[trace].yaxis] == role["axes"]
            used.append(trace)
        assert {figure.data[trace].type for trace in role["heatmaps"]} == {"heatmap"}
        assert figure.data[role["crosshair"]].type == "scatter"
    assert sorted(used) == list(range(len(figure.data)))


def test_overlay_lies_above_the_base_and_below_the_crosshair(view):
    figure = draw_planes(view, [GREY, LayerStyle("Hot", opacity=0.4)])
    for role in slice_roles(2).values():
        base, overlay = role["heatmaps"]
        assert base < overlay < role["crosshair"]
        assert (figure.data[base].coloraxis, figure.data[overlay].coloraxis) == ("coloraxis", "coloraxis2")
        assert figure.data[overlay].opacity == 0.4
        assert figure.data[base].opacity == 1


def test_pixels_stand_at_the_millimetres_of_their_voxels(view):
    figure = draw_planes(view, [GREY])
    for trace, plane in enumerate(PLANES):
        _, right, up = PLANES[plane]
        heatmap = figure.data[trace]
        assert (heatmap.x0, heatmap.dx) == (view.starts[right], view.sizes[right])
        assert (heatmap.y0, heatmap.dy) == (view.starts[up], view.sizes[up])


def test_axes_reach_to_the_outer_faces_of_the_outer_voxels(view):
    figure = draw_planes(view, [GREY])
    x, y = axes_of(figure, 2)
    assert x.range[1] - x.range[0] == pytest.approx(RIGHT)
    assert y.range[1] - y.range[0] == pytest.approx(ANTERIOR)
    assert x.range[0] == pytest.approx(view.starts[0] - 1)
    assert y.range[0] == pytest.approx(view.starts[1] - 1.25)


@pytest.mark.parametrize("place", [{}, {"is_narrow": True}, {"is_square": True}])
@pytest.mark.parametrize("has_rulers", [False, True])
def test_cells_hold_all_planes_at_one_scale(view, place, has_rulers):
    figure = draw_planes(view, [GREY], has_rulers=has_rulers, **place)
    aspect = planes_aspect(view, has_rulers=has_rulers, **place)
    extents = [(ANTERIOR, SUPERIOR), (RIGHT, SUPERIOR), (RIGHT, ANTERIOR)]
    scales = np.array(
        [
            (width / across, height * aspect / up)
            for (width, height), (across, up) in zip(spans(figure), extents, strict=True)
        ]
    )
    # The largest common scale fills the stage in one direction at least.
    assert np.isclose(scales, scales.min()).any(axis=1).all()


@pytest.mark.parametrize(("place", "share"), [({}, 0.99), ({"is_narrow": True}, 0.99), ({"is_square": True}, 0.7)])
def test_cells_stand_edge_to_edge(view, place, share):
    """Of a square, a quarter is left for colour bars."""
    assert sum(width * height for width, height in spans(draw_planes(view, [GREY], **place))) > share


def test_planes_stand_side_by_side_and_fill_the_width(view):
    domains = [axes_of(draw_planes(view, [GREY]), number)[0].domain for number in range(3)]
    assert domains[0][0] == 0
    assert domains[1][0] - domains[0][1] == pytest.approx(GAP)
    assert domains[2][0] - domains[1][1] == pytest.approx(GAP)
    assert domains[2][1] == pytest.approx(1)


def test_planes_stand_upon_each_other_on_a_narrow_screen(view):
    figure = draw_planes(view, [GREY], is_narrow=True)
    domains = [axes_of(figure, number)[1].domain for number in range(3)]
    assert domains[0][1] == 1
    assert domains[0][0] - domains[1][1] == pytest.approx(GAP)
    assert domains[1][0] - domains[2][1] == pytest.approx(GAP)
    assert domains[2][0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("shape", [(1, 1, 1), (64, 64, 1), (1, 200, 3), (274, 384, 384)])
@pytest.mark.parametrize("is_narrow", [False, True])
def test_grids_of_any_shape_have_their_planes(shape, is_narrow, oblique_affine):
    view = view_grid(oblique_affine, shape)
    figure = draw_planes(view, [GREY], is_narrow=is_narrow)
    assert (np.array(spans(figure)) > 0).all()
    assert planes_aspect(view, is_narrow=is_narrow) > 0


def letters_at(figure, number: int) -> str:
    """Return the letters at the left, right, bottom and top of a plane."""
    suffix = "" if number == 0 else str(number + 1)
    own = [note for note in figure.layout.annotations if note.xref == f"x{suffix} domain"]
    places = {(round(note.x), note.y) if note.y == 0.5 else (note.x, round(note.y)): note.text for note in own}
    return "".join(places[place] for place in ((0, 0.5), (1, 0.5), (0.5, 0), (0.5, 1)))


def test_letters_stand_at_the_edges_of_each_plane(view):
    figure = draw_planes(view, [GREY])
    assert [letters_at(figure, number) for number in range(3)] == ["PAIS", "LRIS", "LRPA"]


def test_radiological_view_turns_the_axis_and_the_letters_together(view):
    """Turning one without the other would put left on the wrong side."""
    plain, turned = (draw_planes(view, [GREY], is_radiological=flag) for flag in (False, True))
    assert [letters_at(turned, number) for number in range(3)] == ["PAIS", "RLIS", "RLPA"]
    for number in range(3):
        plain_range, turned_range = (axes_of(figure, number)[0].range for figure in (plain, turned))
        assert turned_range == (plain_range if number == 0 else plain_range[::-1])
        assert axes_of(turned, number)[1].range == axes_of(plain, number)[1].range
        assert turned.data[number].dx == plain.data[number].dx


def test_letters_stay_at_the_edges_when_zoomed(view):
    notes = draw_planes(view, [GREY]).layout.annotations
    assert len(notes) == 12
    assert all(note.xref.endswith(" domain") and note.yref.endswith(" domain") for note in notes)


def test_colour_bar_tells_the_overlays_values(view):
    bar = ColourBar(-4.0, 4.0, "t values")
    axis = draw_planes(view, [GREY, LayerStyle("Blue-red", bar=bar)]).layout.coloraxis2
    assert axis.showscale
    assert axis.colorbar.title.text == "t values"
    assert list(axis.colorbar.ticktext) == ["-4", "-2", "0", "2", "4"]
    # The codes of these values.
    places = draw_codes(Volume(np.array([-4.0, -2, 0, 2, 4]).reshape(5, 1, 1)), view_grid(np.eye(4), (5, 1, 1)), -4, 4)
    np.testing.assert_allclose(axis.colorbar.tickvals, places.ravel(), atol=0.5)


def test_colour_axes_span_all_codes_whatever_is_in_the_slice(view):
    layout = draw_planes(view, [GREY, LayerStyle("Hot")]).layout
    for axis in (layout.coloraxis, layout.coloraxis2):
        assert (axis.cmin, axis.cmax) == (0, 255)
        assert not axis.showscale


def test_figure_without_slices_is_small_enough_to_send_on_each_rerun(view):
    figure = draw_planes(view, [GREY, LayerStyle("Viridis")])
    assert len(figure.to_json(validate=False)) < 16_000


def test_zoom_is_kept_while_the_revision_stays(view):
    assert draw_planes(view, [GREY], revision="a").layout.uirevision == "a"


# --- montage --------------------------------------------------------------------------------------------------------


@pytest.fixture
def codes(rng) -> np.ndarray:
    return rng.integers(1, 256, SHAPE).astype(np.uint8)


def test_montage_shows_its_layers_upon_each_other(view, codes):
    montage = build_montage(codes, "axial", 6, 3)
    figure = draw_montage(montage, view, [(montage, GREY), (montage, LayerStyle("Hot", opacity=0.5))], ["z 1"] * 6)
    assert [trace.coloraxis for trace in figure.data] == ["coloraxis", "coloraxis2"]
    assert [trace.opacity for trace in figure.data] == [1, 0.5]
    np.testing.assert_array_equal(figure.data[0].z, montage.codes)
    assert (figure.layout.coloraxis2.cmin, figure.layout.coloraxis2.cmax) == (0, 255)


def test_montage_labels_stand_in_the_top_left_corner_of_their_slice(view, codes):
    montage = build_montage(codes, "axial", 5, 3)
    texts = [f"z {number}" for number in range(5)]
    notes = draw_montage(montage, view, [(montage, GREY)], texts).layout.annotations
    rows, columns = montage.tile
    for number, note in enumerate(notes[: len(texts)]):
        assert note.text == texts[number]
        assert note.x // columns == number % 3
        assert note.y // rows == (1 if number < 3 else 0)
        assert note.y % rows > rows / 2


@pytest.mark.parametrize(("plane", "ratio"), [("sagittal", 3 / 2.5), ("coronal", 3 / 2), ("axial", 2.5 / 2)])
def test_montage_voxels_keep_their_proportions(plane, ratio, view, codes):
    montage = build_montage(codes, plane, 4, 2)
    figure = draw_montage(montage, view, [(montage, GREY)], [""] * 4)
    assert figure.layout.yaxis.scaleratio == pytest.approx(ratio)
    rows, columns = montage.codes.shape
    assert montage_aspect(montage, view) == pytest.approx(rows / columns * ratio)


def test_montage_for_a_phone_is_drawn_on_axes_of_its_own(view, codes):
    """By which a click tells which of the two was meant: the same place is another slice in it."""
    montage = build_montage(codes, "axial", 4, 2)
    figure = draw_montage(montage, view, [(montage, GREY)], [""] * 4, axes="2")
    assert (figure.data[0].xaxis, figure.data[0].yaxis) == ("x2", "y2")
    assert {note.xref for note in figure.layout.annotations} == {"x2"}
    assert figure.layout.yaxis2.scaleanchor == "x2"


def test_montage_is_sent_as_bytes(view, codes):
    montage = build_montage(codes, "axial", 6, 3)
    sent = json.loads(draw_montage(montage, view, [(montage, GREY)], [""] * 6).to_json(validate=False))
    assert sent["data"][0]["z"]["dtype"] == "u1"


def test_in_a_square_axial_lies_below_coronal_and_a_quarter_stays_free(view):
    sagittal, coronal, axial = (axes_of(draw_planes(view, [GREY], is_square=True), n) for n in range(3))
    assert axial[0].domain == coronal[0].domain
    assert axial[1].domain[1] < coronal[1].domain[0]
    assert sagittal[0].domain[1] < coronal[0].domain[0]
    assert sagittal[1].domain == coronal[1].domain


def test_base_image_has_a_colour_bar_of_its_own(view):
    bar = ColourBar(0.0, 80.0, "tSNR")
    layout = draw_planes(view, [LayerStyle("Viridis", bar=bar)]).layout
    assert layout.coloraxis.colorbar.title.text == "tSNR"
    assert list(layout.coloraxis.colorbar.ticktext) == ["0", "20", "40", "60", "80"]
    assert layout.margin.r > draw_planes(view, [LayerStyle("Viridis")]).layout.margin.r


def test_two_colour_bars_stand_one_above_the_other(view):
    bar = ColourBar(0.0, 1.0, "one")
    layout = draw_planes(view, [LayerStyle("Grey", bar=bar), LayerStyle("Hot", bar=bar)]).layout
    assert layout.coloraxis.colorbar.y == 0.75
    assert layout.coloraxis2.colorbar.y == 0.25


def test_colour_bar_of_a_square_lies_in_its_free_quarter(view):
    bar = ColourBar(0.0, 80.0, "tSNR")
    figure = draw_planes(view, [LayerStyle("Grey", bar=bar)], is_square=True)
    lying = figure.layout.coloraxis.colorbar
    coronal, axial = axes_of(figure, 1), axes_of(figure, 2)
    assert (lying.orientation, list(lying.ticktext)) == ("h", ["0", "40", "80"])
    assert lying.x + lying.len < coronal[0].domain[0]
    assert lying.y < axial[1].domain[1]


def test_first_slice_of_a_montage_is_marked_left_and_right(view, codes):
    for is_radiological, letters in ((False, ["L", "R"]), (True, ["R", "L"])):
        montage = build_montage(codes, "axial", 5, 3, is_radiological=is_radiological)
        notes = draw_montage(montage, view, [(montage, GREY)], [""] * 5).layout.annotations[5:]
        assert [note.text for note in sorted(notes, key=lambda note: note.x)] == letters


@pytest.mark.parametrize("n_layers", [2, 3, 5])
def test_each_layer_has_its_place_beside_the_planes(view, n_layers):
    bars = [LayerStyle("Hot", bar=ColourBar(0.0, 1.0, f"map {number}")) for number in range(n_layers)]
    layout = draw_planes(view, bars).layout
    axes = [layout["coloraxis" if number == 0 else f"coloraxis{number + 1}"] for number in range(n_layers)]
    heights = [axis.colorbar.y for axis in axes]
    assert heights == sorted(heights, reverse=True)
    assert all(axis.colorbar.len < 1 / n_layers for axis in axes)


@pytest.mark.parametrize("is_square", [False, True])
def test_an_outline_has_one_colour_in_figure_and_canvas_and_its_name_beside_it(view, is_square):
    style = LayerStyle("Hot", bar=ColourBar(0, 1, "<b>mask.nii"), outline=OUTLINES[0])
    layout = draw_planes(view, [GREY, style], is_square=is_square).layout
    assert {colour for _, colour in layout.coloraxis2.colorscale} == {"rgba(0,0,0,0)", OUTLINES[0]}
    assert not layout.coloraxis2.showscale
    table = np.frombuffer(style.table, np.uint8).reshape(256, 4)
    assert table[0].tolist() == [0, 0, 0, 0]
    assert (table[1:] == (255, 176, 0, 255)).all()
    # What a file is called is text, never tags.
    assert "outline: &#60;b&#62;mask.nii" in [note.text for note in layout.annotations]


def test_the_bar_of_two_sides_says_where_each_begins_and_ends(view):
    bar = ColourBar(-8.0, 8.0, "z", threshold=2.0)
    style = LayerStyle("Two sides, blue and red", bar=bar, hidden=0.25)
    shown = draw_planes(view, [GREY, style]).layout.coloraxis2.colorbar
    assert [float(text.replace("−", "-")) for text in shown.ticktext] == [-8, -2, 2, 8]
    assert list(shown.tickvals) == pytest.approx([1, 1 + 254 * 0.375, 1 + 254 * 0.625, 255])
