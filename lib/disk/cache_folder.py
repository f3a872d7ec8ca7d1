"""Where does the app keep what it makes?"""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

CACHE_VARIABLE = "VOXEL_EXPLORER_CACHE"
NAME = "voxel-explorer"


def cache_folder() -> Path:
    """Return the folder for all that the app keeps on disk, which need not exist yet.

    It is the one that the environment variable ``VOXEL_EXPLORER_CACHE`` names, else lies in the user's cache folder of
    the platform, or, where nobody may write there, in the system's temporary one.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    # An account without a home folder, as of some services, still has a temporary one.
    with contextlib.suppress(RuntimeError):
        of_user = _user_cache_folder(Path.home())
        nearest = next(folder for folder in (of_user, *of_user.parents) if folder.exists())
        if os.access(nearest, os.W_OK):
            return of_user / NAME
    return Path(tempfile.gettempdir()) / NAME


def _user_cache_folder(home: Path) -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
