"""What does the browser ask? The cursor's place, its volume and switches in an address, parsed."""

import re
from collections.abc import Mapping

from lib.errors import InputError
from lib.plain_text import shorten
from lib.spaces.coordinates import FARTHEST

# As JavaScript writes a number: no other digits than ASCII's, no nan, no inf, no 1_000, all of which float() takes.
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
# JavaScript writes 25 letters at most; a longer text is no number, and not worth the time of reading it as one.
LONGEST = 40
# No run has as many volumes as a number of so many digits counts.
MOST_DIGITS = 9


def asked_place(query: Mapping[str, str]) -> tuple[float, float, float]:
    """Return the world point of a query, mm.

    Raises
    ------
    InputError
        The query has no three numbers, or they lie farther away than any scanner reaches.
    """
    x, y, z = (_asked_millimetres(query, axis) for axis in "xyz")
    return x, y, z


def asked_volume(query: Mapping[str, str], n_volumes: int) -> int:
    """Return the volume of a query: 0 where it asks for none, the last one where the run is shorter.

    The cursor is shared by all images, so it may come from a longer run.

    Raises
    ------
    InputError
        What is asked for is no whole number from 0.
    """
    text = query.get("t") or "0"
    if not re.fullmatch(rf"\d{{1,{MOST_DIGITS}}}", text, re.ASCII):
        raise InputError(
            f'The address asks for volume "{shorten(text)}", but volumes are whole numbers from 0. Reload the page.'
        )
    return min(int(text), n_volumes - 1)


def asked_switch(query: Mapping[str, str], name: str) -> bool:
    """Return whether a query switches something on: 1 does, 0 or nothing does not.

    Raises
    ------
    InputError
        It says anything else.
    """
    text = query.get(name) or "0"
    if text not in ("0", "1"):
        raise InputError(f'The address says {name}="{shorten(text)}", but {name} is 0 or 1. Reload the page.')
    return text == "1"


def _asked_millimetres(query: Mapping[str, str], axis: str) -> float:
    text = query.get(axis)
    if text is None:
        raise InputError(
            f"The address has no {axis}, but the place of the cursor is x, y and z in mm. Reload the page."
        )
    number = float(text) if len(text) <= LONGEST and NUMBER.fullmatch(text) else None
    if number is None or abs(number) > FARTHEST:
        raise InputError(
            f'The address asks for {axis}="{shorten(text)}", but {axis} is a number of mm from -{FARTHEST} to '
            f"{FARTHEST}. Reload the page."
        )
    return number
