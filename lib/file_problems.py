"""Why a file cannot be read, in a sentence for the person who chose it."""

from pathlib import Path

GZIP_ENDINGS = (".gz", ".mgz")


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
    return (
        _missing(path, name)
        or _not_an_image(path, name)
        or _missing_partner(path, error, name)
        or _cut_off(path, error, name)
        or f"{name} could not be read as an image ({_first_line(error, path, name)}). "
        "Check that it is a NIfTI, Analyze, MGH, AFNI, PAR/REC or MINC file and copy it again."
    )


def _missing(path: Path, name: str) -> str | None:
    if path.is_symlink() and not path.exists():
        target = str(path.readlink())
        if "annex" in target:
            return (
                f"{name} is a git-annex link whose content is not on this computer. "
                "Fetch it with `datalad get` or `git annex get` and open it again."
            )
        return f"{name} is a link to a file that does not exist. Restore the file or choose another image."
    if not path.exists():
        return f"{name} does not exist. It may have been moved or renamed: choose another image."
    if path.is_dir():
        return f"{name} is a folder, not an image. Choose a file in it."
    if path.stat().st_size == 0:
        return f"{name} is empty (0 bytes). Copy or download it again."
    return None


def _not_an_image(path: Path, name: str) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(512)
    text = head.lstrip().lower()
    if head.startswith(b"version https://git-lfs"):
        return f"{name} is a Git LFS pointer, not the image itself. Fetch the content with `git lfs pull`."
    if head.startswith((b"/annex/", b".git/annex", b"../")) and b"annex" in head:
        return f"{name} is a git-annex pointer, not the image itself. Fetch it with `datalad get` or `git annex get`."
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return f"{name} holds a web page, not an image: the download failed. Download it again."
    is_gzip = head.startswith(b"\x1f\x8b")
    if path.name.lower().endswith(GZIP_ENDINGS) and not is_gzip:
        if head[344:347] in (b"n+1", b"ni1") or head[4:7] in (b"n+2", b"ni2"):
            return f"{name} is an uncompressed NIfTI file with a compressed name. Rename it to end in .nii."
        return f"{name} is named like a gzip file but is none. Check what it holds, or copy it again."
    if is_gzip and path.name.lower().endswith(".nii"):
        return f"{name} is a gzip file with an uncompressed name. Rename it to end in .nii.gz."
    if _is_text(head):
        return f"{name} holds plain text, not an image. Choose a .nii, .nii.gz, .mgz or .mgh file."
    return None


def _is_text(head: bytes) -> bool:
    printable = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in head)
    # AFNI headers and PAR files are text too; they are told apart by what they say on their first lines.
    return printable == len(head) and b"type" not in head[:64] and b"DATA DESCRIPTION" not in head


def _missing_partner(path: Path, error: Exception, name: str) -> str | None:
    if isinstance(error, FileNotFoundError) and error.filename:
        partner = Path(error.filename).name
        return f"{name} needs the file {partner} beside it, which is not there. Put both into one folder."
    if (
        isinstance(error, KeyError)
        and path.suffix.upper() in (".HEAD", ".BRIK")
        or path.name.upper().endswith(".BRIK.GZ")
    ):
        return (
            f"{name} is an AFNI file without the orientation field {error}, written by an old AFNI. "
            "Convert it with AFNI's 3dcopy or 3dAFNItoNIFTI and open the result."
        )
    return None


def _cut_off(path: Path, error: Exception, name: str) -> str | None:
    words = str(error).lower()
    is_short = isinstance(error, EOFError) or "expected" in words and "bytes" in words or "end of" in words
    if is_short or type(error).__name__ in ("BadGzipFile", "IsalError") or "decompress" in words or "crc" in words:
        return f"{name} is cut off or damaged: it ends before its header says it should. Copy or download it again."
    if isinstance(error, MemoryError):
        return f"{name} announces more data than fits into memory. Check its header, or crop the image."
    return None


def _first_line(error: Exception, path: Path, name: str) -> str:
    """Return the library's own words, without the folders of the server."""
    lines = str(error).strip().splitlines()
    return lines[0].replace(str(path), name)[:160] if lines else type(error).__name__
