"""What an image file holds: opened by its header, read one volume at a time, in the type it has on disk.

An `Image` is a file that was understood, not one that was loaded. A `Volume` is one 3-D frame of it as the file stores
it, with the slope and intercept that turn stored numbers into values.
"""

import math
import os
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.arrayproxy import ArrayProxy
from nibabel.brikhead import AFNIHeaderError, AFNIImageError
from nibabel.filebasedimages import ImageFileError
from nibabel.parrec import PARRECError
from nibabel.spatialimages import HeaderDataError, SpatialImage

from lib.errors import InputError
from lib.file_problems import describe_unreadable

# One frame has to be unpacked to be drawn. 1 GiB is a 0.25 mm whole head in float32; a small host has no more memory.
MAX_VOLUME_BYTES = 1 << 30
# The whole of a run is unpacked to disk, never to memory.
MAX_IMAGE_BYTES = 64 << 30
IMAGE_SUFFIXES = (
    ".nii", ".nii.gz", ".mgh", ".mgz", ".img", ".img.gz", ".hdr", ".hdr.gz", ".head", ".brik", ".brik.gz", ".par", ".rec", ".mnc",
)  # fmt: skip
GZIP_MAGIC = b"\x1f\x8b"
# What nibabel raises on headers it cannot make sense of.
HEADER_ERRORS = (ImageFileError, HeaderDataError, PARRECError, AFNIHeaderError, AFNIImageError)


@dataclass(frozen=True, eq=False)
class Image:
    """An image file that nibabel understands, with time last and the volumes unread.

    Attributes
    ----------
    key : str
        Identity of the content, for caches: SHA-256 of an upload, or path, size and time of change of a local file.
    name : str
        What a person calls it: the file's name.
    path : Path
        The file that was opened.
    img : nibabel.spatialimages.SpatialImage
        nibabel's view of it; data unread.
    shape : tuple of 3 int
        The grid, (I, J, K).
    n_volumes : int
        Number of frames; 1 for a 3-D image.
    affine : (4, 4) float64 array
        Voxel indices -> world mm, RAS+.
    """

    key: str
    name: str
    path: Path
    img: SpatialImage
    shape: tuple[int, int, int]
    n_volumes: int
    affine: np.ndarray

    @property
    def is_4d(self) -> bool:
        """Whether there is more than one volume."""
        return self.n_volumes > 1

    @property
    def dtype(self) -> np.dtype:
        """Type of the numbers on disk, byte order included."""
        return np.dtype(self.img.get_data_dtype())

    @property
    def is_rgb(self) -> bool:
        """Whether a voxel is a colour (red, green, blue)."""
        return self.dtype.names is not None

    @property
    def is_complex(self) -> bool:
        """Whether a voxel is a complex number; its magnitude is shown."""
        return self.dtype.kind == "c"

    @cached_property
    def is_time_first(self) -> bool:
        """Whether the file keeps time before space, as MINC does."""
        return isinstance(self.img, nib.Minc1Image) and len(self.img.shape) == 4

    @cached_property
    def scaling(self) -> tuple[float, float]:
        """Slope and intercept: value = slope * stored + intercept; (1, 0) where nibabel applies its own."""
        proxy = self.img.dataobj
        if type(proxy) is ArrayProxy:
            return float(proxy.slope), float(proxy.inter)
        return 1.0, 0.0


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

    def values(self, *index) -> np.ndarray:
        """Return the values at an index expression, float32 unless no scaling is needed."""
        part = self.stored[index] if index else self.stored
        if self.slope == 1 and self.inter == 0:
            return part
        # The product is float64 for a moment and for this part only; float32 keeps more digits than a screen shows.
        return (part * np.float64(self.slope) + self.inter).astype(np.float32)

    def value_at(self, ijk) -> float:
        """Return the exact value of one voxel, in float64."""
        return float(self.stored[tuple(ijk)]) * self.slope + self.inter


def is_image_name(name: str) -> bool:
    """Return whether a file name ends like an image that `open_image` may understand."""
    return name.lower().endswith(IMAGE_SUFFIXES)


def open_image(path, *, name: str | None = None, key: str | None = None) -> Image:
    """Open an image by its header; no voxel is read.

    Parameters
    ----------
    path : path-like
        NIfTI-1/2, Analyze, MGH/MGZ, AFNI, PAR/REC or MINC file.
    name : str, optional
        Name to show; the file's own by default.
    key : str, optional
        Identity of the content; path, size and time of change by default.

    Raises
    ------
    InputError
        The file is missing, empty, cut off, too large, or no image.
    """
    path = Path(path)
    name = name or path.name
    img = _read_header(path, name)
    grid, n_volumes = _split_shape(img, name)
    affine = np.asarray(img.affine, dtype=np.float64)
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-12:
        raise InputError(
            f"{name} has an affine that cannot be inverted, so its voxels have no place in the world. "
            "Repair its sform and qform, for instance with nibabel, and open it again."
        )
    image = Image(key or file_key(path), name, path, img, grid, n_volumes, affine)
    _require_size(image)
    return image


def file_key(path: Path) -> str:
    """Return an identity for a local file: its path, size and time of change."""
    state = path.stat()
    return f"{path.resolve()}|{state.st_size}|{state.st_mtime_ns}"


def read_volume(image: Image, t: int = 0) -> Volume:
    """Read volume `t` in its stored type.

    An uncompressed file is mapped, not copied. RGB becomes luminance (ITU-R BT.601) and complex numbers their
    magnitude, both float32.

    Raises
    ------
    InputError
        `t` is outside the run, or the file ends before the volume does.
    """
    if not 0 <= t < image.n_volumes:
        raise InputError(f"{image.name} has volumes 0 to {image.n_volumes - 1}, so there is no volume {t}.")
    try:
        stored = _read_stored(image, t)
    except (OSError, EOFError, ValueError, MemoryError, KeyError) as error:
        raise InputError(describe_unreadable(image.path, error, name=image.name)) from error
    if image.is_rgb:
        return Volume(_luminance(stored))
    slope, inter = image.scaling
    if stored.dtype.kind == "c":
        return Volume(np.abs(stored * slope + inter).astype(np.float32))
    return Volume(stored, slope, inter)


def _read_header(path: Path, name: str) -> SpatialImage:
    if not path.is_file():
        raise InputError(describe_unreadable(path, FileNotFoundError(), name=name))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nibabel's remarks on odd headers; the header inspector shows the fields
            img = nib.load(path)
            _require_spatial(img, name)
            img.affine  # noqa: B018  (some formats only look at their orientation fields here)
        return img
    except (*HEADER_ERRORS, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise InputError(describe_unreadable(path, error, name=name)) from error


def _require_spatial(img, name: str) -> None:
    if not isinstance(img, SpatialImage):
        raise InputError(
            f"{name} is a {type(img).__name__}, not a grid of voxels. Choose a volume such as a .nii.gz, .mgz or .mnc file."
        )


def _split_shape(img: SpatialImage, name: str) -> tuple[tuple[int, int, int], int]:
    """Return the grid and the number of volumes; dimensions of length 1 after the third are ignored."""
    shape = tuple(int(n) for n in img.shape)
    if isinstance(img, nib.Minc1Image) and len(shape) == 4:
        shape = (*shape[1:], shape[0])
    shown = " x ".join(str(n) for n in shape)
    if len(shape) < 2 or min(shape, default=0) < 1:
        raise InputError(f"{name} has the shape ({shown}), but an image needs at least two axes with voxels in them.")
    later = [n for n in shape[3:] if n > 1]
    if len(later) > 1:
        raise InputError(
            f"{name} has {len(shape)} dimensions ({shown}), but an image here has three of space and one of time. "
            "Save one of its series as a 4-D file."
        )
    grid = (*shape, 1)[:3]
    return grid, later[0] if later else 1


def _require_size(image: Image) -> None:
    """Refuse by header, before anything is unpacked."""
    volume_bytes = math.prod(image.shape) * image.dtype.itemsize
    total = volume_bytes * image.n_volumes
    if volume_bytes > MAX_VOLUME_BYTES or total > MAX_IMAGE_BYTES:
        raise InputError(
            f"{image.name} announces {_size_text(volume_bytes)} a volume and {_size_text(total)} in all, more than the "
            f"{_size_text(MAX_VOLUME_BYTES)} and {_size_text(MAX_IMAGE_BYTES)} that can be shown. "
            "Crop or resample it, or check that its header is right."
        )
    proxy = image.img.dataobj
    if type(proxy) is not ArrayProxy:
        return
    data_path = _data_path(image)
    if not data_path.is_file():
        error = FileNotFoundError(2, "missing", str(data_path))
        raise InputError(describe_unreadable(image.path, error, name=image.name))
    if not _is_gzip(data_path):
        held = data_path.stat().st_size
        if proxy.offset + total > held:
            raise InputError(
                f"{image.name} holds {held:,} bytes, but its header announces {proxy.offset + total:,}: the file is cut "
                "off or its header is wrong. Copy or download it again."
            )


def _size_text(n_bytes: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= size:
            return f"{n_bytes / size:,.1f} {unit}"
    return f"{n_bytes} bytes"


def _data_path(image: Image) -> Path:
    return Path(image.img.file_map["image"].filename)


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == GZIP_MAGIC


def _read_stored(image: Image, t: int) -> np.ndarray:
    proxy = image.img.dataobj
    if type(proxy) is ArrayProxy and not image.is_time_first:
        stored = _read_plain(image, t)
    else:
        index = t if image.is_time_first else (..., *_later_index(image, t))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            stored = np.asarray(proxy[index])
        if stored.dtype == np.float64 and image.dtype != np.float64:
            stored = stored.astype(np.float32)
    stored = stored.reshape(image.shape)
    return stored if stored.dtype.isnative else stored.astype(stored.dtype.newbyteorder("="))


def _later_index(image: Image, t: int) -> tuple[int, ...]:
    return tuple(t if n > 1 else 0 for n in image.img.shape[3:])


def _read_plain(image: Image, t: int) -> np.ndarray:
    """Read one volume of a file whose volumes lie one after another, in column-major order."""
    data_path = _data_path(image)
    proxy = image.img.dataobj
    count = math.prod(image.shape)
    start = proxy.offset + t * count * proxy.dtype.itemsize
    if not _is_gzip(data_path):
        return np.memmap(data_path, dtype=proxy.dtype, mode="r", offset=start, shape=image.shape, order="F")
    # isal inflates 2-3 times as fast as the standard library.
    from isal import igzip

    stored = np.empty(count, dtype=proxy.dtype)
    with igzip.open(data_path, "rb") as stream:
        stream.seek(start)
        read = _read_into(stream, memoryview(stored).cast("B"))
    if read < stored.nbytes:
        raise EOFError(f"{read} of {stored.nbytes} bytes")
    return stored.reshape(image.shape, order="F")


def _read_into(stream, buffer: memoryview) -> int:
    done = 0
    while done < len(buffer):
        n = stream.readinto(buffer[done : done + (1 << 22)])
        if not n:
            break
        done += n
    return done


def _luminance(stored: np.ndarray) -> np.ndarray:
    red, green, blue = (stored[name].astype(np.float32) for name in stored.dtype.names[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue


def unpacked_bytes(image: Image) -> int:
    """Return the size of the image's numbers once unpacked, in bytes of their stored type."""
    return math.prod(image.shape) * image.n_volumes * image.dtype.itemsize


def packed_bytes(image: Image) -> int:
    """Return the size on disk of the file or pair of files, in bytes."""
    files = {holder.filename for holder in image.img.file_map.values() if holder.filename}
    return sum(os.path.getsize(file) for file in files if os.path.exists(file))
