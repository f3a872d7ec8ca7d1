"""How the sample study's files come to be: once, whole or not at all."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lib.errors import InputError
from lib.studies.simulated import build_sample_file, sample_folder, write_sample_study_text
from lib.studies.simulated.building import STALE_SECONDS, WORK_FOLDER
from lib.studies.simulated.known import KNOWN, VERSION
from lib.studies.simulated.texts import study_texts
from tests.conftest import ROOT

RUN = KNOWN.runs[3].path
MASK = KNOWN.runs[0].mask_path


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def abandon_lock(folder: Path, relative_path: str, age: float) -> Path:
    """Leave the lock and the half-made file of a builder that was killed `age` seconds ago."""
    work = folder / WORK_FOLDER
    work.mkdir()
    name = relative_path.replace("/", "_")
    for path in (work / f"{name}.lock", work / f"{name}.0123.part"):
        path.write_text("somebody else")
        os.utime(path, times=(time.time() - age,) * 2)
    return work / f"{name}.lock"


def test_building_one_file_builds_no_other(tmp_path):
    assert build_sample_file(MASK, tmp_path) == tmp_path / MASK
    assert files_below(tmp_path) == [MASK]


def test_file_that_is_there_is_not_built_again(tmp_path):
    target = tmp_path / MASK
    target.parent.mkdir(parents=True)
    target.write_bytes(b"already here")
    assert build_sample_file(MASK, tmp_path).read_bytes() == b"already here"


def test_progress_rises_to_one_and_names_the_file(tmp_path):
    reports = []
    build_sample_file(RUN, tmp_path, lambda fraction, text: reports.append((fraction, text)))
    fractions = [fraction for fraction, _ in reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert 10 <= len(reports) <= 30
    assert reports[-1][1] == "Simulating sub-02_task-game_bold.nii: 120 of 120"


def test_interrupted_build_leaves_nothing_and_can_be_started_again(tmp_path):
    def interrupt(fraction, text):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_sample_file(RUN, tmp_path, interrupt)
    assert files_below(tmp_path) == []
    build_sample_file(RUN, tmp_path)
    assert files_below(tmp_path) == [RUN]


def test_sessions_that_ask_at_once_build_once(tmp_path):
    """The second asks while the first is held in the middle of its work, and is told that it waits."""
    second_waits = threading.Event()
    builders = set()

    def first(fraction, text):
        builders.add("first")
        assert second_waits.wait(30)

    def second(fraction, text):
        if text.startswith("Waiting"):
            second_waits.set()
        else:
            builders.add("second")

    started = threading.Event()

    def first_and_signal(fraction, text):
        started.set()
        first(fraction, text)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(build_sample_file, MASK, tmp_path, first_and_signal)
        assert started.wait(30)
        two = pool.submit(build_sample_file, MASK, tmp_path, second)
        assert one.result() == two.result() == tmp_path / MASK
    assert builders == {"first"}
    assert files_below(tmp_path) == [MASK]


def test_lock_of_a_killed_builder_is_taken_over_and_its_remains_removed(tmp_path):
    abandon_lock(tmp_path, MASK, age=STALE_SECONDS + 5)
    build_sample_file(MASK, tmp_path)
    assert files_below(tmp_path) == [MASK]


def test_waiting_for_a_living_builder_can_be_given_up(tmp_path):
    lock = abandon_lock(tmp_path, MASK, age=0)

    def give_up(fraction, text):
        assert text == "Waiting for another session that is simulating sub-01_task-game_desc-brain_mask.nii.gz"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_sample_file(MASK, tmp_path, give_up)
    assert lock.read_text() == "somebody else"


def test_builder_whose_lock_was_taken_over_leaves_the_new_lock_alone(tmp_path):
    lock = tmp_path / WORK_FOLDER / f"{MASK.replace('/', '_')}.lock"
    build_sample_file(MASK, tmp_path, lambda fraction, text: lock.write_text("somebody else"))
    assert lock.read_text() == "somebody else"
    assert (tmp_path / MASK).is_file()


def test_text_files_are_written_together_without_images(tmp_path):
    write_sample_study_text(tmp_path)
    assert files_below(tmp_path) == sorted(study_texts())


def test_asking_for_a_text_file_writes_it(tmp_path):
    assert build_sample_file("participants.tsv", tmp_path).read_text().startswith("participant_id\t")


def test_text_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "README").write_text("mine")
    write_sample_study_text(tmp_path)
    assert (tmp_path / "README").read_text() == "mine"


@pytest.mark.parametrize("path", ["../outside.nii", "sub-01/anat/sub-01_T2w.nii.gz", ""])
def test_paths_outside_the_listing_are_refused(path, tmp_path):
    with pytest.raises(InputError, match="The sample study has no image"):
        build_sample_file(path, tmp_path)
    assert files_below(tmp_path) == []


def test_folder_that_cannot_be_written_is_explained(tmp_path):
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    with pytest.raises(
        InputError, match=r"cannot be written to .*a file, not a folder.*VOXEL_EXPLORER_CACHE"
    ) as raised:
        build_sample_file(MASK, blocked)
    # Where a server keeps its files is no visitor's business.
    assert str(tmp_path) not in str(raised.value)
    with pytest.raises(InputError, match="cannot be written to"):
        write_sample_study_text(blocked)


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files through POSIX")
@pytest.mark.parametrize("path", [KNOWN.runs[0].path, KNOWN.runs[1].path], ids=["gz", "plain"])
def test_disk_that_fills_up_is_explained_and_left_clean(path, tmp_path):
    """The operating system refuses to let a file grow over 1 MB, as a full disk would."""
    code = (
        "import resource, sys; from pathlib import Path; from lib.studies.simulated import build_sample_file;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000));"
        "build_sample_file(sys.argv[1], Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, path, tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "InputError: The sample study cannot be written to" in done.stderr
    assert "Free some space there (it needs 150 MB)" in done.stderr
    assert files_below(tmp_path) == []


def test_the_study_lies_in_the_cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "here"))
    assert sample_folder() == tmp_path / "here" / f"sample-{VERSION}"
