"""Text from files and links, shown as it is where Markdown would be read."""

import re

# Everything Streamlit's Markdown gives a meaning to, but for the back quotes around commands in our own sentences.
MARKUP = re.compile(r"([\\*_{}\[\]()#+!|<>$~:])")


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows letter by letter, outside of `code` in back quotes.

    A file name or a link must not become a picture, a link or a formula.
    """
    parts = text.split("`")
    # Between a pair of back quotes a backslash would be shown; without a partner the last one is text.
    is_paired = len(parts) % 2 == 1
    escaped = [part if number % 2 and is_paired else MARKUP.sub(r"\\\1", part) for number, part in enumerate(parts)]
    return ("`" if is_paired else "\\`").join(escaped)
