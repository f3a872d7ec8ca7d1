"""What the traces and the carpet show of the cursor while it moves: its voxel's course, its row, every value there."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

import numpy as np

from lib.browser.query import asked_place, asked_volume
from lib.figures.changes import numbers
from lib.images.image import Image
from lib.quality.carpet import Carpet
from lib.quality.traces import TraceRow, padded_range, values_at
from lib.runs import RunStore, read_series
from lib.spaces.coordinates import is_inside, nearest_voxel


def quality_feed(
    image: Image,
    store: RunStore | None,
    rows: Sequence[TraceRow],
    carpet: Carpet | None,
    *,
    times: np.ndarray,
    titles: Sequence[dict],
    other_annotations: Sequence[dict],
    voxel_axis: Mapping,
    voxel_trace: int,
    voxel_line: int,
    row_trace: int | None,
    colours: Sequence[str],
) -> Callable[[Mapping[str, str]], dict]:
    """Return the answer to ``?x=&y=&z=&t=``: changes of the traces of `lib.figures.traces_over_carpet.draw_traces`.

    Parameters
    ----------
    store : the run's, None while it is being read through: then no voxel's course is known.
    times : (T,) array, as on the figure's axis.
    titles, voxel_axis, voxel_trace, voxel_line, row_trace : as in `lib.figures.traces_over_carpet.TracesFigure`.
    colours : of the curves of a row that has several, which name their values.
    other_annotations : the figure's annotations that are no titles.
    """

    def answer(query: Mapping[str, str]) -> dict:
        ijk = nearest_voxel(image.affine, asked_place(query))
        t = asked_volume(query, image.n_volumes)
        course = read_series(store, ijk) if store is not None and is_inside(image.shape, ijk) else None
        low, high = course_range(course)
        texts = [_voxel_text(ijk, course, t), *(_row_text(row, t, colours) for row in rows)]
        if carpet is not None:
            texts.append(_carpet_text(carpet, ijk))
        traces = {
            voxel_trace: {"x": numbers(times), "y": [] if course is None else numbers(course)},
            voxel_line: {"y": [low, high]},
        }
        if row_trace is not None:
            at = carpet.row_of(ijk)
            traces[row_trace] = {"y": [at, at]}
        annotations = [{**title, "text": text} for title, text in zip(titles, texts, strict=True)]
        layout = {
            "yaxis": {**voxel_axis, "range": [low, high]},
            "annotations": [*annotations, *other_annotations],
        }
        return {"traces": traces, "layout": layout}

    return answer


def course_range(course: np.ndarray | None) -> tuple[float, float]:
    """Return the ends of the axis of a voxel's course, 0 to 1 where it has no values."""
    known = course[np.isfinite(course)] if course is not None else np.array([])
    if not len(known):
        return 0.0, 1.0
    return padded_range(float(known.min()), float(known.max()))


def _row_text(row: TraceRow, t: int, colours: Sequence[str]) -> str:
    shown = [escape(text) for text in values_at(row, t)]
    if len(shown) > 1:
        shown = [f'<span style="color:{colours[number]}">{text}</span>' for number, text in enumerate(shown)]
    return "\u2002".join([f"<b>{escape(row.title)}</b>", *shown])


def _voxel_text(ijk, course: np.ndarray | None, t: int) -> str:
    i, j, k = ijk
    if course is None:
        return f"<b>Voxel</b>\u2002i {i} j {j} k {k}, no time course"
    value = f"{course[t]:.6g}" if np.isfinite(course[t]) else "no value"
    return f"<b>Voxel</b>\u2002i {i} j {j} k {k}\u2002{value}"


def _carpet_text(carpet: Carpet, ijk) -> str:
    row = carpet.row_of(ijk)
    i, j, k = (int(index) for index in carpet.row_voxels[row])
    if (i, j, k) == tuple(int(index) for index in ijk):
        return f"<b>Carpet</b>\u2002{carpet.unit}, marked: this voxel"
    return f"<b>Carpet</b>\u2002{carpet.unit}, marked: nearest row, i {i} j {j} k {k}"
