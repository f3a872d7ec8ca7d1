"""How a round may end: in a value or in a sentence, soon, and what else happened is told with its round."""

import re
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from lib.errors import InputError
from tests.builders.image_files import assert_is_clear
from tests.fuzz.mutations import rounds

LONGEST_SENTENCES = 500
# Of the processor, so that a busy machine does not count.
MOST_SECONDS = 2.0


def assert_all_end_well(name: str, folder: Path, attempt: Callable[[np.random.Generator], None]) -> None:
    """Make every round of `attempt`, which returns or raises an InputError, and tell what else it did."""
    if findings := list(_findings(name, folder, attempt)):
        pytest.fail("\n".join(findings), pytrace=False)


def assert_is_sentence(message: str, folder: Path) -> None:
    """Assert that a message may be shown: clear, and short enough to be read."""
    assert len(message) < LONGEST_SENTENCES, f"{len(message)} letters: {message}"
    assert message.isprintable(), repr(message)
    # What is quoted may have full stops of its own.
    assert_is_clear(re.sub(r'"[^"]*"', '""', message), folder)
    assert str(folder) not in message


def _findings(name: str, folder: Path, attempt) -> Iterator[str]:
    for n, rng in rounds(name):
        begun = time.process_time()
        try:
            try:
                attempt(rng)
            except InputError as error:
                assert_is_sentence(str(error), folder)
        except Exception as error:  # noqa: BLE001 whatever it is, it is told with its round
            frame = traceback.extract_tb(error.__traceback__)[-1]
            words = " ".join(str(error).split())[:300]
            yield f"round {n} of {name}: {type(error).__name__} at {frame.filename}:{frame.lineno}: {words}"
        seconds = time.process_time() - begun
        if seconds > MOST_SECONDS:
            yield f"round {n} of {name}: took {seconds:.1f} s"
