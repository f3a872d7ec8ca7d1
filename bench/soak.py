"""Half an hour with twenty visitors whose connections drop: does the server come to rest, and is all given back?"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy.stats import theilslopes
from websockets.exceptions import WebSocketException

from bench.comparing import Row
from bench.processes import mapped_files, n_open_files, n_threads, own_mb, resident_mb, run_beside
from bench.sessions import N_SESSIONS, sample_scene
from bench.visitors import (
    Recording,
    Scene,
    Visitor,
    ask_and_lose_connection,
    choose,
    come_back,
    leave,
    look_elsewhere,
    lose_connection,
    move_to,
    open_visit,
    record,
    rerun_page,
    upload,
    wait_for_feed,
)
from bench.workbench import Workbench

CACHE = "soak"
SECONDS, QUICK_SECONDS = 30 * 60, 40
N_SAMPLES = 180
# MB a minute once the server is warm; half of it towards the end, because it shall come to rest.
MOST_GROWTH = 1.0
EVERY_SECONDS = 1.0
# What a visitor does next, and how often. An uploaded run is looked at until another is chosen.
CHANCES = {"move": 0.88, "rerun": 0.03, "elsewhere": 0.02, "other run": 0.015, "lose": 0.055}
# Of the connections that are lost: how often it happens while a page is being run, and how often for good.
WHILE_RUNNING, FOR_GOOD = 0.5, 0.1
MOST_SECONDS_AWAY = 2.0
UPLOAD_SHAPE = (12, 14, 10, 40)
# A server closes a connection that nobody asks over any more after 5 s.
UNTIL_CLOSED = 10
# A session may come back for two minutes or a little more, and the server looks for the lost every ten seconds.
UNTIL_ALL_ARE_OVER = 200


@dataclass(frozen=True)
class Sample:
    """What the server has at a moment, in seconds from the first; memory in MB."""

    at: float
    resident: float
    own: float
    n_files: int
    n_threads: int
    mapped: int


@dataclass
class Tally:
    """What all visitors did and found."""

    done: Counter = field(default_factory=Counter)
    n_checked: int = 0
    n_right: int = 0
    complaints: list[str] = field(default_factory=list)


def measure(bench: Workbench) -> Iterator[Row]:
    """Yield the rows about memory that grows, files that stay open, and answers."""
    scene = sample_scene(bench, CACHE)
    seconds = QUICK_SECONDS if bench.is_quick else SECONDS
    with bench.app(cache=CACHE) as app:
        recording = record(bench, app.url, scene.image_id)
        tally = Tally()
        time.sleep(UNTIL_CLOSED)
        before = _look(app.pid, bench.folder / CACHE, 0.0)
        samples = run_beside(_soak(app, recording, scene, seconds, tally, bench.folder / CACHE))
        time.sleep(UNTIL_ALL_ARE_OVER)
        after = _look(app.pid, bench.folder / CACHE, 0.0)
        folders = session_folders(bench.folder / CACHE)
        errors = app.read_log().count("Traceback")
    _tell(tally, samples, before, after)
    yield from _rows(f"{N_SESSIONS} sessions for {seconds / 60:.3g} minutes", tally, samples, before, after)
    yield Row("the same: folders of sessions left then", "", (len(folders),), most=0)
    yield Row("the same: errors told, in the server's log too", "", (len(tally.complaints) + errors,), most=0)


def _rows(what: str, tally: Tally, samples: list[Sample], before: Sample, after: Sample) -> Iterator[Row]:
    at = [sample.at / 60 for sample in samples]
    all_of_it, own = [one.resident for one in samples], [one.own for one in samples]
    yield Row(
        f"{what}, {tally.done['lose']:,} connections lost: memory growth over the second half",
        "MB/min",
        (growth(at, all_of_it, 1 / 2),),
        most=MOST_GROWTH,
        note=f"{np.median(all_of_it[-len(at) // 3 :]):.0f} MB in the last third, mapped files included",
    )
    yield Row("the same: over the last third", "MB/min", (growth(at, all_of_it, 1 / 3),), most=MOST_GROWTH / 2)
    yield Row("the same: without mapped files, second half", "MB/min", (growth(at, own, 1 / 2),), most=MOST_GROWTH)
    yield Row("the same: without mapped files, last third", "MB/min", (growth(at, own, 1 / 3),), most=MOST_GROWTH / 2)
    yield Row(
        "the same: files open when all have gone, over those before",
        "",
        (after.n_files - before.n_files,),
        most=0,
        note=f"{max(one.n_files for one in samples):,} at most meanwhile",
    )
    yield Row("the same: files mapped then, over those before", "", (after.mapped - before.mapped,), most=0)
    yield Row(f"the same: answers that were right, of {tally.n_checked:,}", "", (tally.n_right,), least=tally.n_checked)


def growth(at, values, share: float) -> float:
    """Return by how much values grow in a unit of time over the last share of it.

    The median of the slopes between all pairs of samples (Theil 1950, Sen 1968): a page that is just being run, or
    garbage that is about to be collected, moves a few samples and not the slope.

    Parameters
    ----------
    at, values : (N,) array-like
        Moments and what was found at them.
    share : float
        Of the time from the first to the last moment; what comes before is warming up.
    """
    at, values = np.asarray(at), np.asarray(values)
    is_late = at >= at[-1] - share * (at[-1] - at[0])
    return float(theilslopes(values[is_late], at[is_late]).slope)


def session_folders(cache: Path) -> list[Path]:
    """Return the folders of sessions below an app's cache folder."""
    return [folder for server in (cache / "sessions").iterdir() if server.is_dir() for folder in server.iterdir()]


def _look(pid: int, cache: Path, at: float) -> Sample:
    mapped = len(mapped_files(pid, cache))
    return Sample(at, resident_mb(pid), own_mb(pid), n_open_files(pid), n_threads(pid), mapped)


def _tell(tally: Tally, samples: list[Sample], before: Sample, after: Sample) -> None:
    """Print what no row has room for."""
    print(f"(visitors did: {dict(tally.done)})", flush=True)
    for complaint in tally.complaints[:10]:
        print(f"(complaint: {complaint})", flush=True)
    tenths = samples[:: max(1, len(samples) // 10)]
    for name, one in (("before", before), *((f"{one.at:.0f} s", one) for one in tenths), ("after", after)):
        print(
            f"({name}: {one.resident:.0f} MB, {one.own:.0f} MB its own, {one.n_files} files open, {one.mapped} mapped, "
            f"{one.n_threads} threads)",
            flush=True,
        )


# --- what people do -------------------------------------------------------------------------------------------------


async def _soak(app, recording: Recording, scene: Scene, seconds: float, tally: Tally, cache: Path) -> list[Sample]:
    """Let visitors come and go for so many seconds; return what the server had meanwhile."""
    end = time.perf_counter() + seconds
    looking = asyncio.create_task(_look_again_and_again(app.pid, cache, seconds))
    seats = (_fill_seat(app.url, recording, scene, np.random.default_rng([7, seat]), end, tally)
             for seat in range(N_SESSIONS))  # fmt: skip
    await asyncio.gather(*seats)
    return await looking


async def _look_again_and_again(pid: int, cache: Path, seconds: float) -> list[Sample]:
    start = time.perf_counter()
    samples = []
    for number in range(N_SAMPLES):
        await asyncio.sleep(max(0.0, start + number * seconds / N_SAMPLES - time.perf_counter()))
        samples.append(_look(pid, cache, time.perf_counter() - start))
    return samples


async def _fill_seat(url: str, recording: Recording, scene: Scene, rng, end: float, tally: Tally) -> None:
    """Let one visitor follow the other until the end."""
    while time.perf_counter() < end:
        visitor = None
        try:
            visitor = await open_visit(url, recording, scene)
            tally.done["come"] += 1
            await _visit(visitor, scene, rng, end, tally)
        except (OSError, TimeoutError, HTTPException, WebSocketException, RuntimeError, ValueError) as error:
            tally.complaints.append(f"A visit broke off: {error!r}")
        if visitor is not None:
            await leave(visitor)
            tally.complaints += visitor.complaints


async def _visit(visitor: Visitor, sample: Scene, rng, end: float, tally: Tally) -> None:
    """Do what people do until the end, or until the connection is lost for good."""
    inside = visitor.scene.inside
    while time.perf_counter() < end:
        await asyncio.sleep(rng.exponential(EVERY_SECONDS))
        act = list(CHANCES)[rng.choice(len(CHANCES), p=list(CHANCES.values()))]
        tally.done[act] += 1
        if act == "move":
            # Not in one statement: others count while this one waits.
            n_right = await move_to(visitor, rng.choice(inside).tolist())
            tally.n_right += n_right
            tally.n_checked += 2
        elif act == "rerun":
            await rerun_page(visitor)
            await wait_for_feed(visitor)
        elif act == "elsewhere":
            await look_elsewhere(visitor)
        elif act == "other run":
            await _look_at_another_run(visitor, sample, rng)
            inside = visitor.scene.inside
        elif await _lose(visitor, rng):
            tally.done["stay away"] += 1
            return


async def _look_at_another_run(visitor: Visitor, sample: Scene, rng) -> None:
    if visitor.scene is sample:
        await upload(visitor, f"mine-{rng.integers(1_000_000)}.nii", some_run(rng))
    else:
        await choose(visitor, sample)


async def _lose(visitor: Visitor, rng) -> bool:
    """Lose the connection; return whether it stays lost."""
    if rng.random() < WHILE_RUNNING:
        await ask_and_lose_connection(visitor, rng.uniform(0, 0.3))
    else:
        await lose_connection(visitor)
    if rng.random() < FOR_GOOD:
        return True
    await asyncio.sleep(rng.uniform(0, MOST_SECONDS_AWAY))
    await come_back(visitor)
    return False


def some_run(rng) -> nib.Nifti1Image:
    """Return a small run that nobody else has."""
    img = nib.Nifti1Image(rng.integers(100, 1000, UPLOAD_SHAPE).astype(np.int16), np.diag([3.0, 3.0, 3.0, 1.0]))
    img.header["pixdim"][4] = 2
    img.header.set_xyzt_units("mm", "sec")
    return img
