"""From a run that nobody has opened yet to its first slices, and to its time courses."""

import time
from collections.abc import Iterator

from bench.comparing import Row, take_turns
from bench.processes import run_python
from bench.workbench import Workbench, settle, wait_for_course
from lib.images.image import open_image, read_volume
from lib.images.windowing import choose_window, draw_codes
from lib.spaces.anatomical_planes import view_grid
from tests.e2e import hand

# In a process of its own, so that its memory is gone afterwards; imports are not counted.
REFERENCE = """
import json, sys, time
import nibabel as nib
from bench.processes import forget_peak, peak_mb, resident_mb
forget_peak()
idle = resident_mb()
start = time.perf_counter()
image = nib.load(sys.argv[1])
data = image.get_fdata()
first = data[:, :, data.shape[2] // 2, 0].copy()
print(json.dumps({"ms": 1e3 * (time.perf_counter() - start), "mb": peak_mb() - idle}))
"""
# Times, in ms since the choice, at which the page first shows the slices and a time course of the image named.
WATCH_OPENING = """(name) => {
    bench.opened = new Promise((resolve) => {
        const times = {};
        const start = performance.now();
        const shown = (key) => (bench.afterPaint(() => { times[key] ??= performance.now() - start; }));
        const look = () => {
            const slices = document.querySelector(".st-key-slices .live-chart")?.chart;
            const isHere = slices?.data?.caption === name && slices.layers[0] && slices.layers.every((l) => l.bytes);
            const heatmap = isHere && slices.plot.data?.find(({ z }) => z);
            const isDrawn = heatmap && Number(slices.plot.dataset.drawn) && heatmap.z.some((row) => row.some(Boolean));
            if (!times.slices && isDrawn && slices.plot.querySelector(".heatmaplayer image")) shown("slices");
            const series = document.querySelector(".st-key-series .live-chart")?.chart;
            const course = series?.data?.caption === name && series.plot.data?.[0];
            if (!times.series && course && /voxel/.test(course.name) && course.y?.length) shown("series");
            if (times.slices && times.series) return resolve(times);
            requestAnimationFrame(look);
        };
        look();
    });
}"""


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the rows about opening the notes' run."""
    run = bench.images.run(is_packed=True)
    n = bench.times(30)
    names = (bench.images.fresh(run, number) for number in range(10_000))
    (python,) = take_turns(bench.times(30), lambda: first_slices_ms(next(names)))
    # All names have to be there before the server lists its folder.
    fresh = [bench.images.fresh(run, 10_000 + number) for number in range(n + 1)]
    slices, series, theirs = [], [], []
    with bench.app(bench.images.folder, cache="opened") as app, bench.page() as page:
        hand.open_page(page, f"{app.url}/timeseries?image={bench.images.folder.name}/fresh/{fresh.pop().name}")
        wait_for_course(page)
        for name in fresh:
            times = _open(page, f"{bench.images.folder.name}/fresh/{name.name}", name.name)
            slices.append(times["slices"])
            series.append(times["series"])
            theirs.append(run_python(REFERENCE, run)["ms"])
    reference = "nb.load().get_fdata() plus first slice, in Python"
    what = "open (120, 120, 72, 185) .nii.gz -> first slices"
    yield Row(f"{what} painted", "ms", tuple(slices), reference, tuple(theirs), ratio=1 / 10)
    yield Row(f"{what}: the app's Python alone", "ms", python, reference, tuple(theirs), ratio=1 / 10)
    yield Row("the same -> time courses ready", "ms", tuple(series), reference, tuple(theirs), ratio=1 / 2)


def first_slices_ms(path) -> float:
    """Return the ms that the page's Python takes for the codes of the first volume of a file."""
    start = time.perf_counter()
    image = open_image(path)
    volume = read_volume(image, 0)
    window = choose_window(volume)
    draw_codes(volume, view_grid(image.affine, image.shape), window.low, window.high)
    return 1e3 * (time.perf_counter() - start)


def _open(page, image_id: str, name: str) -> dict:
    """Choose an image in the list as a visitor does; the clock starts at the choice."""
    box = page.get_by_role("combobox", name="Image", exact=True)
    box.click()
    box.fill(image_id)
    option = page.get_by_role("option", name=image_id, exact=True)
    option.wait_for()
    page.evaluate(WATCH_OPENING, name)
    option.click()
    times = page.evaluate("() => bench.opened")
    settle(page)
    return times
