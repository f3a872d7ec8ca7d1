import pytest

from lib.plain_text import escape_markdown, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 1.5 mm", "plain 1.5 mm"),
        ("sub_01*.nii", r"sub\_01\*.nii"),
        ("![x](http://a)", r"\!\[x\]\(http\://a\)"),
        ("$x$ :material/home:", r"\$x\$ \:material/home\:"),
        ("run `git annex get x_y` now_", r"run `git annex get x_y` now\_"),
        ("one ` alone [", r"one \` alone \["),
    ],
)
def test_markup_is_shown_letter_by_letter(text, shown):
    assert escape_markdown(text) == shown


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
