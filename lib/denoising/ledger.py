"""Where do a run's degrees of freedom go? One whole number a step, in the order of the steps, and what is left.

Each volume is one. Dropped and censored volumes are gone, the mean takes one, and a trend or a group of confounds takes
the rank that its columns add to those before it. A Butterworth filter is no projection: it takes what is missing from
the trace of the smoother, rounded, where a component that passes at half its size counts a half (Hastie and Tibshirani
1990, Generalized Additive Models, 3.5). So without a filter what is left is the rank of the steps' matrix, centred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lib.denoising.drifts import drift_basis
from lib.denoising.operator import Operator, confound_columns, orthonormal, scaled_columns
from lib.denoising.steps import Steps, filter_cutoffs
from lib.denoising.variance import effective_dof

# XCP-D's default of --min-time, in seconds: a run with less left after scrubbing is not processed.
LEAST_TIME = 240.0
# Our own: with fewer, unrelated series correlate with an SD above 0.22 by chance (1 / sqrt of the effective number).
LEAST_EFFECTIVE = 20.0

Kind = Literal["dropped", "censored", "mean", "trend", "filter", "confounds"]


@dataclass(frozen=True)
class Entry:
    """What one step takes.

    Attributes
    ----------
    kind : str
    name : for a person; of a group of confounds, the name that it was given.
    taken : int, degrees of freedom.
    n_columns : int or None
        How many columns were to be fitted; more than `taken` where some depend on others, are constant, or are filtered
        out. None where a step has no columns.
    """

    kind: Kind
    name: str
    taken: int
    n_columns: int | None = None


@dataclass(frozen=True)
class Ledger:
    """What each step takes of T volumes.

    Attributes
    ----------
    n_volumes : int, T of the file.
    entries : in the order of the steps; steps that are not taken have none.
    effective : float
        Effective degrees of freedom, see `lib.denoising.variance.effective_dof`.
    warnings : sentences, each with the source of its limit.
    """

    n_volumes: int
    entries: tuple[Entry, ...]
    effective: float
    warnings: tuple[str, ...]

    @property
    def left(self) -> int:
        """T minus all that is taken; below 0 where more columns are fitted than a filter leaves room for."""
        return self.n_volumes - sum(entry.taken for entry in self.entries)


def make_ledger(
    operator: Operator, tr: float | None, confounds=None, groups: Sequence[tuple[str, tuple[str, ...]]] | None = None
) -> Ledger:
    """Return where the degrees of freedom go.

    Parameters
    ----------
    operator : of the steps.
    tr : float or None, s
    confounds : frame, the one that the operator was made with.
    groups : sequence of (name, columns), optional
        The operator's confounds, parted; each is charged what it adds to the groups before it. One group without.

    Raises
    ------
    ValueError
        Groups that do not hold the steps' confounds, each once.
    """
    steps, n_kept = operator.steps, len(operator.kept)
    if groups is None:
        groups = [("confounds", steps.confounds)] if steps.confounds else []
    if sorted(name for _, names in groups for name in names) != sorted(steps.confounds):
        raise ValueError(f"The groups {groups} do not hold each of {steps.confounds} once")
    entries = []
    if steps.drop:
        entries.append(Entry("dropped", "dropped volumes", steps.drop))
    n_censored = operator.n_volumes - steps.drop - n_kept
    if n_censored:
        entries.append(Entry("censored", "censored volumes", n_censored))
    entries.append(Entry("mean", "mean", 1))
    trend = _trend_entry(operator, tr)
    entries += [trend] if trend else []
    if filter_cutoffs(steps):
        before = n_kept - 1 - (trend.taken if trend else 0)
        entries.append(Entry("filter", "filter", max(0, before - round(_trace(operator.drift_and_filter)))))
    entries += _group_entries(operator, confounds, groups)
    effective = effective_dof(operator.matrix)
    left = operator.n_volumes - sum(entry.taken for entry in entries)
    warnings = _warnings(steps, left, effective, None if tr is None else n_kept * tr)
    return Ledger(operator.n_volumes, tuple(entries), effective, warnings)


def _trend_entry(operator: Operator, tr: float | None) -> Entry | None:
    drifts = drift_basis(operator.steps, operator.n_volumes - operator.steps.drop, tr)
    if drifts is None:
        return None
    at_kept = drifts[operator.kept - operator.steps.drop]
    taken = int(np.linalg.matrix_rank(at_kept - at_kept.mean(axis=0), tol=1e-9))
    n_columns = drifts.shape[1] - (operator.steps.detrend != "cosine")
    return Entry("trend", f"{operator.steps.detrend} trend", taken, n_columns)


def _trace(inner: np.ndarray) -> float:
    """Return the trace of detrending and filter, centred: without the mean, which has an entry of its own."""
    return float(np.trace(inner) - inner.mean(axis=0).sum())


def _group_entries(operator: Operator, confounds, groups) -> list[Entry]:
    entries = []
    basis = np.empty((len(operator.kept), 0))
    for name, names in groups:
        columns = confound_columns(confounds, names, operator.n_volumes, operator.kept)
        columns = scaled_columns(operator.drift_and_filter, columns)
        for _ in range(2):  # Once more for what rounding left along the basis.
            columns = columns - basis @ (basis.T @ columns)
        added = orthonormal(columns)
        basis = np.hstack([basis, added])
        entries.append(Entry("confounds", name, added.shape[1], len(names)))
    return entries


def _warnings(steps: Steps, left: int, effective: float, seconds: float | None) -> tuple[str, ...]:
    found = []
    if left < 1:
        found.append(
            f"These steps leave {left} degrees of freedom: what they let through is no signal. Choose fewer confounds, "
            "a wider band, or fewer censored volumes."
        )
    elif effective < LEAST_EFFECTIVE:
        found.append(
            f"About {effective:.0f} effective degrees of freedom are left, so unrelated series correlate with an SD of "
            f"{1 / np.sqrt(effective):.2f} by chance (limit of {LEAST_EFFECTIVE:g}: our own)."
        )
    if steps.censored and seconds is not None and seconds < LEAST_TIME:
        found.append(
            f"{seconds / 60:.1f} minutes are left after censoring; XCP-D by default processes no run with less than "
            f"{LEAST_TIME / 60:g} minutes left (its --min-time)."
        )
    return tuple(found)
