"""Files as accidents leave them: bytes and lines changed at random, the same on every run."""

import os
import struct
import zlib
from collections.abc import Iterator

import numpy as np

# Of each part of each format; `make fuzz` asks for more.
MUTATIONS = int(os.environ.get("FUZZ_MUTATIONS", "3"))
# What a field holds when it was never set, set to its end, or written by another program.
EXTREMES = (0, 1, -1, 2**15 - 1, -(2**15), 2**31 - 1, -(2**31))
FLOATS = (0.0, -1.0, float("nan"), float("inf"), -float("inf"), 1e-45, 3e38, -1e30, 352.5)
CELLS = (
    "", "n/a", "nan", "-inf", "1e999", "-1e308", "0", "-1", "1_000", "0x10", "²", "٣", "99999999999999999999", "{", "]",
    '"', "'", "~", "#", "true", "null", "ä", "\x85", "\u2028", "1,5", "<b>", "a/b", "..", " ", "\t", "x" * 3000,
)  # fmt: skip


def rounds(name: str) -> Iterator[tuple[int, np.random.Generator]]:
    """Yield as many rounds as were asked for, each with random numbers of its own."""
    for n in range(MUTATIONS):
        yield n, np.random.default_rng([zlib.crc32(name.encode()), n])


def mutate_bytes(raw: bytes, rng: np.random.Generator, start: int = 0, end: int | None = None) -> bytes:
    """Change one to four things between two bytes of a file, or now and then its length."""
    content, end = bytearray(raw), len(raw) if end is None else min(end, len(raw))
    for _ in range(rng.integers(1, 5)):
        at = int(rng.integers(start, max(start + 1, min(end, len(content)))))
        rng.choice(BYTE_CHANGES, p=BYTE_ODDS)(content, at, rng)
    return bytes(content)


def mutate_text(text: str, rng: np.random.Generator) -> bytes:
    """Change one to four things in the lines and words of a text, now and then its bytes."""
    for _ in range(rng.integers(1, 5)):
        text = rng.choice(TEXT_CHANGES)(text, rng)
    raw = text.encode("utf-8", "surrogatepass")
    return mutate_bytes(raw, rng) if raw and rng.random() < 0.25 else raw


def _flip(content: bytearray, at: int, rng) -> None:
    if content:
        content[at % len(content)] ^= 1 << int(rng.integers(8))


def _set_short(content: bytearray, at: int, rng) -> None:
    _pack(content, at & ~1, "h", int(rng.choice(EXTREMES[:5])), rng)


def _set_long(content: bytearray, at: int, rng) -> None:
    _pack(content, at & ~3, "i", int(rng.choice(EXTREMES)), rng)


def _set_float(content: bytearray, at: int, rng) -> None:
    _pack(content, at & ~3, "f", float(rng.choice(FLOATS)), rng)


def _pack(content: bytearray, at: int, form: str, value, rng) -> None:
    packed = struct.pack(str(rng.choice(["<", ">"])) + form, value)
    content[at : at + len(packed)] = packed


def _swap(content: bytearray, at: int, rng) -> None:
    n, other = int(rng.choice([2, 4, 8])), int(rng.integers(max(1, len(content))))
    one, two = content[at : at + n], content[other : other + n]
    if len(one) == len(two) and abs(at - other) >= n:
        content[at : at + n], content[other : other + n] = two, one


def _insert(content: bytearray, at: int, rng) -> None:
    content[at:at] = rng.bytes(int(rng.integers(1, 9)))


def _cut(content: bytearray, at: int, rng) -> None:
    del content[at:]


def _drop(content: bytearray, at: int, rng) -> None:
    del content[at : at + int(rng.integers(1, 9))]


def _extend(content: bytearray, at: int, rng) -> None:
    content += rng.bytes(int(rng.integers(1, 2000)))


BYTE_CHANGES = (_flip, _set_short, _set_long, _set_float, _swap, _insert, _cut, _drop, _extend)
BYTE_ODDS = (0.2, 0.22, 0.15, 0.15, 0.08, 0.05, 0.05, 0.05, 0.05)


def _change_word(text: str, rng) -> str:
    words = text.split(" ") if rng.random() < 0.5 else text.split("\t")
    words[int(rng.integers(len(words)))] = str(rng.choice(CELLS))
    return (" " if text.count(" ") >= text.count("\t") else "\t").join(words)


def _change_number(text: str, rng) -> str:
    digits = [position for position, letter in enumerate(text) if letter.isdigit()]
    if not digits:
        return text
    at = int(rng.choice(digits))
    return text[:at] + str(rng.choice(CELLS)) + text[at + 1 :]


def _change_lines(text: str, rng) -> str:
    lines = text.split("\n")
    one, other = (int(rng.integers(len(lines))) for _ in range(2))
    match int(rng.integers(4)):
        case 0:
            lines[one], lines[other] = lines[other], lines[one]
        case 1:
            del lines[one]
        case 2:
            lines.insert(other, lines[one])
        case _:
            lines[one] += str(rng.choice(CELLS)) + lines[other]
    return "\n".join(lines)


def _change_ends(text: str, rng) -> str:
    return text.replace("\n", str(rng.choice(["\r\n", "\r", "\n\n", "\x0b"])))


def _cut_text(text: str, rng) -> str:
    return text[: int(rng.integers(len(text) + 1))]


def _insert_text(text: str, rng) -> str:
    at = int(rng.integers(len(text) + 1))
    return text[:at] + str(rng.choice(CELLS)) + text[at:]


TEXT_CHANGES = (_change_word, _change_number, _change_number, _change_lines, _change_ends, _cut_text, _insert_text)
