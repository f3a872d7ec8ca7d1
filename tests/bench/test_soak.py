"""What the soak says of the numbers it has gathered."""

import numpy as np
import pytest

from bench.soak import growth, session_folders

MINUTES = np.arange(0, 30, 1 / 6)


def test_growth_is_that_of_the_last_share_in_mb_a_minute():
    """100 MB at once in the first ten minutes, then 0.5 MB a minute."""
    memory = np.where(MINUTES < 10, 200 + 10 * MINUTES, 300 + 0.5 * (MINUTES - 10))
    assert growth(MINUTES, memory, 1 / 2) == pytest.approx(0.5)
    assert growth(MINUTES, memory, 1) > 1


def test_a_page_that_is_being_run_moves_no_growth(rng):
    memory = np.full(len(MINUTES), 300.0)
    memory[rng.choice(len(memory), 30, replace=False)] += 80
    assert growth(MINUTES, memory, 1 / 3) == 0


def test_memory_that_is_given_back_is_no_growth():
    assert growth(MINUTES, 300 - MINUTES, 1 / 3) == pytest.approx(-1)


def test_the_folders_of_sessions_are_counted_over_all_servers(tmp_path):
    for name in ("one/a", "one/b", "two/c"):
        (tmp_path / "sessions" / name).mkdir(parents=True)
    (tmp_path / "sessions" / "one.lock").touch()
    assert sorted(folder.name for folder in session_folders(tmp_path)) == ["a", "b", "c"]
