"""Stores that do not hold what was written into them: found before a number is shown, and made again."""

import logging
import mmap
import os
import shutil
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from lib import runs
from lib.errors import InputError
from lib.images.image import open_image
from lib.runs import checksums, damage, manifest, preparing, streaming
from lib.runs.change_map import derivative_sd_map
from tests.builders.run_files import require_faithful, save_run

SMALL = ["mean.npy", "sd.npy", "tsnr.npy", "mask.npy", "curves.npy", "blocks.npy"]
# What is read of the last block of each large file.
LAST = {
    "series.bin": lambda store: runs.read_series(store, (6, 7, 8)),
    "volumes.bin": lambda store: runs.read_run_volume(store, 22),
}
READERS = {
    "one course": lambda store: runs.read_series(store, (1, 2, 3)),
    "some courses": lambda store: runs.read_series_many(store, [(0, 0, 0), (1, 2, 3)]),
    "courses of a mask": lambda store: runs.read_masked(store, store.mask),
    "a volume": lambda store: runs.read_run_volume(store, 4),
    "a difference": lambda store: runs.read_difference(store, 1, 4),
    "a map over all volumes": derivative_sd_map,
}
MAP_READERS = {
    "the mean": lambda store: runs.read_map(store, "mean"),
    "the mask": lambda store: store.mask,
}


def zero(path) -> None:
    """Overwrite a file with zeros of its own size, as a disk does that lost what it had promised."""
    path.write_bytes(bytes(path.stat().st_size))


def zero_in_place(path) -> None:
    """Write zeros into a file that others have mapped."""
    with path.open("r+b") as stream:
        stream.write(bytes(path.stat().st_size))


def zero_behind_its_times(path) -> None:
    """Write zeros into a file, and give it back the time of change that it had, as a copy with its times does."""
    before = path.stat()
    zero_in_place(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def zero_by_a_map(path) -> None:
    """Write zeros into a file through a map of it, without a call that writes."""
    with path.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as mapped:
        mapped[:] = bytes(len(mapped))


@pytest.fixture
def store_folder(image, folder):
    """The folder of a whole store of the run, which nobody has open."""
    runs.prepare_run(image, folder)
    (home,) = folder.iterdir()
    return home


@pytest.mark.parametrize("name", SMALL)
def test_a_small_file_of_zeros_is_found_when_the_store_is_opened(name, image, folder, store_folder, caplog):
    """Of a mean.npy of zeros every opening ended in a traceback, until somebody removed the cache by hand."""
    zero(store_folder / name)
    assert runs.open_run(image, folder) is None
    assert list(folder.iterdir()) == []
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("lib.runs.damage", logging.WARNING)
    assert store_folder.name in record.getMessage()
    assert f"{name} does not hold what was written into it" in record.getMessage()
    require_faithful(runs.prepare_run(image, folder), image)


@pytest.mark.parametrize("reader", READERS)
def test_a_large_file_of_zeros_is_found_before_a_number_of_it_is_shown(reader, image, folder, store_folder, caplog):
    """The size was right, so the store was taken for whole: every time course read 0."""
    for name in LAST:
        zero(store_folder / name)
    store = runs.open_run(image, folder)
    with pytest.raises(runs.StoreDamaged, match=r"^The stored copy of bold\.nii\.gz was damaged; it is being made ag"):
        READERS[reader](store)
    assert store.is_given_up
    assert list(folder.iterdir()) == []
    (record,) = caplog.records
    assert "bold.nii.gz is damaged" in record.getMessage()
    assert ".bin does not hold what was written into it" in record.getMessage()
    require_faithful(runs.prepare_run(image, folder), image)


@pytest.mark.parametrize("name", LAST)
def test_one_changed_byte_is_found_where_it_lies_and_nowhere_else(name, image, folder, store_folder, small_tiles):
    runs.forget_run(image.key, folder)
    runs.prepare_run(image, folder)
    whole = bytearray((store_folder / name).read_bytes())
    # The last voxel of the grid at the last volume stands in the last block of either file.
    last = len(whole) - 1 if name == "volumes.bin" else np.flatnonzero(np.frombuffer(whole, np.uint8))[-1]
    whole[last] ^= 1
    (store_folder / name).write_bytes(whole)
    store = runs.open_run(image, folder)
    assert np.array_equal(runs.read_series(store, (0, 0, 0)), image.img.dataobj[0, 0, 0])
    assert np.array_equal(runs.read_run_volume(store, 21).stored, image.img.dataobj[..., 21])
    with pytest.raises(runs.StoreDamaged):
        LAST[name](store)


def test_who_holds_a_damaged_store_hears_of_it_once_whoever_reads(image, folder, store_folder, caplog):
    zero(store_folder / "series.bin")
    heard = []
    store = runs.open_run(image, folder, on_damage=lambda: heard.append("damage"))
    refused = []

    def read():
        try:
            runs.read_series(store, (1, 2, 3))
        except runs.StoreDamaged as error:
            refused.append(str(error))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), heard, len(caplog.records)) == (8, ["damage"], 1)


def test_a_store_that_was_made_again_stays_when_an_old_reader_finds_the_damage(image, folder, store_folder):
    """Who had it open for long would have removed the sound one in its place."""
    shutil.copytree(store_folder, folder / "copy.part")
    zero(store_folder / "series.bin")
    old = runs.open_run(image, folder)
    shutil.rmtree(store_folder)
    os.replace(folder / "copy.part", store_folder)
    with pytest.raises(runs.StoreDamaged):
        runs.read_series(old, (1, 2, 3))
    require_faithful(runs.open_run(image, folder), image)


@pytest.mark.parametrize("name", LAST)
def test_a_file_that_is_cut_off_while_it_is_open_ends_in_a_sentence(name, image, folder, store_folder):
    """Reading a map beyond the end of its file ended the whole server, without a word."""
    store = runs.open_run(image, folder)
    LAST[name](store)
    os.truncate(store_folder / name, 10)
    with pytest.raises(runs.StoreDamaged):
        LAST[name](store)
    require_faithful(runs.prepare_run(image, folder), image)


@pytest.mark.parametrize("lose", [zero_in_place, zero_behind_its_times, zero_by_a_map])
@pytest.mark.parametrize("reader", READERS | MAP_READERS)
def test_zeros_that_come_after_a_block_was_read_are_found_by_the_next_reading(
    reader, lose, image, folder, store_folder
):
    """A block that was sound once was never compared again: a course of zeros was drawn, and nothing said."""
    store, read = runs.open_run(image, folder), (READERS | MAP_READERS)[reader]
    read(store)
    for path in store_folder.glob("*.[bn][ip][ny]"):
        lose(path)
    with pytest.raises(runs.StoreDamaged):
        read(store)
    require_faithful(runs.prepare_run(image, folder), image)


def test_curves_that_were_read_stay_what_they_were(image, folder, store_folder):
    """They were mapped, so that zeros in their file became those of the figure."""
    store = runs.open_run(image, folder)
    before = store.global_signal.copy()
    zero_in_place(store_folder / "curves.npy")
    assert np.array_equal(store.global_signal, before)


def test_what_no_time_tells_is_found_after_a_while(image, folder, store_folder, monkeypatch):
    """A disk loses what it holds, and who writes through a map twice changes the file's time once."""
    store = runs.open_run(image, folder)
    state = (store_folder / "series.bin").stat()
    monkeypatch.setattr(checksums, "os", SimpleNamespace(fstat=lambda descriptor: state))
    runs.read_series(store, (1, 2, 3))
    zero_in_place(store_folder / "series.bin")
    runs.read_series(store, (1, 2, 3))
    monkeypatch.setattr(checksums, "TRUSTED_SECONDS", 0)
    with pytest.raises(runs.StoreDamaged):
        runs.read_series(store, (1, 2, 3))


def test_to_look_again_costs_little_of_a_read_through(image, folder, store_folder, monkeypatch):
    """One look at the file's times a block, and none at a block that has not changed: 2 microseconds."""
    store, looks = runs.open_run(image, folder), []
    fstat = os.fstat
    monkeypatch.setattr(os, "fstat", lambda descriptor: looks.append(descriptor) or fstat(descriptor))
    for t in range(image.n_volumes):
        runs.read_run_volume(store, t)
    assert looks == [store.volumes.descriptor] * image.n_volumes


def test_each_block_is_compared_once_while_nothing_changes(image, folder, store_folder, monkeypatch):
    store, compared = runs.open_run(image, folder), []
    crc32 = checksums.crc32
    monkeypatch.setattr(checksums, "crc32", lambda block: compared.append(len(block)) or crc32(block))
    for _ in range(3):
        runs.read_series(store, (1, 2, 3))
        runs.read_run_volume(store, 4)
    assert compared == [store.layout.slab_held_bytes, store.layout.volume_bytes]


def test_a_store_of_an_unpacked_file_has_no_volumes_to_compare(tmp_path, folder, values, oblique_affine):
    image = save_run(tmp_path / "bold.nii", values, oblique_affine)
    runs.prepare_run(image, folder)
    zero(next(folder.glob("*/series.bin")))
    store = runs.open_run(image, folder)
    assert np.array_equal(runs.read_run_volume(store, 3).stored, values[..., 3])
    with pytest.raises(runs.StoreDamaged):
        runs.read_series(store, (1, 2, 3))


@pytest.mark.parametrize("is_link", [False, True])
def test_a_file_in_the_place_of_a_store_makes_way_and_leaves_nothing(is_link, image, folder, store_folder, tmp_path):
    """It was renamed to make way, and then stayed for good, as a file that no folder's removal takes."""
    shutil.rmtree(store_folder)
    if is_link:
        (tmp_path / "elsewhere").mkdir()
        store_folder.symlink_to(tmp_path / "elsewhere")
    else:
        store_folder.write_text("not a folder")
    assert runs.open_run(image, folder) is None
    require_faithful(runs.prepare_run(image, folder), image)
    assert list(folder.iterdir()) == [store_folder]


@pytest.mark.parametrize("suffix", [".part", ".gone"])
def test_a_file_in_the_place_of_what_is_half_made_or_half_gone_makes_way(suffix, image, folder, store_folder):
    store_folder.with_suffix(suffix).write_text("not a folder")
    zero(store_folder / "mean.npy")
    require_faithful(runs.prepare_run(image, folder), image)
    assert list(folder.iterdir()) == [store_folder]


def test_a_folder_in_the_place_of_a_stores_file_is_no_store(image, folder, store_folder):
    (store_folder / "series.bin").unlink()
    (store_folder / "series.bin").mkdir()
    require_faithful(runs.prepare_run(image, folder), image)


def test_a_store_of_another_run_that_holds_a_folder_in_place_of_a_file_makes_room(
    image, folder, store_folder, tmp_path, values, oblique_affine, monkeypatch
):
    """One broken store would have kept every other run from being read, as soon as room was needed."""
    (store_folder / "series.bin").unlink()
    (store_folder / "series.bin").mkdir()
    monkeypatch.setattr("lib.runs.keeping.MAX_CACHE_BYTES", 3 * values.nbytes)
    other = save_run(tmp_path / "other.nii.gz", values, oblique_affine)
    require_faithful(runs.prepare_run(other, folder), other)
    assert not store_folder.exists()


def test_a_folder_in_the_place_of_a_lock_is_said(image, folder):
    folder.mkdir()
    (folder / f"{preparing.store_name(image.key)}.lock").mkdir()
    with pytest.raises(InputError, match=r"cannot be written to \(Is a directory\)"):
        runs.prepare_run(image, folder)


def test_a_damaged_store_that_cannot_be_removed_is_named(image, folder, store_folder, monkeypatch):
    """As where the cache may only be read, or on Windows, whose open files stay: it is not being made again then."""
    zero(store_folder / "series.bin")
    monkeypatch.setattr(damage, "remove_store", lambda store: None)
    store = runs.open_run(image, folder)
    for _ in range(2):
        with pytest.raises(InputError, match=f"the folder {store_folder.name} that holds it cannot be removed"):
            runs.read_series(store, (1, 2, 3))


def test_a_store_of_an_older_kind_is_made_again_without_a_word(image, folder, store_folder, monkeypatch, caplog):
    monkeypatch.setattr(manifest, "VERSION", manifest.VERSION + 1)
    require_faithful(runs.prepare_run(image, folder), image)
    assert caplog.records == []


def test_everything_is_on_the_disk_before_the_store_gets_its_name(image, folder, monkeypatch):
    """A machine that lost its power left a store with a manifest and files of zeros."""
    happened = []
    sync, replace = os.fsync, os.replace

    def sync_and_tell(descriptor):
        happened.append(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")))
        sync(descriptor)

    def replace_and_tell(source, target):
        replace(source, target)
        happened.append("renamed")

    monkeypatch.setattr(os, "fsync", sync_and_tell)
    monkeypatch.setattr(os, "replace", replace_and_tell)
    runs.prepare_run(image, folder)
    name = preparing.store_name(image.key)
    before, after = happened[: happened.index("renamed")], happened[happened.index("renamed") + 1 :]
    assert {"series.bin", "volumes.bin", *SMALL} <= set(before)
    assert before[-2:] == ["manifest.json", f"{name}.part"]
    assert after == ["stores"]


def test_a_disk_that_fails_while_it_is_waited_for_ends_in_a_sentence(image, folder, monkeypatch):
    def fail(*files):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(streaming, "_sync", fail)
    with pytest.raises(InputError, match=r"cannot be written to \(Input/output error\)"):
        runs.prepare_run(image, folder)
    assert list(folder.iterdir()) == []


def test_a_run_that_is_replaced_while_it_is_read_through_leaves_no_store(image, folder, values, oblique_affine):
    """Half of the store would have been of one file and half of the other."""

    def replace(done, total):
        os.utime(image.path, ns=(1, 1))

    with pytest.raises(InputError, match="was replaced by another file while it was open"):
        runs.prepare_run(image, folder, progress=replace)
    assert list(folder.iterdir()) == []
    require_faithful(runs.prepare_run(open_image(image.path), folder), image)
