"""Who watches over lost sessions goes on watching, whatever happens."""

import asyncio
import logging
from itertools import count

import pytest

from lib.session import lost_sessions


@pytest.fixture
def watch(monkeypatch):
    """Return a function that watches with looks that raise these errors, one each, until they are used up."""

    async def run(errors: tuple[Exception | None, ...]) -> None:
        number, is_over = count(), asyncio.Event()

        async def look() -> None:
            n = next(number)
            if n >= len(errors):
                is_over.set()
            elif errors[n] is not None:
                raise errors[n]

        monkeypatch.setattr(lost_sessions, "LOOK_SECONDS", 0)
        monkeypatch.setattr(lost_sessions, "_look", look)
        watching = asyncio.create_task(lost_sessions.watch())
        await asyncio.wait_for(is_over.wait(), 10)
        watching.cancel()

    return lambda *errors: asyncio.run(run(errors))


def test_a_look_that_fails_is_told_and_not_the_last(watch, caplog):
    """The watch ended with the first error, without a word: from then on nothing was ever deleted."""
    watch(PermissionError("the folder is not ours"))
    [record] = caplog.records
    assert (record.name, record.levelno) == ("lib.session.lost_sessions", logging.ERROR)
    assert str(record.exc_info[1]) == "the folder is not ours"


def test_what_fails_again_and_again_is_told_once_until_it_succeeds(watch, caplog):
    full, gone = OSError("full"), OSError("gone")
    watch(full, full, full, gone, gone, None, gone)
    assert [str(record.exc_info[1]) for record in caplog.records] == ["full", "gone", "gone"]
