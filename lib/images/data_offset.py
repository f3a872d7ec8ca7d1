"""Where a header says that the voxels begin, and whether that can be."""

import math
import struct
from typing import NamedTuple

from lib.errors import InputError

# (size of the header, place of its mark, place and type of the offset): Analyze and NIfTI-1, NIfTI-2.
KINDS = ((348, 344, 108, "f"), (540, 4, 168, "q"))
COPY_AGAIN = "Copy or export it again."
# Beyond, a person counts powers of ten rather than digits.
LARGEST_WRITTEN_OUT = 1e15


class Front(NamedTuple):
    """What a NIfTI or Analyze header says of itself: its size, byte order, mark, and where the voxels begin."""

    size: int
    order: str
    magic: bytes
    offset: float


def read_front(block: bytes) -> Front | None:
    """Return what the first bytes of a file say, or None where they are no header of NIfTI or Analyze."""
    for order in "<>":
        for size, magic_at, offset_at, offset_type in KINDS:
            if len(block) >= size and struct.unpack_from(order + "i", block)[0] == size:
                (offset,) = struct.unpack_from(order + offset_type, block, offset_at)
                return Front(size, order, block[magic_at : magic_at + 2], offset)
    return None


def require_possible_offset(block: bytes, name: str) -> None:
    """Refuse a header by which the voxels begin before the file does, or at no byte at all.

    Raises
    ------
    InputError
        The offset is negative, infinite or no number.
    """
    front = read_front(block)
    if front is not None and not 0 <= front.offset < math.inf:
        raise InputError(
            f"{name} is damaged: its header says that the data begin at byte {front.offset:,.0f}, which no file has. "
            f"{COPY_AGAIN}"
        )


def require_offset_inside(name: str, offset: int, held: int, ratio: int, most: int) -> None:
    """Refuse a header by which the voxels begin behind the end of the file, or further on than is read.

    Parameters
    ----------
    offset : int
        Where the header says that they begin, in unpacked bytes.
    held : int
        Bytes of the file with the voxels.
    ratio : int
        How many bytes one of them can unpack to; 1 for a file that is not packed.
    most : int
        Bytes that are passed over at most.

    Raises
    ------
    InputError
        The offset is larger than that.
    """
    if offset > held * ratio:
        has = f"{held:,} packed bytes, which cannot unpack to so many" if ratio > 1 else f"{held:,} bytes"
        raise InputError(
            f"{name} is cut off or damaged: its header says that the data begin at byte {_byte_text(offset)}, but the "
            f"file has {has}. {COPY_AGAIN}"
        )
    if offset > most:
        raise InputError(
            f"{name} has a header that says that the data begin at byte {_byte_text(offset)}, but at most {most:,} "
            f"bytes are passed over before them. {COPY_AGAIN}"
        )


def _byte_text(byte: int) -> str:
    if byte < LARGEST_WRITTEN_OUT:
        return f"{byte:,}"
    digits, exponent = f"{byte:.1e}".split("e")
    power = f"10^{int(exponent)}"
    return power if digits == "1.0" else f"{digits} x {power}"
