"""Does this Dask cluster answer, and have its scheduler and its workers the packages that the app here has?"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
import warnings
from collections.abc import Iterable, Iterator, Mapping

from distributed import Client, Future, rpc
from distributed.versions import VersionMismatchWarning, get_versions

from lib.errors import InputError

# A scheduler that is up answers within milliseconds, from the other side of the world within one.
CONNECT_SECONDS = 5
# Dask's parts understand each other for certain where these are the same.
SPOKEN = ("python", "dask", "distributed")
# What computes a run's numbers, under the names of the packages.
COMPUTING = ("numpy", "scipy", "nibabel", "nilearn", "scikit-learn", "pandas")
REMEDY = "Install there what requirements.txt and requirements-cluster.txt name, and start it again."


@contextlib.contextmanager
def connect(address: str) -> Iterator[Client]:
    """Give a client of the scheduler at an address; its end lets go of all that was asked through it.

    Raises
    ------
    InputError
        Nobody answers within `CONNECT_SECONDS`, it is no Dask scheduler, or one of another version.
    """
    # Asked before there is a client: one that cannot connect leaves a thread behind.
    try:
        kind, versions = asyncio.run(asyncio.wait_for(_ask(address), CONNECT_SECONDS))
    except ValueError as error:
        raise InputError(f"{address} is no address of a Dask scheduler ({error}): tcp://HOST:8786 would be.") from error
    # What is no scheduler may begin with bytes that Dask takes for an absurd length.
    except (OSError, MemoryError) as error:
        raise InputError(
            f"No Dask scheduler answers at {address} within {CONNECT_SECONDS} s: start one there, or start the app "
            "without DASK_SCHEDULER_ADDRESS."
        ) from error
    if kind != "Scheduler":
        raise InputError(f"At {address} answers a Dask {kind.lower()}: give the address of its scheduler.")
    _require_same("scheduler", address, versions["packages"], SPOKEN, "may not understand the app")
    with warnings.catch_warnings():
        # Dask would warn of any other version of a worker; `require_fitting_worker` refuses those that matter.
        warnings.simplefilter("ignore", VersionMismatchWarning)
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    try:
        yield client
    finally:
        # A scheduler that does not answer cannot be told.
        with contextlib.suppress(TimeoutError):
            client.close()


async def _ask(address: str) -> tuple[str, dict]:
    async with rpc(address, timeout=CONNECT_SECONDS) as scheduler:
        return (await scheduler.identity())["type"], await scheduler.versions(packages=[])


def ask_versions(client: Client, worker: str) -> Future:
    """Ask a worker for the versions of its packages; the future of what `require_fitting_worker` looks at.

    A task, as a measurement is: where the worker ends before it answers, nobody waits for it.
    """
    return client.submit(
        get_versions, packages=COMPUTING, key=f"versions {uuid.uuid4().hex}", workers=[worker],
        allow_other_workers=False,
    )  # fmt: skip


def require_fitting_worker(address: str, versions: Mapping[str, Mapping]) -> None:
    """Let a worker pass that computes with the same packages as the app here.

    Raises
    ------
    InputError
        It has other versions, or none.
    """
    _require_same("worker", address, versions["packages"], (*SPOKEN, *COMPUTING), "could measure other numbers")


def _require_same(role: str, address: str, theirs: Mapping, names: Iterable[str], doubt: str) -> None:
    ours = get_versions(COMPUTING)["packages"]
    other = [
        f"{name} {has}, not {needed}" if has else f"no {name}"
        for name in names
        if (has := _version(theirs, name)) != (needed := _version(ours, name))
    ]
    if other:
        raise InputError(f"The {role} at {address} has {' and '.join(other)}, so it {doubt}. {REMEDY}")


def _version(packages: Mapping[str, str | None], name: str) -> str | None:
    """Return a package's version; of Python the first two parts, as the third mends but changes nothing."""
    version = packages.get(name)
    return ".".join(version.split(".")[:2]) if version and name == "python" else version
