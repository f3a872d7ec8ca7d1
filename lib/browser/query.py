"""What does the browser ask? The cursor in an address, parsed."""

from collections.abc import Mapping

from lib.errors import InputError


def query_place(query: Mapping[str, str]) -> tuple[float, float, float]:
    """Return the world point of a query.

    Raises
    ------
    InputError
        The query has no three numbers.
    """
    try:
        x, y, z = (float(query[axis]) for axis in "xyz")
    except (KeyError, ValueError) as error:
        raise InputError("The place of the cursor is missing. Reload the page.") from error
    return x, y, z
