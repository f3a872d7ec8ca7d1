import numpy as np
import pytest

from lib.confounds.framewise_displacement import MEASURES
from lib.quality.measures import list_numbers
from lib.quality.tiles import list_tiles, place_among
from lib.quality.traces import Displacement
from lib.quality.verdict import describe_non_steady, describe_smoothness, describe_tsnr
from tests.quality.test_judging import STILL, quality_of


@pytest.mark.parametrize("measure", list(MEASURES))
def test_the_numbers_of_a_displacement_share_a_tile_and_all_others_have_their_own(measure):
    quality, moved = quality_of(), Displacement(STILL, measure, 0.5, 50.0)
    numbers = list_numbers(quality, STILL, measure, 0.5)
    tiles = list_tiles(numbers, quality, moved)
    assert [number for tile in tiles for number in tile.numbers] == list(numbers)
    assert [tile.name for tile in tiles] == [
        "Signal to noise", "Head movement", "Sudden changes", "Outliers", "Ghost", "Smoothness", "Settling",
        "Missing values",
    ]  # fmt: skip
    assert tiles[1].number.key == f"{measure}_mean"
    assert (tiles[1].course is STILL, tiles[1].limit) == (True, 0.5)


def test_without_motion_the_tile_of_head_movement_has_no_course():
    quality = quality_of()
    head = list_tiles(list_numbers(quality), quality, None)[1]
    assert head.course is None
    assert head.number.text == "no value"


def test_a_run_s_place_goes_by_the_number_s_direction():
    tsnr, steady = describe_tsnr(np.full(9, 50.0)), describe_non_steady(2)
    assert place_among(tsnr, [60.0, 70.0, 40.0]) == "3rd best of 4"
    assert place_among(tsnr, [10.0, np.nan]) == "best of 2"
    assert place_among(steady, [0.0, 3.0]) == "2nd best of 3"
    assert place_among(steady, [2.0, 3.0]) == "joint best of 3"
    assert place_among(steady, [1.0] * 11) == "12th best of 12"


def test_no_place_without_others_or_where_neither_direction_is_better():
    assert place_among(describe_non_steady(2), []) == ""
    assert place_among(describe_smoothness(5.0, np.ones(3), 1), [4.0]) == ""
    assert place_among(describe_tsnr(np.array([])), [4.0]) == ""
