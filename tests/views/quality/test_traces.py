"""What traces and carpet show of the cursor, from a run's own store."""

from dataclasses import replace

import numpy as np
import pytest

from lib.figures.traces_over_carpet import CARPET_ROW, VOXEL, course_range, draw_traces, traces_changes
from lib.images.image import open_image
from lib.quality.carpet import make_carpet
from lib.quality.traces import TraceRow
from lib.runs import prepare_run, read_masked, read_series
from lib.spaces.coordinates import world_from_voxel
from lib.views.quality.traces import look_up
from tests.builders.quality_runs import N_VOLUMES, TR, head_mask, write_run


@pytest.fixture
def image(tmp_path, oblique_affine):
    return open_image(write_run(tmp_path / "bold.nii.gz", oblique_affine))


@pytest.fixture
def store(image, tmp_path):
    return prepare_run(image, tmp_path / "stores")


@pytest.fixture
def ask(image, store):
    """Ask about a voxel and a volume; also the figure and the carpet it belongs to."""
    mask = head_mask()
    carpet = make_carpet(read_masked(store, mask), np.argwhere(mask), max_rows=50)
    rows = (
        TraceRow("Two <b>", "mm", (("a", np.arange(40.0)), ("b", -np.arange(40.0))), ""),
        TraceRow("One", "", (("one", np.arange(40.0)),), ""),
    )
    times = np.arange(N_VOLUMES) * TR
    drawn = draw_traces(rows, carpet, times, x_title="Time (s)", left_out=np.zeros(40, bool))
    drawn = replace(drawn, notes=({"text": "kept"},))

    def ask(ijk, t):
        return traces_changes(drawn, look_up(image, store, world_from_voxel(image.affine, ijk), t))

    return ask, drawn, carpet


def test_voxel_row_holds_the_exact_time_course(ask, store):
    ask, drawn, _ = ask
    traces = ask((5, 4, 3), 2)["traces"]
    np.testing.assert_allclose(traces[VOXEL]["y"], read_series(store, (5, 4, 3)), rtol=1e-5)
    assert traces[VOXEL]["x"][:3] == [0, 2, 4]
    low, high = traces[drawn.time_lines[0]]["y"]
    assert low < min(traces[VOXEL]["y"]) < max(traces[VOXEL]["y"]) < high


def test_marked_row_is_the_one_of_the_voxel(ask):
    ask, _, carpet = ask
    answer = ask(carpet.row_voxels[17], 0)
    assert answer["traces"][CARPET_ROW]["y"] == [17, 17]
    assert "marked: this voxel" in answer["layout"]["annotations"][-2]["text"]


def test_a_voxel_between_rows_marks_the_nearest_and_says_which(ask):
    ask, _, carpet = ask
    absent = next(v for v in np.argwhere(head_mask()) if not (carpet.row_voxels == v).all(axis=1).any())
    i, j, k = carpet.row_voxels[carpet.row_of(absent)]
    assert f"marked: nearest row, i {i} j {j} k {k}" in ask(absent, 0)["layout"]["annotations"][-2]["text"]


def test_titles_hold_the_values_at_the_volume_and_keep_other_notes(ask):
    ask, _, _ = ask
    notes = ask((5, 4, 3), 12)["layout"]["annotations"]
    assert "<b>Two &#60;b&#62;</b>" in notes[1]["text"]
    assert '<span style="color:#d9601a">●</span> b -12.00 mm' in notes[1]["text"]
    assert notes[2]["text"].endswith("12")
    assert notes[-1] == {"text": "kept"}


def test_outside_of_the_run_there_is_no_course(ask):
    ask, _, _ = ask
    answer = ask((-5, 4, 3), 0)
    assert answer["traces"][VOXEL]["y"] == []
    assert answer["layout"]["yaxis"]["range"] == [0.0, 1.0]


def test_a_course_without_values_has_a_range_all_the_same():
    assert course_range(np.array([np.nan, np.nan])) == (0.0, 1.0)
