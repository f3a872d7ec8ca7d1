"""What there is to measure in a study: its runs, each with the mask and the motion file that belong to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lib.disk.opening import File, NamedFile
from lib.errors import InputError
from lib.quality.ghost import phase_encoding_axis
from lib.studies import Study, StudyFile, companion_path, file_path, pair_run, read_sidecar


@dataclass(frozen=True)
class RunToMeasure:
    """What to measure: a run, its mask, its motion file, and which displacement.

    Attributes
    ----------
    id : public id of the run.
    name : its path below the study's folder.
    path, mask_path, motion_path : files, the latter two None where the study has none.
    ghost_axis : array axis of phase encoding, None if unknown.
    measure, threshold, radius : of the displacement, see `lib.quality.measures.measure_displacement`.
    problem : why it cannot be opened, known beforehand; None where nothing is known against it.
    sample_paths : files of the simulated study that may have to be built first, relative.
    """

    id: str
    name: str
    path: File
    mask_path: File | None = None
    motion_path: File | None = None
    ghost_axis: int | None = None
    measure: str = "power"
    threshold: float = 0.5
    radius: float | None = None
    problem: str | None = None
    sample_paths: tuple[str, ...] = ()


def list_runs(
    study: Study,
    prefix: str,
    *,
    measure: str = "power",
    threshold: float = 0.5,
    radius: float | None = None,
    with_derivatives: bool = False,
    is_sample: bool = False,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> list[RunToMeasure]:
    """List what there is to measure in a study: its runs with the mask and the motion file that belong to each.

    Parameters
    ----------
    prefix : of the ids of the study's images, the start folder's name.
    with_derivatives : also those that were computed from others; a study of nothing else is listed in any case.
    is_sample : the study is the simulated one, whose images are built when they are needed.
    report : called with (done, total).
    """
    files = study.of_kind("run")
    raw = tuple(file for file in files if not file.is_derivative)
    chosen = files if with_derivatives or not raw else raw
    runs = []
    for number, file in enumerate(chosen):
        report(number, len(chosen))
        run = RunToMeasure(f"{prefix}/{file.path}", file.path, NamedFile(study.root / file.path, study.inside))
        try:
            runs.append(_fill_in(run, study, file, is_sample=is_sample))
        except InputError as error:
            runs.append(replace(run, problem=str(error)))
    return [replace(run, measure=measure, threshold=threshold, radius=radius) for run in runs]


def _fill_in(run: RunToMeasure, study: Study, file: StudyFile, *, is_sample: bool) -> RunToMeasure:
    pairs = pair_run(study, file)
    masks = [mask for mask in pairs.masks if mask.problem is None][:1]
    stated = read_sidecar(study, file).values.get("PhaseEncodingDirection")
    return replace(
        run,
        path=file_path(study, file),
        mask_path=file_path(study, masks[0]) if masks else None,
        motion_path=companion_path(study, pairs.confounds[0]) if pairs.confounds else None,
        ghost_axis=phase_encoding_axis(str(stated.value)) if stated else None,
        sample_paths=(file.path, *(mask.path for mask in masks)) if is_sample else (),
    )
