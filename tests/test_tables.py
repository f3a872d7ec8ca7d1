"""Tables that come with images."""

import pytest

from lib.errors import InputError
from lib.tables import read_table


def write(tmp_path, content: bytes):
    path = tmp_path / "a.tsv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"a\tb\n1\t2\n",
        b"\xef\xbb\xbfa\tb\r\n1\t2\r\n",
        b"a,b\n1,2\n",
        b"a b\n1  2\n",
        b" a \tb\n1\t2\n",
        b"a\tb\n1\t2\n\n",
        b"a\tb\n1\t2\t\n",
    ],
)
def test_table_is_read_whatever_separates_it(tmp_path, content):
    frame = read_table(write(tmp_path, content))
    assert list(frame.columns) == ["a", "b"]
    assert frame.to_numpy().tolist() == [[1, 2]]


def test_not_available_is_nan_and_words_are_words(tmp_path):
    frame = read_table(write(tmp_path, b"a\tb\nn/a\tNA\n1\tNone\n"))
    assert frame["a"].isna().tolist() == [True, False]
    assert frame["b"].tolist() == ["NA", "None"]


def test_latin_1_text_is_read(tmp_path):
    assert read_table(write(tmp_path, b"a\tb\n1\tcaf\xe9\n"))["b"][0] == "café"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a\ta\n1\t2\n", "has the column a twice"),
        (b"a\tb\n1\t2\n1\t2\t3\n", "is not a table (line 3 has 3 cells, but 2 were expected)"),
        (b"a\tb\n1\t2\t3\n1\t2\t3\n", "is not a table (its rows have more cells than there are names of columns)"),
        (b'a\tb\n1\t2\n"1\t2\n', "is not a table (a quotation mark is never closed)"),
        (b"\x00\x01\x02", "is not a text file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\n", "only stands for a file"),
        (b"../.git/annex/objects/x/y.tsv", "only stands for a file"),
    ],
)
def test_what_is_no_table_says_so(tmp_path, content, words):
    with pytest.raises(InputError, match=r"^a\.tsv ") as error:
        read_table(write(tmp_path, content))
    assert words in str(error.value)


def test_missing_table_says_so(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path / "gone.tsv")


def test_visitors_name_is_used(tmp_path):
    with pytest.raises(InputError, match=r"^participants\.tsv is empty"):
        read_table(write(tmp_path, b""), name="participants.tsv")
