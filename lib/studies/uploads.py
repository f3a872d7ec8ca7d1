"""Where an uploaded file lies: copied once into a folder that vanishes with its session."""

import errno
import hashlib
import os
import re
import shutil
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from lib.errors import InputError
from lib.images.size_limits import size_text

UPLOAD_SUFFIXES = (".nii.gz", ".nii", ".mgz", ".mgh")
# Half an hour at 2 mm, packed. The web server holds an upload in memory and may refuse it earlier.
MAX_UPLOAD_BYTES = 2 << 30
CHUNK_BYTES = 1 << 20
# File systems take 255 bytes; the browser shows less.
MAX_NAME_BYTES = 120
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Upload:
    """An uploaded file that lies on disk.

    Attributes
    ----------
    name : str
        Its name, safe as part of a path, an address or a page.
    path : Path
        Where it lies.
    key : str
        SHA-256 of its content, hexadecimal.
    """

    name: str
    path: Path
    key: str


def spool_upload(stream, name: str, folder: Path, *, max_bytes: int = MAX_UPLOAD_BYTES) -> Upload:
    """Copy an uploaded stream to disk in chunks; the same content under the same name is kept once.

    Parameters
    ----------
    stream : binary file-like
        Read from its beginning where it can seek.
    name : str
        What the visitor's computer calls the file: data, never a path.
    folder : Path
        The session's folder.
    max_bytes : int
        Largest file that is taken.

    Returns
    -------
    Upload
        Hand ``upload.path, name=upload.name, key=upload.key`` to `lib.images.image.open_image`.

    Raises
    ------
    InputError
        The name ends in something else than .nii, .nii.gz, .mgz or .mgh, the file is too large, or the disk is full.
    """
    name = safe_name(name)
    _require_accepted(name)
    n_bytes = _rewind(stream)
    if n_bytes is not None and n_bytes > max_bytes:
        raise _too_large(name, size_text(n_bytes), max_bytes)
    folder.mkdir(parents=True, exist_ok=True)
    part = None
    try:
        # A name of its own, so that two reruns at a time do not write into each other.
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as target:
            part = Path(target.name)
            digest = _copy(stream, target, name, max_bytes)
        path = folder / digest[:16] / name
        path.parent.mkdir(exist_ok=True)
        part.replace(path)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise InputError(
            f"{name} does not fit on the server's disk, where {size_text(shutil.disk_usage(folder).free)} are free. "
            "Remove other uploads or choose a smaller file."
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return Upload(name, path, digest)


def safe_name(name: str) -> str:
    """Return a file name without folders, control characters and marks that mean something to a shell or a page.

    Letters and digits of any script, ``_``, ``-``, ``+`` and ``.`` stay. A long name keeps its ending.
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = re.sub(r"[^\w.+-]+", "_", name)
    ending = next((suffix for suffix in UPLOAD_SUFFIXES if name.lower().endswith(suffix)), Path(name).suffix[:16])
    cut = len(name) - len(ending)
    stem, ending = name[:cut].strip("_.-"), name[cut:]
    return (stem.encode()[:MAX_NAME_BYTES].decode(errors="ignore") or "image") + ending


def _require_accepted(name: str) -> None:
    if name.lower().endswith(UPLOAD_SUFFIXES):
        return
    remedy = "Convert it to .nii.gz first."
    if name.lower().endswith((".img", ".hdr", ".head", ".brik", ".par", ".rec", ".img.gz", ".hdr.gz", ".brik.gz")):
        remedy = "Its format keeps header and voxels in two files: convert them to one .nii.gz first."
    raise InputError(f"{name} cannot be uploaded: an uploaded image ends in .nii, .nii.gz, .mgz or .mgh. {remedy}")


def _rewind(stream) -> int | None:
    """Go to the beginning and return the size, where the stream can say it."""
    if not stream.seekable():
        return None
    n_bytes = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return n_bytes


def _copy(stream, target, name: str, max_bytes: int) -> str:
    """Copy at most `max_bytes` and return their SHA-256."""
    digest, done = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK_BYTES):
        done += len(chunk)
        if done > max_bytes:
            raise _too_large(name, f"more than {size_text(max_bytes)}", max_bytes)
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def _too_large(name: str, size: str, max_bytes: int) -> InputError:
    return InputError(
        f"{name} is {size}, but an upload may have {size_text(max_bytes)}. "
        "Crop it, or start the app on your own computer with the image's folder."
    )
