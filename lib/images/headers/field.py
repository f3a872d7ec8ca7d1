"""A field of a header, as a person reads it, and how stored values become its text."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lib.number_text import value_text as written_value

# A table cell. Headers hold up to megabytes (AFNI's histories, slice times of a long run).
MAX_CHARACTERS = 2000
MAX_VALUES = 24
REPLACEMENT = "\ufffd"
UNPRINTABLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


@dataclass(frozen=True)
class Field:
    """One field of a header.

    Attributes
    ----------
    name : str
        As the format calls it.
    value : str
        Data, never markup: what the file states, codes decoded.
    meaning : str
        A sentence for a newcomer.
    """

    name: str
    value: str
    meaning: str


def value_text(value) -> str:
    """Return a stored value as text: words as they are, numbers with six significant digits, arrays in brackets."""
    if isinstance(value, str | bytes):
        return clean_text(value)
    array = np.asarray(value)
    if array.ndim == 0:
        return number_text(array.item())
    if array.ndim == 2 and array.size <= MAX_VALUES:
        return "[" + "; ".join(_row_text(row) for row in array.tolist()) + "]"
    flat = array.reshape(-1)
    if flat.size > MAX_VALUES:
        return f"[{_row_text(flat[:MAX_VALUES].tolist())}, ... ({flat.size:,} values)]"
    return f"[{_row_text(flat.tolist())}]"


def number_text(value) -> str:
    """Return one value: whole numbers in full, others with six significant digits, anything else as clean text."""
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return written_value(value)
    return clean_text(value if isinstance(value, bytes) else str(value))


def clean_text(text: str | bytes, limit: int = MAX_CHARACTERS) -> str:
    """Return header text that is safe to show: padding stripped, white space single, control characters replaced.

    Bytes are read as Latin-1, which gives every byte a character. What steers a terminal, turns the direction of
    writing or cannot be encoded becomes U+FFFD.
    """
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    whole = text.strip("\0").replace("\0", REPLACEMENT)
    shown = " ".join(whole[: limit * 2].split())
    shown = "".join(REPLACEMENT if unicodedata.category(letter) in UNPRINTABLE else letter for letter in shown)
    if len(whole) > limit:
        return f"{shown[:limit]}... ({len(whole):,} characters)"
    return shown or "(empty)"


def code_text(code: int, words: Mapping, *, unknown: str = "not a code of this format") -> str:
    """Return a code and what it stands for: ``"4 (int16)"``.

    Parameters
    ----------
    code : int
    words : mapping from int to str
        A dict, or one of nibabel's recoders' columns.
    unknown : str
        What to say of a code without a word.
    """
    try:
        word = words[code]
    except KeyError:
        word = unknown
    return f"{code} ({str(word).strip()})"


def _row_text(values: list) -> str:
    return ", ".join(number_text(value) for value in values)
