"""Which browser the tests drive; run as a script, it gets one where there is none.

A Chromium or Chrome that is there already is taken. Else Debian's own package is installed, where that is allowed, and
else the one that Playwright offers.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_PATHS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Neither a graphics card nor a user namespace is taken for granted, and nothing is asked of the network.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
NONE_FOUND = (
    "No Chromium was found, and none could be installed. The browser's tests are never skipped: install Chromium or "
    "Chrome, or name its program in the environment variable CHROMIUM."
)


def find_browser() -> Path | None:
    """Return the program of a Chromium that starts, or None."""
    return next((Path(path) for path in _candidates() if path and _starts(path)), None)


def install_browser() -> Path:
    """Return the program of a Chromium, which is installed where there is none.

    Raises
    ------
    SystemExit
        None can be had.
    """
    for install in (_nothing, _install_from_debian, _install_from_playwright):
        install()
        path = find_browser()
        if path is not None:
            return path
    raise SystemExit(NONE_FOUND)


def _candidates() -> Iterator[str | None]:
    yield os.environ.get("CHROMIUM")
    yield from (shutil.which(name) for name in NAMES)
    yield from MAC_PATHS
    with sync_playwright() as play:
        yield play.chromium.executable_path


def _starts(path: str) -> bool:
    # Asked, because some systems put a script of this name where the browser is not installed.
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _nothing() -> None:
    """Take what is there."""


def _install_from_debian() -> None:
    """Install Debian's chromium, where this is Debian and its packages may be installed.

    Ubuntu's package of that name is an empty one that leads to another store.
    """
    release = Path("/etc/os-release")
    is_debian = release.is_file() and "ID=debian" in release.read_text("utf-8").splitlines()
    if is_debian and os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-qq", "--yes", "--no-install-recommends", "chromium")


def _install_from_playwright() -> None:
    _run(sys.executable, "-m", "playwright", "install", "chromium")


def _run(*command: str) -> None:
    print(" ".join(command), flush=True)
    # A failure is no end: the next way is tried, and a browser looked for after each.
    subprocess.run(command, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


if __name__ == "__main__":
    print(f"The browser's tests use {install_browser()}")
