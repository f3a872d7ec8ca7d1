"""Text from files and links: shown as it is where Markdown would be read, and short where a sentence quotes it."""

import re

# Everything Streamlit's Markdown gives a meaning to, but for the back quotes around commands in our own sentences.
MARKUP = re.compile(r"([\\*_{}\[\]()#+!|<>$~:])")

# What a sentence quotes of a text that may have any length.
LONGEST_QUOTE = 40


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows letter by letter, outside of `code` in back quotes.

    A file name or a link must not become a picture, a link or a formula.
    """
    parts = text.split("`")
    # Between a pair of back quotes a backslash would be shown; without a partner the last one is text.
    is_paired = len(parts) % 2 == 1
    escaped = [part if number % 2 and is_paired else MARKUP.sub(r"\\\1", part) for number, part in enumerate(parts)]
    return ("`" if is_paired else "\\`").join(escaped)


def shorten(text: str) -> str:
    """Return what a sentence quotes of a text: its beginning, on one line, what cannot be printed as U+FFFD."""
    line = " ".join(text[: 2 * LONGEST_QUOTE].split())
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
    return shown if len(shown) <= LONGEST_QUOTE else f"{shown[:LONGEST_QUOTE]}..."
