"""How much an image file announces in its first bytes, refused before anything is unpacked.

A header is a promise made by whoever wrote the file. Three things are held against it: what a server can hold, what the
file can hold, and what nibabel would read on the strength of it alone.
"""

import math
import struct
from pathlib import Path

from nibabel.freesurfer.mghformat import MGHHeader

from lib.errors import InputError
from lib.images.data_offset import read_front, require_offset_inside, require_possible_offset
from lib.images.gzip_stream import open_gzip
from lib.images.host_memory import host_memory
from lib.number_text import shape_text

# One frame has to be unpacked to be drawn. 1 GiB is a 0.25 mm whole head in float32; a small host has no more memory.
MAX_VOLUME_BYTES = 1 << 30
# Unpacked it is held once, and its picture up to three times while it is made, packed and sent: half of the memory.
MEMORY_A_VOLUME = 8
# The whole of a run is unpacked to disk, never to memory.
MAX_IMAGE_BYTES = 64 << 30
# nibabel reads header extensions whole; DICOM or XML kept in them runs to some hundred kB.
MAX_EXTENSION_BYTES = 16 << 20
# Deflate spends at least two bits on a run of at most 258 bytes.
MAX_DEFLATE_RATIO = 1032
PACKED_SUFFIXES = (".gz", ".mgz")
MGH_DATA_OFFSET = 284


def is_packed(path: Path) -> bool:
    """Return whether a file is named as gzip; raw voxels have no magic number, so the name decides."""
    return path.name.lower().endswith(PACKED_SUFFIXES)


def open_unpacked(path: Path):
    """Open a file as a stream of unpacked bytes."""
    file = path.open("rb")
    return open_gzip(file) if is_packed(path) else file


def require_modest_header(path: Path, name: str) -> None:
    """Refuse a header on the strength of which nibabel would read without end.

    nibabel reads NIfTI extensions whole, passes through all voxels of an MGH file to its footer, and reads a MINC1 file
    as it opens it.

    Parameters
    ----------
    path : Path
        The file that holds the header.
    name : str
        What the visitor calls the image.

    Raises
    ------
    InputError
        The extensions, the voxels or the file are larger than what is shown here.
    """
    with open_unpacked(path) as stream:
        block = stream.read(544)
        require_possible_offset(block, name)
        if path.name.lower().endswith((".mgh", ".mgz")):
            _require_modest_mgh(path, block, name)
        elif block.startswith(b"CDF\x01"):
            require_room(name, path.stat().st_size, path.stat().st_size)
        else:
            _require_modest_extensions(stream, block, name)


def require_room(name: str, volume_bytes: int, total_bytes: int) -> None:
    """Refuse an image whose volumes, or whose whole, are larger than what is shown here.

    Raises
    ------
    InputError
        Either is above its limit, or a volume above its share of the server's memory.
    """
    if volume_bytes > MAX_VOLUME_BYTES or total_bytes > MAX_IMAGE_BYTES:
        raise InputError(
            f"{name} announces {size_text(volume_bytes)} a volume and {size_text(total_bytes)} in all, more than the "
            f"{size_text(MAX_VOLUME_BYTES)} and {size_text(MAX_IMAGE_BYTES)} that can be shown. "
            "Crop or resample it, or check that its header is right."
        )
    memory = host_memory()
    if memory is not None and volume_bytes * MEMORY_A_VOLUME > memory:
        raise InputError(
            f"{name} announces {size_text(volume_bytes)} a volume, but this server has {size_text(memory)} of memory, "
            f"of which one volume may take an eighth, {size_text(memory // MEMORY_A_VOLUME)}. "
            "Crop or resample it, or open it on a computer with more memory."
        )


def require_held(name: str, path: Path, announced: int, *, offset: int = 0) -> None:
    """Refuse a file that cannot hold the bytes that its header announces.

    Parameters
    ----------
    path : Path
        The file with the voxels.
    announced : int
        Bytes up to the last voxel, unpacked.
    offset : int
        Those of them before the first voxel.

    Raises
    ------
    InputError
        The file is shorter, or could not be packed so small, or more lies before the first voxel than is passed over.
    """
    held = path.stat().st_size
    ratio = MAX_DEFLATE_RATIO if is_packed(path) else 1
    require_offset_inside(name, offset, held, ratio, MAX_VOLUME_BYTES)
    if is_packed(path):
        if announced > held * MAX_DEFLATE_RATIO:
            raise InputError(
                f"{name} holds {held:,} packed bytes, which cannot unpack to the {announced:,} that its header "
                "announces: the file is cut off or its header is wrong. Copy or download it again."
            )
    elif announced > held:
        raise InputError(
            f"{name} holds {held:,} bytes, but its header announces {announced:,}: the file is cut off or its header "
            "is wrong. Copy or download it again."
        )


def size_text(n_bytes: int) -> str:
    """Return a size in the unit a person would use, decimal as disks are sold."""
    for unit, size in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= size:
            return f"{n_bytes / size:,.1f} {unit}" if n_bytes < 1e21 else f"{n_bytes / size:.0e} {unit}"
    return f"{n_bytes} bytes"


def _require_modest_mgh(path: Path, block: bytes, name: str) -> None:
    if len(block) < MGH_DATA_OFFSET:
        return  # nibabel says what is wrong with it
    size = MGHHeader.template_dtype.itemsize
    header = MGHHeader(block[:MGH_DATA_OFFSET].ljust(size, b"\0"), check=False)
    shape = [int(n) for n in header.get_data_shape()]
    if min(shape) < 1:
        shown = shape_text(shape)
        raise InputError(
            f"{name} has the shape {shown}, but every axis needs at least one voxel. Its header is wrong: "
            "copy or export it again."
        )
    itemsize = header.get_data_dtype().itemsize
    total = math.prod(shape) * itemsize
    require_room(name, math.prod(shape[:3]) * itemsize, total)
    require_held(name, path, MGH_DATA_OFFSET + total)


def _require_modest_extensions(stream, block: bytes, name: str) -> None:
    """Walk along the sizes that NIfTI extensions announce, without reading them."""
    front = _nifti_front(block)
    if front is None:
        return
    position, end, order = front
    while position + 16 <= end:
        stream.seek(position)
        raw = stream.read(8)
        if len(raw) < 8:
            return
        (size,) = struct.unpack(order + "i", raw[:4])
        position += size
        if size < 8 or position > MAX_EXTENSION_BYTES:
            raise InputError(
                f"{name} announces a header extension of {size:,} bytes, but 8 to {MAX_EXTENSION_BYTES:,} can be read. "
                "Its header is wrong: copy or convert it again."
            )


def _nifti_front(block: bytes) -> tuple[int, float, str] | None:
    """Return where extensions begin and end and the byte order; None where there are none."""
    front = read_front(block)
    if front is None or front.magic not in (b"n+", b"ni") or len(block) < front.size + 4 or block[front.size] == 0:
        return None
    # A header of its own may hold extensions up to its end.
    return front.size + 4, front.offset if front.magic == b"n+" else math.inf, front.order
