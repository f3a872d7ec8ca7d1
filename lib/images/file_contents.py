"""What a file is by its first bytes, where these speak of something else than its name."""

import gzip
import struct
import zlib
from pathlib import Path

FRONT_BYTES = 544
PACKED_ENDINGS = (".gz", ".mgz")
TEXT_HEADERS = (".head", ".par")
UNPACK = "Unpack it and choose the image inside."
PICTURE = "is a picture, not a grid of voxels. Choose the .nii.gz or .mgz file it was made from."
CHOOSE = "Choose a .nii, .nii.gz, .mgz or .mgh file."
COPY_AGAIN = "Copy or download it again."
DATALAD = "Fetch it with `datalad get` or `git annex get` and open it again."
# (offset, bytes, what it is and what to do)
SIGNATURES = (
    (0, b"PK\x03\x04", f"is a zip archive. {UNPACK}"),
    (0, b"BZh", f"is packed with bzip2. {UNPACK}"),
    (0, b"\xfd7zXZ", f"is packed with xz. {UNPACK}"),
    (0, b"\x28\xb5\x2f\xfd", f"is packed with zstd. {UNPACK}"),
    (257, b"ustar", f"is a tar archive. {UNPACK}"),
    (128, b"DICM", "is a DICOM file. Convert its series to NIfTI, for instance with dcm2niix."),
    (0, b"\x89PNG", PICTURE),
    (0, b"\xff\xd8\xff", PICTURE),
    (0, b"%PDF", f"is a PDF document, not an image. {CHOOSE}"),
    (0, b"version https://git-lfs", "is a Git LFS pointer, not the image itself. Fetch it with `git lfs pull`."),
)


def describe_content(path: Path, name: str) -> str | None:
    """Return what a file holds instead of what its name promises, and what to do; None where the two agree.

    Parameters
    ----------
    path : Path
        A file that exists and is not empty.
    name : str
        What the visitor calls it.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with path.open("rb") as stream:
        front = stream.read(FRONT_BYTES)
    ending = path.name.lower()
    if front.startswith(b"\x1f\x8b"):
        return _packed_content(path, ending, name)
    found = _foreign(front, name, ending)
    if found:
        return found
    if ending.endswith(PACKED_ENDINGS):
        return _unpacked_under_packed_name(front, ending, name)
    return _wrong_magic(front, name) if ending.endswith(".nii") else None


def _packed_content(path: Path, ending: str, name: str) -> str | None:
    if not ending.endswith((*PACKED_ENDINGS, ".tgz")):
        renamed = f"Rename it to end in {'.mgz' if ending.endswith('.mgh') else Path(ending).suffix + '.gz'}."
        return f"{name} is a gzip file with an unpacked name. {renamed}"
    try:
        with path.open("rb") as file, gzip.open(file, "rb") as stream:
            front = stream.read(FRONT_BYTES)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return None  # damaged, which is for the caller to say
    if front.startswith(b"\x1f\x8b"):
        return f"{name} is packed twice. Unpack it once with gunzip and open the result."
    return _foreign(front, name, ending) or (_wrong_magic(front, name) if ending.endswith(".nii.gz") else None)


def _unpacked_under_packed_name(front: bytes, ending: str, name: str) -> str:
    if front[344:347] in (b"n+1", b"ni1") or front[4:7] in (b"n+2", b"ni2"):
        return f"{name} is an unpacked NIfTI file with a packed name. Rename it to end in .nii."
    if ending.endswith(".mgz") and front.startswith(b"\0\0\0\1"):
        return f"{name} is an unpacked MGH file with a packed name. Rename it to end in .mgh."
    return f"{name} is named like a gzip file but is none. Check what it holds, or copy it again."


def _wrong_magic(front: bytes, name: str) -> str | None:
    """Say so where a .nii does not bear NIfTI's mark."""
    if len(front) < 348:
        return f"{name} holds {len(front)} bytes, but a NIfTI header alone has 348: it is cut off. {COPY_AGAIN}"
    sizes = [struct.unpack_from(order + "i", front)[0] for order in "<>"]
    at = 4 if 540 in sizes else 344
    magic = front[at : at + 3]
    if magic in (b"n+1", b"n+2"):
        return None
    return (
        f"{name} has {magic!r} where a NIfTI file has its mark, b'n+1' or b'n+2': it is damaged or of another format. "
        "Check what it holds, or copy it again."
    )


def _foreign(front: bytes, name: str, ending: str) -> str | None:
    """Say what `front` begins, where that is no image."""
    for offset, magic, sentence in SIGNATURES:
        if front.startswith(magic, offset):
            return f"{name} {sentence}"
    if not front or ending.endswith(TEXT_HEADERS) or not _is_text(front):
        return None
    text = front.lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<head")):
        return f"{name} holds a web page, not an image: the download failed. Download it again."
    if b"<gifti" in text:
        return f"{name} is a GIFTI surface, not a grid of voxels. {CHOOSE}"
    return _pointer(front, name, ending) or f"{name} holds plain text, not an image. {CHOOSE}"


def _pointer(front: bytes, name: str, ending: str) -> str | None:
    lines = front.decode("utf-8", "replace").strip().splitlines()
    target = lines[0] if lines else ""
    if "/annex/objects/" in target:
        return f"{name} is a git-annex pointer, not the image itself. {DATALAD}"
    if len(lines) == 1 and "/" in target and Path(target).suffix == Path(ending).suffix:
        return (
            f"{name} is a link that was saved as text; it leads to {Path(target).name}. "
            "Choose that file, or copy the folder again with its links."
        )
    return None


def _is_text(front: bytes) -> bool:
    try:
        # The last character may be cut in two by the end of `front`.
        text = front.decode() if len(front) < FRONT_BYTES else front[:-3].decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        if error.start < len(front) - 8:
            return False
        text = front[: error.start].decode()
    return all(sign.isprintable() or sign in "\t\n\r\ufeff" for sign in text)
