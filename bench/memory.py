"""How much memory the server takes while a run of the notes' size is opened, read through and looked at."""

from collections.abc import Iterator
from pathlib import Path

from bench.comparing import Row
from bench.opening import REFERENCE
from bench.processes import forget_peak, peak_mb, resident_mb, run_python
from bench.workbench import Workbench, settle, wait_for_course
from tests.e2e import hand

KINDS = ((False, False), (True, False), (False, True), (True, True))


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield a row for .nii and .nii.gz, each without and with a slope."""
    for is_packed, has_slope in KINDS:
        run = bench.images.run(is_packed=is_packed, has_slope=has_slope)
        ours, theirs = [], []
        for number in range(bench.times(3)):
            ours.append(_peak_of_app(bench, run, f"memory-{is_packed}-{has_slope}-{number}"))
            theirs.append(run_python(REFERENCE, run)["mb"])
        what = (
            f"peak memory over idle with it open: {'.nii.gz' if is_packed else '.nii'}{', slope' if has_slope else ''}"
        )
        yield Row(what, "MB", tuple(ours), "get_fdata() of the same file", tuple(theirs), ratio=1 / 5)


def _peak_of_app(bench: Workbench, run: Path, cache: str) -> float:
    """Return the peak of a fresh server, from a visitor's first page to time courses under a moving cursor, in MB."""
    folder = bench.images.folder
    with bench.app(folder, cache=cache) as app, bench.page() as page:
        # Idle is a server that has shown a page, so that what is imported and sent to everybody is not counted.
        hand.open_page(page, f"{app.url}/anatomy?image=motor-map")
        idle = resident_mb(app.pid)
        forget_peak(app.pid)
        hand.open_page(page, f"{app.url}/timeseries?image={folder.name}/{run.name}")
        wait_for_course(page)
        page.wait_for_function("() => !document.querySelector('[data-testid=stProgress]')")
        for across in (0.35, 0.45, 0.55, 0.65):
            page.mouse.click(*hand.plane_area(page, "axial").at(across, across))
            page.wait_for_timeout(400)
            settle(page)
        return peak_mb(app.pid) - idle
