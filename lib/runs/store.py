"""A run that has been read through, as the rest of the app sees it: mapped files and small curves."""

import io
import math
import mmap
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Lock

import numpy as np

from lib.disk.locks import share
from lib.images.image import Image
from lib.runs.checksums import Blocks, BlockSums, crc32
from lib.runs.damage import FileId, cannot_be_removed, damaged, discard, file_id
from lib.runs.layout import BLOCK_SUMS, CURVES, MANIFEST, MAPS, SERIES, VOLUMES, Layout, plan_layout, store_name
from lib.runs.manifest import Flaw, read_manifest

# numpy writes the front of such a file in 128 bytes.
NPY_FRONT = 256


@dataclass(frozen=True, eq=False)
class StoredMap:
    """An array in a small file of a store, mapped, and the file as one block."""

    blocks: Blocks
    array: np.ndarray


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
    home : Path
        The folder it was made in.
    series : Blocks
        Time-major numbers, in tiles; a block is a slab.
    volumes : Blocks or None
        Volume-major numbers, a block a volume; None where the image's own file serves.
    identity : FileId
        Of the time-major file, which tells this store from one that was made again in its place.
    map_files : dict of str to StoredMap
        "mean", "sd", "tsnr": float32; "mask": bool. `map` hands them out.
    global_signal, dvars : (T,) float64
        In the image's units, over `mask`; see `lib.runs.one_pass`. `dvars` starts with NaN.
    on_damage : function or None
        Called once when the store is given up.
    """

    image: Image
    layout: Layout
    home: Path
    series: Blocks
    volumes: Blocks | None
    identity: FileId | None = field(repr=False)
    map_files: dict[str, StoredMap]
    global_signal: np.ndarray
    dvars: np.ndarray
    on_damage: Callable[[], None] | None = field(default=None, repr=False)
    # Counts the time courses read, so that now and then the pages they touched are given back.
    reads: Iterator[int] = field(default_factory=lambda: count(1), init=False, repr=False)
    _given_up: Event = field(default_factory=Event, init=False, repr=False)
    # Held by the first who finds it damaged, while the others wait until it is out of the way.
    _giving_up: Lock = field(default_factory=Lock, init=False, repr=False)

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
        return self.map("mask")

    @property
    def is_given_up(self) -> bool:
        """Whether a block of it turned out to be damaged, so that the run has to be opened anew."""
        return self._given_up.is_set()

    def map(self, name: str) -> np.ndarray:
        """Return a map, (I, J, K), mapped.

        Raises
        ------
        StoreDamaged, InputError
            See `require_sound`.
        """
        stored = self.map_files[name]
        self.require_sound(stored.blocks, 0)
        return stored.array

    def require_sound(self, blocks: Blocks, number: int) -> None:
        """Let a block be read that holds what was written into it; give the store up where one does not.

        Raises
        ------
        StoreDamaged
            It does not; the store has been taken out of the way.
        InputError
            It does not, and the store stays in the way.
        """
        if blocks.is_sound(number):
            return
        flaw = f"block {number} of {len(blocks.sums)} in {blocks.name} does not hold what was written into it"
        with self._giving_up:
            is_first = not self._given_up.is_set()
            self._given_up.set()
            if is_first:
                discard(self.home, self.image.name, flaw, self.identity)
            if file_id(self.home / SERIES) == self.identity:
                raise cannot_be_removed(self.image.name, self.home)
            if is_first and self.on_damage is not None:
                self.on_damage()
        raise damaged(self.image.name)


def open_run(image: Image, folder: Path, on_damage: Callable[[], None] | None = None) -> RunStore | None:
    """Open the store of an image, or return None where there is none that is whole.

    One that is there and not whole is taken out of the way.

    Parameters
    ----------
    image : Image
    folder : Path
        Where stores are kept, see `lib.runs.keeping.runs_folder`.
    on_damage : function, optional
        Called once, in whatever thread reads, when a block turns out to be damaged and the store has been given up.
    """
    home = Path(folder) / store_name(image.key)
    store = open_store_folder(image, home, on_damage=on_damage)
    if store is not None:
        # The time of the last use decides which store goes first when room is needed.
        with suppress(OSError):
            os.utime(home / MANIFEST)
    return store


def open_store_folder(
    image: Image, folder: Path, *, home: Path | None = None, on_damage: Callable[[], None] | None = None
) -> RunStore | None:
    """Open the store in one folder, or return None where it is not whole or is being removed.

    Parameters
    ----------
    home : Path, optional
        Where the folder will be, if not where it is.
    """
    layout = plan_layout(image)
    try:
        sums = read_manifest(folder, layout)
        if sums is None:
            return None
        curves, block_sums = (_load_small(folder / name, sums) for name in (CURVES, BLOCK_SUMS))
        map_files = {name: _map_array(folder / f"{name}.npy", sums) for name in MAPS}
        of_blocks = BlockSums.split(block_sums, layout)
        series = _map_blocks(folder / SERIES, of_blocks.series, layout.slab_held_bytes, layout.slab_bytes)
        volumes = None
        if layout.has_volumes:
            volumes = _map_blocks(folder / VOLUMES, of_blocks.volumes, layout.volume_bytes, layout.volume_bytes)
    except BlockingIOError:
        return None
    except (Flaw, OSError) as error:
        # Nothing is wrong with a store that was removed while it was opened.
        if os.path.lexists(folder):
            discard(folder, image.name, str(error))
        return None
    return RunStore(
        image=image,
        layout=layout,
        home=home or folder,
        series=series,
        volumes=volumes,
        identity=file_id(folder / SERIES),
        map_files=map_files,
        global_signal=curves[0],
        dvars=curves[1],
        on_damage=on_damage,
    )


def _map_blocks(path: Path, sums: np.ndarray, size: int, stride: int) -> Blocks:
    """Map a file for reading; the map keeps the mark that the file is in use."""
    with path.open("rb") as stream:
        share(stream.fileno())
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        return Blocks(path.name, mapped, sums, size, stride, os.dup(stream.fileno()))


def _map_array(path: Path, sums: dict[str, int]) -> StoredMap:
    """Map the array in a small file that holds what was written into it."""
    with path.open("rb") as stream:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        found = _require_sum(path, mapped, sums)
        blocks = Blocks(path.name, mapped, np.array([found], np.uint32), len(mapped), 0, os.dup(stream.fileno()))
    shape, is_fortran, dtype, start = _read_front(io.BytesIO(mapped[:NPY_FRONT]))
    values = np.frombuffer(mapped, dtype, math.prod(shape), start)
    return StoredMap(blocks, values.reshape(shape, order="F" if is_fortran else "C"))


def _read_front(front: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Return shape, order and type of the array in a file of numpy's, and where its numbers begin."""
    np.lib.format.read_magic(front)
    return (*np.lib.format.read_array_header_1_0(front), front.tell())


def _load_small(path: Path, sums: dict[str, int]) -> np.ndarray:
    """Return the array in a small file, in memory, if the file holds what was written into it."""
    held = path.read_bytes()
    _require_sum(path, held, sums)
    return np.load(io.BytesIO(held))


def _require_sum(path: Path, held: bytes | mmap.mmap, sums: dict[str, int]) -> int:
    """Return the checksum of what a small file holds, which is the one that it had."""
    found = crc32(held)
    if found != sums.get(path.name):
        raise Flaw(f"{path.name} does not hold what was written into it")
    return found
