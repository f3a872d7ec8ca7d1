"""Problems: every broken file ends in one clear sentence or two, with the way out."""

import gzip
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
import pytest
from nibabel.spatialimages import HeaderDataError

from lib.errors import InputError
from lib.images.file_problems import describe_unreadable
from lib.images.image import open_image, read_volume
from tests.builders.image_files import NIBABEL_DATA, assert_is_clear, count_up, nifti_bytes, refusal, save, write


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("absurd_dims_32767.nii", "announces 70.4 TB a volume and 2,305.6 PB in all, more than the 1.1 GB and 68.7 GB"),
        ("empty_0_bytes.nii.gz", "is empty (0 bytes)"),
        ("git_lfs_pointer.nii.gz", "is a Git LFS pointer"),
        ("html_404_saved_as.nii.gz", "holds a web page, not an image"),
        ("plain_nifti_named_gz.nii.gz", "is an unpacked NIfTI file with a packed name. Rename it to end in .nii."),
        ("truncated_uncompressed_bold.nii", "holds 1,548,464 bytes, but its header announces 3,096,928"),
        ("wrong_magic.nii", "has b'XXX' where a NIfTI file has its mark, b'n+1' or b'n+2'"),
        (
            "head_without_brik/example4d+orig.HEAD",
            "needs the file example4d+orig.BRIK or example4d+orig.BRIK.gz beside",
        ),
    ],
)
def test_a_real_broken_file_is_named_and_explained(name, words, shared_data):
    path = shared_data / "broken" / name
    message = refusal(path)
    assert message.startswith(f"{path.name} {words}")


def test_a_git_annex_file_without_its_content_is_told_from_a_lost_one(shared_data):
    """Links may have been copied as links or as text; both must say how the content is fetched."""
    message = refusal(shared_data / "broken" / "dangling_annex_symlink_bold.nii.gz")
    assert "git-annex" in message
    assert "`datalad get`" in message


@pytest.mark.parametrize("name", ["ARzs_CW_avvr.DEL+orig.HEAD", "ARzs_CW_avvr.DEL+orig.BRIK", "anat_roi+orig.BRIK.gz"])
def test_an_afni_file_without_orientation_says_how_to_convert_it(name, shared_data):
    message = refusal(shared_data / "oro.nifti" / name)
    assert message.startswith(f"{name} is an AFNI file without the orientation field IJK_TO_DICOM_REAL")
    assert "3dAFNItoNIFTI" in message


def test_a_damaged_middle_of_a_packed_file_is_found_when_it_is_read(tmp_path, rng):
    raw = bytearray(gzip.compress(nifti_bytes(rng.integers(0, 9999, (17, 18, 19)).astype(np.int16))))
    raw[5000:5100] = bytes(100)
    path = tmp_path / "torn.nii.gz"
    path.write_bytes(raw)
    assert refusal(path).startswith("torn.nii.gz is ")


def test_a_packed_file_that_was_cut_off_is_said_to_be(tmp_path, rng):
    whole = gzip.compress(nifti_bytes(rng.integers(0, 9999, (7, 8, 9, 20)).astype(np.int16)))
    path = tmp_path / "run.nii.gz"
    path.write_bytes(whole[: len(whole) // 2])
    assert (
        refusal(path) == "run.nii.gz is cut off: it ends before its header says it should. Copy or download it again."
    )
    assert read_volume(open_image(path), 0).stored.shape == (7, 8, 9)


@pytest.mark.parametrize("length", [4, 100, 347, 351, 1359])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_file_that_ends_too_early_is_cut_off(length, ending, tmp_path):
    assert "cut off" in refusal(write(tmp_path / f"stub{ending}", nifti_bytes(count_up())[:length]))


@pytest.mark.parametrize("name", ["pair.hdr", "pair.img"])
def test_half_of_a_pair_says_which_file_is_missing(name, tmp_path):
    save(nib.Nifti1Pair, count_up(), np.eye(4), tmp_path / "pair.img")
    other = {"pair.hdr": "pair.img", "pair.img": "pair.hdr"}[name]
    (tmp_path / other).unlink()
    assert refusal(tmp_path / name) == (
        f"{name} needs the file {other} beside it, which is not there. Put both into one folder."
    )


@pytest.mark.parametrize(
    ("kept", "missing"),
    [
        ("phantom_EPI_asc_CLEAR_2_1.PAR", "phantom_EPI_asc_CLEAR_2_1.REC"),
        ("phantom_EPI_asc_CLEAR_2_1.REC", "phantom_EPI_asc_CLEAR_2_1.PAR"),
        ("scaled+tlrc.BRIK", "scaled+tlrc.HEAD"),
    ],
)
def test_half_of_a_scanner_pair_says_which_file_is_missing(kept, missing, tmp_path):
    shutil.copy(NIBABEL_DATA / kept, tmp_path)
    assert f"needs the file {missing} beside it" in refusal(tmp_path / kept)


@pytest.mark.parametrize(("name", "kind"), [("tiny.mnc", "MINC1"), ("small.mnc", "MINC2")])
def test_a_minc_file_that_is_cut_off_is_told_by_its_kind(name, kind, tmp_path):
    (tmp_path / name).write_bytes((NIBABEL_DATA / name).read_bytes()[:3000])
    assert refusal(tmp_path / name).startswith(f"{name} is a {kind} file that is cut off or damaged.")


@pytest.mark.parametrize("ending", [".nii.bz2", ".dcm", ".txt", ".nii.zip", ""])
def test_an_unknown_ending_is_refused_with_the_known_ones(ending, tmp_path):
    path = tmp_path / f"brain{ending}"
    path.write_bytes(bytes(range(256)))
    assert refusal(path).startswith(f"brain{ending} does not end like an image file. Choose one that ends in .nii, ")


def test_a_damaged_header_opens_or_is_refused_and_never_anything_else(tmp_path, rng):
    raw = nifti_bytes(count_up((7, 8, 9, 2)))
    refused = 0
    for _ in range(300):
        bad = bytearray(raw)
        places = rng.integers(0, 352, rng.integers(1, 5))
        bad[places[0]] = rng.choice([0, 127, 255])
        for place in places[1:]:
            bad[place] = rng.integers(256)
        path = write(tmp_path / "bad.nii", bytes(bad))
        try:
            image = open_image(path)
            read_volume(image, image.n_volumes - 1).values()
        except InputError as error:
            refused += 1
            assert_is_clear(str(error), tmp_path)
    assert 0 < refused < 300


@pytest.mark.parametrize("shape", [(3, 3, 3), (12, 13, 14), (9, 8, 7)], ids=["smaller", "larger", "turned"])
@pytest.mark.parametrize("name", ["brain.nii", "brain.nii.gz"])
def test_a_file_that_was_replaced_while_it_was_open_is_another_one(name, shape, tmp_path):
    """It was said to be cut off, or, where it was large enough, read by the old header: numbers of other places."""
    path = write(tmp_path / name, nifti_bytes(count_up()))
    image = open_image(path)
    write(path, nifti_bytes(count_up(shape)))
    os.utime(path, ns=(1, 1))
    with pytest.raises(InputError, match=r"was replaced by another file while it was open\. Open it again\."):
        read_volume(image)
    assert read_volume(open_image(path)).stored.shape == shape


def test_a_link_that_leads_to_another_file_by_now_is_another_image(tmp_path):
    """Its target was read by the header of the one before, and no word was said: numbers of other places."""
    for name, shape in (("first.nii", (7, 8, 9)), ("second.nii", (9, 8, 7))):
        write(tmp_path / name, nifti_bytes(count_up(shape)))
    link = tmp_path / "brain.nii"
    link.symlink_to("first.nii")
    image = open_image(link)
    link.unlink()
    link.symlink_to("second.nii")
    with pytest.raises(InputError, match=r"was replaced by another file while it was open\. Open it again\."):
        read_volume(image)
    assert read_volume(open_image(link)).stored.shape == (9, 8, 7)


def test_a_copy_that_is_open_under_a_key_of_its_own_is_not_looked_at_again(tmp_path):
    """Nobody replaces an upload, whose key is that of its content."""
    path = write(tmp_path / "brain.nii", nifti_bytes(count_up()))
    image = open_image(path, key="content")
    os.utime(path, ns=(1, 1))
    assert np.array_equal(read_volume(image).stored, count_up())


def test_a_file_that_vanishes_after_it_was_opened_does_not_exist(tmp_path):
    path = write(tmp_path / "brain.nii", nifti_bytes(count_up()))
    image = open_image(path)
    path.unlink()
    with pytest.raises(InputError, match=r"^brain\.nii does not exist"):
        read_volume(image)


def test_the_visitors_name_stands_in_the_sentence_and_the_servers_does_not(tmp_path):
    path = tmp_path / "3f9a.nii"
    path.write_bytes(bytes(1000))
    assert refusal(path, name="mine.nii").startswith("mine.nii has ")


@contextmanager
def somebody_else():
    """Act as a user without rights, which root has to become first."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def open_folder():
    """Folder that every user may look into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".mgz", ".mnc", ".txt"])
def test_a_file_that_may_not_be_read_says_so(ending, open_folder):
    path = write(open_folder / f"brain{ending}", nifti_bytes(count_up()))
    path.chmod(0)
    with somebody_else():
        assert refusal(path) == (
            f"brain{ending} may not be read by this app. Change its permissions, or choose another image."
        )


def test_a_file_in_a_folder_that_may_not_be_entered_says_so(open_folder):
    path = write(open_folder / "brain.nii", nifti_bytes(count_up()))
    open_folder.chmod(0)
    with somebody_else():
        assert refusal(path).startswith("brain.nii may not be read by this app.")
    open_folder.chmod(0o755)


@pytest.mark.parametrize("forbidden", ["pair.img", "pair.hdr"])
def test_a_partner_that_may_not_be_read_is_named(forbidden, open_folder):
    save(nib.Nifti1Pair, count_up(), np.eye(4), open_folder / "pair.img")
    (open_folder / forbidden).chmod(0)
    opened = {"pair.img": "pair.hdr", "pair.hdr": "pair.img"}[forbidden]
    (open_folder / opened).chmod(0o644)
    with somebody_else():
        assert refusal(open_folder / opened) == (
            f"{opened} needs the file {forbidden}, which may not be read by this app. Change its permissions."
        )


def test_a_missing_file_does_not_exist(tmp_path):
    assert refusal(tmp_path / "gone.nii") == (
        "gone.nii does not exist: it may have been moved or renamed. Choose another image."
    )


def test_a_folder_is_not_an_image(tmp_path):
    (tmp_path / "folder.nii").mkdir()
    assert refusal(tmp_path / "folder.nii") == "folder.nii is a folder, not an image. Choose a file in it."


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.nii")
    assert refusal(tmp_path / "pipe.nii").startswith("pipe.nii is a device or a pipe, not a file.")


def test_a_link_to_nothing_says_so(tmp_path):
    (tmp_path / "link.nii").symlink_to("gone.nii")
    assert refusal(tmp_path / "link.nii") == (
        "link.nii is a link to a file that does not exist. Restore the file, or choose another image."
    )


def test_a_link_into_git_annex_says_how_to_fetch_its_content(tmp_path):
    (tmp_path / "bold.nii.gz").symlink_to("../../.git/annex/objects/zz/qq/MD5E-s1--x.nii.gz/MD5E-s1--x.nii.gz")
    assert refusal(tmp_path / "bold.nii.gz") == (
        "bold.nii.gz is a git-annex link whose content is not on this computer. "
        "Fetch it with `datalad get` or `git annex get` and open it again."
    )


def test_a_link_that_leads_to_itself_says_so(tmp_path):
    (tmp_path / "loop.nii").symlink_to("loop.nii")
    assert refusal(tmp_path / "loop.nii").startswith("loop.nii is a link to a file that does not exist.")


@pytest.mark.parametrize("name", ["x" * 300 + ".nii", "null\0.nii"])
def test_a_name_that_no_file_can_have_is_refused(name, tmp_path):
    with pytest.raises(InputError, match=r"(cannot be reached|does not exist)"):
        open_image(tmp_path / name)


def test_an_hdf5_file_that_is_no_minc_is_told_from_a_damaged_one(tmp_path):
    with h5py.File(tmp_path / "table.mnc", "w") as file:
        file["numbers"] = [1, 2, 3]
    assert refusal(tmp_path / "table.mnc") == (
        "table.mnc is an HDF5 file, but holds no MINC2 image. Check what it holds."
    )


def test_a_minc2_file_with_a_torn_tree_is_damaged(tmp_path):
    raw = bytearray((NIBABEL_DATA / "small.mnc").read_bytes())
    raw[96:1000] = b"\xff" * 904
    (tmp_path / "torn.mnc").write_bytes(raw)
    assert refusal(tmp_path / "torn.mnc").startswith("torn.mnc is a MINC2 file that is cut off or damaged.")


def test_minc2_whose_links_lead_nowhere_says_so(tmp_path):
    """h5py raised a SystemError while it walked along the links of such a file, and the page had a traceback."""
    raw = bytearray((NIBABEL_DATA / "minc2_4d.mnc").read_bytes())
    raw[800:808] = bytes(8)
    (tmp_path / "lost.mnc").write_bytes(raw)
    assert refusal(tmp_path / "lost.mnc").startswith("lost.mnc is a MINC2 file that is cut off or damaged.")


def test_a_minc_file_that_is_neither_says_so(tmp_path):
    (tmp_path / "odd.mnc").write_bytes(bytes(range(256)))
    assert refusal(tmp_path / "odd.mnc").startswith("odd.mnc is neither a MINC1 nor a MINC2 file")


def test_a_minc_file_with_uneven_slices_says_what_to_do(tmp_path):
    raw = (NIBABEL_DATA / "tiny.mnc").read_bytes().replace(b"regular__", b"irregular")
    (tmp_path / "uneven.mnc").write_bytes(raw)
    assert refusal(tmp_path / "uneven.mnc") == (
        "uneven.mnc is spaced irregularly, so its voxels are no grid. Resample it with mincresample and open that."
    )


def test_an_afni_header_that_lost_a_field_names_it(tmp_path):
    shutil.copy(NIBABEL_DATA / "scaled+tlrc.BRIK", tmp_path)
    text = (NIBABEL_DATA / "scaled+tlrc.HEAD").read_text().replace("DATASET_RANK", "DATASET_RUNK")
    (tmp_path / "scaled+tlrc.HEAD").write_text(text)
    message = refusal(tmp_path / "scaled+tlrc.HEAD")
    assert message.startswith("scaled+tlrc.HEAD lacks the AFNI header field DATASET_RANK, so its header is cut off")


def test_an_afni_header_of_something_else_passes_on_what_nibabel_found(tmp_path):
    (tmp_path / "a.HEAD").write_text("once upon a time\n" * 9)
    (tmp_path / "a.BRIK").write_bytes(bytes(100))
    assert refusal(tmp_path / "a.HEAD").startswith(
        "a.HEAD could not be read as an image (Invalid attribute type entry in HEAD file). Check that it is a NIfTI, "
    )


@pytest.mark.filterwarnings("ignore:.*PAR/REC version:UserWarning")
def test_a_par_header_of_something_else_is_not_understood(tmp_path):
    (tmp_path / "a.PAR").write_text("once upon a time\n" * 9)
    (tmp_path / "a.REC").write_bytes(bytes(100))
    assert refusal(tmp_path / "a.PAR").startswith("a.PAR does not begin with a header that can be understood")


def test_a_par_file_with_too_few_slices_passes_on_what_nibabel_counted():
    assert refusal(NIBABEL_DATA / "phantom_truncated.PAR").startswith(
        "phantom_truncated.PAR could not be read as an image "
        "(Header inconsistency: Found 3 dynamic scan values, but expected 4). "
    )


def test_a_type_that_nibabel_does_not_read_is_named(tmp_path):
    message = refusal(write(tmp_path / "bits.nii", nifti_bytes(count_up(), datatype=1)))
    assert message.startswith("bits.nii could not be read as an image (data code 1 not supported). ")


def test_a_slope_without_an_intercept_is_named(tmp_path):
    message = refusal(write(tmp_path / "nan.nii", nifti_bytes(count_up(), scl_slope=2, scl_inter=np.nan)))
    assert "intercept" in message


@pytest.mark.parametrize(
    "words",
    [
        "Cannot open '{folder}/brain.nii' twice",
        "Cannot open {folder}/deep/er/other.nii",
        'Bad value in "/srv/data/brain.nii"',
        "see /etc/app/secret.toml: no",
    ],
)
def test_the_folders_of_the_server_stay_out_of_the_sentence(words, tmp_path):
    path = write(tmp_path / "brain.nii", nifti_bytes(count_up()))
    message = describe_unreadable(path, HeaderDataError(words.format(folder=tmp_path)))
    assert_is_clear(message, tmp_path)
    assert "/srv" not in message
    assert "/etc" not in message


def test_the_words_of_the_language_are_not_shown_to_a_visitor(tmp_path):
    path = write(tmp_path / "brain.nii", nifti_bytes(count_up()))
    message = describe_unreadable(path, IndexError("list index out of range"))
    assert message.startswith("brain.nii does not begin with a header that can be understood")
    assert "index" not in message


def test_more_than_memory_holds_is_said(tmp_path):
    path = write(tmp_path / "brain.nii", nifti_bytes(count_up()))
    assert describe_unreadable(path, MemoryError()).startswith("brain.nii announces more data than fits into memory.")
