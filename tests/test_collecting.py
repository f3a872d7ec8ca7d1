import gc
import sys
import weakref
from types import ModuleType

import pytest

from lib.collecting import BURST, leave_imports_out


class Knot:
    """An object that refers to itself, so that only the collector finds it."""

    def __init__(self):
        self.own = self


@pytest.fixture(autouse=True)
def unfrozen():
    yield
    gc.unfreeze()


@pytest.fixture
def import_many(monkeypatch):
    """Return a function that makes it look as if a library had been imported."""

    def pretend(name: str) -> None:
        for number in range(BURST):
            monkeypatch.setitem(sys.modules, f"{name}_{number}", ModuleType(f"{name}_{number}"))

    return pretend


def test_the_collector_leaves_out_what_was_imported(import_many):
    import_many("first")
    leave_imports_out()
    assert gc.get_freeze_count() > 10_000
    assert len(gc.get_objects()) < gc.get_freeze_count() / 2


def test_later_garbage_is_found(import_many):
    import_many("second")
    leave_imports_out()
    later = weakref.ref(Knot())
    leave_imports_out()
    gc.collect()
    assert later() is None


def test_garbage_that_was_left_out_is_found_after_the_next_imports(import_many):
    import_many("third")
    leave_imports_out()
    early = weakref.ref(Knot())
    gc.freeze()
    gc.collect()
    assert early() is not None
    import_many("fourth")
    leave_imports_out()
    assert early() is None
