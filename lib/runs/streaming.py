"""The one pass over a run: every volume is read once, summed, and written in both orders."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from lib.images.image import Image
from lib.runs.checksums import BlockSums, crc32, write_array
from lib.runs.layout import BLOCK_SUMS, CURVES, MAPS, SERIES, VOLUMES, Layout
from lib.runs.one_pass import OnePass, RunSummary
from lib.runs.sources import open_source

# Slabs that are turned at a time: they stay in a processor's cache until they are written.
TURNED_BYTES = 1 << 18
# Beside the files while they are being written: the number of volumes that are done, for those who wait.
PROGRESS = "progress.txt"

Progress = Callable[[int, int], None]


def stream_run(image: Image, layout: Layout, part: Path, report: Progress, check: Callable[[], None]) -> dict:
    """Write all files of a store but its manifest, and return the checksums of the small ones, by name.

    While one batch of volumes is summed, it is also written, and the next is read: unpacking takes as long as the other
    two together. What was written is on its way to the disk meanwhile, which halves the wait for it at the end.

    Parameters
    ----------
    image, layout : what to read, and the shape of the files
    part : Path
        An empty folder.
    report : function(done, total)
        Told the number of volumes that are done, after each batch.
    check : function()
        Called before each batch; it may raise.

    Raises
    ------
    InputError
        The image ends early or cannot be read.
    OSError
        The files cannot be written.
    """
    total, length = layout.n_volumes, layout.tile_length
    buffers = [np.empty((length, layout.n_voxels), layout.dtype) for _ in range(min(2, -(-total // length)))]
    found = OnePass(layout.n_voxels, total, layout.dtype, layout.slope, layout.inter)
    sums = BlockSums.begin(layout)
    starts = range(0, total, length)
    batches = [buffers[n % 2][: total - t] for n, t in enumerate(starts)]
    with (
        open_source(image) as fill,
        (part / SERIES).open("wb", buffering=0) as series,
        _open_volumes(part, layout) as volumes,
        ThreadPoolExecutor(3) as pool,
    ):
        filling = pool.submit(fill, batches[0], 0)
        syncs = []
        for n, t in enumerate(starts):
            filling.result()
            check()
            if n + 1 < len(batches):
                filling = pool.submit(fill, batches[n + 1], t + length)
            writing = pool.submit(_write_batch, batches[n], t, layout, series, volumes, sums)
            found.add(batches[n])
            writing.result()
            if not syncs or syncs[-1].done():
                syncs.append(pool.submit(_sync, series, volumes))
            done = min(t + length, total)
            (part / PROGRESS).write_text(str(done), encoding="ascii")
            report(done, total)
        for sync in syncs:
            sync.result()
        series.truncate(layout.n_slabs * layout.slab_bytes)
    (part / PROGRESS).unlink()
    return _write_small(part, layout, found.finish(), sums)


def _open_volumes(part: Path, layout: Layout):
    return (part / VOLUMES).open("wb", buffering=0) if layout.has_volumes else nullcontext()


def _write_batch(batch: np.ndarray, t: int, layout: Layout, series, volumes, sums: BlockSums) -> None:
    """Append a (n, V) batch of volumes t, t + 1, ... to the volume-major file, and put it into every slab as a tile."""
    if volumes is not None:
        _write(volumes, batch)
        sums.volumes[t : t + len(batch)] = [crc32(volume) for volume in batch]
    n_slab = layout.slab_length
    tile_start = t * n_slab * batch.itemsize
    n_together = n_slab * max(1, TURNED_BYTES // (n_slab * len(batch) * batch.itemsize))
    for start in range(0, layout.n_voxels, n_together):
        turned = np.ascontiguousarray(batch[:, start : start + n_together].T)
        for first in range(0, len(turned), n_slab):
            slab = (start + first) // n_slab
            tile = _padded(turned[first : first + n_slab], n_slab)
            series.seek(slab * layout.slab_bytes + tile_start)
            _write(series, tile)
            # The tiles of a slab lie one behind the other, so its checksum grows by one at a time.
            sums.series[slab] = crc32(tile, int(sums.series[slab]))


def _sync(*files) -> None:
    for file in files:
        if file is not None:
            os.fsync(file.fileno())


def _padded(tile: np.ndarray, n: int) -> np.ndarray:
    """Return a tile of n voxels: the last slab of a run may have fewer."""
    return tile if len(tile) == n else np.concatenate([tile, np.zeros((n - len(tile), tile.shape[1]), tile.dtype)])


def _write(stream, array: np.ndarray) -> None:
    """Write all of an array; an unbuffered file may take a part at a time."""
    left = memoryview(array).cast("B")
    while left:
        left = left[stream.write(left) :]


def _write_small(part: Path, layout: Layout, summary: RunSummary, sums: BlockSums) -> dict[str, int]:
    arrays = {f"{name}.npy": getattr(summary, name).reshape(layout.shape, order="F") for name in MAPS}
    arrays |= {CURVES: np.stack([summary.global_signal, summary.dvars]), BLOCK_SUMS: sums.joined}
    return {name: write_array(part / name, array) for name, array in arrays.items()}
