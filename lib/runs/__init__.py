"""Where a 4-D run lives once it has been read through: on disk, one file for volumes and one for time courses.

`prepare_run` reads a run once and leaves a store in a folder; `open_run` finds it again. A store is mapped, not
loaded: reading a volume, a time course or a map touches a few pages of it.
"""

from lib.runs.damage import StoreDamaged
from lib.runs.keeping import forget_run, runs_folder, store_bound, store_folder
from lib.runs.preparing import RunCancelled, prepare_run
from lib.runs.reading import (
    can_read_series_slow,
    read_difference,
    read_map,
    read_masked,
    read_run_volume,
    read_series,
    read_series_many,
    read_series_slow,
)
from lib.runs.store import RunStore, open_run

__all__ = [
    "RunCancelled",
    "RunStore",
    "StoreDamaged",
    "can_read_series_slow",
    "forget_run",
    "open_run",
    "prepare_run",
    "read_difference",
    "read_map",
    "read_masked",
    "read_run_volume",
    "read_series",
    "read_series_many",
    "read_series_slow",
    "runs_folder",
    "store_bound",
    "store_folder",
]
