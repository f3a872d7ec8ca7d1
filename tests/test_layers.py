"""The layers: who imports whom, what an entry script and a page may hold, and where nothing may be kept."""

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIB = sorted((ROOT / "lib").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
SCRIPTS = [ROOT / "app.py", *PAGES]
# The component draws figures that it is handed: it names their type, and the version of the renderer that fits.
PLOTLY_ALLOWED = ("lib/figures*.py", "lib/live_chart.py")
# A register of tickets, which their sessions hold: weak, so that nothing is kept by it.
MUTABLE_ALLOWED = {("lib/live_data.py", "_tickets")}
MUTABLE_CALLS = {
    "dict", "list", "set", "bytearray", "defaultdict", "OrderedDict", "Counter", "deque", "WeakValueDictionary",
    "WeakKeyDictionary", "WeakSet", "SimpleNamespace", "count", "Queue", "Lock", "RLock",
}  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def read_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


@cache
def imports_of(path: Path) -> set[str]:
    """Return the dotted names that a file imports, at its top or within functions."""
    names = set()
    for node in ast.walk(read_tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def roots_of(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports_of(path)}


def expand_braces(pattern: str) -> list[str]:
    """Return the patterns that ``lib/{a,b}.py`` stands for."""
    front, brace, rest = pattern.partition("{")
    if not brace:
        return [pattern]
    options, _, back = rest.partition("}")
    return [front + option + back for option in options.split(",")]


@cache
def streamlit_allowed() -> list[str]:
    """Return the patterns of lib files that may import Streamlit: those that ruff lets, so that there is one list."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ignores = settings["tool"]["ruff"]["lint"]["per-file-ignores"]
    patterns = [one for pattern, rules in ignores.items() if "TID251" in rules for one in expand_braces(pattern)]
    # ruff's one ban covers Plotly, too; figures are for that alone.
    return [pattern for pattern in patterns if pattern.startswith("lib/") and "figures" not in pattern]


def names(paths) -> list[str]:
    return [name_of(path) for path in paths]


def is_any(path: Path, patterns) -> bool:
    return any(path.relative_to(ROOT).match(pattern) for pattern in patterns)


def is_mutable(value: ast.expr | None) -> bool:
    """Return whether a value is a container that somebody means to fill: an empty one, or one made by a call."""
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, (ast.List, ast.Set)):
        return not value.elts
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return called in MUTABLE_CALLS
    return False


def module_level_values(tree: ast.Module):
    """Yield (name, value) of what a module assigns as it is imported."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield ast.unparse(target), node.value
        elif isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target), node.value


def test_only_the_named_modules_import_streamlit():
    users = [path for path in LIB if "streamlit" in roots_of(path)]
    assert names(path for path in users if not is_any(path, streamlit_allowed())) == []


def test_each_module_that_may_import_streamlit_does():
    """A name that is no longer true would let Streamlit into a module that became pure."""
    users = [path for path in LIB if "streamlit" in roots_of(path)]
    assert [pattern for pattern in streamlit_allowed() if not any(is_any(path, [pattern]) for path in users)] == []


def test_only_figures_and_the_component_import_plotly():
    users = [path for path in (*LIB, *SCRIPTS) if "plotly" in roots_of(path)]
    assert names(path for path in users if not is_any(path, PLOTLY_ALLOWED)) == []


def test_arrows_point_down_only():
    assert names(path for path in LIB if roots_of(path) & {"app", "pages", "tests", "bench"}) == []


def test_pure_modules_import_no_module_that_draws():
    drawing = {name[:-3].replace("/", ".") for name in names(p for p in LIB if is_any(p, streamlit_allowed()))}
    pure = [path for path in LIB if not is_any(path, streamlit_allowed())]
    assert names(path for path in pure if imports_of(path) & drawing) == []


def test_figures_are_drawn_from_arrays_alone():
    figures = [path for path in LIB if is_any(path, ["lib/figures*.py"])]
    assert names(path for path in figures if roots_of(path) & {"streamlit", "nibabel", "nilearn"}) == []


def test_scripts_define_no_class():
    """A class of a script is another one on each rerun, and isinstance turns false."""
    assert names(p for p in SCRIPTS if any(isinstance(node, ast.ClassDef) for node in ast.walk(read_tree(p)))) == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_each_page_begins_with_its_question_and_the_guard(path):
    statements = [node for node in read_tree(path).body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    assert "?" in ast.get_docstring(read_tree(path))
    assert ast.unparse(statements[1]) == "frame.guard()"


@pytest.mark.parametrize(("path", "most"), [(ROOT / "app.py", 40), *((page, 120) for page in PAGES)])
def test_scripts_are_short(path, most):
    assert len(path.read_text("utf-8").splitlines()) <= most


def test_modules_keep_nothing():
    """One process serves all visitors: what a module keeps, all of them share."""
    kept = {
        (name_of(path), name)
        for path in LIB
        for name, value in module_level_values(read_tree(path))
        if is_mutable(value)
    }
    assert kept - MUTABLE_ALLOWED == set()
    assert names(p for p in LIB if any(isinstance(node, ast.Global) for node in ast.walk(read_tree(p)))) == []


def test_no_module_is_a_drawer():
    assert names(p for p in LIB if {"utils", "helpers", "common", "manager", "misc"} & set(p.stem.split("_"))) == []


def test_each_module_says_first_what_it_answers():
    assert names(path for path in (*LIB, *SCRIPTS) if not ast.get_docstring(read_tree(path))) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("seen = {}", True),
        ("seen: dict = dict()", True),
        ("seen = weakref.WeakSet()", True),
        ("NAMES = {'a': 1}", False),
        ("NAMES = ('a',)", False),
    ],
)
def test_what_counts_as_kept(source, expected):
    ((_, value),) = module_level_values(ast.parse(source))
    assert is_mutable(value) is expected


def test_braces_stand_for_one_pattern_each():
    assert expand_braces("lib/{a,b}.py") == ["lib/a.py", "lib/b.py"]
    assert expand_braces("lib/figures*.py") == ["lib/figures*.py"]
