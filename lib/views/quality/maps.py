"""The maps of the quality page and how their values are distributed."""

import numpy as np
import pandas as pd
import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.cache.maps import image_map, run_map
from lib.cache.quality import region_labels_of
from lib.figures.distributions import draw_map_histogram
from lib.images.image import Image
from lib.images.maps import Map
from lib.number_text import column_format
from lib.quality.run_measuring import MeasuredRun
from lib.runs import RunStore
from lib.runs.maps import RUN_MAP_NAMES, find_run_map
from lib.session.run_reading import is_refused

# What a run's quality is judged by first stands first.
FIRST = "tSNR"
# And of a run that has none.
NO_LEVEL_FIRST = "SD"


def choose_map(image: Image, store: RunStore | None, problem: str = "") -> Map:
    """Choose which map the slices show; while the run is being read through, its volumes.

    `problem` is why the run has no tSNR, which is then no choice.
    """
    if store is None:
        return image_map(image)
    first = NO_LEVEL_FIRST if problem else FIRST
    names = [first, *(name for name in RUN_MAP_NAMES if name != first and not (problem and name == FIRST))]
    if st.session_state.get("map", first) not in names:
        st.session_state["map"] = first
    name = st.selectbox("Map", names, key="map", bind="query-params", help="What the slices show of the run.")
    return run_map(image, name)


def is_over_time(shown: Map) -> bool:
    """Return whether a map says something of all volumes of a run."""
    return shown.title in RUN_MAP_NAMES


def map_words(image: Image, shown: Map) -> str:
    """Return what the slices show of a run."""
    if is_refused(image):
        return "The slices show the volume at the cursor."
    what = "volume at the cursor; maps follow once the run is read"
    if is_over_time(shown):
        what = find_run_map(shown.title).definition
    return f"The slices show the {what}. Click them to see that voxel's course."


def show_distribution(image: Image, shown: Map, measured: MeasuredRun, key: str, regions: Image | None) -> None:
    """Show how a map's values are distributed over the mask, or over each region in it."""
    name, definition = shown.title, find_run_map(shown.title).definition
    values = shown.volume().values()[measured.mask.mask]
    groups = [("brain mask", values)]
    if regions is not None:
        labels, names = region_labels_of(image, key, measured.mask.mask, regions)
        groups = [(names[label], values[labels == label]) for label in np.unique(labels).tolist()]
    with st.container(key="distribution"):
        live_chart(
            Fit(draw_map_histogram(groups[:8], x_title=definition), height=230),
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
        column_config={
            column: st.column_config.NumberColumn(format=column_format(shown.unit))
            for column in ("Median", "25 %", "75 %")
        },
    )


def _summary(title: str, values: np.ndarray) -> dict:
    known = values[np.isfinite(values)]
    low, middle, high = np.percentile(known, [25, 50, 75]) if len(known) else (np.nan,) * 3
    return {"Region": title, "Voxels": len(values), "Median": middle, "25 %": low, "75 %": high}
