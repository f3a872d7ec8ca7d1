"""Text from files and links, shown letter by letter where Markdown, Plotly or a spreadsheet would read more into it.

One function for each place that text ends in; HTML of our own has `html.escape`. A text is escaped where it enters that
place, so that whatever comes before knows it as it is.
"""

import re

# Everything Streamlit's Markdown gives a meaning to wherever it stands.
MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|<>$~:&])")
# And what means a heading or a list where a line begins with it.
LINE_START = re.compile(r"^(\s*\d*)([-=.)])")
# The commands that sentences of ours name are shown as code.
COMMAND = re.compile(r"(`(?:datalad|git annex|git lfs) (?:get|pull)`)")
# Streamlit looks for addresses, arrows, icons and emoji once more in what Markdown has made of a text, where no
# backslash is left: it finds none that something stands in. This is a span without letters.
EMPTY = ":small[]"
SPLIT = re.compile(r"(?<=:)(?=\S)|(?=@)|(?<=www)(?=\.)|(?<=-)(?=[->])|(?<=[<>~])(?=[-=])", re.IGNORECASE)
# What Plotly reads as a tag, a letter by its name, TeX, or a place to fill in.
PLOTLY_MARKUP = re.compile(r"[&<>$]|%(?=\{)")
# What a spreadsheet computes in place of showing it, a number excepted: a cell that begins so, also where it cuts lines
# at other signs than the file's. A number ends with the sign that it began with: "-1;" between commas is none.
NUMBER = r"\s*[+-]?[\d.]+(?:e[+-]?\d+)?\s*"
FORMULA = re.compile(rf"(?:^(?!{NUMBER}(?:[,;]|$))|([,;])(?!{NUMBER}(?:\1|$)))(?=[\s\"]*[=+\-@])")

# What a sentence quotes of a text that may have any length.
LONGEST_QUOTE = 40


def escape_markdown(text: str) -> str:
    """Return text that Streamlit's Markdown shows letter by letter, but for the commands in sentences of ours.

    A file name or a link must not become a picture, a link, an icon or a formula.
    """
    parts = COMMAND.split(text)
    return "".join(part if number % 2 else _escape_part(part) for number, part in enumerate(parts))


def _escape_part(text: str) -> str:
    pieces = [MARKUP.sub(r"\\\1", piece) for piece in SPLIT.split(text)]
    pieces[0] = LINE_START.sub(r"\1\\\2", pieces[0])
    # A line break begins what only a line can begin; named by its number it is a space.
    return re.sub(r"[\r\n\t]", lambda found: f"&#{ord(found[0])};", EMPTY.join(pieces))


def escape_plotly(text: str) -> str:
    """Return text that Plotly shows letter by letter, in titles, legends, labels and templates of the hover."""
    return PLOTLY_MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)


def escape_csv(text: str) -> str:
    """Return text, on one line, that no spreadsheet takes for a formula: an apostrophe stands before one."""
    return FORMULA.sub(lambda found: f"{found[0]}'", " ".join(text.split()))


def shorten(text: str) -> str:
    """Return what a sentence quotes of a text: its beginning, on one line, what cannot be printed as U+FFFD."""
    line = " ".join(text[: 2 * LONGEST_QUOTE].split())
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
    return shown if len(shown) <= LONGEST_QUOTE else f"{shown[:LONGEST_QUOTE]}..."
