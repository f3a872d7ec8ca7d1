"""A named file is opened inside its folders, whatever links say, and however they change meanwhile."""

import os
import stat
from pathlib import Path
from threading import Event, Thread

import pytest

from lib.disk import opening
from lib.disk.opening import MOST_LINKS, NamedFile, as_file, open_inside
from lib.errors import InputError

SECRET, OWN = b"secret", b"own"


@pytest.fixture
def root(tmp_path) -> Path:
    """Return a start folder with files in it, and beside it a file that is nobody's business."""
    root = tmp_path / "scans"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "brain.nii").write_bytes(OWN)
    (root / "sub" / "deep" / "brain.nii").write_bytes(OWN)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "brain.nii").write_bytes(SECRET)
    return root


def read(path: Path, *folders: Path) -> bytes:
    return NamedFile(path, folders).read_bytes()


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("beside.nii", "brain.nii"),
        ("below.nii", "sub/deep/brain.nii"),
        ("sub/deep/above.nii", "../../brain.nii"),
        ("sub/deep/roundabout.nii", "../../sub/./deep/../deep/brain.nii"),
        ("absolute.nii", "{root}/brain.nii"),
        ("round_the_world.nii", "../scans/brain.nii"),
    ],
)
def test_a_link_that_stays_inside_is_followed(root, name, target):
    (root / name).symlink_to(target.format(root=root))
    assert read(root / name, root) == OWN
    assert NamedFile(root / name, (root,)).is_file()


def test_linked_folders_and_links_to_links_are_followed(root):
    (root / "folder").symlink_to("sub")
    (root / "again").symlink_to("folder/deep/brain.nii")
    assert read(root / "folder" / "deep" / "brain.nii", root) == OWN
    assert read(root / "again", root) == OWN


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("out.nii", "../outside/brain.nii"),
        ("out.nii", "{outside}/brain.nii"),
        ("sub/out.nii", "../../outside/brain.nii"),
        ("out.nii", "sub/../../outside/brain.nii"),
        ("out.nii", "/etc/passwd"),
    ],
)
def test_a_link_that_leads_out_is_refused(root, name, target):
    (root / name).symlink_to(target.format(outside=root.parent / "outside"))
    with pytest.raises(InputError, match="is a link that leads outside the folders of this server"):
        read(root / name, root)
    assert not NamedFile(root / name, (root,)).exists()


def test_a_file_below_a_folder_that_leads_out_is_refused(root):
    (root / "folder").symlink_to(root.parent / "outside")
    with pytest.raises(InputError, match="leads outside"):
        read(root / "folder" / "brain.nii", root)


def test_dots_in_a_name_lead_nowhere_else(root):
    with pytest.raises(InputError, match="leads outside"):
        read(root / "sub" / ".." / ".." / "outside" / "brain.nii", root)
    assert read(root / "sub" / ".." / "brain.nii", root) == OWN


def test_a_link_may_lead_into_another_of_the_folders(root):
    (root / "other.nii").symlink_to("../outside/brain.nii")
    assert read(root / "other.nii", root, root.parent / "outside") == SECRET


def test_a_folder_above_the_start_folders_may_be_a_link(root, tmp_path):
    (tmp_path / "alias").symlink_to(root)
    (root / "absolute.nii").symlink_to(tmp_path / "alias" / "brain.nii")
    assert read(root / "absolute.nii", root) == OWN


def test_what_is_no_file_is_not_opened_and_not_waited_for(root):
    os.mkfifo(root / "pipe.nii")
    for name in ("pipe.nii", "sub"):
        with pytest.raises(OSError, match="is no regular file"):
            read(root / name, root)
    assert stat.S_ISFIFO(NamedFile(root / "pipe.nii", (root,)).stat().st_mode)
    assert NamedFile(root / "sub", (root,)).is_dir()
    assert NamedFile(root, (root,)).is_dir()


def test_what_is_not_there_is_named_whole(root):
    with pytest.raises(FileNotFoundError) as caught:
        read(root / "sub" / "gone.nii", root)
    assert caught.value.filename == str(root / "sub" / "gone.nii")


def test_links_in_a_circle_end(root):
    (root / "one.nii").symlink_to("two.nii")
    (root / "two.nii").symlink_to("one.nii")
    with pytest.raises(OSError, match="Too many levels"):
        read(root / "one.nii", root)


def test_as_many_links_as_linux_follows_are_followed(root):
    for number in range(MOST_LINKS):
        (root / f"{number}.nii").symlink_to(f"{number - 1}.nii" if number else "brain.nii")
    assert read(root / f"{MOST_LINKS - 1}.nii", root) == OWN


def test_a_link_that_is_swapped_between_two_looks_shows_nothing_else(root):
    """A file was looked at by its name and then opened by it: a link put there in between was followed."""
    path, spare = root / "brain.nii", root / "spare"
    is_over, seen = Event(), set()

    def swap() -> None:
        while not is_over.is_set():
            spare.symlink_to("../outside/brain.nii")
            spare.replace(path)
            spare.write_bytes(OWN)
            spare.replace(path)

    swapping = Thread(target=swap)
    swapping.start()
    try:
        for _ in range(2000):
            try:
                seen.add(read(path, root))
            except (InputError, OSError):
                seen.add(None)
    finally:
        is_over.set()
        swapping.join()
    assert SECRET not in seen
    assert seen <= {OWN, b"", None}


def test_a_folder_that_is_swapped_for_a_link_out_between_two_looks_shows_nothing_else(root):
    """Each step of a path is opened below the one before it: to swap a folder after it was looked at does not help."""
    folder, kept, link = root / "sub", root / "kept", root / "link"
    (root.parent / "outside" / "deep").mkdir()
    (root.parent / "outside" / "deep" / "brain.nii").write_bytes(SECRET)
    link.symlink_to("../outside")
    is_over, seen = Event(), set()

    def swap() -> None:
        while not is_over.is_set():
            folder.rename(kept)
            link.rename(folder)
            folder.rename(link)
            kept.rename(folder)

    swapping = Thread(target=swap)
    swapping.start()
    try:
        for _ in range(2000):
            try:
                seen.add(read(folder / "deep" / "brain.nii", root))
            except (InputError, OSError):
                seen.add(None)
    finally:
        is_over.set()
        swapping.join()
    assert seen <= {OWN, None}
    assert OWN in seen


def test_no_descriptor_is_left_open(root):
    (root / "out.nii").symlink_to("../outside/brain.nii")
    (root / "sub" / "deep" / "in.nii").symlink_to("../../brain.nii")
    before = len(os.listdir("/proc/self/fd"))
    for path in (root / "out.nii", root / "gone.nii", root / "sub", root / "sub" / "deep" / "in.nii"):
        file = NamedFile(path, (root,))
        for look in (file.exists, file.is_file, file.read_bytes, file.stat):
            try:
                look()
            except (InputError, OSError):
                continue
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_library_cannot_open_it_by_its_name(root):
    file = NamedFile(root / "brain.nii", (root,))
    with pytest.raises(TypeError):
        os.stat(file)
    with pytest.raises(ValueError, match="read as bytes"):
        file.open("wb")
    assert as_file(file) is file
    assert as_file(str(root)) == root


def test_where_folders_have_no_descriptors_links_are_looked_at_before_and_after(root, monkeypatch):
    """As on Windows."""
    monkeypatch.setattr(opening, "CAN_WALK", False)
    (root / "in.nii").symlink_to("sub/deep/brain.nii")
    (root / "out.nii").symlink_to("../outside/brain.nii")
    assert read(root / "in.nii", root) == OWN
    with pytest.raises(InputError, match="leads outside"):
        read(root / "out.nii", root)


def test_a_descriptor_is_what_it_gives(root):
    descriptor = open_inside(root / "brain.nii", (root,))
    assert os.read(descriptor, 10) == OWN
    os.close(descriptor)
