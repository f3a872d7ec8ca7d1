"""How the volumes of a run are streamed from its file, in order, as rows of stored numbers."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from nibabel.arrayproxy import ArrayProxy
from nibabel.brikhead import AFNIArrayProxy

from lib.disk.opening import File
from lib.images.file_problems import DAMAGED_ERRORS, unreadable
from lib.images.image import Image, read_volume, require_unchanged
from lib.images.on_demand import held_file
from lib.images.size_limits import is_packed, open_unpacked
from lib.images.volumes import TAIL_BYTES

# Bytes asked of a stream at a time.
CHUNK_BYTES = 1 << 22

Fill = Callable[[np.ndarray, int], None]


def is_plain(image: Image) -> bool:
    """Return whether real numbers of one scaling lie volume after volume (NIfTI, Analyze, MGH, some AFNI)."""
    return _is_sequence(image) and not _is_varied(image)


def _is_sequence(image: Image) -> bool:
    is_real = image.dtype.kind in "iuf" and image.dtype.itemsize <= 8
    return isinstance(image.img.dataobj, ArrayProxy) and not image.is_time_first and is_real


def _is_varied(image: Image) -> bool:
    """Return whether each volume has a factor of its own, as in AFNI's scaled shorts."""
    proxy = image.img.dataobj
    return isinstance(proxy, AFNIArrayProxy) and proxy.scaling is not None and image.scaling == (1.0, 0.0)


def is_mapped(image: Image) -> bool:
    """Return whether the file itself can be memory-mapped: plain and uncompressed."""
    return is_plain(image) and not is_packed(data_path(image))


def data_path(image: Image) -> File:
    """Return the file that holds the numbers (the .img of a pair)."""
    return held_file(image.img)


def stored_form(image: Image) -> tuple[np.dtype, float, float]:
    """Return the native type in which a run is kept, and the slope and intercept that go with it.

    A plain file keeps its own type. The other formats may scale each volume by itself (AFNI, PAR/REC, MINC) and
    colours become luminance, so those are kept as values: float32, or float64 where float32 cannot hold them.
    """
    if is_plain(image):
        return image.dtype.newbyteorder("="), *image.scaling
    if image.dtype.kind in "iuf":
        return np.result_type(image.dtype.newbyteorder("="), np.float32), 1.0, 0.0
    return np.dtype(np.float32), 1.0, 0.0


@contextmanager
def open_source(image: Image) -> Iterator[Fill]:
    """Yield `fill(rows, t)`, which reads volumes t, t + 1, ... into the rows of an (n, V) array of the stored type.

    Volumes have to be asked for in order. Voxels come in column-major order: i fastest.

    Raises
    ------
    InputError
        The file ends early or cannot be read.
    """
    if not _is_sequence(image):
        yield lambda rows, t: _fill_from_volumes(image, rows, t)
        return
    fill = _fill_scaled if _is_varied(image) else _fill_plain
    with _translated(image):
        stream = open_unpacked(data_path(image))
    with stream:
        with _translated(image):
            stream.seek(image.img.dataobj.offset)
        yield lambda rows, t: fill(image, stream, rows, t)


@contextmanager
def _translated(image: Image) -> Iterator[None]:
    try:
        yield
    except (*DAMAGED_ERRORS, OSError) as error:
        require_unchanged(image)
        raise unreadable(image.path, error, name=image.name) from error


def _fill_scaled(image: Image, stream, rows: np.ndarray, t: int) -> None:
    proxy = image.img.dataobj
    raw = np.empty((1, rows.shape[1]), proxy.dtype.newbyteorder("="))
    for later, row in enumerate(rows, t):
        _fill_plain(image, stream, raw, later)
        np.multiply(raw[0], proxy.scaling[later], out=row, casting="same_kind")


def _fill_plain(image: Image, stream, rows: np.ndarray, t: int) -> None:
    buffer = memoryview(rows).cast("B")
    done = 0
    with _translated(image):
        while done < len(buffer):
            n = stream.readinto(buffer[done : done + CHUNK_BYTES])
            if not n:
                raise EOFError(f"{len(buffer) - done} bytes short")
            done += n
        if t + len(rows) >= image.n_volumes:
            # gzip's checksum stands at the end, and is only compared when somebody reads that far.
            stream.read(TAIL_BYTES)
    if not image.img.dataobj.dtype.isnative:
        rows.byteswap(inplace=True)


def _fill_from_volumes(image: Image, rows: np.ndarray, t: int) -> None:
    for offset, row in enumerate(rows):
        volume = read_volume(image, t + offset)
        # Formats without one slope for all volumes come scaled by nibabel already.
        row[:] = volume.values().reshape(-1, order="F")


def count_voxels(image: Image) -> int:
    """Return the number of voxels of one volume."""
    return math.prod(image.shape)
