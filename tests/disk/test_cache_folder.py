"""Where the app keeps what it makes."""

import os

import pytest

from lib.disk.cache_folder import cache_folder


@pytest.fixture
def not_named(tmp_path, monkeypatch) -> None:
    """Let nobody have named a folder, on a Linux whose home is an empty folder."""
    monkeypatch.delenv("VOXEL_EXPLORER_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))


def test_the_environment_names_it(tmp_path, monkeypatch):
    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"


@pytest.mark.skipif(os.name != "posix", reason="the cache folder of Linux")
def test_it_lies_in_the_users_cache_folder_by_default(not_named, tmp_path, monkeypatch):
    assert cache_folder() == tmp_path / ".cache" / "voxel-explorer"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    assert cache_folder() == tmp_path / "other" / "voxel-explorer"


@pytest.mark.skipif(os.name != "posix", reason="the cache folder of Linux")
def test_it_lies_in_the_temporary_folder_where_nobody_may_write_at_home(not_named, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/somewhere")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert str(cache_folder()) == "/somewhere/voxel-explorer"
