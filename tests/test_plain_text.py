import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.plain_text import EMPTY, escape_csv, escape_markdown, escape_plotly, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 1.5 mm", "plain 1.5 mm"),
        ("sub_01*.nii", r"sub\_01\*.nii"),
        ("![x](y)", r"\!\[x\]\(y\)"),
        ("$x$ <b> |a|", r"\$x\$ \<b\> \|a\|"),
        ("&lt; R&D", r"\&lt; R\&D"),
        ("run `git annex get` now_", r"run `git annex get` now\_"),
        ("`x` alone", r"\`x\` alone"),
        ("- a", r"\- a"),
        ("12. a", r"12\. a"),
        ("a\n# b\n\n    c", r"a&#10;\# b&#10;&#10;    c"),
    ],
)
def test_markup_is_shown_letter_by_letter(text, shown):
    assert escape_markdown(text) == shown


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("https://a.example", (r"https\:", "//a.example")),
        ("WWW.a.example", ("WWW", ".a.example")),
        ("me@a.example", ("me", "@a.example")),
        (":material/home:", (r"\:", r"material/home\:")),
        (":streamlit:", (r"\:", r"streamlit\:")),
        ("a <-> b", (r"a \<", "-", r"\> b")),
        ("a -- b >= c", ("a -", r"- b \>", "= c")),
        ("at 2 s: 3", (r"at 2 s\: 3",)),
    ],
)
def test_something_stands_in_what_would_be_found_behind_backslashes(text, pieces):
    """Streamlit made links of addresses, icons of `:material/x:` and arrows of `->` although all was escaped.

    It looks for them once more in the text that Markdown has read, where the backslashes are gone.
    """
    assert escape_markdown(text) == EMPTY.join(pieces)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tSNR 50 %", "tSNR 50 %"),
        ("<b>x</b>", "&#60;b&#62;x&#60;/b&#62;"),
        ("&lt; $x$", "&#38;lt; &#36;x&#36;"),
        ("%{y} 5%", "&#37;{y} 5%"),
    ],
)
def test_plotly_s_markup_is_named_by_its_numbers(text, shown):
    assert escape_plotly(text) == shown


@given(st.text())
def test_plotly_s_text_holds_no_markup_and_comes_back(text):
    import html

    escaped = escape_plotly(text)
    assert not set(escaped) & set("<>$")
    assert "%{" not in escaped
    read = escaped
    for letter in "&<>$%":
        if letter != "&":
            read = read.replace(f"&#{ord(letter)};", letter)
    assert read.replace("&#38;", "&") == text
    assert "&" not in html.unescape(escaped.replace("&#38;", "")) or "&" in text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("  @sum", "'@sum"),
        ("-1+cmd|x", "'-1+cmd|x"),
        ("one.nii, =1+1", "one.nii,' =1+1"),
        ("a;+1+1", "a;'+1+1"),
        ("a\n=1+1", "a =1+1"),
        ("-3.5", "-3.5"),
        ("1, -2, 3e-5", "1, -2, 3e-5"),
        ("1, -2; 3", "1,' -2; 3"),
        ("face x spm HRF", "face x spm HRF"),
    ],
)
def test_a_spreadsheet_s_formula_becomes_text_and_a_number_stays_one(text, safe):
    assert escape_csv(text) == safe


@given(st.text(alphabet="=+-@ ,;\"'1a\n\t"))
def test_no_cell_of_a_text_computes_anything(text):
    """Cells are cut at commas as well as at semicolons, as spreadsheets of some languages cut them."""
    for delimiter in ",;":
        for row in csv.reader(io.StringIO(f"# {escape_csv(text)}\n"), delimiter=delimiter):
            for cell in row[1:]:
                assert not cell.strip(' "').startswith(tuple("=+-@")) or is_number(cell)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("go", "go"),
        ("two\n\n lines", "two lines"),
        ("1.5\x00\x7f", "1.5\ufffd\ufffd"),
        ("x" * 40, "x" * 40),
        ("x" * 3000, "x" * 40 + "..."),
    ],
)
def test_a_quote_is_short_and_can_be_printed(text, quoted):
    """A cell of 3000 letters made a sentence of 3000; bytes of a damaged table went to the screen as they were."""
    assert shorten(text) == quoted
