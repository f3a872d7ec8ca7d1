"""Run stores: what is read back is what the file holds, whatever its format."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from isal import igzip

from lib import runs
from lib.errors import InputError
from lib.images.image import open_image, read_volume
from lib.runs import layout as layout_module
from lib.runs import preparing
from tests.builders.run_files import read_all, require_faithful, save_run
from tests.conftest import ROOT


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


@pytest.mark.parametrize("name", ["bold.nii", "bold.nii.gz"])
def test_a_course_of_whole_numbers_is_exact_where_float32_is_not(tmp_path, folder, oblique_affine, name):
    values = np.arange(7 * 8 * 9 * 12, dtype=np.int32).reshape(7, 8, 9, 12) + 16_777_217
    image = save_run(tmp_path / name, values, oblique_affine)
    assert runs.read_series(runs.prepare_run(image, folder), (1, 2, 3)).tolist() == values[1, 2, 3].tolist()
    if name == "bold.nii":
        assert runs.read_series_slow(image, (1, 2, 3)).tolist() == values[1, 2, 3].tolist()


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


def test_3d_image_gets_a_sentence_and_a_way_out(tmp_path, folder, values, oblique_affine):
    image = save_run(tmp_path / "anat.nii", values[..., 0], oblique_affine)
    with pytest.raises(InputError, match=r"has 3 dimensions, but a time series needs 4\. Choose a BOLD run\."):
        runs.prepare_run(image, folder)


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


@pytest.mark.usefixtures("small_tiles")
def test_afni_volumes_with_factors_of_their_own_are_scaled_one_by_one(tmp_path, folder):
    source = Path(nib.__file__).parent / "tests" / "data"
    if not (source / "example4d+orig.HEAD").exists():
        pytest.skip("nibabel was installed without its AFNI test image")
    head = (source / "example4d+orig.HEAD").read_text()
    before, after = head.split("name  = BRICK_FLOAT_FACS\ncount = 3\n", 1)
    factors = "name  = BRICK_FLOAT_FACS\ncount = 3\n 0.5 1 2.25\n"
    (tmp_path / "run+orig.HEAD").write_text(before + factors + after.split("\n", 1)[1])
    shutil.copy(source / "example4d+orig.BRIK.gz", tmp_path / "run+orig.BRIK.gz")
    image = open_image(tmp_path / "run+orig.HEAD")
    stored = read_all(open_image(source / "example4d+orig.HEAD"))
    store = runs.prepare_run(image, folder)
    np.testing.assert_allclose(runs.read_series(store, (16, 20, 12)), stored[16, 20, 12] * [0.5, 1, 2.25])
    require_faithful(store, image)


PEAK_SCRIPT = """
import sys
from pathlib import Path
from lib import runs
from lib.images.image import open_image, read_volume

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1000

image = open_image(sys.argv[1])
before = peak()
store = runs.prepare_run(image, Path(sys.argv[2]))
for t in range(0, store.n_volumes, 5):
    runs.read_run_volume(store, t).stored.max()
for k in range(72):
    runs.read_series(store, (60, 60, k))
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads peak memory from /proc")
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_the_notes_run_is_prepared_and_played_within_250_megabytes(tmp_path, suffix):
    """(120, 120, 72, 185) int16 with a slope: nibabel's get_fdata takes 3000 MB for it."""
    header = nib.Nifti1Header()
    header.set_data_shape((120, 120, 72, 185))
    header.set_data_dtype(np.int16)
    header["vox_offset"], header["magic"], header["scl_slope"] = 352, b"n+1", 2.5
    plain, path = tmp_path / "zeros.nii", tmp_path / f"run{suffix}"
    plain.write_bytes(header.binaryblock + bytes(4))
    os.truncate(plain, 352 + 120 * 120 * 72 * 185 * 2)
    if suffix == ".nii":
        plain.rename(path)
    else:
        with plain.open("rb") as source, igzip.open(path, "wb", compresslevel=0) as packed:
            shutil.copyfileobj(source, packed, 1 << 22)
    command = [sys.executable, "-c", PEAK_SCRIPT, str(path), str(tmp_path / "stores")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    finally:
        shutil.rmtree(tmp_path)
    assert float(done.stdout) < 250


def test_colours_over_time_are_kept_as_luminance(shared_data, folder):
    image = open_image(shared_data / "datatypes" / "rgb-4D.nii")
    store = runs.prepare_run(image, folder)
    for t in range(image.n_volumes):
        np.testing.assert_array_equal(runs.read_run_volume(store, t).values(), read_volume(image, t).values())
    expected = [read_volume(image, t).values()[1, 2, 0] for t in range(image.n_volumes)]
    np.testing.assert_array_equal(runs.read_series(store, (1, 2, 0)), expected)


def test_mask_of_a_real_run_is_the_head(shared_data, folder):
    """In oro.nifti's FEEDS run the head fills a fifth of the box, and the corner of the box is air."""
    store = runs.prepare_run(open_image(shared_data / "oro.nifti" / "ffd.nii.gz"), folder)
    assert 0.15 < store.mask.mean() < 0.35
    assert not store.mask[:3, :3].any()


def test_a_checksum_that_does_not_fit_is_found_when_a_run_is_read_through(image, folder):
    """The pass stopped at the last voxel, before gzip's own checksum: a flipped number became a time course."""
    whole = bytearray(image.path.read_bytes())
    whole[-8] ^= 1
    image.path.write_bytes(whole)
    with pytest.raises(InputError, match=r"bold\.nii\.gz is damaged"):
        runs.prepare_run(open_image(image.path), folder)


def test_a_time_course_beyond_single_precision_is_infinite(tmp_path, oblique_affine):
    """A damaged slope made values that no float32 holds, and reading a voxel warned of it instead of saying so."""
    values = np.full((4, 3, 2, 3), 1, np.int16)
    values[0, 0, 0, 1] = 100
    image = save_run(tmp_path / "run.nii", values, oblique_affine, slope=(1e37, 0))
    store = runs.prepare_run(image, tmp_path / "stores")
    np.testing.assert_allclose(runs.read_series(store, (0, 0, 0)), [1e37, np.inf, 1e37], rtol=1e-6)
