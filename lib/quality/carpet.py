"""What all of a run's voxels did over time, as one picture: a row is a voxel, a column a volume."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from lib.denoising.blocks import column_blocks
from lib.denoising.detrend import detrend as take_trend_out
from lib.denoising.gaps import mean_and_sd
from lib.denoising.steps import UNITS
from lib.denoising.units import has_percent, percent_of
from lib.errors import InputError
from lib.quality.mean_sd_tsnr import global_signal

Order = Literal["segments", "global correlation", "cluster"]
Units = Literal["z", "percent"]
CLUSTERS = 7  # as many groups as can be told apart at the side of a picture


@dataclass(frozen=True)
class Segment:
    """Rows `start` to `stop` (exclusive) of a carpet, the part of the brain they come from, and its voxel count."""

    name: str
    start: int
    stop: int
    n_voxels: int


@dataclass(frozen=True)
class Carpet:
    """A carpet plot's numbers.

    values : (R, C) float32, z or percent; NaN where a voxel has no such value (it does not vary, or its
        mean is small against its SD), and in its gaps.
    row_voxels : (R, 3) int, the voxel i j k that each row shows.
    column_volumes : (C,) int, the volume that each column shows.
    segments : top to bottom, covering all rows.
    unit : as printed.
    rule : how rows and columns were ordered and chosen, in words.
    """

    values: np.ndarray
    row_voxels: np.ndarray
    column_volumes: np.ndarray
    segments: tuple[Segment, ...]
    unit: str
    rule: str

    def row_of(self, ijk) -> int:
        """Find the row whose voxel is nearest to `ijk`, in voxels: the one that shows it, or its closest neighbour."""
        return int(np.square(self.row_voxels - np.asarray(ijk)).sum(axis=1).argmin())

    def __repr__(self) -> str:
        rows, columns = self.values.shape
        return f"<Carpet {rows}x{columns} ({self.unit}), {len(self.segments)} segments>"


@dataclass(frozen=True)
class CarpetStyle:
    """How a carpet's rows are ordered, and what is done to each.

    order : within each segment, `"segments"` keeps the storage order and `"global correlation"` puts the voxels that
        follow the global signal first. `"cluster"` ignores labels: the rows shown are grouped into at most 7 clusters
        of similar time courses (Ward's method on z), the largest first.
    units : `"z"` (x - mean) / SD over time, or `"percent"` 100 (x - mean) / |mean|.
    is_detrended : a straight line is taken out of every row first (the mean stays for `"percent"`).
    """

    order: Order = "segments"
    units: Units = "z"
    is_detrended: bool = True


PLAIN = CarpetStyle()


def make_carpet(
    signals: np.ndarray,
    ijk: np.ndarray,
    labels: np.ndarray | None = None,
    names: dict[int, str] | None = None,
    style: CarpetStyle = PLAIN,
    *,
    max_rows: int = 800,
    max_columns: int = 2000,
) -> Carpet:
    """Order voxels into rows, keep as many rows and columns as can be seen, and standardise each row.

    Parameters
    ----------
    signals : (T, N) array of in-mask voxels.
    ijk : (N, 3) int, where they are.
    labels : (N,) int, the tissue or region of each voxel, one segment each in rising order; all one if not given.
    names : what to call the labels; `Label 3` where a name is missing.
    style : order of the rows, unit and detrending.
    max_rows, max_columns : how much to show.

    Returns
    -------
    `Carpet`. A row is always one real voxel and a column one real volume: nothing is averaged. Rows are taken at even
    steps of the order within each segment, every segment keeping at least one. With more volumes than columns, each
    column shows the one of its consecutive volumes that departs most, so that a spike is never skipped.

    References
    ----------
    Power, NeuroImage 154, 2017, doi:10.1016/j.neuroimage.2016.08.009; Aquino et al., NeuroImage 212, 2020,
    doi:10.1016/j.neuroimage.2020.116614 (ordering by global signal and by cluster).
    """
    ijk = np.asarray(ijk)
    order, units, detrend = style.order, style.units, style.is_detrended
    if not signals.shape[1]:
        raise InputError("The mask has no voxel, so there is no carpet to draw. Choose another mask.")
    labels = np.zeros(signals.shape[1], dtype=int) if labels is None or order == "cluster" else np.asarray(labels)
    names = {0: "Brain"} if names is None and not labels.any() else names or {}
    ranked, sizes = _rank(signals, labels, order)
    chosen, segments = _choose_rows(ranked, sizes, names, max_rows)
    values = _standardise(signals[:, chosen], units, detrend)
    if order == "cluster":
        turn, segments = _cluster(_standardise(signals[:, chosen], "z", detrend), len(ranked))
        chosen, values = chosen[turn], values[turn]
    columns = _choose_columns(values, max_columns)
    return Carpet(
        values=values[:, columns],
        row_voxels=ijk[chosen],
        column_volumes=columns,
        segments=segments,
        unit=UNITS[units].name,
        rule=_rule(signals.shape, values[:, columns].shape, order),
    )


def to_bytes(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Map values onto 1 to 255 for display, `low` and below to 1 and `high` and above to 255; NaN becomes 0."""
    scaled = np.clip((values - low) / (high - low), 0, 1) * 254 + 1.5
    return np.nan_to_num(scaled, nan=0.0).astype(np.uint8)


def _rank(signals: np.ndarray, labels: np.ndarray, order: Order) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Order all voxels; also give each segment's label and number of voxels."""
    if order == "global correlation":
        whole = _without_gaps(signals)
        follows = np.nan_to_num(correlation_with(whole, global_signal(whole)), nan=-2.0)
        ranked = np.lexsort([-follows, labels])
    else:
        ranked = np.argsort(labels, kind="stable")
    found, counts = np.unique(labels, return_counts=True)
    return ranked, [(int(label), int(count)) for label, count in zip(found, counts, strict=True)]


def _without_gaps(signals: np.ndarray) -> np.ndarray:
    """Return (T, N) signals with each voxel's mean where it has no value."""
    is_finite = np.isfinite(signals)
    return signals if is_finite.all() else np.where(is_finite, signals, np.nan_to_num(mean_and_sd(signals)[0]))


def correlation_with(signals: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Correlate every signal with one reference over time (Pearson).

    Parameters
    ----------
    signals : (T, N) array; reference : (T,).

    Returns
    -------
    (N,) float64, NaN where either does not vary.
    """
    reference = np.asarray(reference, dtype=np.float64)
    reference = (reference - reference.mean()).astype(np.float32)
    result = np.full(signals.shape[1], np.nan)
    size = np.sqrt(np.square(reference, dtype=np.float64).sum())
    for block in column_blocks(*signals.shape):
        centred = take_trend_out(signals[:, block], 0)
        product = (reference @ centred).astype(np.float64)
        scale = size * np.sqrt(np.square(centred).sum(axis=0, dtype=np.float64))
        result[block] = np.divide(product, scale, out=np.full_like(product, np.nan), where=scale > 0)
    return result


def _choose_rows(ranked, sizes, names, max_rows) -> tuple[np.ndarray, tuple[Segment, ...]]:
    total, start, row = len(ranked), 0, 0
    chosen, segments = [], []
    for label, count in sizes:
        rows = count if total <= max_rows else max(1, round(count * max_rows / total))
        steps = ((np.arange(rows) + 0.5) * count / rows).astype(int)
        chosen.append(ranked[start + steps])
        segments.append(Segment(names.get(label, f"Label {label}"), row, row + rows, count))
        start, row = start + count, row + rows
    return np.concatenate(chosen), tuple(segments)


def _standardise(series: np.ndarray, units: Units, detrend: bool) -> np.ndarray:
    """Bring (T, R) signals to z or percent, as (R, T) float32."""
    mean, sd = mean_and_sd(series)
    change = take_trend_out(series, 1 if detrend else 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if units == "percent":
            values = np.where(has_percent(mean, sd), percent_of(change, mean), np.nan)
        else:
            # Divisor T. Below the limit a detrended constant is a rest of rounding.
            n = np.isfinite(change).sum(axis=0)
            deviation = mean_and_sd(change)[1] * np.sqrt((n - 1) / n)
            values = np.where(deviation > 1e-6 * np.abs(mean), change / deviation, np.nan)
    return np.ascontiguousarray(values.T, np.float32)


def _cluster(z: np.ndarray, n_voxels: int) -> tuple[np.ndarray, tuple[Segment, ...]]:
    """Order rows by clusters of similar time courses, the largest cluster on top."""
    from scipy.cluster.hierarchy import fcluster, leaves_list, linkage

    if len(z) < 2:
        return np.arange(len(z)), (Segment("Cluster 1", 0, len(z), n_voxels),)
    tree = linkage(np.nan_to_num(z), method="ward")
    leaves = leaves_list(tree)
    member = fcluster(tree, CLUSTERS, criterion="maxclust")[leaves]
    found, first, counts = np.unique(member, return_index=True, return_counts=True)
    largest = np.lexsort([first, -counts])
    turn = np.concatenate([leaves[member == cluster] for cluster in found[largest]])
    stops = np.cumsum(counts[largest])
    # Only the rows shown were clustered, so each stands for an equal share of the voxels.
    shares = np.round(counts[largest] * n_voxels / len(z)).astype(int)
    return turn, tuple(
        Segment(f"Cluster {number}", int(stop - count), int(stop), int(share))
        for number, (stop, count, share) in enumerate(zip(stops, counts[largest], shares, strict=True), start=1)
    )


def _choose_columns(values: np.ndarray, max_columns: int) -> np.ndarray:
    n_volumes = values.shape[1]
    if n_volumes <= max_columns:
        return np.arange(n_volumes)
    departure = np.nansum(np.square(values), axis=0, dtype=np.float64)
    edges = np.linspace(0, n_volumes, max_columns + 1).astype(int)
    return np.array([start + departure[start:stop].argmax() for start, stop in pairwise(edges)])


def _rule(all_shape, shown_shape, order: Order) -> str:
    (n_volumes, n_voxels), (rows, columns) = all_shape, shown_shape
    arranged = {
        "segments": "voxels in storage order within each segment",
        "global correlation": "voxels within each segment by falling correlation with the global signal",
        "cluster": f"rows grouped into at most {CLUSTERS} clusters of similar time courses (Ward), the largest on top",
    }[order]
    shown = f"all {n_voxels} voxels" if rows == n_voxels else f"{rows} of {n_voxels} voxels, taken at even steps"
    when = f"all {n_volumes} volumes" if columns == n_volumes else (
        f"{columns} of {n_volumes} volumes, each column the one of its consecutive volumes that departs most"
    )  # fmt: skip
    return f"Each row is one voxel and each column one volume, nothing is averaged; {arranged}; {shown}; {when}."
