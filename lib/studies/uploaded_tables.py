"""Where an uploaded table of text lies: motion parameters, confounds or events, in its session's folder."""

import hashlib
from pathlib import Path

from lib.errors import InputError
from lib.studies.uploads import Upload, safe_name

# An hour of confounds with some hundred columns takes a tenth of this.
MAX_TABLE_BYTES = 32 << 20


def spool_table(content: bytes, name: str, folder: Path) -> Upload:
    """Write an uploaded table to disk; the same content under the same name is kept once.

    Parameters
    ----------
    name : what the visitor's computer calls the file: data, never a path.
    folder : the session's folder.

    Raises
    ------
    InputError
        It is empty or too large for a table.
    """
    name = safe_name(name)
    if not content:
        raise InputError(f"{name} is empty. Motion parameters are six numbers a line, one line a volume.")
    if len(content) > MAX_TABLE_BYTES:
        raise InputError(
            f"{name} has {len(content) / 1e6:.0f} MB, but a table of motion parameters or confounds may have "
            f"{MAX_TABLE_BYTES / 1e6:.0f} MB. Choose the table of one run."
        )
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest[:16] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Upload(name, path, digest)
