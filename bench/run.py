"""Take the measurements, print one table, keep the numbers: `python -m bench.run [NAME ...] [--quick] [--most N]`."""

import argparse
import json
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench import (
    arriving,
    cursor_moves,
    indexing,
    memory,
    opening,
    sessions,
    soak,
    starting,
    store,
    time_course,
    weight,
)
from bench.comparing import Row, summarise, tabulate
from bench.images import RUN_VOLUMES, Images
from bench.machine import describe_machine, load, sentence
from bench.workbench import Workbench
from tests.e2e.browser import FLAGS, NONE_FOUND, find_browser

# Two pages take turns, and Chromium would give the one behind less of the processor.
BOTH_IN_FRONT = ("--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows")
RESULTS = Path(__file__).parent / "results"
MEASUREMENTS = {
    "cursor": cursor_moves.measure,
    "series": time_course.measure,
    "opening": opening.measure,
    "memory": memory.measure,
    "store": store.measure,
    "indexing": indexing.measure,
    "sessions": sessions.measure,
    "soak": soak.measure,
    "starting": starting.measure,
    "arriving": arriving.measure,
    "weight": weight.measure,
}


def main() -> None:
    """Measure what was asked for, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which measurements; all by default")
    parser.add_argument("--quick", action="store_true", help="small images and two repetitions: does everything work?")
    parser.add_argument("--most", type=int, default=1000, metavar="N", help="repetitions, at most")
    chosen = parser.parse_args()
    path = find_browser()
    if path is None:
        raise SystemExit(NONE_FOUND)
    folder = Path(tempfile.mkdtemp(prefix="voxel-explorer-bench-"))
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=path, args=[*FLAGS, *BOTH_IN_FRONT])
            images = Images(folder / "images", 20 if chosen.quick else RUN_VOLUMES)
            machine = describe_machine(browser.version)
            print(sentence(machine), flush=True)
            rows = _measure(
                chosen.names or list(MEASUREMENTS),
                Workbench(folder, images, browser, chosen.quick, 2 if chosen.quick else chosen.most),
            )
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(tabulate(rows))
    _keep(machine, rows)


def _measure(names: list[str], bench: Workbench) -> list[Row]:
    rows = []
    for name in names:
        start = time.perf_counter()
        for row in MEASUREMENTS[name](bench):
            print(tabulate([row]).splitlines()[-1], flush=True)
            rows.append(row)
        print(f"({name}: {time.perf_counter() - start:.0f} s, load {load()})", flush=True)
    return rows


def _keep(machine: dict, rows: list[Row]) -> None:
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    content = {"time": now.isoformat(), "machine": machine, "rows": [summarise(row) for row in rows]}
    (RESULTS / f"{now:%Y-%m-%d-%H%M%S}.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
