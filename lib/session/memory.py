"""When garbage is collected: after a page has run, and without looking through everything that was ever imported.

Left to itself, Streamlit collects all garbage after every rerun, that of a fragment too. With the libraries of this app
and some visitors in memory this takes 0.1 s and more: over nine tenths of what a move of the cursor costs the server,
where next to nothing is thrown away.
"""

import gc
import sys
from functools import lru_cache

# Imports come in bursts: a page's libraries, then nothing for long.
BURST = 50


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
