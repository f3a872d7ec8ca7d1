"""Keep Python's garbage collector from looking through everything that was ever imported, again and again.

Streamlit collects all garbage after every rerun. With the libraries of this app in memory that takes about 0.1 s, most
of what a move of the cursor costs the server, and finds next to nothing: what was imported stays.
"""

import gc
import sys
from functools import lru_cache

# Imports come in bursts: a page's libraries, then nothing for long.
BURST = 50


def leave_imports_out() -> None:
    """Take all objects that are there out of the collector's sight, whenever modules were imported since the last time.

    Garbage that comes to be among them is found the next time that modules are imported; anything later as ever.
    """
    _freeze(len(sys.modules) // BURST)


@lru_cache(maxsize=1)
def _freeze(burst: int) -> None:
    gc.unfreeze()
    gc.collect()
    gc.freeze()
