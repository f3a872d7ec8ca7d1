"""Keeping run stores: built once, found again, never half, never too many."""

import errno
import fcntl
import gc
import multiprocessing
import os
import shutil
import threading
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from lib import runs
from lib.errors import InputError
from lib.images.image import open_image
from lib.runs import layout as layout_module
from lib.runs import preparing
from tests.builders.run_files import require_faithful, save_run

Usage = namedtuple("Usage", "total used free")


def test_second_opening_builds_nothing(image, folder, monkeypatch):
    runs.prepare_run(image, folder)
    monkeypatch.setattr(preparing, "stream_run", None)
    assert runs.prepare_run(open_image(image.path), folder).n_volumes == 23


def test_same_content_under_another_name_shares_a_store(image, folder, tmp_path):
    shutil.copy(image.path, tmp_path / "copy.nii.gz")
    runs.prepare_run(open_image(image.path, key="content"), folder)
    assert runs.open_run(open_image(tmp_path / "copy.nii.gz", key="content"), folder) is not None


def test_changed_file_gets_a_store_of_its_own(image, folder, values, oblique_affine):
    runs.prepare_run(image, folder)
    os.utime(image.path, ns=(1, 1))
    assert runs.open_run(open_image(image.path), folder) is None


def test_cancelling_leaves_nothing_behind(image, folder, small_tiles):
    asked = iter([False, False, True])
    with pytest.raises(runs.RunCancelled):
        runs.prepare_run(image, folder, cancelled=lambda: next(asked))
    assert list(folder.iterdir()) == []


def test_a_damaged_file_ends_in_a_sentence_and_leaves_nothing(image, folder):
    whole = image.path.read_bytes()
    image.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"bold\.nii\.gz is cut off"):
        runs.prepare_run(open_image(image.path), folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("damage", ["manifest.json", "series.bin", "volumes.bin", "mean.npy", "curves.npy"])
def test_a_store_with_a_file_missing_is_built_again(image, folder, damage):
    runs.prepare_run(image, folder)
    next(folder.glob(f"*/{damage}")).unlink()
    assert runs.open_run(image, folder) is None
    require_faithful(runs.prepare_run(image, folder), image)


def test_a_store_cut_short_is_built_again(image, folder):
    runs.prepare_run(image, folder)
    os.truncate(next(folder.glob("*/series.bin")), 100)
    require_faithful(runs.prepare_run(image, folder), image)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 0}'])
def test_a_manifest_that_says_nothing_useful_means_no_store(image, folder, text):
    runs.prepare_run(image, folder)
    next(folder.glob("*/manifest.json")).write_text(text)
    assert runs.open_run(image, folder) is None


def die_half_way(path: str, folder: str) -> None:
    def progress(done: int, total: int) -> None:
        os._exit(9)

    layout_module.BATCH_BYTES = 5000
    runs.prepare_run(open_image(path), Path(folder), progress=progress)


def test_what_a_killed_process_left_is_removed_and_rebuilt(image, folder):
    process = multiprocessing.get_context("spawn").Process(target=die_half_way, args=(str(image.path), str(folder)))
    process.start()
    process.join()
    assert process.exitcode == 9
    assert len(list(folder.glob("*.part"))) == 1
    require_faithful(runs.prepare_run(image, folder), image)
    assert [entry.suffix for entry in folder.iterdir()] == [""]


def test_what_a_killed_process_left_of_another_run_goes_too(image, folder):
    left = folder / "abc.part"
    left.mkdir(parents=True)
    (left / "series.bin").write_bytes(b"half")
    runs.prepare_run(image, folder)
    assert not left.exists()


def test_two_threads_build_once_and_both_see_progress(image, folder, small_tiles, monkeypatch):
    builds = []
    stream = preparing.stream_run
    monkeypatch.setattr(preparing, "stream_run", lambda *given: builds.append(1) or stream(*given))
    second_waits = threading.Event()
    seen, stores = [], {}

    def first_progress(done, total):
        assert second_waits.wait(30)

    def second_cancelled():
        second_waits.set()
        return False

    first_started = threading.Event()

    def first():
        stores["first"] = runs.prepare_run(image, folder, first_progress, lambda: first_started.set() or False)

    def second():
        assert first_started.wait(30)
        stores["second"] = runs.prepare_run(image, folder, lambda *step: seen.append(step), second_cancelled)

    threads = [threading.Thread(target=target) for target in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert builds == [1]
    assert all(total == 23 for _, total in seen)
    for store in stores.values():
        require_faithful(store, image)


def test_who_waits_for_another_can_cancel(image, folder, small_tiles):
    stopped = []

    def progress(done, total):
        with pytest.raises(runs.RunCancelled):
            runs.prepare_run(image, folder, cancelled=lambda: True)
        stopped.append(done)

    runs.prepare_run(image, folder, progress=progress)
    assert stopped == [5, 10, 15, 20, 23]


def make_runs(tmp_path, values, affine, n):
    return [save_run(tmp_path / f"run-{number}.nii.gz", values + np.int16(number), affine) for number in range(n)]


def test_the_store_used_longest_ago_goes_first(tmp_path, folder, values, oblique_affine, monkeypatch):
    images = make_runs(tmp_path, values, oblique_affine, 3)
    for age, image in enumerate(images[:2]):
        runs.prepare_run(image, folder)
        os.utime(folder / layout_module.store_name(image.key) / "manifest.json", (100 + age, 100 + age))
    assert runs.open_run(images[0], folder) is not None  # a look counts as use
    gc.collect()
    monkeypatch.setattr("lib.runs.keeping.MAX_CACHE_BYTES", 5 * values.nbytes)
    runs.prepare_run(images[2], folder)
    assert runs.open_run(images[0], folder) is not None
    assert runs.open_run(images[1], folder) is None


def test_a_store_in_use_stays(tmp_path, folder, values, oblique_affine, monkeypatch):
    images = make_runs(tmp_path, values, oblique_affine, 2)
    in_use = runs.prepare_run(images[0], folder)
    monkeypatch.setattr("lib.runs.keeping.MAX_CACHE_BYTES", 3 * values.nbytes)
    runs.prepare_run(images[1], folder)
    assert runs.open_run(images[0], folder) is not None
    require_faithful(in_use, images[0])


def test_a_run_larger_than_all_stores_may_be_is_refused_with_both_numbers(image, folder, values, monkeypatch):
    monkeypatch.setattr("lib.runs.keeping.MAX_CACHE_BYTES", values.nbytes)
    with pytest.raises(InputError, match=r"bold.nii.gz takes 58.9 kB on disk once unpacked, but 23.2 kB are available"):
        runs.prepare_run(image, folder)


def test_a_disk_without_room_is_refused_before_anything_is_written(image, folder, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9 - 1000, 1000))
    with pytest.raises(InputError, match="Free some space, or start the app with VOXEL_EXPLORER_CACHE"):
        runs.prepare_run(image, folder)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_half_way_ends_in_a_sentence_and_leaves_nothing(image, folder, monkeypatch):
    make = Path.mkdir

    def mkdir_with_full_series(path, *args, **options):
        make(path, *args, **options)
        if path.suffix == ".part":
            (path / "series.bin").symlink_to("/dev/full")

    monkeypatch.setattr(Path, "mkdir", mkdir_with_full_series)
    with pytest.raises(InputError, match="on disk once unpacked, but") as caught:
        runs.prepare_run(image, folder)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert list(folder.iterdir()) == []


def test_forgotten_run_is_gone_from_disk_but_not_from_who_reads_it(image, folder):
    store = runs.prepare_run(image, folder)
    runs.forget_run(image.key, folder)
    assert list(folder.iterdir()) == []
    assert runs.open_run(image, folder) is None
    require_faithful(store, image)


def test_forgetting_an_unknown_run_is_no_error(folder):
    runs.forget_run("nobody", folder)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files through /proc")
def test_no_file_stays_open_once_a_store_is_let_go(image, folder):
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        store = runs.prepare_run(image, folder)
        runs.read_series(store, (1, 2, 3))
    del store
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


def test_stores_lie_in_the_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path))
    assert runs.runs_folder() == tmp_path / "runs"


def test_a_folder_that_cannot_be_written_to_is_said(image, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot be written to .* VOXEL_EXPLORER_CACHE"):
        runs.prepare_run(image, tmp_path / "file" / "runs")


def build_slowly(path: str, folder: str, started, may_go_on) -> None:
    def progress(done: int, total: int) -> None:
        started.set()
        may_go_on.wait(30)

    runs.prepare_run(open_image(path), Path(folder), progress=progress)


def test_two_processes_build_once(image, folder, monkeypatch):
    context = multiprocessing.get_context("spawn")
    started, may_go_on = context.Event(), context.Event()
    process = context.Process(target=build_slowly, args=(str(image.path), str(folder), started, may_go_on))
    process.start()
    assert started.wait(30)
    monkeypatch.setattr(preparing, "stream_run", None)
    store = runs.prepare_run(image, folder, cancelled=lambda: may_go_on.set() or False)
    process.join()
    assert process.exitcode == 0
    require_faithful(store, image)


def test_a_file_system_without_locks_is_done_without(image, folder, monkeypatch):
    def refuse(descriptor, kind):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    require_faithful(runs.prepare_run(image, folder), image)
