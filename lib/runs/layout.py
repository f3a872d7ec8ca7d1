"""What a run store looks like on disk, and how to tell a whole one from a broken one.

A store is a folder named by a hash of the image's key. Time courses are kept in tiles: each tile holds a span of
`tile_length` volumes of every voxel, time fastest, so that a run can be written in one pass with little memory and a
time course is read from a handful of places. The manifest is written last; a store without one, or with a file of
another size than it says, is not there.
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lib.images import Image
from lib.runs.sources import count_voxels, is_mapped, stored_form

# To be raised when the files change their meaning; older stores are then rebuilt.
VERSION = 1
# Two of these are in memory while a run streams through.
BATCH_BYTES = 48 << 20
SERIES, VOLUMES, CURVES, MANIFEST = "series.bin", "volumes.bin", "curves.npy", "manifest.json"
MAPS = ("mean", "sd", "tsnr", "mask")


@dataclass(frozen=True)
class Layout:
    """Shape and type of the files of one store.

    Attributes
    ----------
    shape : tuple of 3 int
        Grid (I, J, K).
    n_volumes : int
        T.
    dtype : str
        numpy's name of the stored type, native byte order.
    slope, inter : float
        value = slope * stored + inter.
    tile_length : int
        Volumes in a tile of the time-major file.
    has_volumes : bool
        Whether there is a volume-major file; an uncompressed file on disk is its own.
    """

    shape: tuple[int, int, int]
    n_volumes: int
    dtype: str
    slope: float
    inter: float
    tile_length: int
    has_volumes: bool

    @property
    def n_voxels(self) -> int:
        """Number of voxels of one volume."""
        return math.prod(self.shape)

    @property
    def run_bytes(self) -> int:
        """Size of the numbers of the whole run."""
        return self.n_voxels * self.n_volumes * np.dtype(self.dtype).itemsize

    @property
    def disk_bytes(self) -> int:
        """Size of the store on disk, near enough."""
        map_bytes = self.n_voxels * (3 * 4 + 1)
        return self.run_bytes * (2 if self.has_volumes else 1) + map_bytes + 16 * self.n_volumes + 4096

    @property
    def memory_bytes(self) -> int:
        """Most memory that building the store takes, near enough."""
        itemsize = np.dtype(self.dtype).itemsize
        sums = self.n_voxels * (2 * 8 + 2 * max(4, itemsize) + 2 * 4 + 1)
        return sums + 2 * self.tile_length * self.n_voxels * itemsize + BATCH_BYTES // 4


def plan_layout(image: Image) -> Layout:
    """Return the layout that the store of an image has."""
    dtype, slope, inter = stored_form(image)
    volume_bytes = count_voxels(image) * dtype.itemsize
    tile_length = min(max(1, BATCH_BYTES // volume_bytes), image.n_volumes)
    return Layout(image.shape, image.n_volumes, dtype.name, slope, inter, tile_length, not is_mapped(image))


def store_name(key: str) -> str:
    """Return the folder name for an image's key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def write_manifest(folder: Path, layout: Layout) -> None:
    """Declare a store whole: layout, and the size of every file in it."""
    sizes = {file.name: file.stat().st_size for file in folder.iterdir() if file.name != MANIFEST}
    text = json.dumps({"version": VERSION, "layout": asdict(layout), "sizes": sizes}, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def is_whole(folder: Path, layout: Layout) -> bool:
    """Return whether a folder holds a complete store of this layout and this version."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["version"] != VERSION or manifest["layout"] != json.loads(json.dumps(asdict(layout))):
            return False
        return all((folder / name).stat().st_size == size for name, size in manifest["sizes"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
