import pytest

from lib.plain_text import escape_markdown


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
