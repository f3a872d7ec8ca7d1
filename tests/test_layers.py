"""The layers: who imports whom, what an entry script and a page may hold, and where nothing may be kept."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

LIB = sorted((ROOT / "lib").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
SCRIPTS = [ROOT / "app.py", *PAGES]
# The component draws figures that it is handed: it names their type, and the version of the renderer that fits.
# Each package of lib/ with what it may import, from the screen down: no arrow points up, and none in a circle.
# "loose" are the modules that stand beside the packages: errors, jobs, number_text, plain_text, tables.
CAPABILITIES = "quality timecourses glm denoising confounds runs studies images spaces loose"
MAY_IMPORT = {
    # A page's parts read what was chosen, ask the caches, and place figures: they may use everything.
    "views": f"session cache figures browser cohort {CAPABILITIES}",
    # What a visitor chose is an image, a run, a study: found, opened and read in the background.
    "session": "cache browser runs studies images spaces loose",
    # What is kept was computed by capabilities; a ticket lets the browser ask for it.
    "cache": "browser quality timecourses glm confounds runs studies images spaces disk loose",
    # A figure is drawn from the values that capabilities compute.
    "figures": "quality timecourses images spaces loose",
    # The chart slices grids and hands out answers; it knows no image and no figure of ours.
    "browser": "spaces loose",
    # Every run is measured as one run is.
    "cohort": "quality confounds studies images disk loose",
    # Quality measures a run's signals, its motion and its steps.
    "quality": "denoising confounds runs images disk loose",
    # A time course is read from a run and processed by the steps, and followed by what events should have made of it.
    "timecourses": "glm denoising runs images spaces loose",
    # Events are tables.
    "glm": "disk loose",
    # Steps are arithmetic on signals.
    "denoising": "loose",
    # Confounds are tables.
    "confounds": "disk loose",
    # A run is an image that was read through.
    "runs": "images disk loose",
    # A study is a folder of images and tables.
    "studies": "images disk loose",
    # A file's voxels lie in a space.
    "images": "spaces disk loose",
    # Geometry knows neither files nor screens.
    "spaces": "loose",
    # Folders and files, whatever is in them.
    "disk": "loose",
    "loose": "",
}
STREAMLIT_ALLOWED = ("lib/views/", "lib/session/", "lib/cache/", "lib/browser/")
# The component draws figures that it is handed: it names their type, and the version of the renderer that fits.
PLOTLY_ALLOWED = ("lib/figures/", "lib/browser/chart.py")
# A register of tickets, which their sessions hold: weak, so that nothing is kept by it.
MUTABLE_ALLOWED = {("lib/browser/tickets.py", "_tickets")}
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


@cache
def code_of(path: Path) -> str:
    """Return a file's code without comments and docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.unparse(tree)


def roots_of(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports_of(path)}


def package_of(name: str) -> str | None:
    """Return the package of lib/ that a dotted name lies in, "loose" for a module beside them; None outside lib."""
    parts = name.split(".")
    if parts[0] != "lib" or len(parts) == 1:
        return None
    return parts[1] if (ROOT / "lib" / parts[1]).is_dir() else "loose"


def names(paths) -> list[str]:
    return [name_of(path) for path in paths]


def is_in(path: Path, places) -> bool:
    return name_of(path).startswith(tuple(places))


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


def test_each_package_has_its_row():
    packages = {path.name for path in (ROOT / "lib").iterdir() if (path / "__init__.py").is_file()}
    assert packages | {"loose"} == set(MAY_IMPORT)


def test_no_row_of_the_table_points_up():
    """The rows stand from the screen down, so what a package may import stands below it."""
    order = list(MAY_IMPORT)
    assert [
        f"{package} -> {other}"
        for package, others in MAY_IMPORT.items()
        for other in others.split()
        if order.index(other) <= order.index(package)
    ] == []


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_what_the_table_says(package):
    allowed = {package, None, *MAY_IMPORT[package].split()}
    inside = [path for path in LIB if package_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) == package]
    found = {f"{name_of(path)} imports {name}" for path in inside for name in imports_of(path)
             if package_of(name) not in allowed}  # fmt: skip
    assert found == set()


def test_the_table_allows_nothing_that_nobody_uses():
    """A row that is no longer true would hide an arrow that somebody draws by mistake."""
    used = {
        (package_of(".".join(path.relative_to(ROOT).with_suffix("").parts)), package_of(name))
        for path in LIB
        for name in imports_of(path)
    }
    assert [f"{a} -> {b}" for a, others in MAY_IMPORT.items() for b in others.split() if (a, b) not in used] == []


def test_streamlit_is_imported_where_the_screen_is():
    users = [path for path in LIB if "streamlit" in roots_of(path)]
    assert names(path for path in users if not is_in(path, STREAMLIT_ALLOWED)) == []


def test_only_figures_and_the_component_import_plotly():
    users = [path for path in (*LIB, *SCRIPTS) if "plotly" in roots_of(path)]
    assert names(path for path in users if not is_in(path, PLOTLY_ALLOWED)) == []


def test_lib_imports_no_script_and_no_test():
    assert names(path for path in LIB if roots_of(path) & {"app", "pages", "tests", "bench"}) == []


def test_figures_are_drawn_from_arrays_alone():
    figures = [path for path in LIB if is_in(path, ["lib/figures/"])]
    assert names(path for path in figures if roots_of(path) & {"streamlit", "nibabel", "nilearn"}) == []


def test_scripts_define_no_class():
    """A class of a script is another one on each rerun, and isinstance turns false."""
    assert names(p for p in SCRIPTS if any(isinstance(node, ast.ClassDef) for node in ast.walk(read_tree(p)))) == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_each_page_begins_with_its_question_and_opens_itself(path):
    statements = [node for node in read_tree(path).body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    assert "?" in ast.get_docstring(read_tree(path))
    assert ast.unparse(statements[1].value) == f"preamble.open_page('{path.stem}')"


def test_pages_are_named_by_their_table_alone():
    """A link that names a page's file would not follow when the page gets another name or title."""
    table = ROOT / "lib" / "session" / "pages.py"
    linking = ("pages/", "page_link", "switch_page")
    assert names(p for p in (*LIB, *SCRIPTS) if p != table and any(word in code_of(p) for word in linking)) == []


def test_pages_are_stopped_so_that_the_frame_can_be_finished():
    frame = ROOT / "lib" / "session" / "frame.py"
    assert names(path for path in (*LIB, *SCRIPTS) if path != frame and "st.stop()" in code_of(path)) == []


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
