"""Public data fetched by nilearn's own calls from a server that stands in for the sources."""

import shutil
from pathlib import Path

import pytest

from lib.studies import public_data as catalogue
from lib.studies import read_study
from lib.studies.public_data import DATASETS
from tests.builders import public_data
from tests.builders.stand_in import make_certificate, stand_in_server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is needed to stand in for hosts that are asked over https")
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def source(certificate, monkeypatch):
    """Return the stand-in server, which the fetchers of this process ask instead of the real hosts."""
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
    with stand_in_server(certificate) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.mark.parametrize(
    ("key", "n_runs", "n_images"),
    [
        ("spm_auditory", 1, 2),
        ("development_fmri", 1, 1),
        ("brainomics_localizer", 0, 3),
        ("haxby2001", 1, 8),
        ("adhd", 1, 1),
    ],
)
def test_data_set_becomes_a_study(source, tmp_path, key, n_runs, n_images):
    source.files = getattr(public_data, key)()
    assert catalogue.main(key, "1", str(tmp_path)) == 0
    study = read_study(tmp_path / key)
    assert (len(study.of_kind("run")), len(study.files)) == (n_runs, n_images)
    assert not [file for file in study.files if file.problem]


def test_more_subjects_are_added_to_those_there_are(source, tmp_path):
    source.files = public_data.development_fmri()
    assert catalogue.main("development_fmri", "1", str(tmp_path)) == 0
    source.asked.clear()
    assert catalogue.main("development_fmri", "2", str(tmp_path)) == 0
    assert len(read_study(tmp_path / "development_fmri").files) == 2
    assert len(source.asked) == 2


def test_missing_file_at_the_source_is_said_with_its_status(source, tmp_path, capsys):
    assert catalogue.main("adhd", "1", str(tmp_path)) == catalogue.PROBLEM
    assert "www.nitrc.org answered with the status 404. Try again later" in last_line(capsys)


def test_web_page_instead_of_the_data_is_not_kept(source, tmp_path, capsys):
    """Sources under maintenance answer with a page and status 200, which nilearn takes for the file, for good."""
    files = public_data.development_fmri()
    source.files = dict.fromkeys(files, b"<html>We are moving to a new server.</html>")
    assert catalogue.main("development_fmri", "1", str(tmp_path)) == catalogue.PROBLEM
    assert "sent a web page instead of the data" in last_line(capsys)
    source.files = files
    assert catalogue.main("development_fmri", "1", str(tmp_path)) == 0


def test_archive_that_cannot_be_unpacked_is_not_kept(source, tmp_path, capsys, monkeypatch):
    """nilearn calls itself without end on SPM's archive when it is damaged."""
    monkeypatch.setattr(catalogue, "DEEP_ENOUGH", 60)
    files = public_data.spm_auditory()
    source.files = {name: body[:200] for name, body in files.items()}
    assert catalogue.main("spm_auditory", "1", str(tmp_path)) == catalogue.PROBLEM
    assert "is not what it should be (the archive cannot be unpacked)" in last_line(capsys)
    source.files = files
    assert catalogue.main("spm_auditory", "1", str(tmp_path)) == 0


def test_folder_that_cannot_be_written_is_said(source, tmp_path, capsys):
    (tmp_path / "file").write_text("no folder")
    assert catalogue.main("adhd", "1", str(tmp_path / "file")) == catalogue.PROBLEM
    assert last_line(capsys)


def test_every_data_set_states_licence_size_and_source():
    for dataset in DATASETS:
        assert dataset.licence
        assert dataset.source.startswith("http")
        assert dataset.disk_bytes(2) > dataset.download_bytes(2) > dataset.download_bytes(1) > 1_000_000


def last_line(capsys) -> str:
    return capsys.readouterr().out.strip().rpartition("\n")[2]
