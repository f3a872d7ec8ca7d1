"""Long work that goes on while the page is used: one thread a job, with progress, cancel and a result.

Jobs have keys. Two sessions that ask for the same key share one job.
"""

import traceback
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

# Finished jobs are kept so that every session can see how they ended; the oldest go first.
KEPT = 64
# Work reports each volume, so most of it stops at once.
STOP_SECONDS = 5


class JobCancelled(Exception):
    """Raised inside a job's work, by `Job.report`, when somebody cancelled it."""


@dataclass(eq=False)
class Job:
    """Work under way in a thread of its own.

    Attributes
    ----------
    title : str
        What is being done, for people.
    done, total : float
        Progress in units of the work; total is 0 until it is known.
    note : str
        What the work says of its present step.
    """

    title: str
    done: float = 0
    total: float = 0
    note: str = ""
    _future: Future = field(default_factory=Future, repr=False)
    _cancel: Event = field(default_factory=Event, repr=False)

    def report(self, done: float, total: float, note: str = "") -> None:
        """Tell how far the work is; raises `JobCancelled` when it is no longer wanted."""
        self.done, self.total, self.note = done, total, note
        if self._cancel.is_set():
            raise JobCancelled

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self._cancel.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._cancel.is_set()

    @property
    def is_finished(self) -> bool:
        """Whether the work ended: with a result, an error, or cancelled."""
        return self._future.done()

    @property
    def share(self) -> float:
        """Progress from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; return whether the work ended."""
        return bool(wait([self._future], seconds).done)

    def result(self) -> object:
        """Wait for the end and return the result, or raise what the work raised (`JobCancelled` among it)."""
        return self._future.result()

    @property
    def error(self) -> BaseException | None:
        """What a finished job raised; None while it runs or where it succeeded."""
        return self._future.exception() if self._future.done() else None

    def run(self, work: Callable[["Job"], object]) -> None:
        """Do the work and keep how it ended."""
        try:
            self._future.set_result(work(self))
        except BaseException as error:  # noqa: BLE001  handed to whoever asks for the result
            self._future.set_exception(_without_frames(error))


def _without_frames(error: BaseException) -> BaseException:
    """Return an error that refers to nothing that the work was at, such as a whole run; where that was is in its note.

    Who logs the error logs the note too.
    """
    error.add_note("".join(traceback.format_exception(error)))
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


class Jobs:
    """The jobs of one server."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()

    def find(self, key: str) -> Job | None:
        """Return the job of this key, running or finished, or None."""
        return self._jobs.get(key)

    def start(self, key: str, title: str, work: Callable[[Job], object]) -> Job:
        """Start the work unless it is under way already; a finished job of this key is replaced.

        Parameters
        ----------
        key : str
            Identity of the work.
        title : str
            What is being done, for people.
        work : callable
            Takes the job, reports its progress to it, returns the result.
        """
        with self._lock:
            known = self._jobs.get(key)
            if known is not None and not known.is_finished and not known.is_cancelled:
                return known
            job = Job(title)
            self._jobs.pop(key, None)
            self._jobs[key] = job
            self._drop_oldest()
        Thread(target=job.run, args=(work,), name=f"job {title}", daemon=True).start()
        return job

    def forget(self, key: str) -> None:
        """Drop a finished job, so that the work can be asked for anew."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and job.is_finished:
                del self._jobs[key]

    def end_all_of(self, name: str) -> None:
        """Cancel and drop the jobs whose keys name something that is about to go, such as a folder.

        Their work is waited for, lest it write there meanwhile, unless it has long nothing to report.
        """
        with self._lock:
            ended = [self._jobs.pop(key) for key in list(self._jobs) if name in key]
        for job in ended:
            job.cancel()
        for job in ended:
            job.wait(STOP_SECONDS)

    def _drop_oldest(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.is_finished]
        for key in finished[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[key]
