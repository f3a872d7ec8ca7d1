"""Why a file cannot be read, in a sentence for the person who chose it."""

import gzip
import re
import zlib
from pathlib import Path
from struct import error as StructError
from xml.parsers.expat import ExpatError

from isal import isal_zlib
from nibabel.cifti2.cifti2 import Cifti2HeaderError
from nibabel.filebasedimages import ImageFileError
from nibabel.freesurfer.mghformat import MGHError
from nibabel.minc1 import MincError
from nibabel.parrec import PARRECError
from nibabel.spatialimages import HeaderDataError, HeaderTypeError, ImageDataError
from nibabel.wrapstruct import WrapStructError

from lib.errors import InputError
from lib.images.file_contents import COPY_AGAIN, DATALAD, describe_content

HDF5_MARK = b"\x89HDF\r\n\x1a\n"
DAMAGED_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error, isal_zlib.error)
NIBABEL_ERRORS = (
    ImageFileError, HeaderDataError, HeaderTypeError, ImageDataError, WrapStructError, MGHError, MincError, PARRECError,
    Cifti2HeaderError,
)  # fmt: skip
# What nibabel and the libraries below it raise on bytes that they cannot make sense of. Its readers of netCDF, HDF5 and
# XML trust the file, so that a damaged one surfaces as an error of the language (of the interpreter, even, where h5py
# walks along links that lead nowhere).
READ_ERRORS = (
    *DAMAGED_ERRORS, *NIBABEL_ERRORS, ExpatError, StructError, OSError, MemoryError, ValueError, TypeError, LookupError,
    AttributeError, AssertionError, ArithmeticError, RuntimeError, SystemError,
)  # fmt: skip


class DamagedFile(InputError):
    """The file is there, but what was packed into it is cut off or damaged; it stays so while it is the same file."""


def unreadable(path: Path, error: Exception, *, name: str | None = None) -> InputError:
    """Return what `describe_unreadable` says, to be raised."""
    kind = DamagedFile if isinstance(error, DAMAGED_ERRORS) else InputError
    return kind(describe_unreadable(path, error, name=name))


def describe_unreadable(path: Path, error: Exception, *, name: str | None = None) -> str:
    """Return one or two sentences: what the file turned out to be, and what to do.

    Parameters
    ----------
    path : Path
        The file that failed.
    error : Exception
        What the library or the operating system raised.
    name : str, optional
        What the visitor calls the file; its own name by default.
    """
    name = name or path.name
    try:
        return (
            _not_a_file(path, error, name)
            or describe_content(path, name)
            or _partner(error, name)
            or _old_afni(path, error, name)
            or _damaged(error, name)
            or _minc(path, error, name)
            or _undecodable(path, error, name)
        )
    except PermissionError:
        return _forbidden(name)
    except (OSError, ValueError) as unreachable:
        return f"{name} cannot be reached ({_reason(unreachable, path)}). Choose another image."


def describe_wrong_name(path: Path, suffixes: tuple[str, ...], *, name: str | None = None) -> str:
    """Return what an existing file is whose name does not end in one of `suffixes`."""
    name = name or path.name
    try:
        known = _not_a_file(path, FileNotFoundError(), name) or describe_content(path, name)
    except PermissionError:
        known = _forbidden(name)
    endings = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
    return known or (
        f"{name} does not end like an image file. Choose one that ends in {endings}, or convert it to .nii.gz."
    )


def _forbidden(name: str) -> str:
    return f"{name} may not be read by this app. Change its permissions, or choose another image."


def _not_a_file(path: Path, error: Exception, name: str) -> str | None:
    if isinstance(error, PermissionError) and Path(error.filename or path) == path:
        return _forbidden(name)
    try:
        path.stat()
    except InputError as error:  # it leads out of its folders
        return str(error)
    except (OSError, ValueError):
        pass  # told below, by what is there
    if path.is_symlink() and not path.exists():
        if ".git/annex" in path.readlink().as_posix():
            return f"{name} is a git-annex link whose content is not on this computer. {DATALAD}"
        return f"{name} is a link to a file that does not exist. Restore the file, or choose another image."
    if not path.exists():
        return f"{name} does not exist: it may have been moved or renamed. Choose another image."
    if path.is_dir():
        return f"{name} is a folder, not an image. Choose a file in it."
    if not path.is_file():
        return f"{name} is a device or a pipe, not a file. Choose another image."
    if path.stat().st_size == 0:
        return f"{name} is empty (0 bytes). {COPY_AGAIN}"
    return None


def _partner(error: Exception, name: str) -> str | None:
    if not isinstance(error, (FileNotFoundError, PermissionError)) or not error.filename:
        return None
    partner = Path(error.filename).name
    if isinstance(error, PermissionError):
        return f"{name} needs the file {partner}, which may not be read by this app. Change its permissions."
    either = f"{partner} or {partner}.gz" if partner.upper().endswith(".BRIK") else partner
    return f"{name} needs the file {either} beside it, which is not there. Put both into one folder."


def _old_afni(path: Path, error: Exception, name: str) -> str | None:
    if not isinstance(error, KeyError) or not path.name.upper().endswith((".HEAD", ".BRIK", ".BRIK.GZ")):
        return None
    field = error.args[0]
    if field != "IJK_TO_DICOM_REAL":
        return f"{name} lacks the AFNI header field {field}, so its header is cut off or damaged. {COPY_AGAIN}"
    return (
        f"{name} is an AFNI file without the orientation field {field}, as old versions of AFNI wrote it. "
        "Convert it with AFNI's 3dcopy or 3dAFNItoNIFTI and open the result."
    )


def _damaged(error: Exception, name: str) -> str | None:
    words = str(error).lower()
    is_short = "mmap length" in words or "end of" in words or ("expected" in words and "bytes" in words)
    if isinstance(error, EOFError) or is_short:
        return f"{name} is cut off: it ends before its header says it should. {COPY_AGAIN}"
    if isinstance(error, DAMAGED_ERRORS):
        return f"{name} is damaged: it cannot be unpacked to its end. {COPY_AGAIN}"
    if isinstance(error, MemoryError):
        return f"{name} announces more data than fits into memory. Check its header, or crop the image."
    return None


def _minc(path: Path, error: Exception, name: str) -> str | None:
    """Tell a damaged MINC file from another kind of HDF5 file, and from one that nibabel does not take."""
    if path.suffix.lower() != ".mnc" or isinstance(error, MincError):
        return None
    if "spacing" in str(error):
        return f"{name} is spaced irregularly, so its voxels are no grid. Resample it with mincresample and open that."
    # Imported here: one visitor in many has MINC files.
    import h5py

    with path.open("rb") as stream:
        front = stream.read(len(HDF5_MARK))
    is_netcdf = front.startswith(b"CDF")
    if is_netcdf:
        return f"{name} is a MINC1 file that is cut off or damaged. {COPY_AGAIN}"
    if front != HDF5_MARK:
        return f"{name} is neither a MINC1 nor a MINC2 file, whatever its name says. Check what it holds."
    try:
        with path.open("rb") as stream, h5py.File(stream, "r") as file:
            is_minc = "minc-2.0" in file
    except (OSError, RuntimeError):
        is_minc = True
    if is_minc:
        return f"{name} is a MINC2 file that is cut off or damaged. {COPY_AGAIN}"
    return f"{name} is an HDF5 file, but holds no MINC2 image. Check what it holds."


def _undecodable(path: Path, error: Exception, name: str) -> str:
    remedy = "Check that it is a NIfTI, Analyze, MGH, AFNI, PAR/REC or MINC file, and copy or convert it again."
    reason = _reason(error, path)
    # nibabel's own words speak of the file; those of the language below it ("list index out of range") do not.
    if isinstance(error, NIBABEL_ERRORS) and reason and "work out file type" not in reason:
        return f"{name} could not be read as an image ({reason}). {remedy}"
    return f"{name} does not begin with a header that can be understood: it is damaged or of another format. {remedy}"


def _reason(error: Exception, path: Path) -> str:
    """Return the library's first sentence, without the folders of the server."""
    words = re.split(r"\n|[.!?]\s", str(error).strip())[0]
    for folder in {path.parent, path.absolute().parent, path.resolve().parent}:
        words = words.replace(f"{folder}/", "")
    words = re.sub(r"(?<!\w)/(?:[^\s/'\"]+/)*", "", words)
    return words[:160].rstrip(" .:")
