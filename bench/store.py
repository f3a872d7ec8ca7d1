"""What a run costs once it has been read through: its checksums, a voxel's time course, and the maps of the pass."""

import time
from collections.abc import Iterator

import nibabel as nib
import numpy as np

from bench.comparing import Row, take_turns
from bench.processes import run_python
from bench.workbench import Workbench
from lib.images.image import open_image
from lib.runs import RunStore, forget_run, open_run, prepare_run, read_series

# A repetition is the mean over so many voxels: one alone is shorter than a clock tells.
VOXELS = 20
MAPS_OF_APP = """
import json, sys, time
import numpy as np
from bench.processes import forget_peak, peak_mb, resident_mb
from lib.images.image import open_image
from lib.runs.one_pass import OnePass
from lib.runs.layout import plan_layout
from lib.runs.sources import open_source
image = open_image(sys.argv[1])
layout = plan_layout(image)
np.percentile(np.arange(9.0), 50)
forget_peak()
idle, taken = resident_mb(), []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    batch = np.empty((layout.tile_length, layout.n_voxels), layout.dtype)
    sums = OnePass(layout.n_voxels, layout.n_volumes, layout.dtype, layout.slope, layout.inter)
    with open_source(image) as fill:
        for t in range(0, layout.n_volumes, layout.tile_length):
            rows = batch[: layout.n_volumes - t]
            fill(rows, t)
            sums.add(rows)
    found = sums.finish()
    taken.append(1e3 * (time.perf_counter() - start))
    del batch, sums
print(json.dumps({"ms": taken, "mb": peak_mb() - idle, "mean": float(found.mean.mean()), "dvars": found.dvars[1]}))
"""
MAPS_OF_NUMPY = """
import json, sys, time
import nibabel as nib
import numpy as np
from bench.processes import forget_peak, peak_mb, resident_mb
from lib.images.image import open_image
forget_peak()
idle, taken = resident_mb(), []
data = nib.load(sys.argv[1]).get_fdata()
inside = data[..., :8].mean(axis=-1) > 400
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    mean, sd = data.mean(axis=-1), data.std(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        tsnr = mean / sd
    dvars = np.sqrt((np.diff(data[inside], axis=-1) ** 2).mean(axis=0))
    taken.append(1e3 * (time.perf_counter() - start))
print(json.dumps({"ms": taken, "mb": peak_mb() - idle, "mean": float(mean.mean()), "dvars": dvars[0]}))
"""


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the rows about time courses and maps."""
    run = bench.images.run(is_packed=True)
    store = prepare_run(open_image(run), bench.folder / "cache" / "runs")
    yield from _compare_checksums(bench, run)
    yield from _compare_series(bench, run, store)
    yield from _compare_maps(bench, bench.images.run(is_packed=False))


def _compare_checksums(bench: Workbench, run) -> Iterator[Row]:
    """Yield what checksums cost: writing takes as long as comparing, since both go over every byte once."""
    image, folder = open_image(run, key="compared"), bench.folder / "compared"

    def read_through_ms() -> float:
        forget_run(image.key, folder)
        start = time.perf_counter()
        prepare_run(image, folder)
        return 1e3 * (time.perf_counter() - start)

    def compare_ms() -> float:
        store = open_run(image, folder)
        start = time.perf_counter()
        for blocks in (store.series, store.volumes):
            assert all(map(blocks.is_sound, range(len(blocks.sums))))
        return 1e3 * (time.perf_counter() - start)

    through, compared = take_turns(bench.times(10), read_through_ms, compare_ms)
    yield Row(
        "comparing every block of a store with its checksum", "ms", compared, "reading the run through", through,
        ratio=1 / 20,
    )  # fmt: skip


def _compare_series(bench: Workbench, run, store: RunStore) -> Iterator[Row]:
    rng = np.random.default_rng(4)
    data = nib.load(run).get_fdata()

    def mean_ms(read, n: int) -> float:
        places = rng.integers((0, 0, 0), store.shape, (n, 3)).tolist()
        start = time.perf_counter()
        for place in places:
            read(place)
        return 1e3 * (time.perf_counter() - start) / n

    np.testing.assert_allclose(read_series(store, (50, 61, 40)), data[50, 61, 40], rtol=1e-6)
    # The first read of a block compares it; it is every later one that a hand feels.
    assert all(map(store.series.is_sound, range(len(store.series.sums))))
    ours, memory = take_turns(
        bench.times(300),
        lambda: mean_ms(lambda place: read_series(store, place), VOXELS),
        lambda: mean_ms(lambda place: data[tuple(place)].copy(), VOXELS),  # noqa: F821
        n_warm=3,
    )
    what = "voxel time course from the store"
    yield Row(what, "ms", ours, "from get_fdata() already in memory, float64", memory, ratio=3)
    del data
    proxy = nib.load(run).dataobj
    ours, sliced = take_turns(
        bench.times(30),
        lambda: mean_ms(lambda place: read_series(store, place), VOXELS),
        lambda: mean_ms(lambda place: proxy[(*place, slice(None))], 1),
        n_warm=0,
    )
    yield Row(what, "ms", ours, "nibabel slicing the .nii.gz", sliced, ratio=1 / 100)


def _compare_maps(bench: Workbench, run) -> Iterator[Row]:
    n = bench.times(10)
    rounds = [(run_python(MAPS_OF_APP, run, n), run_python(MAPS_OF_NUMPY, run, n)) for _ in range(bench.times(3))]
    for ours, theirs in rounds:
        np.testing.assert_allclose(ours["mean"], theirs["mean"], rtol=1e-4)
    what, reference = "mean + SD + tSNR + DVARS maps", "numpy float64, whole array"
    ms = [tuple(value for pair in rounds for value in pair[side]["ms"]) for side in (0, 1)]
    mb = [tuple(pair[side]["mb"] for pair in rounds) for side in (0, 1)]
    note = "from the .nii file; the reference from memory"
    yield Row(f"{what}: time", "ms", ms[0], reference, ms[1], ratio=1 / 4, note=note)
    yield Row(f"{what}: memory", "MB", mb[0], reference, mb[1], ratio=1 / 10)
