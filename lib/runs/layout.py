"""What a run store looks like on disk, and how to tell a whole one from a broken one.

A store is a folder named by a hash of the image's key. Its time-major file is cut into slabs of a few hundred
neighbouring voxels, and each slab into tiles of `tile_length` volumes, time fastest within a tile. A run can so be
written in one pass, a tile of every slab at a time, with the memory of a tile, and a time course is read from a few
neighbouring pages. Slabs begin on pages, and the last one is padded. The manifest is written last; a store without one,
or with a file of another size than it says, is not there.
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from lib.images.image import Image
from lib.runs.sources import count_voxels, is_mapped, stored_form

# To be raised when the files change their meaning; older stores are then rebuilt.
VERSION = 2
# Two of these are in memory while a run streams through.
BATCH_BYTES = 48 << 20
# Small enough to be mapped at the touch of a page or two, large enough to be written quickly: 12 kB at a time.
SLAB_VOXELS = 256
PAGE_BYTES = 4096
# 8 volumes of 256 voxels of 16 bits are a page; writing whole pages saves a third of the time.
TILE_STEP = 8
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
    slab_length : int
        Voxels in a slab of it.
    has_volumes : bool
        Whether there is a volume-major file; an uncompressed file on disk is its own.
    """

    shape: tuple[int, int, int]
    n_volumes: int
    dtype: str
    slope: float
    inter: float
    tile_length: int
    slab_length: int
    has_volumes: bool

    @cached_property
    def itemsize(self) -> int:
        """Bytes of one stored number."""
        return np.dtype(self.dtype).itemsize

    @cached_property
    def n_voxels(self) -> int:
        """Number of voxels of one volume."""
        return math.prod(self.shape)

    @cached_property
    def run_bytes(self) -> int:
        """Size of the numbers of the whole run."""
        return self.n_voxels * self.n_volumes * self.itemsize

    @cached_property
    def n_slabs(self) -> int:
        """Number of slabs in the time-major file."""
        return -(-self.n_voxels // self.slab_length)

    @cached_property
    def slab_bytes(self) -> int:
        """Distance between two slabs in the time-major file."""
        held = self.slab_length * self.n_volumes * self.itemsize
        return -(-held // PAGE_BYTES) * PAGE_BYTES

    @property
    def disk_bytes(self) -> int:
        """Size of the store on disk, near enough."""
        map_bytes = self.n_voxels * (3 * 4 + 1)
        volume_bytes = self.run_bytes if self.has_volumes else 0
        return self.n_slabs * self.slab_bytes + volume_bytes + map_bytes + 16 * self.n_volumes + PAGE_BYTES

    @property
    def memory_bytes(self) -> int:
        """Most memory that building the store takes, near enough."""
        sums = self.n_voxels * (2 * 8 + 2 * max(4, self.itemsize) + 2 * 4 + 1)
        return sums + 2 * self.tile_length * self.n_voxels * self.itemsize + BATCH_BYTES // 4


def plan_layout(image: Image) -> Layout:
    """Return the layout that the store of an image has."""
    dtype, slope, inter = stored_form(image)
    volume_bytes = count_voxels(image) * dtype.itemsize
    tile_length = max(1, BATCH_BYTES // volume_bytes)
    if tile_length > TILE_STEP:
        tile_length -= tile_length % TILE_STEP
    tile_length = min(tile_length, image.n_volumes)
    slab_length = min(SLAB_VOXELS, count_voxels(image))
    return Layout(
        image.shape, image.n_volumes, dtype.name, slope, inter, tile_length, slab_length, not is_mapped(image)
    )


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
