"""What the bytes of a store were when it was closed, and whether they still are.

A disk that fails, a copy that was cut off or another program can leave files of the right size with the wrong numbers.
So each block of the large files has a CRC-32, and each small file one of its own. isal computes it 6-15 times as fast
as zlib, which costs less than 1 % of what reading a run through takes.
"""

import io
import mmap
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from isal.isal_zlib import crc32

from lib.runs.layout import Layout

__all__ = ["BlockSums", "Blocks", "crc32", "write_array"]


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
    """A mapped file in blocks, each compared with its checksum once.

    Threads may ask at the same time: at worst two of them compare the same block.

    Attributes
    ----------
    name : str
        The file's.
    mapped : mmap.mmap
    sums : (N,) uint32
    size, stride : int
        Bytes of a block, and between the beginnings of two.
    """

    name: str
    mapped: mmap.mmap
    sums: np.ndarray
    size: int
    stride: int
    _is_known_sound: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_is_known_sound", np.zeros(len(self.sums), bool))

    def is_sound(self, number: int) -> bool:
        """Return whether a block holds what was written into it."""
        # The system ends a process that reads a map where its file has been cut off since.
        if self.mapped.size() < len(self.mapped):
            return False
        if self._is_known_sound[number]:
            return True
        start = number * self.stride
        with memoryview(self.mapped) as whole, whole[start : start + self.size] as block:
            is_same = crc32(block) == self.sums[number]
        self._is_known_sound[number] = is_same
        return is_same


def write_array(path: Path, array: np.ndarray) -> int:
    """Write an array as numpy does, and return the checksum of the file."""
    file = io.BytesIO()
    np.save(file, array)
    path.write_bytes(file.getbuffer())
    return crc32(file.getbuffer())
