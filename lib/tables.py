"""Tables that come with images, read with every number that can be one and NaN for "n/a"."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING

from lib.errors import InputError
from lib.plain_text import shorten

if TYPE_CHECKING:
    import pandas as pd

MAX_TABLE_BYTES = 256 << 20
# BIDS writes n/a; programs write the rest. pandas' own list also takes "None" and "NA", which are names of groups.
NO_VALUE = ("n/a", "N/A", "NaN", "nan", "")


def read_table(path, *, text_columns: tuple[str, ...] = (), name: str | None = None) -> pd.DataFrame:
    """Read a .tsv (or .csv) with a header line.

    Parameters
    ----------
    text_columns : kept as text, so that a label "01" stays one.
    name : what the visitor calls the file; its own name by default.

    Returns
    -------
    Frame with stripped, non-empty column names; text columns hold str or NaN.

    Raises
    ------
    InputError
        The file cannot be read, is empty, or is no table.
    """
    import pandas as pd

    name = name or path.name
    # Tabs at the ends of lines, which some programs write, would count as columns.
    text = re.sub(r"\t+(?=\r?$)", "", read_text(path, name), flags=re.MULTILINE)
    first = text.lstrip().partition("\n")[0].strip()
    if not first:
        raise InputError(f"{name} is empty. A table needs a line of column names and one line a row.")
    separator = "\t" if "\t" in first else "," if "," in first else r"\s+"
    _require_distinct([cell.strip(' "') for cell in re.split(separator, first)], name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a first row longer than the header is cut off
            frame = pd.read_csv(
                io.StringIO(text),
                sep=separator,
                engine="python" if separator == r"\s+" else "c",
                dtype=dict.fromkeys(text_columns, object),
                keep_default_na=False,
                na_values=list(NO_VALUE),
                index_col=False,
            )
    except (ValueError, pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise InputError(f"{name} is not a table ({_reason(error)}). Check its columns and separators.") from error
    frame.columns = [str(column).strip() for column in frame.columns]
    return frame


def _reason(error: Exception) -> str:
    """Return why pandas took a text for no table; its own words speak of tokens and of its options."""
    words = str(error)
    if counts := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", words):
        expected, line, found = counts.groups()
        return f"line {line} has {found} cells, but {expected} were expected"
    if "EOF inside string" in words:
        return "a quotation mark is never closed"
    if isinstance(error, Warning):
        return "its rows have more cells than there are names of columns"
    return shorten(words)


def _require_distinct(columns: list[str], name: str) -> None:
    repeated = [column for position, column in enumerate(columns) if column in columns[:position]]
    if repeated:
        raise InputError(f"{name} has the column {shorten(repeated[0]) or 'without a name'} twice. Rename one of them.")


def read_text(path, name: str) -> str:
    """Read a text file, UTF-8 with or without its mark, else Latin-1.

    Raises
    ------
    InputError
        It cannot be read, is over 256 MB, or is not text.
    """
    try:
        size = path.stat().st_size
        if size > MAX_TABLE_BYTES:
            raise InputError(f"{name} has {size / 1e6:.0f} MB, too much for a table. Choose a table of under 256 MB.")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror}). Check that it is there.") from error
    if b"\0" in content:
        raise InputError(f"{name} is not a text file. Choose a table saved as text (.tsv, .txt).")
    if content.startswith(b"version https://git-lfs") or (b"annex/objects" in content[:200] and len(content) < 1024):
        raise InputError(
            f"{name} only stands for a file that is not here. Fetch it with `datalad get` or `git lfs pull`."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
