"""Downloads in a process of their own: progress, stop, continue, refusals."""

import shutil
from pathlib import Path

import pytest

from lib.errors import InputError
from lib.jobs import JobCancelled
from lib.studies import downloading
from lib.studies.downloading import download, downloaded_folders, downloaded_subjects, downloads_folder, require_disk
from lib.studies.public_data import find_dataset
from tests.builders import public_data
from tests.builders.stand_in import make_certificate, stand_in_server

ARCHIVE = "www.fil.ion.ucl.ac.uk/spm/download/data/MoAEpilot/MoAEpilot.bids.zip"
AUDITORY = find_dataset("spm_auditory")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is needed to stand in for hosts that are asked over https")
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def source(certificate, monkeypatch):
    """Return the stand-in server that fetching processes ask instead of the real hosts."""
    with stand_in_server(certificate) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def ignore(done, total, note):
    """Take a report."""


def test_stopped_download_is_continued_where_it_stopped(source, monkeypatch):
    """A dropped connection an hour into a download must not cost the hour."""
    source.files = public_data.spm_auditory()
    source.held, source.held_after = ARCHIVE, 20_000
    part = downloads_folder() / "spm_auditory" / "MoAEpilot.bids.zip.part"
    processes = watch_processes(monkeypatch)
    reports = []

    def stop_when_begun(*report):
        reports.append(report)
        if report[0]:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        download(AUDITORY, 1, stop_when_begun)
    assert processes[0].poll() is not None
    done, total, note = reports[-1]
    kept = part.stat().st_size
    assert 0 < done <= kept <= 20_000
    assert total == 30_000_000
    assert note.endswith("kB of about 30.0 MB")
    assert downloaded_folders() == ()

    source.release.set()
    folder = download(AUDITORY, 1, ignore)
    assert source.asked == [(ARCHIVE, 0), (ARCHIVE, kept)]
    assert downloaded_folders() == (folder,)
    assert downloaded_subjects(AUDITORY) == 1


def watch_processes(monkeypatch) -> list:
    """Return the list that started processes are put into."""
    started, start = [], downloading.subprocess.Popen

    def start_and_keep(*args, **more):
        started.append(start(*args, **more))
        return started[-1]

    monkeypatch.setattr(downloading.subprocess, "Popen", start_and_keep)
    return started


def test_no_network_is_said_in_one_sentence(source, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(InputError, match=r"^SPM auditory could .* to www.fil.ion.ucl.ac.uk could not be made"):
        download(AUDITORY, 1, ignore)
    assert downloaded_folders() == ()


def test_process_that_dies_is_said_and_logged(monkeypatch, caplog):
    monkeypatch.setattr(downloading.sys, "executable", shutil.which("false"))
    with pytest.raises(InputError, match=r"SPM auditory ended unexpectedly. Try again"):
        download(AUDITORY, 1, ignore)
    assert "spm_auditory ended with status 1" in caplog.text


def test_full_disk_refuses_before_anything_begins():
    with pytest.raises(
        InputError, match=r"^Haxby 2001 needs 1,000\.0 PB of disk while it is unpacked, and .* are free"
    ):
        require_disk(downloads_folder(), 10**18, "Haxby 2001")
    assert not downloads_folder().exists()


def test_folder_that_cannot_be_made_is_said(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match=r"SPM auditory cannot be stored in .*VOXEL_EXPLORER_CACHE"):
        download(AUDITORY, 1, ignore)


def test_nothing_is_downloaded_at_first():
    assert downloaded_folders() == ()
    assert downloaded_subjects(AUDITORY) == 0
