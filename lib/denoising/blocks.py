"""How many columns of a (T, N) array to work on at a time."""

from __future__ import annotations

from collections.abc import Iterator

BLOCK_VALUES = 2_000_000  # 8 MB of float32: small beside the run, large enough that NumPy's loop overhead vanishes


def column_blocks(n_volumes: int, n_voxels: int) -> Iterator[slice]:
    """Yield slices over the N voxels of a (T, N) array so that a block holds about two million values."""
    width = max(1, BLOCK_VALUES // max(1, n_volumes))
    for start in range(0, n_voxels, width):
        yield slice(start, min(start + width, n_voxels))
