"""What happened during a run and when: events tables read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lib.disk.opening import as_file
from lib.errors import InputError
from lib.plain_text import shorten
from lib.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

ALL_EVENTS = "all events"
NO_LABEL = "no label"


@dataclass(frozen=True, eq=False)
class Events:
    """The events of a run.

    Attributes
    ----------
    frame : sorted by onset, columns `onset` (s), `duration` (s, NaN when not given), `trial_type` (text), then the
        table's own others.
    problems : sentences about what was left out or looks wrong.
    """

    frame: pd.DataFrame
    problems: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[str, ...]:
        """The trial types, in alphabetical order."""
        return tuple(sorted(self.frame["trial_type"].unique()))


def read_events(path, *, name: str | None = None) -> Events:
    """Read an events.tsv.

    A table without `trial_type` gets one condition, "all events"; a row without onset is left out, and a duration that
    is missing or negative is NaN; both are said.

    Parameters
    ----------
    name : what the visitor calls the file; its own name by default.

    Raises
    ------
    InputError
        It cannot be read, has no column `onset`, or no row with an onset.
    """
    path = as_file(path)
    name = name or path.name
    table = read_table(path, text_columns=("onset", "duration", "trial_type"), name=name)
    if "onset" not in table:
        columns = ", ".join(map(shorten, table.columns[:6]))
        raise InputError(
            f"{name} has the columns {columns}, but events need a column onset, in seconds. "
            "Rename the column that holds it."
        )
    problems: list[str] = []
    table = table.assign(onset=_numbers(table["onset"], "onset", problems))
    table = _drop_without_onset(table, name, problems)
    table["duration"] = _durations(table, problems)
    table["trial_type"] = _trial_types(table, problems)
    table = table.sort_values("onset", kind="stable", ignore_index=True)
    if (n_early := int((table["onset"] < 0).sum())) > 0:
        problems.append(f"{n_early} of {len(table)} events begin before the first volume (onset below 0 s).")
    others = [column for column in table.columns if column not in ("onset", "duration", "trial_type")]
    return Events(table[["onset", "duration", "trial_type", *others]], tuple(problems))


def check_events(events: Events, n_volumes: int, tr: float) -> tuple[str, ...]:
    """Say in sentences how events disagree with the length of their run, n_volumes x tr seconds."""
    length = n_volumes * tr
    onsets = events.frame["onset"].to_numpy(float)
    late = int((onsets >= length).sum())
    if not late:
        return ()
    last = onsets.max()
    if np.median(onsets) > 10 * length:
        return (
            f"The last event begins at {last:g}, but the run ends at {length:g} s: the onsets look like milliseconds. "
            "Events are read in seconds.",
        )
    return (f"{late} of {len(onsets)} events begin after the run's end at {length:g} s (the last at {last:g} s).",)


def _numbers(column, what: str, problems: list[str]):
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    numbers = numbers.where(np.isfinite(numbers))
    wrong = column[numbers.isna() & column.notna()]
    if len(wrong):
        problems.append(
            f"{len(wrong)} of {len(column)} values of {what} are no numbers "
            f"(the first is {shorten(str(wrong.iloc[0]))})."
        )
    return numbers


def _drop_without_onset(table, name: str, problems: list[str]):
    n_rows, missing = len(table), int(table["onset"].isna().sum())
    if missing == n_rows:
        raise InputError(f"{name} has {n_rows} rows and no onset in any of them. An event needs its onset in seconds.")
    if missing:
        problems.append(f"{missing} of {n_rows} rows have no onset and were left out.")
    return table[table["onset"].notna()].copy()


def _durations(table, problems: list[str]):
    if "duration" not in table:
        problems.append("The table has no column duration; no event has a length.")
        return np.full(len(table), np.nan)
    durations = _numbers(table["duration"], "duration", problems)
    if (n_negative := int((durations < 0).sum())) > 0:
        problems.append(f"{n_negative} of {len(table)} durations are negative and count as missing.")
        durations = durations.where(durations >= 0)
    if (n_missing := int(table["duration"].isna().sum())) > 0:
        problems.append(f"{n_missing} of {len(table)} events have no duration.")
    return durations


def _trial_types(table, problems: list[str]):
    if "trial_type" not in table or table["trial_type"].isna().all():
        problems.append(f'The table names no trial types; all of them are one condition, "{ALL_EVENTS}".')
        return ALL_EVENTS
    types = table["trial_type"]
    if (n_missing := int(types.isna().sum())) > 0:
        problems.append(f'{n_missing} of {len(table)} events have no trial type and are called "{NO_LABEL}".')
    return types.fillna(NO_LABEL).astype(str).str.strip()
