"""What does the server keep that it needs no more? Garbage until it is collected, and memory that threads have freed.

Garbage is collected after a page has run, and without looking through everything that was ever imported.

Left to itself, Streamlit collects all garbage after every rerun, that of a fragment too. With the libraries of this app
and some visitors in memory this takes 0.1 s and more: over nine tenths of what a move of the cursor costs the server,
where next to nothing is thrown away.
"""

import ctypes
import gc
import os
import sys
from functools import lru_cache

# Imports come in bursts: a page's libraries, then nothing for long.
BURST = 50

# Of glibc's malloc.h.
M_ARENA_MAX = -8
MOST_ARENAS = 2


def stay_small() -> None:
    """Reserve little: one thread for products of matrices, and two stocks of memory for all threads.

    A process that many visitors share is busy: a product on more threads waits for the slowest of them, and each of
    them reserves 32 MB or more. It is too late once numpy has been imported. And each of glibc's stocks keeps what
    threads have freed in it, up to 64 MB at a time, where there may be eight for each core.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    if hasattr(libc, "gnu_get_libc_version"):
        libc.mallopt(M_ARENA_MAX, MOST_ARENAS)


def collect() -> None:
    """Collect garbage, among all but what was there when modules were last imported.

    That is taken out of the collector's sight, because imports stay; garbage among it is found after the next imports.
    """
    _freeze(len(sys.modules) // BURST)
    gc.collect()


def collect_all() -> None:
    """Collect garbage among everything: what a session left may be older than the last import."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@lru_cache(maxsize=1)
def _freeze(burst: int) -> None:
    gc.unfreeze()
    gc.collect()
    gc.freeze()
