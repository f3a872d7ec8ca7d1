"""A run that has been read through, as the rest of the app sees it: mapped files and small curves."""

import mmap
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

from lib.disk.locks import share
from lib.images.image import Image
from lib.runs.layout import CURVES, MANIFEST, MAPS, SERIES, VOLUMES, Layout, is_whole, plan_layout, store_name


@dataclass(frozen=True, eq=False)
class RunStore:
    """A run on disk. Reading is thread-safe; nothing here is written to.

    The files stay readable for as long as this object lives, even when the store is removed meanwhile.

    Attributes
    ----------
    image : Image
        The run it was made from.
    layout : Layout
        Shape, type and scaling of what is stored.
    series : mmap.mmap
        Time-major numbers, in tiles.
    reads : iterator of int
        Counts the time courses read, so that now and then the pages they touched are given back.
    volumes : mmap.mmap or None
        Volume-major numbers; None where the image's own file serves.
    maps : dict of str to (I, J, K) array
        "mean", "sd", "tsnr": float32; "mask": bool.
    global_signal, dvars : (T,) float64
        In the image's units, over `mask`; see `lib.runs.one_pass`. `dvars` starts with NaN.
    """

    image: Image
    layout: Layout
    series: mmap.mmap
    reads: Iterator[int] = field(repr=False)
    volumes: mmap.mmap | None
    maps: dict[str, np.ndarray]
    global_signal: np.ndarray
    dvars: np.ndarray

    @property
    def key(self) -> str:
        """Identity of the run's content, for caches."""
        return self.image.key

    @property
    def shape(self) -> tuple[int, int, int]:
        """The grid (I, J, K)."""
        return self.layout.shape

    @property
    def n_volumes(self) -> int:
        """Number of volumes T."""
        return self.layout.n_volumes

    @property
    def mask(self) -> np.ndarray:
        """Voxels that `global_signal` and `dvars` are taken over, (I, J, K) bool."""
        return self.maps["mask"]


def open_run(image: Image, folder: Path) -> RunStore | None:
    """Open the store of an image, or return None where there is none that is whole.

    Parameters
    ----------
    image : Image
    folder : Path
        Where stores are kept, see `lib.runs.keeping.runs_folder`.
    """
    home = Path(folder) / store_name(image.key)
    store = open_store_folder(image, home)
    if store is not None:
        # The time of the last use decides which store goes first when room is needed.
        with suppress(FileNotFoundError):
            os.utime(home / MANIFEST)
    return store


def open_store_folder(image: Image, home: Path) -> RunStore | None:
    """Open the store in one folder, or return None where it is not whole or is being removed."""
    layout = plan_layout(image)
    if not is_whole(home, layout):
        return None
    try:
        series = _map_file(home / SERIES)
        volumes = _map_file(home / VOLUMES) if layout.has_volumes else None
        maps = {name: np.asarray(np.load(home / f"{name}.npy", mmap_mode="r")) for name in MAPS}
        global_signal, dvars = np.load(home / CURVES)
    except (FileNotFoundError, BlockingIOError):
        # Removed, or being removed, while it was opened.
        return None
    return RunStore(image, layout, series, count(1), volumes, maps, global_signal, dvars)


def _map_file(path: Path) -> mmap.mmap:
    """Map a file for reading; the map keeps the mark that the file is in use."""
    with path.open("rb") as stream:
        share(stream.fileno())
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
