"""Run stores: what is read back is what the file holds, whatever its format, and half a store is never used."""

import errno
import gc
import gzip
import multiprocessing
import os
import shutil
import struct
import threading
from collections import namedtuple
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from lib import runs
from lib.errors import InputError
from lib.images import open_image
from lib.runs import layout as layout_module
from lib.runs import preparing

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "stores"


@pytest.fixture
def values(rng) -> np.ndarray:
    """(7, 8, 9, 23) int16: a bright block off the centre in a dark background."""
    values = rng.integers(0, 20, (7, 8, 9, 23), dtype=np.int16)
    values[1:5, 2:7, 3:8] += 1000
    return values


@pytest.fixture
def small_tiles(monkeypatch):
    """Tiles of a few volumes, so that a run of the tests' size has several and a short last one."""
    monkeypatch.setattr(layout_module, "BATCH_BYTES", 5 * 7 * 8 * 9 * 2)


def save_run(path: Path, values, affine, *, slope=None, byte_order="<"):
    """Write a NIfTI file whose stored numbers are exactly `values`."""
    header = nib.Nifti1Header(endianness=byte_order)
    header.set_data_dtype(values.dtype.newbyteorder(byte_order))
    img = nib.Nifti1Image(values, affine, header)
    plain = img.to_bytes()
    if slope:
        plain = plain[:112] + struct.pack(f"{byte_order}2f", *slope) + plain[120:]
    path.write_bytes(gzip.compress(plain, 1) if path.suffix == ".gz" else plain)
    return open_image(path)


@pytest.fixture
def image(tmp_path, values, oblique_affine):
    return save_run(tmp_path / "bold.nii.gz", values, oblique_affine)


def require_faithful(store, image):
    """Compare everything a store hands out with nibabel's float64 array."""
    data = np.asarray(image.img.dataobj, dtype=np.float64)
    data = np.moveaxis(data, 0, -1) if image.is_time_first else data.reshape(*image.shape, image.n_volumes)
    single = data.astype(np.float32)
    for ijk in ((0, 0, 0), tuple(n - 1 for n in image.shape), tuple(n // 2 for n in image.shape)):
        np.testing.assert_allclose(runs.read_series(store, ijk), single[ijk], rtol=1e-6)
    corners = np.array([(0, 0, 0), (image.shape[0] - 1, 0, 0), (1, 1, 1)])
    np.testing.assert_allclose(runs.read_series_many(store, corners), single[tuple(corners.T)].T, rtol=1e-6)
    np.testing.assert_allclose(runs.read_masked(store, store.mask), single[store.mask].T, rtol=1e-6)
    for t in (0, image.n_volumes - 1):
        np.testing.assert_allclose(runs.read_run_volume(store, t).values(), single[..., t], rtol=1e-6)
    scale = np.abs(data).max()
    np.testing.assert_allclose(runs.read_map(store, "mean"), data.mean(axis=-1), rtol=1e-5, atol=1e-6 * scale)
    np.testing.assert_allclose(runs.read_map(store, "sd"), data.std(axis=-1), rtol=1e-4, atol=1e-6 * scale)
    inside = data[store.mask]
    np.testing.assert_allclose(store.global_signal, inside.mean(axis=0), rtol=1e-5)
    changes = np.sqrt(np.square(np.diff(inside, axis=1)).mean(axis=0))
    np.testing.assert_allclose(store.dvars, [np.nan, *changes], rtol=1e-4)


@pytest.mark.parametrize("name", ["bold.nii", "bold.nii.gz"])
@pytest.mark.parametrize("slope", [None, (2.5, -30.0)])
@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.usefixtures("small_tiles")
def test_store_gives_back_what_nibabel_reads(tmp_path, folder, values, oblique_affine, name, slope, byte_order):
    image = save_run(tmp_path / name, values, oblique_affine, slope=slope, byte_order=byte_order)
    store = runs.prepare_run(image, folder)
    assert store.layout.tile_length == 5
    assert store.layout.dtype == "int16"
    require_faithful(store, image)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int32", "uint32", "int64", "float32", "float64"])
@pytest.mark.usefixtures("small_tiles")
def test_every_type_is_kept_as_it_is(tmp_path, folder, values, oblique_affine, dtype):
    image = save_run(tmp_path / "bold.nii.gz", (values // 10).astype(dtype), oblique_affine)
    store = runs.prepare_run(image, folder)
    assert store.layout.dtype == dtype
    assert runs.read_run_volume(store, 3).stored.dtype == dtype
    require_faithful(store, image)


REAL_RUNS = [
    "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz",
    "oro.nifti/ffd.nii.gz",
    "ds005-fmriprep/sub-01/func/sub-01_task-mixedgamblestask_run-01_bold.nii.gz",
]
NIBABEL_RUNS = [
    "functional.nii",
    "example4d.nii.gz",
    "minc1_4d.mnc",
    "minc2_4d.mnc",
    "example4d+orig.BRIK.gz",
    "phantom_EPI_asc_CLEAR_2_1.PAR",
    "test.mgz",
]


@pytest.mark.parametrize("name", REAL_RUNS)
def test_real_runs_are_read_as_nibabel_reads_them(shared_data, folder, name):
    image = open_image(shared_data / name)
    require_faithful(runs.prepare_run(image, folder), image)


@pytest.mark.parametrize("name", NIBABEL_RUNS)
def test_every_format_is_read_as_nibabel_reads_it(folder, name):
    path = Path(nib.__file__).parent / "tests" / "data" / name
    if name.startswith("minc2"):
        pytest.importorskip("h5py", reason="MINC2 files need h5py")
    if not path.exists():
        pytest.skip(f"nibabel was installed without its test image {name}")
    image = open_image(path)
    require_faithful(runs.prepare_run(image, folder), image)


def test_uncompressed_file_serves_its_own_volumes(tmp_path, folder, values, oblique_affine):
    image = save_run(tmp_path / "bold.nii", values, oblique_affine)
    store = runs.prepare_run(image, folder)
    assert store.volumes is None
    assert [file.name for file in folder.glob("*/*.bin")] == ["series.bin"]


def test_time_course_is_there_before_the_store_for_an_uncompressed_file(tmp_path, values, oblique_affine):
    image = save_run(tmp_path / "bold.nii", values, oblique_affine, slope=(2.0, 1.0))
    assert runs.can_read_series_slow(image)
    np.testing.assert_allclose(runs.read_series_slow(image, (3, 4, 5)), values[3, 4, 5] * 2.0 + 1)


def test_time_course_of_a_compressed_file_waits_for_the_store(image):
    assert not runs.can_read_series_slow(image)
    with pytest.raises(InputError, match=r"bold.nii.gz is compressed .* Wait for it to finish"):
        runs.read_series_slow(image, (0, 0, 0))


def test_difference_is_later_minus_earlier_in_image_units(tmp_path, folder, oblique_affine):
    values = np.zeros((7, 8, 9, 3), np.uint8)
    values[..., 0] = 200
    image = save_run(tmp_path / "bold.nii.gz", values, oblique_affine, slope=(0.5, 7.0))
    store = runs.prepare_run(image, folder)
    assert runs.read_difference(store, 2, 0).values()[0, 0, 0] == -100


def test_progress_counts_volumes_to_the_end(image, folder, small_tiles):
    seen = []
    runs.prepare_run(image, folder, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(5, 23), (10, 23), (15, 23), (20, 23), (23, 23)]


def test_second_opening_builds_nothing(image, folder, monkeypatch):
    runs.prepare_run(image, folder)
    monkeypatch.setattr(preparing, "OnePass", None)
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
        runs.prepare_run(image, folder)
    assert list(folder.iterdir()) == []


def test_3d_image_gets_a_sentence_and_a_way_out(tmp_path, folder, values, oblique_affine):
    image = save_run(tmp_path / "anat.nii", values[..., 0], oblique_affine)
    with pytest.raises(InputError, match=r"has 3 dimensions, but a time series needs 4\. Choose a BOLD run\."):
        runs.prepare_run(image, folder)


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
    stream = preparing._stream
    monkeypatch.setattr(preparing, "_stream", lambda *given: builds.append(1) or stream(*given))
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
    with pytest.raises(InputError, match=r"bold.nii.gz takes 58.8 kB on disk once unpacked, but 23.2 kB are available"):
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


def test_a_grid_that_takes_too_much_memory_is_refused_with_both_numbers(image, folder, monkeypatch):
    monkeypatch.setattr(preparing, "MAX_MEMORY_BYTES", 1_000_000)
    with pytest.raises(InputError, match=r"504 voxels a volume, for which \d+ MB of memory .* but a run may take 1 MB"):
        runs.prepare_run(image, folder)


def test_a_1200_volume_multiband_run_fits_into_the_memory_bound(tmp_path, oblique_affine):
    """The plan is made from the header; a sparse file stands in for 1.9 GB of numbers."""
    header = nib.Nifti1Header()
    header.set_data_shape((104, 104, 72, 1200))
    header.set_data_dtype(np.int16)
    header.set_sform(oblique_affine, 1)
    header["vox_offset"], header["magic"] = 352, b"n+1"
    path = tmp_path / "multiband.nii"
    path.write_bytes(header.binaryblock + bytes(4))
    os.truncate(path, 352 + 104 * 104 * 72 * 1200 * 2)
    assert layout_module.plan_layout(open_image(path)).memory_bytes < 200e6


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


def test_many_threads_read_the_same_store(image, folder, values, small_tiles):
    store = runs.prepare_run(image, folder)
    wrong = []

    def read(seed):
        for ijk in np.random.default_rng(seed).integers(0, (7, 8, 9), (100, 3)):
            if not np.array_equal(runs.read_series(store, ijk), values[tuple(ijk)]):
                wrong.append(ijk)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_nothing_that_is_handed_out_can_be_written_to(image, folder):
    store = runs.prepare_run(image, folder)
    for array in (runs.read_run_volume(store, 0).stored, runs.read_map(store, "mean"), store.mask):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0, 0] = 1


@pytest.mark.parametrize("ijk", [(-1, 0, 0), (7, 0, 0), (0, 0, 9)])
def test_a_voxel_outside_the_grid_is_refused(image, folder, ijk):
    store = runs.prepare_run(image, folder)
    words = f"Voxel ({', '.join(map(str, ijk))}) is outside the grid of bold.nii.gz, which is 7 x 8 x 9"
    for read in (lambda: runs.read_series(store, ijk), lambda: runs.read_series_many(store, [ijk])):
        with pytest.raises(InputError) as caught:
            read()
        assert str(caught.value).startswith(words)


def test_volumes_maps_and_masks_that_do_not_exist_are_refused(image, folder):
    store = runs.prepare_run(image, folder)
    with pytest.raises(InputError, match="volumes 0 to 22, so there is no volume 23"):
        runs.read_run_volume(store, 23)
    with pytest.raises(InputError, match="mean, sd, tsnr, so there is no map called max"):
        runs.read_map(store, "max")
    with pytest.raises(InputError, match=r"grid 8 x 7 x 9, but bold\.nii\.gz has 7 x 8 x 9"):
        runs.read_masked(store, np.ones((8, 7, 9)))


def test_cache_folder_is_the_one_that_was_named(monkeypatch, tmp_path):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path))
    assert runs.cache_folder() == tmp_path / "runs"
    monkeypatch.delenv("VOXEL_EXPLORER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert runs.cache_folder() == tmp_path / "cache" / "voxel-explorer" / "runs"


def test_a_folder_that_cannot_be_written_to_is_said(image, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot be written to .* VOXEL_EXPLORER_CACHE"):
        runs.prepare_run(image, tmp_path / "file" / "runs")
