"""The quality page's measuring, its strip of numbers, and the maps with their distributions."""

import numpy as np
import pandas as pd
import streamlit as st

from lib import cache, chosen_image, chosen_study
from lib.background import Job
from lib.chosen_study import PairedFiles
from lib.errors import InputError
from lib.figures_distributions import draw_map_histogram
from lib.ghost import phase_encoding_axis
from lib.images import Image
from lib.live_chart import Fit, live_chart
from lib.plain_text import escape_markdown
from lib.progress import show_progress
from lib.quality import list_numbers
from lib.quality_run import MeasuredRun, measure_run
from lib.quality_traces import Displacement
from lib.runs import RunStore
from lib.studies import read_sidecar
from lib.verdict import Number

COMPUTED = "computed from this run"
# Most runs are measured sooner than a progress bar would be read.
PATIENCE_SECONDS = 0.5
MAPS = {"tSNR": "tsnr", "mean": "mean", "SD": "sd", "temporal derivative SD": cache.CHANGE_SD}
MAP_TITLES = {
    "tSNR": "tSNR: mean / SD over time, no unit, higher is better",
    "mean": "mean over time, image units",
    "SD": "SD over time, image units, lower is better",
    "temporal derivative SD": "SD over time of the change since the volume before, image units, lower is better",
}


def choose_mask(image: Image, pairs: PairedFiles) -> Image | None:
    """Choose whose brain mask the numbers are taken in; None: computed from the run."""
    uploaded = [f"upload/{name}" for name in chosen_image.uploads() if f"upload/{name}" != st.session_state["image"]]
    options = [*(file.id for file in pairs.masks), COMPUTED, *uploaded]
    if st.session_state.get("mask") not in options:
        st.session_state["mask"] = options[0]
    chosen = st.selectbox(
        "Brain mask",
        options,
        key="mask",
        bind="query-params",
        help="The study's own mask of this run where it has one, else one that nilearn's compute_epi_mask finds.",
    )
    if chosen == COMPUTED:
        return None
    try:
        return chosen_image.open_by_id(chosen)
    except InputError as error:
        st.warning(escape_markdown(f"This brain mask is not used; one is computed from the run. {error}"))
        return None


def ghost_axis(image_id: str | None) -> int | None:
    """Return the array axis of phase encoding where a sidecar of the study states it."""
    found = chosen_study.study_of(image_id)
    stated = read_sidecar(*found).values.get("PhaseEncodingDirection") if found else None
    return phase_encoding_axis(str(stated.value)) if stated else None


def mask_key(mask_image: Image | None) -> str:
    """Return what identifies a mask among those of a run."""
    return mask_image.key if mask_image is not None else COMPUTED


def start_measuring(image: Image, store: RunStore, mask_image: Image | None, axis: int | None) -> Job:
    """Start measuring a run unless that was done."""
    jobs, key = cache.jobs(), _job_key(image, mask_image, axis)
    known = jobs.find(key)
    if known is not None:
        return known

    def work(job: Job) -> MeasuredRun:
        return measure_run(image, store=store, mask_image=mask_image, ghost_axis=axis, report=job.report)

    return jobs.start(key, f"Measuring {image.name}", work)


def measured_or_progress(
    image: Image, store: RunStore | None, mask_image: Image | None, axis: int | None
) -> MeasuredRun | None:
    """Return what was measured of a run; where that is not ready, show how far it is, and return None."""
    if store is None:
        return None
    job = start_measuring(image, store, mask_image, axis)
    job.wait(PATIENCE_SECONDS)
    if job.is_finished and job.error is None:
        return job.result()
    show_progress(job, key="quality")
    if job.is_finished:
        st.button(
            "Measure again", key="measure-again", on_click=cache.jobs().forget,
            args=(_job_key(image, mask_image, axis),),
        )  # fmt: skip
    return None


def _job_key(image: Image, mask_image: Image | None, axis: int | None) -> str:
    return f"quality {image.key} | {mask_key(mask_image)} | {axis}"


def verdict_numbers(measured: MeasuredRun, displacement: Displacement | None) -> tuple[Number, ...]:
    """Return the numbers of the strip."""
    if displacement is None:
        return list_numbers(measured.quality)
    return list_numbers(measured.quality, displacement.values, displacement.measure, displacement.threshold)


def show_verdict(numbers: tuple[Number, ...]) -> None:
    """Show the numbers side by side; a click on one says what it is, whose definition, and what would be better."""
    with st.container(horizontal=True, key="verdict"):
        for number in numbers:
            with st.popover(
                f"{number.name} **{number.text}**",
                type="tertiary",
                icon=":material/flag:" if number.is_beyond else None,
                help=_limit_text(number) if number.is_beyond else None,
            ):
                explain_number(number)


def explain_number(number: Number) -> None:
    """Show everything needed to judge a number."""
    st.markdown(f"**{number.name} {number.text}**")
    st.text(number.definition)
    rows = {"Unit": number.unit or "none", "Direction": number.direction, "Reference": number.reference}
    if np.isnan(number.value):
        rows["No value"] = number.nan_meaning
    rows["Limit"] = _limit_text(number)
    st.table(rows, border="horizontal")


def _limit_text(number: Number) -> str:
    if number.threshold is None:
        return "none is drawn: nobody's limit fits every study"
    limit = f"{number.threshold:g} {number.unit}".strip()
    return f"{limit}: {number.threshold_source}"


def show_words(measured: MeasuredRun) -> None:
    """Say which mask was used and what could not be measured."""
    st.caption(escape_markdown(" ".join([measured.mask.words, *measured.quality.remarks])))


def choose_map(store: RunStore | None) -> str | None:
    """Choose which map the slices show; None while the run is being read through, which shows its volumes."""
    if store is None:
        return None
    return st.selectbox("Map", list(MAPS), key="map", bind="query-params", help="What the slices show of the run.")


def map_part(name: str | None) -> str:
    """Return the part of the image that shows a map; its volumes where there is none yet."""
    return MAPS[name] if name is not None else cache.VOLUME


def map_words(name: str | None) -> str:
    """Return what the slices show."""
    what = MAP_TITLES[name] if name is not None else "volume at the cursor; maps follow once the run is read"
    return f"The slices show the {what}. Click them to see a voxel's course above."


def show_distribution(image: Image, name: str, measured: MeasuredRun, key: str, regions: Image | None) -> None:
    """Show how a map's values are distributed over the mask, or over each region in it."""
    values = cache.volume(image, 0, MAPS[name]).values()[measured.mask.mask]
    groups = [("brain mask", values)]
    if regions is not None:
        labels, names = cache.region_labels(image, key, measured.mask.mask, regions)
        groups = [(names[label], values[labels == label]) for label in np.unique(labels).tolist()]
    with st.container(key="distribution"):
        live_chart(
            Fit(draw_map_histogram(groups[:8], x_title=MAP_TITLES[name]), height=230),
            key="map_histogram",
            alt=f"Distribution of the {name} of {image.name} over {len(groups)} region(s)",
            caption=image.name,
            file_name=f"{image.name.split('.')[0]}-{name}-histogram",
        )
    st.caption("The range is that of the 0.5th to 99.5th percentile; the bins at its ends hold what lies beyond.")
    if len(groups) > 8:
        st.caption(f"The first 8 of {len(groups)} regions are drawn; the table has all.")
    st.dataframe(
        pd.DataFrame([_summary(title, part) for title, part in groups]),
        hide_index=True,
        height="content" if len(groups) < 9 else 320,
        column_config={column: st.column_config.NumberColumn(format="%.4g") for column in ("Median", "25 %", "75 %")},
    )


def _summary(title: str, values: np.ndarray) -> dict:
    known = values[np.isfinite(values)]
    low, middle, high = np.percentile(known, [25, 50, 75]) if len(known) else (np.nan,) * 3
    return {"Region": title, "Voxels": len(values), "Median": middle, "25 %": low, "75 %": high}
