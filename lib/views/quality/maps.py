"""The maps of the quality page and how their values are distributed."""

import numpy as np
import pandas as pd
import streamlit as st

from lib.browser.chart import Fit, live_chart
from lib.cache.images import CHANGE_SD, VOLUME, volume_of
from lib.cache.quality import region_labels_of
from lib.figures.distributions import draw_map_histogram
from lib.images.image import Image
from lib.quality.run_measuring import MeasuredRun
from lib.runs import RunStore

MAPS = {"tSNR": "tsnr", "mean": "mean", "SD": "sd", "temporal derivative SD": CHANGE_SD}
MAP_TITLES = {
    "tSNR": "tSNR: mean / SD over time, no unit, higher is better",
    "mean": "mean over time, image units",
    "SD": "SD over time, image units, lower is better",
    "temporal derivative SD": "SD over time of the change since the volume before, image units, lower is better",
}


def choose_map(store: RunStore | None) -> str | None:
    """Choose which map the slices show; None while the run is being read through, which shows its volumes."""
    if store is None:
        return None
    return st.selectbox("Map", list(MAPS), key="map", bind="query-params", help="What the slices show of the run.")


def map_part(name: str | None) -> str:
    """Return the part of the image that shows a map; its volumes where there is none yet."""
    return MAPS[name] if name is not None else VOLUME


def map_words(name: str | None) -> str:
    """Return what the slices show."""
    what = MAP_TITLES[name] if name is not None else "volume at the cursor; maps follow once the run is read"
    return f"The slices show the {what}. Click them to see a voxel's course above."


def show_distribution(image: Image, name: str, measured: MeasuredRun, key: str, regions: Image | None) -> None:
    """Show how a map's values are distributed over the mask, or over each region in it."""
    values = volume_of(image, 0, MAPS[name]).values()[measured.mask.mask]
    groups = [("brain mask", values)]
    if regions is not None:
        labels, names = region_labels_of(image, key, measured.mask.mask, regions)
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
