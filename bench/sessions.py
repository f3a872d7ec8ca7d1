"""Twenty visitors at once: how much slower the server gets for each, what each costs, and whether all see the truth."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

import nibabel as nib
import numpy as np

from bench.comparing import Row
from bench.processes import resident_mb, run_beside
from bench.visitors import Recording, Scene, Visitor, leave, move_to, open_visit, record
from bench.workbench import Workbench
from lib.studies.simulated import build_sample_file

RUN = "sub-01/func/sub-01_task-game_bold.nii.gz"
N_SESSIONS = 20
EVERY_SECONDS = 0.5
N_MOVES = 40


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the rows about many sessions on one server."""
    scene = sample_scene(bench, "cache")
    with bench.app() as app:
        recording = record(bench, app.url, scene.image_id)
        n_moves = bench.times(N_MOVES)
        alone = run_beside(_visit(app, recording, scene, 1, n_moves))
        before = resident_mb(app.pid)
        together = run_beside(_visit(app, recording, scene, 3 if bench.is_quick else N_SESSIONS, n_moves))
        growth = (together.resident - before) / together.n
    what, reference = f"{N_SESSIONS} sessions, two moves a second each, on the sample's run", "1 session"
    yield Row(
        f"{what}: rerun of the part that depends on the cursor",
        "ms",
        together.reruns,
        reference,
        alone.reruns,
        ratio_p95=5,
    )
    yield Row(f"{what}: time course from its route", "ms", together.feeds, reference, alone.feeds, ratio_p95=5)
    yield Row("memory growth a session", "MB", (growth,), most=10)
    checked = f"readouts and time courses that were right, of {together.n_checked:,}"
    yield Row(checked, "", (together.n_right,), least=together.n_checked)


def sample_scene(bench: Workbench, cache: str) -> Scene:
    """Build a run of the sample in the app's cache folder of that name, and return what is true of it."""
    img = nib.load(build_sample_file(RUN, bench.folder / cache / "sample-1"))
    return Scene(f"sample/{RUN}", img.affine, np.asarray(img.dataobj))


@dataclass(frozen=True)
class Visits:
    """What the visitors of one round found."""

    n: int
    reruns: tuple[float, ...]
    feeds: tuple[float, ...]
    resident: float
    n_checked: int
    n_right: int


async def _visit(app, recording: Recording, scene: Scene, n: int, n_moves: int) -> Visits:
    """Let n visitors open the page one after the other and then move their cursors, all at the same time."""
    visitors = [await open_visit(app.url, recording, scene) for _ in range(n)]
    places = np.random.default_rng(5).choice(scene.inside, (n, n_moves))
    right = await asyncio.gather(*(_move_about(one, number, places[number]) for number, one in enumerate(visitors)))
    resident = resident_mb(app.pid)
    for one in visitors:
        await leave(one)
    reruns = tuple(ms for one in visitors for ms in one.reruns)
    feeds = tuple(ms for one in visitors for ms in one.feeds)
    return Visits(n, reruns, feeds, resident, 2 * n * n_moves, sum(right))


async def _move_about(visitor: Visitor, number: int, places) -> int:
    """Move the cursor from place to place; return how many readouts and time courses were right."""
    start = time.perf_counter() + EVERY_SECONDS * number / N_SESSIONS
    right = 0
    for turn, ijk in enumerate(places.tolist()):
        await asyncio.sleep(max(0.0, start + turn * EVERY_SECONDS - time.perf_counter()))
        right += await move_to(visitor, ijk)
    return right
