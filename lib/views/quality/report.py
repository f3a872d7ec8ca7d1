"""The report of a run's quality, put together when somebody asks for it."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import streamlit as st

from lib.cache.maps import view_of
from lib.confounds.framewise_displacement import percent_above
from lib.figures.distributions import draw_map_histogram
from lib.figures.planes import LayerStyle, draw_montage, montage_aspect
from lib.figures.traces_over_carpet import AtCursor, freeze_traces
from lib.images.image import Image
from lib.images.montage import build_montage
from lib.images.repetition_time import Tr
from lib.number_text import quantity_text, scale_texts, shape_text, sizes_text
from lib.quality.html_report import ReportFigure, describe_file, write_report
from lib.quality.judging import Verdict
from lib.quality.run_measuring import MeasuredRun
from lib.quality.verdict import Number
from lib.runs.maps import find_run_map
from lib.session import cursor
from lib.session.tr_choice import tr_text
from lib.spaces.anatomical_planes import PLANES
from lib.views.planes import codes_on
from lib.views.quality.motion import Motion
from lib.views.quality.traces import TracesChart, look_up
from lib.views.stack import Look

WIDTH = 1056  # px, of the report's column


@dataclass(frozen=True, eq=False)
class ReportContent:
    """What the page has found out of a run, to be written down.

    Attributes
    ----------
    image_id : of the run.
    chart : traces and carpet.
    look : how the map is drawn that the page shows.
    """

    image_id: str
    tr: Tr
    measured: MeasuredRun
    numbers: tuple[Number, ...]
    verdict: Verdict
    motion: Motion | None
    mask_image: Image | None
    chart: TracesChart
    look: Look


def offer_report(content: ReportContent) -> None:
    """Offer the page of this run as one HTML file."""
    image = content.chart.image
    st.text("The verdict with its limits, all numbers, the figures as they stand now, and what they were made from.")
    # The cursor moves on without this part of the page.
    point, volume = cursor.point_later(), cursor.volume_later(image)
    st.download_button(
        "Report as HTML", data=lambda: _write(content, point(), volume()), mime="text/html",
        file_name=f"{image.name.split('.')[0]}-quality.html", on_click="ignore", icon=":material/description:",
        help="One file with these figures, numbers, definitions, versions and file hashes. It opens without a network.",
    )  # fmt: skip


def _write(content: ReportContent, xyz, t: int) -> bytes:
    """Return the report, with traces and carpet as they stand at a place and volume."""
    chart, measured, motion, mask_image = content.chart, content.measured, content.motion, content.mask_image
    image = chart.image
    files = [describe_file("Run", image.path, image.name)]
    if mask_image is not None:
        files.append(describe_file("Brain mask", mask_image.path, mask_image.name))
    if motion is not None:
        files.append(describe_file("Motion", motion.file.path, motion.file.name))
    facts = _facts(image, content.image_id, content.tr)
    report = write_report(
        image.name,
        facts=[*facts, ("Brain mask", measured.mask.words), *_motion_facts(motion)],
        verdict=content.verdict,
        numbers=content.numbers,
        figures=[
            _traces_figure(chart, look_up(image, chart.store, xyz, t)),
            *_map_figures(content.look, measured),
        ],
        definitions=[(row.title, row.definition) for row in chart.wide.rows],
        remarks=[*(motion.confounds.problems if motion else ()), *measured.quality.remarks],
        files=files,
    )
    return report.encode()


def _facts(image: Image, image_id: str, tr: Tr) -> list[tuple[str, str]]:
    sizes = np.linalg.norm(image.affine[:3, :3], axis=0)
    return [
        ("Image", image_id),
        ("Grid", shape_text(image.shape) + f", {image.n_volumes} volumes"),
        ("Voxel size", f"{sizes_text(sizes)} mm"),
        ("Repetition time", tr_text(tr)),
        ("Measured", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
    ]


def _motion_facts(motion: Motion | None) -> list[tuple[str, str]]:
    if motion is None:
        return [("Motion", "No motion file: no displacement, none is estimated from the image.")]
    source = motion.confounds.motion
    facts = [("Motion", f"{motion.file.name}, {source.kind}: {source.order}, rotations in {source.rotation_unit}")]
    moved = motion.displacement
    if moved is not None:
        listed = ", ".join(map(str, moved.above)) or "none"
        share = quantity_text(percent_above(moved.values, moved.threshold), "%")
        facts.append((f"Volumes above {moved.threshold:g} mm", f"{listed} ({share} of {len(moved.values)})"))
    return facts


def _traces_figure(chart: TracesChart, at: AtCursor) -> ReportFigure:
    figure = freeze_traces(chart.wide, at)
    carpet = chart.wide.carpet
    note = carpet.rule if carpet is not None else ""
    return ReportFigure("Traces and carpet", figure.to_json(validate=False), chart.wide.height, note)


def _map_figures(look: Look, measured: MeasuredRun) -> list[ReportFigure]:
    shown, view = look.map, view_of(look.map)
    name, definition = shown.title, find_run_map(shown.title).definition
    codes = codes_on(look, shown, 0)
    montage = build_montage(codes, "axial", 18, n_columns=6)
    axis = PLANES["axial"][0]
    labels = [f"z {view.starts[axis] + index * view.sizes[axis]:.1f}" for index in montage.indices]
    style = LayerStyle(look.colour_map)
    picture = draw_montage(montage, view, [(montage, style)], labels, has_sides=not shown.sides_doubt)
    values = shown.volume().values()[measured.mask.mask]
    histogram = draw_map_histogram([("brain mask", values)], x_title=definition)
    height = round(WIDTH * montage_aspect(montage, view))
    low, high = scale_texts([look.low, look.high])
    return [
        ReportFigure(
            f"Map: {name}", picture.to_json(validate=False), height,
            f"{definition}. Axial slices, places in mm; {low} and below is shown darkest, "
            f"{high} and above brightest."
            + (f" Left and right are a guess: {shown.sides_doubt}" if shown.sides_doubt else ""),
        ),
        ReportFigure(f"Distribution of the {name} in the brain mask", histogram.to_json(validate=False), 260),
    ]  # fmt: skip
