"""How measurements are taken and compared: in turn, as medians and 95th percentiles, against a bound."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

HEAD = ("what", "reference, same run", "app p50 / p95", "reference p50 / p95", "ratio p50 / p95", "to reach", "", "n")


@dataclass(frozen=True)
class Row:
    """One line of the table: what the app takes, what the reference took in the same run, and what was to be reached.

    Attributes
    ----------
    what, reference : str
        `reference` is empty where the bound is an absolute one.
    unit : str
        Of every number but the ratios.
    ours, theirs : tuple of float
        Every repetition; `theirs` may have another number of them, or none.
    ratio : float, optional
        Median of ours to median of theirs, at most.
    ratio_p95 : float, optional
        95th percentile of ours to that of theirs, at most.
    most : float, optional
        The 95th percentile of ours, at most.
    least : float, optional
        The median of ours, at least.
    note : str
        What a reader has to know besides.
    """

    what: str
    unit: str
    ours: tuple[float, ...]
    reference: str = ""
    theirs: tuple[float, ...] = ()
    ratio: float | None = None
    ratio_p95: float | None = None
    most: float | None = None
    least: float | None = None
    note: str = ""


def median(values) -> float:
    """Return the median."""
    return float(np.median(values))


def p95(values) -> float:
    """Return the 95th percentile, interpolated; of few values it is close to their maximum."""
    return float(np.percentile(values, 95))


def ratios(row: Row) -> tuple[float, float] | None:
    """Return the ratio of the medians and of the 95th percentiles, ours to theirs; None without a reference."""
    if not row.theirs:
        return None
    return median(row.ours) / median(row.theirs), p95(row.ours) / p95(row.theirs)


def is_reached(row: Row) -> bool | None:
    """Return whether every bound of a row is kept; None where it has none."""
    kept = []
    if row.ratio is not None:
        kept.append(ratios(row)[0] <= row.ratio)
    if row.ratio_p95 is not None:
        kept.append(ratios(row)[1] <= row.ratio_p95)
    if row.most is not None:
        kept.append(p95(row.ours) <= row.most)
    if row.least is not None:
        kept.append(median(row.ours) >= row.least)
    return all(kept) if kept else None


def take_turns(n: int, *actions: Callable[[], float], n_warm: int = 1) -> list[tuple[float, ...]]:
    """Call the actions in turn, n times each, and return what each returned.

    The order is reversed every round, so that none always follows the same other. `n_warm` rounds before are left out.
    """
    taken: list[list[float]] = [[] for _ in actions]
    for turn in range(-n_warm, n):
        order = range(len(actions)) if turn % 2 else reversed(range(len(actions)))
        for number in order:
            value = actions[number]()
            if turn >= 0:
                taken[number].append(value)
    return [tuple(values) for values in taken]


def tabulate(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    head = [
        "what",
        "reference, same run",
        "app p50 / p95",
        "reference p50 / p95",
        "ratio p50 / p95",
        "to reach",
        "",
        "n",
    ]
    lines = [head, ["---"] * len(head), *map(_cells, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def summarise(row: Row) -> dict:
    """Return a row for JSON: its numbers, what follows from them, and every repetition."""
    both = ratios(row)
    return {
        "what": row.what,
        "reference": row.reference,
        "unit": row.unit,
        "p50": median(row.ours),
        "p95": p95(row.ours),
        "reference_p50": median(row.theirs) if row.theirs else None,
        "reference_p95": p95(row.theirs) if row.theirs else None,
        "ratio_p50": both and both[0],
        "ratio_p95": both and both[1],
        "to_reach": describe_bound(row),
        "is_reached": is_reached(row),
        "note": row.note,
        "ours": list(row.ours),
        "theirs": list(row.theirs),
    }


def describe_bound(row: Row) -> str:
    """Return what was to be reached, in words as short as a cell."""
    parts = []
    if row.ratio is not None:
        parts.append(f"<= {_share(row.ratio)}" + (" at p50 and p95" if row.ratio_p95 == row.ratio else ""))
    if row.ratio_p95 is not None and row.ratio_p95 != row.ratio:
        parts.append(f"p95 <= {_share(row.ratio_p95)}")
    if row.most is not None:
        parts.append(f"<= {_number(row.most)} {row.unit}")
    if row.least is not None:
        parts.append(f">= {_number(row.least)} {row.unit}")
    return ", ".join(parts)


def _cells(row: Row) -> list[str]:
    both = ratios(row)
    counts = str(len(row.ours)) + (f", {len(row.theirs)}" if row.theirs and len(row.theirs) != len(row.ours) else "")
    return [
        row.what + (f" ({row.note})" if row.note else ""),
        row.reference,
        _pair(row.ours, row.unit),
        _pair(row.theirs, row.unit) if row.theirs else "",
        f"{_share(both[0])} / {_share(both[1])}" if both else "",
        describe_bound(row),
        {True: "yes", False: "**no**", None: ""}[is_reached(row)],
        counts,
    ]


def _pair(values, unit: str) -> str:
    if len(values) == 1:
        return f"{_number(values[0])} {unit}"
    return f"{_number(median(values))} / {_number(p95(values))} {unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _share(ratio: float) -> str:
    """Return a ratio as people compare: 1/12 below one, 1.8x above."""
    if ratio <= 0:
        return "0"
    return f"1/{_number(1 / ratio)}" if ratio < 1 else f"{ratio:.3g}x"
