"""A finding: one thing looked at in a header, with its verdict, the reason and what to do."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["fine", "look here", "broken"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes
    ----------
    name : str
        What was looked at.
    verdict : "fine", "look here" or "broken"
        "look here" may be right, but a person should know; "broken" misleads programs or people.
    reason : str
        Why, with the numbers.
    advice : str
        What to do; empty when there is nothing to do.
    values : tuple of (str, str)
        Name and text of each number, for a table.
    """

    name: str
    verdict: Verdict
    reason: str
    advice: str = ""
    values: tuple[tuple[str, str], ...] = ()
