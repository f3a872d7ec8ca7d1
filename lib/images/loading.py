"""How does a file become nibabel's image of it? By what it holds, through files that were opened for nibabel.

`nibabel.load` would open the file, and those that belong to it, by their names.
"""

import io
import os
from collections.abc import Iterator

import nibabel as nib
from nibabel.arrayproxy import ArrayProxy
from nibabel.brikhead import AFNIImage
from nibabel.filebasedimages import FileBasedImage, ImageFileError
from nibabel.fileholders import FileHolder
from nibabel.freesurfer.mghformat import MGHHeader
from nibabel.imageclasses import all_image_classes
from nibabel.minc1 import MincError
from nibabel.minc2 import Minc2File
from nibabel.parrec import PARRECImage

from lib.disk.opening import File
from lib.errors import InputError
from lib.images.on_demand import OnDemand, hold
from lib.images.size_limits import open_unpacked

# Formats that keep header and voxels in files of their own (an SPM file its orientation, too).
PAIRS = ((".hdr", ".hdr.gz", ".img", ".img.gz", ".mat"), (".head", ".brik", ".brik.gz"), (".par", ".rec"))
# AFNI packs its voxels in other ways, too, which are told but not read.
UNREAD = (".brik.bz2", ".brik.z", ".brik.zst")
HEADERS = (".hdr", ".hdr.gz", ".head", ".par")
# What nibabel looks at to tell the formats apart.
FRONT_BYTES = 1024
# Nothing lies there, so what is looked for below it by its name is not found.
NOWHERE = os.devnull


def load_image(file: File) -> FileBasedImage:
    """Return nibabel's image of a file, its voxels unread.

    Parameters
    ----------
    file : Path or NamedFile
        Either one of a pair.

    Raises
    ------
    InputError
        It keeps its voxels in files that are not its own, as HDF5 can.
    OSError, ValueError and the other `lib.images.file_problems.READ_ERRORS`
        It is no image, or damaged.
    """
    if file.name.lower().endswith((".mgh", ".mgz")):
        return _load_mgh(file)
    header = header_file(file)
    with open_unpacked(header) as stream:
        front = stream.read(FRONT_BYTES)
    kind = _find_kind(file, header, front)
    if issubclass(kind, nib.Minc2Image):
        return _load_minc2(kind, file)
    if issubclass(kind, nib.Minc1Image):
        with file.open("rb") as stream:
            return kind.from_file_map({"image": FileHolder(filename=str(file), fileobj=stream)})
    if issubclass(kind, (AFNIImage, PARRECImage)):
        return _load_with_text_header(kind, file, header)
    holders = {part: hold(one) for part, one in _parts(file, header)}
    if any(part == "mat" for part, _ in kind.files_types):
        # SPM's orientation, which need not be there.
        mat = _one_of(file, (".mat",))
        holders["mat"] = hold(mat) if mat else FileHolder(filename=f"{NOWHERE}/no.mat")
    return kind.from_file_map(holders)


def partners(file: File) -> list[File]:
    """Return the files beside a file that belong to the same image."""
    return [file.with_name(name) for name in _names_beside(file.name) if file.with_name(name).is_file()]


def header_file(file: File) -> File:
    """Return the file with an image's header: its own, or the one of a pair that holds it, which need not be there."""
    if _suffix(file.name) in (".img", ".img.gz", ".brik", ".brik.gz", ".rec"):
        return _one_of(file, HEADERS) or _named_like(file, {".brik": ".HEAD", ".rec": ".PAR"}.get(_bare(file), ".hdr"))
    return file


def _parts(file: File, header: File) -> Iterator[tuple[str, File]]:
    """Yield what nibabel calls the files of an image, and which they are."""
    if _suffix(file.name) not in PAIRS[0]:
        yield "image", file
        return
    yield "header", header
    yield "image", _one_of(file, (".img", ".img.gz")) or _named_like(file, ".img")


def _load_with_text_header(kind: type, file: File, header: File) -> FileBasedImage:
    text = io.StringIO(header.read_text(encoding="utf-8"))
    voxels = _one_of(file, (".brik", ".brik.gz", *UNREAD, ".rec")) or _named_like(
        file, ".BRIK" if kind is AFNIImage else ".REC"
    )
    return kind.from_file_map({"header": FileHolder(filename=str(header), fileobj=text), "image": hold(voxels)})


def _load_mgh(file: File) -> nib.MGHImage:
    """Load as nibabel does, which unpacks its way to the footer with the slower gzip."""
    with open_unpacked(file) as stream:
        header = MGHHeader.from_fileobj(stream)
    proxy = ArrayProxy(OnDemand(file), header.copy())
    return nib.MGHImage(proxy, header.get_affine(), header, file_map={"image": hold(file)})


def _load_minc2(kind: type, file: File) -> FileBasedImage:
    """Load as nibabel does, which hands the file's name to HDF5."""
    # Imported here: one visitor in many has MINC files.
    import h5py

    minc_file = Minc2File(require_own_data(h5py.File(OnDemand(file), "r"), file.name))
    affine = minc_file.get_affine()
    if affine.shape != (4, 4):
        raise MincError("Image does not have 3 spatial dimensions")
    header = kind.header_class(minc_file.get_data_dtype(), minc_file.get_data_shape(), minc_file.get_zooms())
    return kind(kind.ImageArrayProxy(minc_file), affine, header, file_map={"image": hold(file)})


def require_own_data(opened, name: str):
    """Return an open HDF5 file, unless it leads to other files, which HDF5 would open by their names.

    Raises
    ------
    InputError
        A link or a data set of it lies in another file.
    """
    import h5py

    def is_elsewhere(path: str, link) -> str | None:
        if isinstance(link, h5py.ExternalLink):
            return path
        if isinstance(link, h5py.HardLink) and isinstance(found := opened[path], h5py.Dataset):
            return path if found.external or found.is_virtual else None
        return None

    where = opened.visititems_links(is_elsewhere)
    if where is not None:
        opened.close()
        raise InputError(
            f"{name} keeps {where} in another file, which is not opened. Save it whole, for instance with mincconvert."
        )
    return opened


def _find_kind(file: File, header: File, front: bytes) -> type[FileBasedImage]:
    """Return the class that `nibabel.load` would choose."""
    name = f"{NOWHERE}/{file.name}"
    for kind in all_image_classes:
        is_valid, _ = kind.path_maybe_image(name, (front, f"{NOWHERE}/{header.name}"))
        if is_valid:
            return kind
    raise ImageFileError(f'Cannot work out file type of "{file.name}"')


def _bare(file: File) -> str:
    """Return the ending of a name without how it is packed, in small letters."""
    return _suffix(file.name).removesuffix(".gz")


def _suffix(name: str) -> str:
    """Return the ending of a name that is one of a pair, in small letters; empty for others."""
    return next((suffix for family in PAIRS for suffix in family if name.lower().endswith(suffix)), "")


def _names_beside(name: str) -> list[str]:
    suffix = _suffix(name)
    stem = name[: len(name) - len(suffix)]
    family = next((family for family in PAIRS if suffix in family), ())
    more = UNREAD if ".brik" in family else ()
    # AFNI writes .BRIK.gz.
    names = [stem + ending for one in (*family, *more) for ending in (one, one.upper(), _small_packing(one.upper()))]
    return [one for one in dict.fromkeys(names) if one != name]


def _small_packing(suffix: str) -> str:
    """Return an ending with the letters of its last part small: .BRIK.gz of .BRIK.GZ."""
    first, dot, last = suffix.rpartition(".")
    return first + dot + last.lower() if first else suffix


def _one_of(file: File, suffixes: tuple[str, ...]) -> File | None:
    """Return the file of an image that has one of these endings and is there, itself included."""
    names = [name for name in (file.name, *_names_beside(file.name)) if name.lower().endswith(suffixes)]
    # A link that leads nowhere, or out of the folders, is told as that by whoever opens it.
    return next((one for name in names if (one := file.with_name(name)).is_file() or one.is_symlink()), None)


def _named_like(file: File, suffix: str) -> File:
    """Return the file that would be beside another one under an ending."""
    return file.with_name(file.name[: len(file.name) - len(_suffix(file.name))] + suffix)
