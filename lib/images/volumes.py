"""One 3-D frame of an image: the numbers as the file stores them, and how they become values."""

import math
from dataclasses import dataclass

import numpy as np
from nibabel.arrayproxy import ArrayProxy
from nibabel.brikhead import AFNIArrayProxy
from nibabel.minc1 import Minc1Image
from nibabel.spatialimages import SpatialImage

from lib.images.on_demand import held_file
from lib.images.size_limits import is_packed, open_unpacked

READ_CHUNK = 1 << 22
# A file may go on for a little behind its last voxel; one that goes on for long is not followed to its end.
TAIL_BYTES = 1 << 20


@dataclass(frozen=True, eq=False)
class Volume:
    """One 3-D frame.

    Attributes
    ----------
    stored : (I, J, K) array
        Numbers as on disk, native byte order.
    slope, inter : float
        value = slope * stored + inter.
    """

    stored: np.ndarray
    slope: float = 1.0
    inter: float = 0.0

    @property
    def is_unscaled(self) -> bool:
        """Whether the numbers are the values."""
        return self.slope == 1 and self.inter == 0

    def values(self, *index) -> np.ndarray:
        """Return the values at an index expression, float32 unless no scaling is needed."""
        part = self.stored[index] if index else self.stored
        if self.is_unscaled:
            return part
        # The product is float64 for a moment and for this part only; float32 keeps more digits than a screen shows.
        with np.errstate(over="ignore", invalid="ignore"):
            return (part * np.float64(self.slope) + self.inter).astype(np.float32)

    def value_at(self, ijk) -> int | float:
        """Return the exact value of one voxel: of whole numbers an int, which float64 may not hold, else in float64."""
        stored, slope, inter = self.stored[tuple(ijk)], float(self.slope), float(self.inter)
        if stored.dtype.kind in "iu" and slope.is_integer() and inter.is_integer():
            return int(stored) * int(slope) + int(inter)
        return float(stored) * slope + inter


def is_time_first(img: SpatialImage) -> bool:
    """Return whether a file keeps time before space, as MINC does (colours, its other fourth axis, come last)."""
    return isinstance(img, Minc1Image) and len(img.shape) == 4 and not space_axes(img)[0]


def stated_zooms(img: SpatialImage) -> tuple[float, ...]:
    """Return the step along each axis as the file states it, in the order of its axes.

    nibabel overwrites the first three steps of a MINC header with the voxel's sizes, and time may be among them.
    """
    steps = img.dataobj.minc_file.get_zooms() if isinstance(img, Minc1Image) else img.header.get_zooms()
    return tuple(float(step) for step in steps)


def space_axes(img: SpatialImage) -> list[bool]:
    """Return of each axis whether it is one of space: by name in MINC, the first three in the other formats."""
    if isinstance(img, Minc1Image):
        # nibabel has no public name for what the file calls its axes.
        return [name.endswith("space") for name in img.dataobj.minc_file._dim_names]
    return [axis < 3 for axis in range(len(img.shape))]


def shared_scaling(img: SpatialImage) -> tuple[float, float]:
    """Return the slope and intercept that hold for every volume that `read_frame` reads.

    (1, 0) where it hands out values: colours, complex numbers, and formats whose scaling differs from volume to volume
    or from slice to slice.
    """
    proxy, dtype = img.dataobj, np.dtype(img.get_data_dtype())
    if dtype.names is not None or dtype.kind == "c":
        return 1.0, 0.0
    if type(proxy) is ArrayProxy:
        return float(proxy.slope), float(proxy.inter)
    if isinstance(proxy, AFNIArrayProxy) and proxy.scaling is not None and np.ptp(proxy.scaling) == 0:
        return float(proxy.scaling[0]), 0.0
    return 1.0, 0.0


def read_frame(img: SpatialImage, grid: tuple[int, int, int], t: int) -> Volume:
    """Read one frame.

    Parameters
    ----------
    img : nibabel.spatialimages.SpatialImage
        As opened, data unread.
    grid : tuple of 3 int
        Shape of the frame.
    t : int
        Which of the frames.

    Raises
    ------
    OSError, EOFError, ValueError and the other `lib.images.file_problems.READ_ERRORS`
        The file ends before the frame does, or cannot be unpacked.
    """
    proxy = img.dataobj
    stored = _read_plain(img, grid, t) if isinstance(proxy, ArrayProxy) else _read_by_nibabel(img, t).reshape(grid)
    with np.errstate(over="ignore", invalid="ignore"):
        if stored.dtype.names is not None:
            return Volume(_luminance(stored))
        if stored.dtype.kind == "c":
            return Volume(np.abs(stored * proxy.slope + proxy.inter).astype(np.float32))
        slope, inter = shared_scaling(img)
        if isinstance(proxy, AFNIArrayProxy) and proxy.scaling is not None and np.ptp(proxy.scaling) > 0:
            stored = (stored * proxy.scaling[t]).astype(np.float32)
    if not stored.dtype.isnative:
        stored = stored.astype(stored.dtype.newbyteorder("="))
    return Volume(stored, slope, inter)


def _read_plain(img: SpatialImage, grid: tuple[int, int, int], t: int) -> np.ndarray:
    """Read from a file whose frames lie one after another, in column-major order; unpacked ones are mapped."""
    path, proxy = held_file(img), img.dataobj
    count = math.prod(grid)
    start = proxy.offset + t * count * proxy.dtype.itemsize
    if not is_packed(path):
        with path.open("rb") as file:
            return np.memmap(file, dtype=proxy.dtype, mode="r", offset=start, shape=grid, order="F")
    stored = np.empty(count, dtype=proxy.dtype)
    with open_unpacked(path) as stream:
        stream.seek(start)
        _fill(memoryview(stored.view(np.uint8)), stream)
        if start + stored.nbytes == proxy.offset + math.prod(proxy.shape) * proxy.dtype.itemsize:
            # gzip's checksum stands at the end, and is only compared when somebody reads that far.
            stream.read(TAIL_BYTES)
    return stored.reshape(grid, order="F")


def _fill(buffer: memoryview, stream) -> None:
    done = 0
    while done < len(buffer):
        n = stream.readinto(buffer[done : done + READ_CHUNK])
        if not n:
            raise EOFError(f"{done} of {len(buffer)} bytes")
        done += n


def _read_by_nibabel(img: SpatialImage, t: int) -> np.ndarray:
    """Read from a format that scales slice by slice, so that only values can be had."""
    later = (t if n > 1 else 0 for n in img.shape[3:])
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.asarray(img.dataobj[t if is_time_first(img) else (..., *later)])
        is_widened = values.dtype == np.float64 and img.get_data_dtype() != np.float64
        return values.astype(np.float32) if is_widened else values


def _luminance(stored: np.ndarray) -> np.ndarray:
    """Return the brightness of a colour, by ITU-R BT.601."""
    red, green, blue = stored.dtype.names[:3]
    grey = np.multiply(stored[red], np.float32(0.299), dtype=np.float32)
    grey += np.multiply(stored[green], np.float32(0.587), dtype=np.float32)
    grey += np.multiply(stored[blue], np.float32(0.114), dtype=np.float32)
    return grey
