"""A client of the benchmarks knows a wrong answer when it sees one."""

import numpy as np
import pytest

from bench.visitors import is_right_course, is_right_readout
from lib.figures.time_course import PROCESSED

IJK = (1, 2, 0)


@pytest.fixture
def data() -> np.ndarray:
    """A run of (2, 3, 2) voxels and 4 volumes, in which one voxel goes 90, 110, 100, 100."""
    data = np.full((2, 3, 2, 4), 50, np.int16)
    data[IJK] = 90, 110, 100, 100
    return data


def an_answer(*percent: float) -> dict:
    return {"traces": {PROCESSED: {"y": list(percent)}}}


def test_a_readout_is_right_that_tells_the_voxel_and_its_value(data):
    assert is_right_readout("i 1 j 2 k 0 x 3.00 y 6.00 z 0.00 mm value 90 t 0 (0.00 s)", IJK, data)


@pytest.mark.parametrize("text", ["", "i 1 j 1 k 0 x 3.00 y 3.00 z 0.00 mm value 90", "i 1 j 2 k 0 x 3.00 mm value 91"])
def test_a_readout_of_another_voxel_or_value_is_wrong(data, text):
    assert not is_right_readout(text, IJK, data)


def test_a_course_is_right_in_percent_of_its_mean(data):
    assert is_right_course(an_answer(-10, 10, 0, 0), IJK, data)


@pytest.mark.parametrize("answer", [None, an_answer(), an_answer(0), an_answer(-10, 10, 0, 0.01)])
def test_a_course_that_is_missing_cut_off_or_another_is_wrong(data, answer):
    assert not is_right_course(answer, IJK, data)
