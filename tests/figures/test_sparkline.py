import re
from base64 import b64decode

import numpy as np

from lib.figures.sparkline import HEIGHT, ROOM, WIDTH, draw_sparkline, sparkline_address


def paths(svg: str) -> list[str]:
    return re.findall(r'd="([^"]+)"', svg)


def test_a_course_spans_the_picture():
    assert paths(draw_sparkline(np.array([0.0, 1.0, 0.5]))) == [
        f"M0.0 {HEIGHT - ROOM}.0L{WIDTH / 2} {ROOM}.0L{WIDTH}.0 {HEIGHT / 2}"
    ]


def test_a_volume_without_a_value_is_a_gap():
    (line,) = paths(draw_sparkline(np.array([np.nan, 0.0, 1.0, np.nan, 1.0])))
    assert re.findall("[ML]", line) == ["M", "L", "M"]


def test_the_limit_is_drawn_where_it_lies_within():
    values = np.array([0.0, 1.0])
    assert len(paths(draw_sparkline(values, 0.5))) == 2
    assert len(paths(draw_sparkline(values, 1.5))) == 1


def test_a_spike_of_a_long_run_stays():
    values = np.zeros(3001)
    values[1500] = 1
    (line,) = paths(draw_sparkline(values))
    points = re.findall(r"[ML][\d.]+ ([\d.]+)", line)
    assert len(points) == WIDTH
    assert points.count(f"{ROOM}.0") == 1


def test_nothing_is_drawn_of_no_values_and_a_flat_course_is_flat():
    assert draw_sparkline(np.full(4, np.nan)) == ""
    (line,) = paths(draw_sparkline(np.full(4, 7.0)))
    assert set(re.findall(r"[ML][\d.]+ ([\d.]+)", line)) == {f"{HEIGHT - ROOM}.0"}


def test_the_address_holds_the_picture():
    svg = draw_sparkline(np.array([0.0, 1.0]))
    assert b64decode(sparkline_address(svg).partition(",")[2]).decode() == svg
