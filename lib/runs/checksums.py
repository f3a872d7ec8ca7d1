"""What the bytes of a store were when it was closed, and whether they still are.

A disk that fails, a copy that was cut off or another program can leave files of the right size with the wrong numbers.
So each block of the large files has a CRC-32, and each small file one of its own. isal computes it 6-15 times as fast
as zlib, which costs less than 1 % of what reading a run through takes.

A block that was compared is taken for sound until the file's size or times change, which is asked before each reading,
and for `TRUSTED_SECONDS` at most: a disk can lose what it holds, and a program write through a map of its own, without
the times telling of it.
"""

import io
import mmap
import os
import time
import weakref
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from isal.isal_zlib import crc32

from lib.runs.layout import Layout

__all__ = ["BlockSums", "Blocks", "crc32", "write_array"]

# A slab of a long run is compared in some 0.1 ms, so that once a minute costs nothing that is felt.
TRUSTED_SECONDS = 60


@dataclass(frozen=True, eq=False)
class BlockSums:
    """Checksums of the blocks of a store's large files, as they are being written.

    Attributes
    ----------
    series : (number of slabs,) uint32
        Of each slab of the time-major file, without the padding behind it.
    volumes : (T,) uint32
        Of each volume of the volume-major file; zeros where there is none.
    """

    series: np.ndarray
    volumes: np.ndarray

    @classmethod
    def begin(cls, layout: Layout) -> "BlockSums":
        """Return the checksums of nothing."""
        return cls(np.zeros(layout.n_slabs, np.uint32), np.zeros(layout.n_volumes, np.uint32))

    @classmethod
    def split(cls, both: np.ndarray, layout: Layout) -> "BlockSums":
        """Return the checksums that `joined` wrote as one array."""
        return cls(both[: layout.n_slabs], both[layout.n_slabs :])

    @property
    def joined(self) -> np.ndarray:
        """Both as one array, as they are kept."""
        return np.concatenate([self.series, self.volumes])


@dataclass(frozen=True, eq=False)
class Blocks:
    """A mapped file in blocks, each compared with its checksum when it is first read, and when it may have changed.

    Threads may ask at the same time: at worst two of them compare the same block.

    Attributes
    ----------
    name : str
        The file's.
    mapped : mmap.mmap
    sums : (N,) uint32
    size, stride : int
        Bytes of a block, and between the beginnings of two.
    descriptor : int
        Of the same file; closed with this object.
    """

    name: str
    mapped: mmap.mmap
    sums: np.ndarray
    size: int
    stride: int
    descriptor: int = field(repr=False)
    # In a list, to be put in another's place at once: a thread that is comparing writes into the one it began with.
    _seen: list["_Seen"] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        weakref.finalize(self, os.close, self.descriptor)
        object.__setattr__(self, "_seen", [_Seen((), np.zeros(0))])

    def is_sound(self, number: int) -> bool:
        """Return whether a block holds what was written into it."""
        state = os.fstat(self.descriptor)
        # The system ends a process that reads a map where its file has been cut off since.
        if state.st_size < len(self.mapped):
            return False
        now, times = time.monotonic(), (state.st_size, state.st_mtime_ns, state.st_ctime_ns)
        seen = self._seen[0]
        if seen.times != times:
            seen = self._seen[0] = _Seen(times, np.full(len(self.sums), -np.inf))
        if now - seen.compared_at[number] < TRUSTED_SECONDS:
            return True
        start = number * self.stride
        with memoryview(self.mapped) as whole, whole[start : start + self.size] as block:
            is_same = crc32(block) == self.sums[number]
        if is_same:
            seen.compared_at[number] = now
        return is_same


@dataclass(frozen=True, eq=False)
class _Seen:
    """When blocks were found sound, in a file of this size and these times.

    Attributes
    ----------
    times : size and times of the file, see `Blocks.is_sound`.
    compared_at : (N,) float64, seconds of the monotonic clock
    """

    times: tuple[int, ...]
    compared_at: np.ndarray


def write_array(path: Path, array: np.ndarray) -> int:
    """Write an array as numpy does, and return the checksum of the file."""
    file = io.BytesIO()
    np.save(file, array)
    path.write_bytes(file.getbuffer())
    return crc32(file.getbuffer())
