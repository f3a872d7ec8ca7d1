"""README.md: what it says is tested is tested."""

import ast
import re

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "README.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


def test_each_row_of_what_happens_when_names_its_test():
    rows = re.search(r"## What happens when\n\n(.*?)\n\n", TEXT, re.DOTALL)[1].splitlines()[2:]
    assert len(rows) > 20
    assert [row for row in rows if not re.search(r"`tests/[\w/]+\.py::\w+` \|$", row)] == []


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_each_test_is_there(path, name):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((docs/[\w./]+)\)", TEXT))))
def test_each_picture_and_document_is_there(path):
    assert (ROOT / path).is_file()
