"""How do the processes that measure runs end with the server?"""

import sys
import threading

# The thread that hands the runs out holds two semaphores until it has heard of the end. loky asks it to end, and does
# not wait for it: https://github.com/joblib/loky, `Queue._start_thread`.
FEEDER = "QueueFeederThread"
FEEDER_SECONDS = 5


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
        for thread in threading.enumerate():
            if thread.name == FEEDER:
                thread.join(FEEDER_SECONDS)
