"""Which curves are drawn, in which order, and what they say at a volume."""

import numpy as np
import pandas as pd
import pytest

from lib.confounds.motion_files import MOTION_COLUMNS
from lib.images.image import open_image
from lib.quality.measures import measure_displacement
from lib.quality.run_measuring import measure_run
from lib.quality.traces import Displacement, TraceRow, list_rows, padded_range, values_at
from tests.builders.quality_runs import JUMP, SPIKE, motion_table, write_mask, write_run


@pytest.fixture(scope="module")
def quality(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    affine = np.diag([2.0, 2.5, 3.0, 1.0])
    run, mask = write_run(folder / "b.nii.gz", affine), write_mask(folder / "m.nii.gz", affine)
    return measure_run(open_image(run), mask_image=open_image(mask)).quality


@pytest.fixture
def motion():
    frame = pd.DataFrame(motion_table(), columns=list(MOTION_COLUMNS))
    values = measure_displacement(motion_table()[:, :3], motion_table()[:, 3:], 40)
    return frame, Displacement(values, "power", 0.5, 50.0)


def test_rows_come_in_one_order_and_name_their_definitions(quality, motion):
    rows = list_rows(quality, *motion)
    assert [row.title for row in rows] == [
        "Global signal", "DVARS", "DVARS against noise", "Outlier fraction", "FD (Power)", "Translations", "Rotations",
    ]  # fmt: skip
    assert "Nipype" in rows[2].definition
    assert "Power et al. 2012" in rows[1].definition
    assert "3dToutcount" in rows[3].definition
    assert "Radius here: 50 mm." in rows[4].definition


def test_spikes_and_volumes_above_the_threshold_are_marked(quality, motion):
    rows = {row.title: row for row in list_rows(quality, *motion)}
    assert SPIKE in rows["DVARS"].marked
    assert rows["FD (Power)"].marked.tolist() == [JUMP]
    assert rows["FD (Power)"].limit == 0.5


def test_before_the_image_is_measured_only_motion_is_drawn(motion):
    assert [row.title for row in list_rows(None, *motion)] == ["FD (Power)", "Translations", "Rotations"]


def test_without_a_motion_file_nothing_of_motion_is_drawn(quality):
    assert "FD (Power)" not in [row.title for row in list_rows(quality, None, None)]


def test_a_row_without_any_value_is_not_drawn(motion):
    frame, _ = motion
    empty = Displacement(np.full(40, np.nan), "power", 0.5, 50.0)
    assert [row.title for row in list_rows(None, frame, empty)] == ["Translations", "Rotations"]


def test_values_at_a_volume_carry_names_and_one_unit(motion):
    rows = {row.title: row for row in list_rows(None, *motion)}
    assert values_at(rows["FD (Power)"], JUMP) == ("1.54 mm",)
    assert values_at(rows["FD (Power)"], 0) == ("no value",)
    assert values_at(rows["Translations"], JUMP) == ("x 0.00", "y 0.00", "z 1.50 mm")


def test_a_motion_file_that_ends_early_says_nothing_past_its_end():
    row = TraceRow("Short", "mm", (("short", np.arange(3.0)),), "")
    assert values_at(row, 3) == ()


@pytest.mark.parametrize(("ends", "expected"), [((0, 100), (-6, 106)), ((5, 5), (4.5, 5.5)), ((0, 0), (-1, 1))])
def test_a_range_leaves_room_around_its_values(ends, expected):
    assert padded_range(*ends) == pytest.approx(expected)
