"""docs/architecture.md: every place that it names is there, and every package has its line."""

import ast
import re

import pytest

from tests.conftest import ROOT
from tests.test_layers import MAY_IMPORT

TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
# In backticks: a path, and after a colon the name of what is meant in it.
NAMED = re.findall(r"`((?:app\.py|(?:lib|pages|tests|bench|docs)/)[\w./]*?)(?::(\w+))?`", TEXT)
PLACES = sorted(set(NAMED))


def test_the_trips_name_many_places():
    assert len(PLACES) > 50


@pytest.mark.parametrize(("path", "name"), PLACES, ids=[":".join(filter(None, place)) for place in PLACES])
def test_each_place_is_there(path, name):
    place = ROOT / path
    assert place.is_dir() if path.endswith("/") else place.is_file()
    if name:
        defined = {node.name for node in ast.parse(place.read_text("utf-8")).body if hasattr(node, "name")}
        assert name in defined


def test_each_package_has_its_line():
    rows = re.findall(r"^\| `lib/(\w+)/` \|", TEXT, re.MULTILINE)
    assert [row for row in MAY_IMPORT if row != "loose"] == rows


@pytest.mark.parametrize("title", ["From the address to a pixel", "From a file to a voxel's time course"])
def test_a_trip_enters_each_place_once_on_its_way(title):
    """Numbered steps lead in one direction; what comes back is told after them."""
    steps = re.search(rf"^## {title}\n\n(.*?)(?=\n\n[^\d\s]|\Z)", TEXT, re.MULTILINE | re.DOTALL)[1]
    entered = [path for path, _ in re.findall(r"`((?:lib|pages)/[\w./]+?)(?::(\w+))?`", steps)]
    # Drawing a figure and changing it stand in one module by design: the way out, and the way back.
    twice = {path for path in entered if entered.count(path) > 1}
    assert twice <= {"lib/figures/time_course.py"}
    assert len(entered) > 10
