"""What an image file holds: opened by its header, its volumes unread, refused in a sentence where it is none.

An `Image` is a file that was understood, not one that was loaded. A `Volume` is one 3-D frame of it as the file stores
it, with the slope and intercept that turn stored numbers into values.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

import nibabel as nib
import numpy as np
from nibabel.spatialimages import SpatialImage

from lib.disk.opening import File, as_file
from lib.errors import InputError
from lib.images.file_problems import READ_ERRORS, describe_unreadable, describe_wrong_name, unreadable
from lib.images.left_right import doubt_sides
from lib.images.loading import PAIRS, header_file, load_image, partners
from lib.images.on_demand import held_file
from lib.images.size_limits import require_held, require_modest_header, require_room
from lib.images.volumes import Volume, is_time_first, read_frame, shared_scaling, space_axes
from lib.number_text import shape_text, sizes_text
from lib.spaces.grids import Grid

# A nanometre, finer than any microscope's voxel, to ten metres: beyond, the header is broken.
SMALLEST_VOXEL_MM, LARGEST_VOXEL_MM = 1e-6, 1e4
IMAGE_SUFFIXES = (".nii", ".nii.gz", ".mgh", ".mgz", *PAIRS[0][:4], *PAIRS[1], *PAIRS[2], ".mnc")


@dataclass(frozen=True, eq=False)
class Image:
    """An image file that nibabel understands, with time last and the volumes unread.

    Attributes
    ----------
    key : str
        Identity of the content, for caches: SHA-256 of an upload, or path, size and time of change of a local file.
    name : str
        What a person calls it: the file's name.
    path : Path or NamedFile
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
    path: File
    img: SpatialImage = field(repr=False)
    shape: tuple[int, int, int]
    n_volumes: int
    affine: np.ndarray = field(repr=False)

    @property
    def grid(self) -> Grid:
        """Where its voxels lie."""
        return Grid(self.shape, self.affine)

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
        """Whether a voxel is a colour (red, green, blue); its luminance is shown."""
        return self.dtype.names is not None

    @property
    def is_complex(self) -> bool:
        """Whether a voxel is a complex number; its magnitude is shown."""
        return self.dtype.kind == "c"

    @cached_property
    def is_time_first(self) -> bool:
        """Whether the file keeps time before space, as MINC does."""
        return is_time_first(self.img)

    @cached_property
    def sides_doubt(self) -> str:
        """Why its left and right may be exchanged, as a sentence; empty where the file vouches for them."""
        return doubt_sides(self.img)

    @cached_property
    def scaling(self) -> tuple[float, float]:
        """Slope and intercept of every volume that is read; (1, 0) where `read_volume` hands out values."""
        return shared_scaling(self.img)


def is_image_name(name: str) -> bool:
    """Return whether a file name ends like an image that `open_image` may understand."""
    return name.lower().endswith(IMAGE_SUFFIXES)


def open_image(path, *, name: str | None = None, key: str | None = None) -> Image:
    """Open an image by its header; no voxel is kept.

    Parameters
    ----------
    path : path-like or NamedFile
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
    path = as_file(path)
    name = name or path.name
    key = key or file_key(path, name=name)
    if not is_image_name(path.name):
        raise InputError(describe_wrong_name(path, IMAGE_SUFFIXES, name=name))
    try:
        with np.errstate(all="ignore"):  # nibabel multiplies whatever voxel sizes a header gives
            img = _read_header(path, name)
    except READ_ERRORS as error:
        raise InputError(describe_unreadable(path, error, name=name)) from error
    grid, n_volumes = _split_shape(img, name)
    affine = np.asarray(img.affine, dtype=np.float64)
    _require_invertible(affine, name)
    image = Image(key, name, path, img, grid, n_volumes, affine)
    _require_size(image)
    return image


def file_key(path, *, name: str | None = None) -> str:
    """Return an identity for a local file and its partners: path, sizes and times of change.

    Raises
    ------
    InputError
        There is no such file, or it may not be read.
    """
    path = as_file(path)
    try:
        if not path.is_file():
            raise FileNotFoundError(path)
        states = [file.stat() for file in (path, *partners(path))]
        return "|".join([str(path.resolve()), *(f"{state.st_size},{state.st_mtime_ns}" for state in states)])
    except (OSError, ValueError) as error:
        raise InputError(describe_unreadable(path, error, name=name)) from error


def read_volume(image: Image, t: int = 0) -> Volume:
    """Read volume `t` in its stored type, with the slope and intercept of `image.scaling`.

    An unpacked file is mapped, not copied. RGB becomes luminance (ITU-R BT.601) and complex numbers their magnitude,
    both float32.

    Raises
    ------
    InputError
        `t` is outside the run, the file ends before the volume does, or it was replaced since it was opened.
    """
    if not 0 <= t < image.n_volumes:
        raise InputError(
            f"{image.name} has volumes 0 to {image.n_volumes - 1}, so there is no volume {t}. Choose one of these."
        )
    try:
        volume = read_frame(image.img, image.shape, t)
    except READ_ERRORS as error:
        require_unchanged(image)
        raise unreadable(image.path, error, name=image.name) from error
    require_unchanged(image)
    return volume


def require_unchanged(image: Image) -> None:
    """Refuse an image in whose place another file lies than the one that was opened: its numbers would be noise.

    Of an upload, whose key is that of its content, and of a file that is gone nothing is said.

    Raises
    ------
    InputError
        The file has another size or another time of change.
    """
    is_of_content = "|" not in image.key
    if is_of_content or not image.path.is_file():
        return
    if file_key(image.path, name=image.name) != image.key:
        raise InputError(f"{image.name} was replaced by another file while it was open. Open it again.")


def unpacked_bytes(image: Image) -> int:
    """Return the size of the image's numbers once unpacked, in bytes of their stored type."""
    return math.prod(image.shape) * image.n_volumes * image.dtype.itemsize


def packed_bytes(image: Image) -> int:
    """Return the size on disk of the file or pair of files, in bytes."""
    files = {held_file(image.img, part) for part in image.img.file_map}
    return sum(file.stat().st_size for file in files if file is not None and file.is_file())


def _read_header(path: File, name: str) -> SpatialImage:
    require_modest_header(header_file(path), name)
    img = load_image(path)
    if not isinstance(img, SpatialImage):
        kind = type(img).__name__.removesuffix("Image").removesuffix("2").upper()
        raise InputError(
            f"{name} holds {kind} data, which are no grid of voxels. "
            "Choose a volume such as a .nii.gz, .mgz or .mnc file."
        )
    return img


def _split_shape(img: SpatialImage, name: str) -> tuple[tuple[int, int, int], int]:
    """Return the grid and the number of volumes; dimensions of length 1 after the third are ignored."""
    shape = tuple(int(n) for n in img.shape)
    shown = shape_text(shape)
    if is_time_first(img):
        shape = (*shape[1:], shape[0])
    if len(shape) < 2 or min(shape) < 1:
        raise InputError(
            f"{name} has the shape ({shown}), but an image needs at least two axes with voxels in them. "
            "Choose another file, or export this one again."
        )
    later = [n for n in shape[3:] if n > 1]
    if len(later) > 1:
        raise InputError(
            f"{name} has {len(shape)} dimensions ({shown}), but an image here has three of space and one of time. "
            "Save one of its series as a 4-D file."
        )
    if later and space_axes(img) not in ([False, True, True, True], [True, True, True] + [False] * len(shape[3:])):
        raise InputError(
            f"{name} keeps time between its axes of space ({shown}). "
            "Bring time first with mincreshape and open the result."
        )
    grid = (*shape, 1)[:3]
    return grid, later[0] if later else 1


def _require_invertible(affine: np.ndarray, name: str) -> None:
    with np.errstate(all="ignore"):
        sizes = np.linalg.norm(affine[:3, :3], axis=0)
        # Relative to the voxel, so that a micrometre grid passes and a flattened one does not.
        volume = abs(np.linalg.det(affine[:3, :3] / sizes))
        is_plausible = sizes.min() >= SMALLEST_VOXEL_MM and sizes.max() <= LARGEST_VOXEL_MM
    if np.isfinite(affine).all() and np.isfinite(sizes).all() and volume > 1e-6:
        if is_plausible:
            return
        shown = sizes_text(sizes)
        raise InputError(
            f"{name} has voxels of {shown} mm, but a voxel measures {SMALLEST_VOXEL_MM:g} to {LARGEST_VOXEL_MM:g} mm. "
            "Repair its sform, qform and pixdim, for instance with nibabel, and open it again."
        )
    raise InputError(
        f"{name} has an affine that cannot be inverted, so its voxels have no place in the world. "
        "Repair its sform and qform, for instance with nibabel, and open it again."
    )


def _require_size(image: Image) -> None:
    """Refuse by header, before anything is unpacked."""
    total = unpacked_bytes(image)
    require_room(image.name, total // image.n_volumes, total)
    if isinstance(image.img, nib.Minc1Image):
        return  # the format's own library checks the length, and MINC2 packs what it holds
    data_path = held_file(image.img)
    try:
        data_path.stat()
    except OSError as error:
        raise InputError(describe_unreadable(image.path, error, name=image.name)) from error
    if not is_image_name(data_path.name):
        raise InputError(describe_wrong_name(data_path, IMAGE_SUFFIXES))
    offset = getattr(image.img.dataobj, "offset", 0)
    require_held(image.name, data_path, offset + total, offset=offset)
