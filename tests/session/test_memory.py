import gc
import sys
import weakref
from types import ModuleType

import pytest

from lib.session.memory import BURST, collect


class Knot:
    """An object that refers to itself, so that only the collector finds it."""

    def __init__(self):
        self.own = self


@pytest.fixture(autouse=True)
def unfrozen():
    yield
    gc.enable()
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
    collect()
    assert gc.get_freeze_count() > 10_000
    assert len(gc.get_objects()) < gc.get_freeze_count() / 2


def test_later_garbage_is_found(import_many):
    import_many("second")
    collect()
    gc.disable()
    later = weakref.ref(Knot())
    assert later() is not None
    collect()
    assert later() is None


def test_garbage_that_was_left_out_is_found_after_the_next_imports(import_many):
    import_many("third")
    collect()
    early = weakref.ref(Knot())
    gc.freeze()
    gc.collect()
    assert early() is not None
    import_many("fourth")
    collect()
    assert early() is None
