import os
import time
from pathlib import Path

import pytest

from lib.errors import InputError
from lib.images.image import open_image
from lib.studies.image_ids import (
    BUNDLED,
    MAX_LISTED,
    NoSuchImage,
    StartFolder,
    bundled_path,
    find_image,
    list_folder,
    name_start_folders,
    own_id,
    split_missing,
)


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def refusal(image_id: str, folders=(), uploads=None) -> str:
    with pytest.raises(InputError) as caught:
        find_image(image_id, folders, uploads or {})
    return str(caught.value)


@pytest.fixture
def scans(tmp_path) -> StartFolder:
    """Return a start folder with one image, beside a file that it must not give away."""
    touch(tmp_path, "secret.nii.gz", "scans/sub-01/anat/T1w.nii.gz")
    return StartFolder("scans", (tmp_path / "scans").resolve())


# --- names ----------------------------------------------------------------------------------------------------------


def names_of(*paths: Path) -> list[str]:
    for path in paths:
        path.mkdir(parents=True, exist_ok=True)
    return [folder.name for folder in name_start_folders(map(str, paths))]


def test_a_start_folder_is_called_by_its_own_name(tmp_path):
    assert names_of(tmp_path / "a" / "study") == ["study"]


def test_folders_of_one_name_are_numbered(tmp_path):
    paths = [tmp_path / parent / "study" for parent in "abc"]
    assert names_of(*paths) == ["study", "study-2", "study-3"]
    assert [folder.path for folder in name_start_folders(map(str, paths))] == [path.resolve() for path in paths]


def test_a_number_that_is_somebodys_name_is_skipped(tmp_path):
    assert names_of(tmp_path / "study-2", tmp_path / "a" / "study", tmp_path / "b" / "study") == [
        "study-2",
        "study",
        "study-3",
    ]


@pytest.mark.parametrize("name", ["upload", "sample", *BUNDLED])
def test_a_folder_named_like_something_else_is_numbered(name, tmp_path):
    assert names_of(tmp_path / name) == [f"{name}-2"]


def test_a_folder_named_twice_is_listed_once(tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "study")
    arguments = [str(tmp_path / "study"), f"{tmp_path}/study/", str(tmp_path / "study" / ".." / "study")]
    assert [folder.name for folder in name_start_folders([*arguments, str(tmp_path / "link")])] == ["study"]


def test_the_root_of_the_file_system_has_a_name():
    assert name_start_folders(["/"]) == (StartFolder("root", Path("/")),)


def test_a_link_is_called_by_where_it_leads(tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "study")
    assert name_start_folders([str(tmp_path / "link")]) == (StartFolder("study", (tmp_path / "study").resolve()),)


def test_what_is_no_folder_is_refused(tmp_path):
    touch(tmp_path, "file.nii")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for argument in ("file.nii", "missing", "loop", "x" * 5000):
        there, problem = split_missing(name_start_folders([str(tmp_path / argument)]))
        assert there == ()
        assert str(problem).endswith("which is no folder. Start it with one that is.")
    _, problem = split_missing(name_start_folders(["~nobody-of-this-name/data"]))
    assert 'started with "~nobody-of-this-name/data", which is no folder' in str(problem)


def test_a_folder_that_goes_leaves_its_name_and_the_others_alone(tmp_path):
    paths = [tmp_path / parent / "study" for parent in "ab"]
    names_of(*paths)
    paths[0].rmdir()
    there, problem = split_missing(name_start_folders(map(str, paths)))
    assert there == (StartFolder("study-2", paths[1].resolve()),)
    assert f'started with "{paths[0]}"' in str(problem)


# --- lists ----------------------------------------------------------------------------------------------------------


def test_images_are_listed_in_order_with_their_folders(scans):
    touch(scans.path, "b.nii", "a.mgz", "sub-02/T1w.nii.gz", "sub-01/notes.txt", "sub-01/anat/T1w.json", "readme.md")
    assert list_folder(scans) == (
        "scans/a.mgz",
        "scans/b.nii",
        "scans/sub-01/anat/T1w.nii.gz",
        "scans/sub-02/T1w.nii.gz",
    )


def test_a_pair_of_files_is_one_image(tmp_path):
    touch(
        tmp_path, "x.hdr", "x.img", "packed.hdr.gz", "packed.img.gz", "y+orig.HEAD", "y+orig.BRIK", "z+tlrc.HEAD",
        "z+tlrc.BRIK.gz", "p.PAR", "p.REC", "q.par", "q.rec",
    )  # fmt: skip
    assert list_folder(StartFolder("f", tmp_path)) == tuple(
        f"f/{name}" for name in ("p.PAR", "packed.hdr.gz", "q.par", "x.hdr", "y+orig.HEAD", "z+tlrc.HEAD")
    )


def test_hidden_files_and_folders_are_not_listed(scans):
    touch(scans.path, ".hidden.nii", "._T1w.nii.gz", ".git/annex/T1w.nii.gz")
    assert list_folder(scans) == ("scans/sub-01/anat/T1w.nii.gz",)


def test_links_to_files_are_listed_and_links_to_folders_not_followed(scans):
    (scans.path / "link.nii").symlink_to(scans.path / "sub-01" / "anat" / "T1w.nii.gz")
    (scans.path / "up").symlink_to(scans.path.parent)
    assert list_folder(scans) == ("scans/link.nii", "scans/sub-01/anat/T1w.nii.gz")


def test_a_name_that_is_no_unicode_is_left_out(scans):
    """One file with a Latin-1 name broke the list for everybody."""
    (Path(os.fsdecode(os.fsencode(scans.path) + b"/M\xfcller.nii"))).write_bytes(b"")
    touch(scans.path, "M\u00fcller.nii")
    assert list_folder(scans) == ("scans/M\u00fcller.nii", "scans/sub-01/anat/T1w.nii.gz")


def test_an_empty_folder_has_an_empty_list(tmp_path):
    assert list_folder(StartFolder("empty", tmp_path)) == ()


def test_ten_thousand_files_are_listed_quickly_and_always_alike(tmp_path):
    for subject in range(100):
        folder = tmp_path / f"sub-{(subject * 37) % 100:02}"
        folder.mkdir()
        for run in range(100):
            (folder / f"run-{(run * 61) % 100:02}.nii.gz").touch()
    folder = StartFolder("big", tmp_path)
    start = time.process_time()
    listed = list_folder(folder)
    assert time.process_time() - start < 1
    assert len(listed) == MAX_LISTED == 5000
    assert listed == tuple(f"big/sub-{subject:02}/run-{run:02}.nii.gz" for subject in range(50) for run in range(100))


def test_every_listed_image_is_found(scans):
    touch(scans.path, "sub 2/\u00e9t\u00e9 100%.nii", "a#b?c&d.nii.gz")
    for image_id in list_folder(scans):
        assert find_image(image_id, [scans], {}).is_file()


# --- links from other servers -----------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path) -> tuple[StartFolder, ...]:
    """Return two start folders, `data` and `more`, that hold studies, one of them both."""
    touch(
        tmp_path, "secret/T1w.nii.gz", "data/forrest/sub-02/T1w.nii.gz", "data/both/T1w.nii.gz", "more/both/T1w.nii.gz",
        "more/data/T1w.nii.gz", "data/forrest/notes.txt",
    )  # fmt: skip
    return tuple(StartFolder(name, (tmp_path / name).resolve()) for name in ("data", "more"))


def test_a_link_from_a_server_of_the_study_alone_finds_the_image_below_a_start_folder(folders):
    assert own_id("forrest/sub-02/T1w.nii.gz", folders) == "data/forrest/sub-02/T1w.nii.gz"
    found = find_image("forrest/sub-02/T1w.nii.gz", folders, {})
    assert found.path == folders[0].path / "forrest/sub-02/T1w.nii.gz"


def test_a_start_folder_of_the_link_s_own_name_comes_first_and_others_only_where_it_has_no_such_image(folders):
    touch(folders[0].path, "T1w.nii.gz")
    assert own_id("data/T1w.nii.gz", folders) == "data/T1w.nii.gz"
    (folders[0].path / "T1w.nii.gz").unlink()
    assert own_id("data/T1w.nii.gz", folders) == "more/data/T1w.nii.gz"


def test_a_link_that_may_be_either_of_two_images_is_neither_and_names_both(folders):
    with pytest.raises(NoSuchImage, match="may be any of 2 images here") as refused:
        find_image("both/T1w.nii.gz", folders, {})
    assert refused.value.candidates == ("data/both/T1w.nii.gz", "more/both/T1w.nii.gz")


def test_one_file_that_lies_in_two_start_folders_is_one(folders):
    nested = (*folders, StartFolder("forrest-2", folders[0].path / "forrest"))
    assert own_id("sub-02/T1w.nii.gz", nested) == "forrest-2/sub-02/T1w.nii.gz"
    (folders[1].path / "forrest").symlink_to(folders[0].path / "forrest")
    assert own_id("forrest/sub-02/T1w.nii.gz", nested) == "data/forrest/sub-02/T1w.nii.gz"


@pytest.mark.parametrize(
    "image_id",
    [
        "sub-02/T1w.nii.gz", "forrest/sub-03/T1w.nii.gz", "forrest/notes.txt", "forrest", "../secret/T1w.nii.gz",
        "forrest/../../secret/T1w.nii.gz", "out/T1w.nii.gz", "upload/both/T1w.nii.gz", "x" * 5000 + ".nii", "a\0b.nii",
        "\udcff.nii", "",
    ],
)  # fmt: skip
def test_no_other_image_answers_to_a_link(image_id, folders, tmp_path):
    (folders[0].path / "out").symlink_to(tmp_path / "secret")
    assert own_id(image_id, folders) == image_id
    with pytest.raises(NoSuchImage) as refused:
        find_image(image_id, folders, {})
    assert refused.value.candidates == ()


# --- one image ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("image_id", BUNDLED)
def test_bundled_images_are_where_nilearn_keeps_them(image_id):
    assert find_image(image_id, (), {}) == bundled_path(image_id)
    assert bundled_path(image_id).is_file()


def test_bundled_images_are_those_of_nilearns_loaders():
    from nilearn.datasets import load_mni152_template, load_sample_motor_activation_image

    assert load_mni152_template(resolution=1).shape == open_image(bundled_path("mni152-t1")).shape == (197, 233, 189)
    assert Path(load_sample_motor_activation_image()) == bundled_path("motor-map")
    assert open_image(bundled_path("motor-map")).shape == (53, 63, 46)


def test_an_upload_is_found_by_its_name_in_its_own_session_only(tmp_path):
    uploads = {"T1w.nii.gz": tmp_path / "0123" / "T1w.nii.gz"}
    assert find_image("upload/T1w.nii.gz", (), uploads) == uploads["T1w.nii.gz"]
    assert refusal("upload/T1w.nii.gz") == (
        "The link names the upload T1w.nii.gz, but uploads stay with the session that made them. Upload the file again."
    )
    assert "uploads stay" in refusal("upload/../T1w.nii.gz", (), uploads)


def test_an_image_of_a_start_folder_is_found(scans):
    assert find_image("scans/sub-01/anat/T1w.nii.gz", [scans], {}).path == scans.path / "sub-01/anat/T1w.nii.gz"


@pytest.mark.parametrize(
    "image_id", ["", "nothing", "scans", "scans/", "other/T1w.nii", "/etc/passwd", "../secret.nii.gz"]
)
def test_an_unknown_id_is_refused_with_the_way_out(image_id, scans):
    assert f'There is no image "{image_id}" here. Choose one from the list' in refusal(image_id, [scans])


@pytest.mark.parametrize(
    "below", ["../secret.nii.gz", "sub-01/../../secret.nii.gz", "..", "/etc/passwd", "//etc/passwd", "sub-01/.."]
)
def test_a_way_out_of_the_folder_is_refused(below, scans):
    assert "points outside the folder scans. Choose an image from the list." in refusal(f"scans/{below}", [scans])


def test_a_link_out_of_the_folder_is_refused(scans):
    (scans.path / "file.nii.gz").symlink_to("../secret.nii.gz")
    (scans.path / "folder").symlink_to("..")
    for below in ("file.nii.gz", "folder/secret.nii.gz"):
        assert "is a link that leads outside the folders of this server" in refusal(f"scans/{below}", [scans])


def test_a_link_to_a_missing_file_outside_says_nothing_of_the_file(scans):
    (scans.path / "file.nii").symlink_to("../missing.nii")
    assert "leads outside the folders" in refusal("scans/file.nii", [scans])


@pytest.mark.parametrize(
    ("header", "voxels"),
    [("x.hdr", "x.img"), ("x.hdr", "x.IMG.gz"), ("x+orig.HEAD", "x+orig.BRIK"), ("x.PAR", "x.REC")],
)
def test_a_link_out_of_the_folder_is_refused_as_half_of_a_pair(header, voxels, scans):
    touch(scans.path, header)
    (scans.path / voxels).symlink_to("../secret.nii.gz")
    assert "is a link that leads outside the folders" in refusal(f"scans/{voxels}", [scans])


def test_a_link_within_the_folder_is_followed(scans):
    (scans.path / "link.nii.gz").symlink_to("sub-01/anat/T1w.nii.gz")
    (scans.path / "first").symlink_to("sub-01")
    for below in ("link.nii.gz", "first/anat/T1w.nii.gz"):
        assert find_image(f"scans/{below}", [scans], {}).resolve() == scans.path / "sub-01/anat/T1w.nii.gz"


def test_a_link_to_another_start_folder_is_followed(scans, tmp_path):
    touch(tmp_path, "more/T2w.nii")
    (scans.path / "T2w.nii").symlink_to(tmp_path / "more" / "T2w.nii")
    more = StartFolder("more", (tmp_path / "more").resolve())
    assert find_image("scans/T2w.nii", [scans, more], {}).is_file()
    assert "leads outside" in refusal("scans/T2w.nii", [scans])


def test_a_folder_whose_name_begins_alike_is_another_folder(scans, tmp_path):
    touch(tmp_path, "scans-private/T1w.nii")
    (scans.path / "T1w.nii").symlink_to(tmp_path / "scans-private" / "T1w.nii")
    assert "leads outside" in refusal("scans/T1w.nii", [scans])


@pytest.mark.parametrize(
    "below",
    ["missing.nii", "sub-01/no/T1w.nii", "sub-01/anat/T1w.nii.gz/x", "a\0b.nii", "x" * 5000, "\udcff.nii"],
    ids=["file", "folder", "below a file", "null", "long", "no unicode"],
)
def test_a_file_that_is_not_there_is_refused(below, scans):
    assert "here. It may have been moved: choose one from the list." in refusal(f"scans/{below}", [scans])


def test_a_loop_of_links_is_refused(scans):
    (scans.path / "a.nii").symlink_to("b.nii")
    (scans.path / "b.nii").symlink_to("a.nii")
    with pytest.raises(InputError):
        open_image(find_image("scans/a.nii", [scans], {}))


def test_a_link_whose_content_was_not_fetched_is_found_and_opening_says_so(scans):
    (scans.path / "T2w.nii.gz").symlink_to(".git/annex/objects/T2w.nii.gz")
    path = find_image("scans/T2w.nii.gz", [scans], {})
    with pytest.raises(InputError, match=r"T2w\.nii\.gz"):
        open_image(path)


def test_a_folder_is_no_image(scans):
    with pytest.raises(InputError):
        open_image(find_image("scans/sub-01", [scans], {}))


def test_an_unknown_image_of_the_sample_study_is_refused():
    assert "sample study has no image" in refusal("sample/../secret.nii.gz")


def test_real_images_of_two_folders_open_by_their_ids(shared_data):
    folders = name_start_folders([str(shared_data / "orientations"), str(shared_data / "oro.nifti")])
    ids = [image_id for folder in folders for image_id in list_folder(folder)]
    assert "orientations/PSR.nii.gz" in ids
    assert "oro.nifti/avg152T1.hdr.gz" in ids
    assert not any(image_id.endswith((".img.gz", ".BRIK", ".BRIK.gz")) for image_id in ids)
    assert open_image(find_image("orientations/PSR.nii.gz", folders, {})).shape == (79, 67, 64)
