import ctypes
import gc
import os
import subprocess
import sys
import weakref
from types import ModuleType

import pytest

from lib.session.memory import BURST, collect
from tests.conftest import ROOT


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


ARENAS = """
import ctypes, sys, threading
from lib.session.memory import stay_small
if sys.argv[1] == "shared":
    stay_small()
done = threading.Barrier(9)
def work():
    kept = [bytearray(1000) for _ in range(1000)]
    done.wait()
    done.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
done.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
out = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(out))
libc.fclose(ctypes.c_void_p(out))
done.wait()
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="another library gives out memory")
@pytest.mark.parametrize(("how", "fits"), [("shared", lambda n: n <= 2), ("each its own", lambda n: n > 2)])
def test_threads_share_two_stocks_of_memory(tmp_path, how, fits):
    """Each of a server's many threads had one of its own, which kept what had been freed in it."""
    told = tmp_path / "info.xml"
    subprocess.run([sys.executable, "-c", ARENAS, how, told], cwd=ROOT, check=True)
    assert fits(told.read_text().count("<heap nr="))


def test_the_server_multiplies_on_one_thread_unless_it_is_told_otherwise():
    program = "from lib.session.memory import stay_small; stay_small(); import numpy; " + (
        "from threadpoolctl import threadpool_info; print({one['num_threads'] for one in threadpool_info()})"
    )
    for told, n in (({}, 1), ({"OPENBLAS_NUM_THREADS": "2"}, 2)):
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")} | told
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == f"{{{n}}}"
