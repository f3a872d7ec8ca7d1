"""Which files a folder holds, whatever is wrong with them."""

import os

import pytest

from lib.studies.walk import WalkCancelled, is_inside, walk
from tests.builders.study_trees import write_image, write_text


def found_in(root, *inside):
    root = root.resolve()
    return {item.path: item for item in walk(root, (root, *(folder.resolve() for folder in inside)))}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty (0 bytes)"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n", "git lfs pull"),
        (b"/annex/objects/MD5E-s1--x.nii.gz\n", "datalad get"),
        (b"../../.git/annex/objects/zz/qq/MD5E-s1--x.nii.gz/MD5E-s1--x.nii.gz", "datalad get"),
        (b"<!DOCTYPE html>\n<html>404</html>", "web page"),
        (b"../elsewhere/gone.nii.gz", "stored as text"),
    ],
)
def test_stub_is_listed_with_the_reason(tmp_path, content, words):
    (tmp_path / "sub-01_bold.nii.gz").write_bytes(content)
    item = found_in(tmp_path)["sub-01_bold.nii.gz"]
    assert item.role == "image"
    assert words in item.problem


def test_small_real_image_is_not_taken_for_a_stub(tmp_path):
    path = write_image(tmp_path / "a.nii.gz", (2, 2, 2))
    assert path.stat().st_size < 1024
    assert found_in(tmp_path)["a.nii.gz"].problem is None


def test_annex_link_without_content_says_how_to_fetch_it(tmp_path):
    (tmp_path / "a.nii.gz").symlink_to(".git/annex/objects/x/y/MD5-x.nii.gz")
    assert "datalad get" in found_in(tmp_path)["a.nii.gz"].problem


def test_annex_link_with_content_is_fine(tmp_path):
    write_image(tmp_path / ".git" / "annex" / "objects" / "x.nii.gz")
    (tmp_path / "a.nii.gz").symlink_to(".git/annex/objects/x.nii.gz")
    assert found_in(tmp_path)["a.nii.gz"].problem is None


def test_broken_link_is_listed(tmp_path):
    (tmp_path / "a.nii").symlink_to("nowhere.nii")
    assert found_in(tmp_path)["a.nii"].problem == "It is a link to a file that does not exist."


def test_link_to_itself_is_listed(tmp_path):
    (tmp_path / "a.nii").symlink_to("a.nii")
    assert "does not exist" in found_in(tmp_path)["a.nii"].problem


def test_link_out_of_the_root_is_refused(tmp_path):
    outside = write_image(tmp_path / "outside" / "secret.nii")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "a.nii").symlink_to(outside)
    item = found_in(tmp_path / "study")["a.nii"]
    assert "out of the folders that may be read" in item.problem
    assert str(outside) not in item.problem


def test_link_into_an_allowed_folder_is_accepted(tmp_path):
    outside = write_image(tmp_path / "outside" / "run.nii")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "a.nii").symlink_to(outside)
    assert found_in(tmp_path / "study", tmp_path / "outside")["a.nii"].problem is None


def test_link_stored_as_text_is_followed_into_an_allowed_folder_only(tmp_path):
    outside = write_image(tmp_path / "outside" / "run.nii")
    write_text(tmp_path / "study" / "a.nii", "../outside/run.nii")
    assert "out of the folders" in found_in(tmp_path / "study")["a.nii"].problem
    item = found_in(tmp_path / "study", tmp_path / "outside")["a.nii"]
    assert item.problem is None
    assert item.target == outside.resolve()


def test_folder_whose_name_begins_like_the_root_is_outside(tmp_path):
    write_image(tmp_path / "study-private" / "run.nii")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "a.nii").symlink_to(tmp_path / "study-private" / "run.nii")
    assert "out of the folders" in found_in(tmp_path / "study")["a.nii"].problem


def test_linked_folder_outside_is_a_notice(tmp_path):
    write_image(tmp_path / "outside" / "run.nii")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "linked").symlink_to(tmp_path / "outside")
    items = found_in(tmp_path / "study")
    assert items["linked"].role == "notice"
    assert (
        items["linked"].problem == "Folder linked is a link out of the folders that may be read; it was not followed."
    )
    assert len(items) == 1


def test_linked_folder_inside_is_walked_once(tmp_path):
    write_image(tmp_path / "z" / "run.nii")
    (tmp_path / "a").symlink_to(tmp_path / "z")
    assert list(found_in(tmp_path)) == ["z/run.nii"]


def test_linked_folder_of_an_allowed_root_is_walked(tmp_path):
    write_image(tmp_path / "other" / "deep" / "run.nii")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "linked").symlink_to(tmp_path / "other")
    assert list(found_in(tmp_path / "study", tmp_path / "other")) == ["linked/deep/run.nii"]


def test_links_in_a_circle_end(tmp_path):
    write_image(tmp_path / "a" / "run.nii")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    assert list(found_in(tmp_path)) == ["a/run.nii"]


def test_link_to_a_folder_above_the_study_is_not_entered(tmp_path):
    write_image(tmp_path / "neighbour" / "run.nii")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "up").symlink_to(tmp_path)
    assert found_in(tmp_path / "study", tmp_path) == {}


def test_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "a.nii")
    assert "not a regular file" in found_in(tmp_path)["a.nii"].problem


def test_folder_named_like_an_image_is_a_folder(tmp_path):
    write_image(tmp_path / "odd.nii.gz" / "a.nii")
    assert list(found_in(tmp_path)) == ["odd.nii.gz/a.nii"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file_and_folder_are_listed(tmp_path):
    write_image(tmp_path / "a.nii").chmod(0)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    items = found_in(tmp_path)
    closed.chmod(0o700)
    assert "permission denied" in items["a.nii"].problem
    assert "Permission denied" in items["closed"].problem


def test_name_that_is_no_text_is_listed_with_escapes(tmp_path):
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.nii")).write_bytes(b"x" * 2000)
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    item = found_in(tmp_path)["caf\\xe9.nii"]
    assert "not valid text" in item.problem


def test_hidden_files_and_folders_are_left_out(tmp_path):
    write_image(tmp_path / ".git" / "a.nii")
    write_image(tmp_path / "._a.nii")
    assert found_in(tmp_path) == {}


def test_pairs_of_files_count_once(tmp_path):
    for name in ("a+orig.HEAD", "a+orig.BRIK.gz", "b.hdr", "b.img", "c.PAR", "c.REC", "d.par"):
        (tmp_path / name).write_bytes(b"\x01" * 2000)
    roles = {name: item.role for name, item in found_in(tmp_path).items() if item.role != "skipped"}
    assert roles == {"a+orig.HEAD": "image", "b.img": "image", "c.PAR": "image", "d.par": "companion"}


@pytest.mark.parametrize("name", ["a+orig.HEAD", "b.hdr", "b.img.gz", "c.PAR"])
def test_half_of_a_pair_names_the_other_half(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x01" * 2000)
    assert "file that belongs to it is not beside it" in found_in(tmp_path)[name].problem


def test_surface_file_is_said_to_be_one(tmp_path):
    (tmp_path / "sub-01_bold.dtseries.nii").write_bytes(b"\x01" * 2000)
    assert "surface file" in found_in(tmp_path)["sub-01_bold.dtseries.nii"].problem


def test_walk_stops_when_asked(tmp_path):
    write_image(tmp_path / "a" / "a.nii")
    answers = iter([False, True])
    with pytest.raises(WalkCancelled):
        list(walk(tmp_path.resolve(), (tmp_path.resolve(),), lambda: next(answers)))


def test_folder_is_inside_itself(tmp_path):
    assert is_inside(str(tmp_path), (tmp_path,))
    assert is_inside("/anything", (type(tmp_path)("/"),))
