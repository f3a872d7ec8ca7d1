"""Fixtures that several test modules share."""

import functools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

# nilearn imports it, which silences a warning of urllib3's for all threads. Where that happens in a job's thread, a
# test that begins or ends meanwhile puts the filters back, and the warning is an error there.
import requests  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"

# What takes longest begins first, so that several workers end together; the first that fits counts.
LONGEST_FIRST = (
    "tests/e2e/test_small_host.py",
    "tests/e2e/",
    "tests/studies/simulated/",
    "tests/pages/",
    "tests/studies/",
)


def pytest_collection_modifyitems(items) -> None:
    """Put the long modules first, and of a folder the one with most tests; each module stays whole and in its order."""
    sizes = Counter(item.path for item in items)
    items.sort(key=lambda item: (_rank(item), -sizes[item.path], str(item.path)))


def _rank(item) -> int:
    path = item.path.relative_to(ROOT).as_posix()
    return next((rank for rank, start in enumerate(LONGEST_FIRST) if path.startswith(start)), len(LONGEST_FIRST))


@pytest.fixture(scope="session", autouse=True)
def own_cache_folder(tmp_path_factory) -> Iterator[None]:
    """Give the tests of this process, and the servers they start, an empty cache folder instead of the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def components_searched_once() -> Iterator[None]:
    """Look through the installed packages for components once.

    Each AppTest does so again, as if it were another server: most of the time that a page's test took.
    """
    if "streamlit" not in sys.modules:
        yield
        return
    # Streamlit imports it when the first app starts, which is later than this.
    from streamlit.components.v2 import manifest_scanner as scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "scan_component_manifests", functools.cache(scanner.scan_component_manifests))
        yield


@pytest.fixture
def empty_caches(tmp_path, monkeypatch) -> None:
    """Let a test begin as a server does that was started without a folder: nothing is kept, in memory or on disk."""
    import streamlit as st

    monkeypatch.setenv("VOXEL_EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "argv", ["app.py"])
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real images beside the project; tests that need it are skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real test images are not present beside the project ({SHARED_DATA.name}/ folder is absent)")
    return SHARED_DATA


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same on every run."""
    return np.random.default_rng(20261122)


@pytest.fixture
def oblique_affine() -> np.ndarray:
    """(4, 4) left-handed, oblique, anisotropic affine: mixed-up axes or signs fail on it."""
    tilt, turn = np.deg2rad(12.0), np.deg2rad(-7.0)
    rotate_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    rotate_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = rotate_z @ rotate_x @ np.diag([-2.0, 2.5, 3.0])
    affine[:3, 3] = [9.0, -11.0, 4.0]
    return affine


@pytest.fixture(autouse=True)
def own_main(monkeypatch) -> None:
    """Give back what `__main__` was: AppTest leaves its script there, and a spawned process would run that."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
