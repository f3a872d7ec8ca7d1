"""Images: every format a person has, opened by header alone, and everything else refused in a sentence."""

import gzip
import math
import os
import shutil
import struct
from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
import pytest
from nibabel.spm99analyze import Spm99AnalyzeImage

from lib.errors import InputError
from lib.images.image import file_key, is_image_name, open_image, packed_bytes, read_volume, unpacked_bytes
from tests.builders.image_files import NIBABEL_DATA, SHIPPED, count_up, nifti_bytes, refusal, save, write

MADE = {
    "one.nii": nib.Nifti1Image,
    "one.nii.gz": nib.Nifti1Image,
    "ONE.NII.GZ": nib.Nifti1Image,
    "two.nii": nib.Nifti2Image,
    "two.nii.gz": nib.Nifti2Image,
    "pair.hdr": nib.Nifti1Pair,
    "pair.img": nib.Nifti1Pair,
    "pair2.img.gz": nib.Nifti2Pair,
    "old.img": nib.AnalyzeImage,
    "old.hdr.gz": nib.AnalyzeImage,
    "spm.img": Spm99AnalyzeImage,
    "free.mgh": nib.MGHImage,
    "free.mgz": nib.MGHImage,
}


# Formats


@pytest.mark.parametrize("name", MADE)
def test_every_format_that_can_be_written_opens_as_it_was_written(name, tmp_path, oblique_affine):
    data = count_up((7, 8, 9, 3))
    # Analyze has no room for an orientation and an origin.
    affine = np.diag([-2.0, 2.5, 3.0, 1.0]) if MADE[name] is nib.AnalyzeImage else oblique_affine
    save(MADE[name], data, affine, tmp_path / name)
    image = open_image(tmp_path / name)
    assert (image.name, image.shape, image.n_volumes, image.is_4d) == (name, (7, 8, 9), 3, True)
    n = 3 if MADE[name] is nib.AnalyzeImage else 4
    assert np.allclose(image.affine[:n, :n], affine[:n, :n], atol=1e-5)
    volume = read_volume(image, 2)
    assert volume.stored.dtype == np.int16
    assert np.array_equal(volume.values(), data[..., 2])


def test_minc_keeps_time_first_and_the_image_puts_it_last():
    image = open_image(NIBABEL_DATA / "minc1_4d.mnc")
    assert image.img.shape == (2, 10, 20, 20)
    assert (image.shape, image.n_volumes, image.is_time_first) == ((10, 20, 20), 2, True)


def test_a_3d_minc_file_has_no_time_to_move():
    image = open_image(NIBABEL_DATA / "tiny.mnc")
    assert (image.shape, image.n_volumes, image.is_time_first) == ((10, 20, 20), 1, False)


def reordered_minc(folder: Path, order: str) -> Path:
    """Write a copy of a real MINC2 file of shape (2, 10, 20, 20) whose axes bear other names."""
    path = folder / "run.mnc"
    shutil.copy(NIBABEL_DATA / "minc2_4d.mnc", path)
    with h5py.File(path, "a") as file:
        image = file["minc-2.0/image/0"]
        image["image"].attrs["dimorder"] = np.bytes_(order)
        for name in ("image-max", "image-min"):
            image[name].attrs["dimorder"] = np.bytes_(",".join(order.split(",")[:2]))
    return path


def test_a_minc_file_with_another_axis_last_leaves_it_there(tmp_path):
    image = open_image(reordered_minc(tmp_path, "zspace,yspace,xspace,time"))
    assert (image.shape, image.n_volumes, image.is_time_first) == ((2, 10, 20), 20, False)
    assert np.allclose(read_volume(image, 3).values(), image.img.get_fdata()[..., 3])


def test_a_minc_file_with_time_between_its_axes_of_space_is_refused(tmp_path):
    assert refusal(reordered_minc(tmp_path, "zspace,time,yspace,xspace")) == (
        "run.mnc keeps time between its axes of space (2 x 10 x 20 x 20). "
        "Bring time first with mincreshape and open the result."
    )


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files can be counted on Linux alone")
@pytest.mark.parametrize("name", ["phantom_EPI_asc_CLEAR_2_1.PAR", "test.mgz", "anatomical.nii", "scaled+tlrc.HEAD"])
def test_an_opened_image_keeps_no_file_open(name):
    """nibabel's readers of PAR/REC and MGH leave files open, which surfaces as a ResourceWarning much later."""
    image = open_image(NIBABEL_DATA / name)
    opened = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    # Its own files alone: what earlier tests left to the collector may be closed at any time.
    assert [path for path in opened if Path(path).stem == Path(name).stem] == []
    assert image.shape == SHIPPED[name][:3]


def test_one_brain_in_six_storage_orders_has_the_same_extent_in_the_world(shared_data):
    corners = []
    for path in sorted((shared_data / "orientations").glob("*.nii.gz")):
        image = open_image(path)
        ends = np.array([(0, 0, 0), np.array(image.shape) - 1])
        world = nib.affines.apply_affine(image.affine, ends)
        corners.append(np.stack([world.min(axis=0), world.max(axis=0)]))
        assert read_volume(image).stored.dtype == np.uint8
    assert len(corners) == 6
    assert np.allclose(corners, corners[0], atol=0.1)


def test_a_packed_analyze_pair_of_spm_opens_from_either_half(shared_data):
    folder = shared_data / "oro.nifti"
    for name in ("avg152T1.hdr.gz", "avg152T1.img.gz"):
        image = open_image(folder / name)
        assert image.shape == (91, 109, 91)
        assert np.allclose(read_volume(image).values(), nib.load(folder / name).get_fdata()[..., 0])


def test_a_link_to_an_image_opens_it(tmp_path):
    write(tmp_path / "brain.nii.gz", nifti_bytes(count_up()))
    (tmp_path / "link.nii.gz").symlink_to("brain.nii.gz")
    assert open_image(tmp_path / "link.nii.gz").name == "link.nii.gz"


@pytest.mark.parametrize(
    "name", ["a.nii", "a.NII.GZ", "a.mgz", "a.mgh", "a+orig.BRIK.gz", "a.HEAD", "a.PAR", "a.mnc", "a.hdr.gz", "a.img"]
)
def test_a_name_tells_that_a_file_may_be_an_image(name):
    assert is_image_name(name)


@pytest.mark.parametrize("name", ["a.gz", "a.csv", "nii", "a.nii.txt", "a.gii", "a.mnc.gz", ""])
def test_a_name_tells_that_a_file_is_no_image(name):
    assert not is_image_name(name)


# Shapes


@pytest.mark.parametrize(
    ("shape", "grid", "n_volumes"),
    [
        ((7, 8), (7, 8, 1), 1),
        ((7, 8, 1), (7, 8, 1), 1),
        ((7, 1, 9), (7, 1, 9), 1),
        ((7, 8, 1, 5), (7, 8, 1), 5),
        ((7, 8, 9, 1), (7, 8, 9), 1),
        ((7, 8, 9, 1, 3), (7, 8, 9), 3),
        ((7, 8, 9, 3, 1), (7, 8, 9), 3),
        ((7, 8, 9, 1, 1, 1, 2), (7, 8, 9), 2),
    ],
)
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_dimensions_of_one_voxel_do_not_count_after_the_third(shape, grid, n_volumes, ending, tmp_path):
    data = count_up(shape)
    image = open_image(write(tmp_path / f"brain{ending}", nifti_bytes(data)))
    assert (image.shape, image.n_volumes) == (grid, n_volumes)
    last = read_volume(image, n_volumes - 1)
    assert np.array_equal(last.stored, data.reshape(*grid, n_volumes)[..., -1])


def test_a_single_slice_without_a_thickness_has_a_place_in_the_world(tmp_path):
    image = open_image(write(tmp_path / "slice.nii", nifti_bytes(count_up((7, 8)), pixdim3=0)))
    assert np.linalg.det(image.affine[:3, :3]) != 0


def test_two_dimensions_beyond_space_are_refused_with_the_shape(tmp_path):
    message = refusal(write(tmp_path / "many.nii", nifti_bytes(count_up((7, 8, 9, 2, 3)))))
    assert message.startswith("many.nii has 5 dimensions (7 x 8 x 9 x 2 x 3), but an image here has three of space and")


def test_a_row_of_numbers_is_no_image(tmp_path):
    message = refusal(write(tmp_path / "row.nii", nifti_bytes(count_up((7,)))))
    assert message.startswith("row.nii has the shape (7), but an image needs at least two axes")


@pytest.mark.parametrize("dim", [0, -5])
def test_an_axis_without_voxels_is_refused_with_the_shape(dim, tmp_path):
    message = refusal(write(tmp_path / "none.nii", nifti_bytes(count_up(), dim2=dim)))
    assert message.startswith(f"none.nii has the shape (7 x {dim} x 9)")


def test_an_affine_that_flattens_space_is_refused(tmp_path):
    raw = bytearray(nifti_bytes(count_up()))
    struct.pack_into("<12f", raw, 280, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0)
    assert "has an affine that cannot be inverted" in refusal(write(tmp_path / "flat.nii", bytes(raw)))


def test_an_affine_that_is_no_number_is_refused(tmp_path):
    raw = bytearray(nifti_bytes(count_up()))
    struct.pack_into("<f", raw, 280, math.nan)
    assert "has an affine that cannot be inverted" in refusal(write(tmp_path / "nan.nii", bytes(raw)))


def test_a_grid_of_a_tenth_of_a_micrometre_is_an_image(tmp_path):
    image = open_image(write(tmp_path / "fine.nii", nifti_bytes(count_up(), np.diag([1e-4, 1e-4, 1e-4, 1]))))
    assert nib.affines.voxel_sizes(image.affine) == pytest.approx([1e-4, 1e-4, 1e-4])


# Laziness and sizes


@pytest.mark.parametrize("name", ["brain.nii", "brain.nii.gz", "pair.hdr", "free.mgz"])
def test_an_opened_image_holds_no_voxels(name, tmp_path):
    kind = {"pair.hdr": nib.Nifti1Pair, "free.mgz": nib.MGHImage}.get(name, nib.Nifti1Image)
    save(kind, count_up(), np.eye(4), tmp_path / name)
    image = open_image(tmp_path / name)
    read_volume(image)
    assert not image.img.in_memory


def test_opening_reads_no_voxel(tmp_path, rng):
    """A file that ends behind its header opens; only the volume is missed."""
    raw = nifti_bytes(rng.integers(0, 99, (70, 80, 90)).astype(np.int16))
    path = tmp_path / "cut.nii.gz"
    path.write_bytes(gzip.compress(raw)[:5000])
    image = open_image(path)
    assert image.shape == (70, 80, 90)
    with pytest.raises(InputError, match="cut off"):
        read_volume(image)


def test_a_volume_outside_the_run_is_refused_with_the_range(tmp_path):
    image = open_image(write(tmp_path / "run.nii", nifti_bytes(count_up((7, 8, 9, 3)))))
    for t in (3, -1):
        with pytest.raises(InputError, match=rf"^run\.nii has volumes 0 to 2, so there is no volume {t}\."):
            read_volume(image, t)


def test_sizes_are_those_of_the_files_and_of_the_numbers(tmp_path):
    save(nib.Nifti1Pair, count_up((7, 8, 9, 3)), np.eye(4), tmp_path / "pair.img")
    image = open_image(tmp_path / "pair.img")
    assert unpacked_bytes(image) == 7 * 8 * 9 * 3 * 2
    assert packed_bytes(image) == (tmp_path / "pair.img").stat().st_size + (tmp_path / "pair.hdr").stat().st_size


# Keys


def test_a_key_stays_while_the_file_does_and_changes_with_it(tmp_path):
    path = write(tmp_path / "brain.nii", nifti_bytes(count_up()))
    first = file_key(path)
    assert file_key(path) == first == open_image(path).key
    write(path, nifti_bytes(count_up((7, 8, 10))))
    assert file_key(path) != first


@pytest.mark.parametrize("opened", ["pair.hdr", "pair.img"])
@pytest.mark.parametrize("changed", ["pair.hdr", "pair.img"])
def test_the_key_of_a_pair_changes_with_either_half(opened, changed, tmp_path):
    save(nib.Nifti1Pair, count_up(), np.eye(4), tmp_path / "pair.img")
    first = file_key(tmp_path / opened)
    os.utime(tmp_path / changed, ns=(1, 1))
    assert file_key(tmp_path / opened) != first


def test_a_key_that_is_given_is_kept(tmp_path):
    image = open_image(write(tmp_path / "brain.nii", nifti_bytes(count_up())), key="abc", name="shown.nii")
    assert (image.key, image.name) == ("abc", "shown.nii")


def test_a_file_that_is_not_there_has_no_key(tmp_path):
    with pytest.raises(InputError, match=r"^gone\.nii does not exist"):
        file_key(tmp_path / "gone.nii")


def test_grayordinates_are_no_grid_of_voxels():
    assert refusal(NIBABEL_DATA / "row_major.dconn.nii") == (
        "row_major.dconn.nii holds CIFTI data, which are no grid of voxels. "
        "Choose a volume such as a .nii.gz, .mgz or .mnc file."
    )


@pytest.mark.parametrize("size", [1e-40, 1e-7, 1e5])
def test_voxels_of_no_possible_size_are_refused(tmp_path, size):
    affine = np.diag([size, 1, 1, 1])
    path = tmp_path / "odd.nii"
    nib.save(nib.Nifti2Image(np.zeros((2, 3, 4), np.uint8), affine), path)
    with pytest.raises(InputError, match=r"voxels of .* mm"):
        open_image(path)
