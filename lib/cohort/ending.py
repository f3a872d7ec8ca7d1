"""How do the processes that measure runs end with the server?"""

import sys


def end_processes() -> None:
    """End the processes that measure, or wait for runs to measure, and give back what the system holds for them.

    A signal ends the server without what joblib has registered for its end: the processes would go on for as long as a
    run takes. Nothing is imported for it, where none was ever started.
    """
    pool = sys.modules.get("joblib.externals.loky.reusable_executor")
    # There is no way to ask for the executor that does not make one.
    processes = getattr(pool, "_executor", None)
    if processes is not None:
        processes.shutdown(wait=True, kill_workers=True)
