"""The tabs below the quality page's view: the map's values, the study's runs, and the report."""

import streamlit as st

from lib.images.image import Image
from lib.images.maps import Map
from lib.quality.traces import Displacement
from lib.session import run_reading
from lib.views.quality import all_runs, maps, report
from lib.views.quality.measuring import mask_key

NAMES = ("Values of the map", "All runs of the study", "Report")


def show_tabs(
    content: report.ReportContent | None,
    image: Image,
    image_id: str,
    shown: Map,
    regions: Image | None,
    displacement: Displacement | None,
) -> None:
    """Show the open tab; the others do no work. `content` is None until the run has been measured."""
    values, runs, written = st.tabs(NAMES, key="panel", on_change="rerun", bind="query-params")
    if values.open:
        with values:
            if content is None or not maps.is_over_time(shown):
                _say_missing(image)
            else:
                mask = mask_key(content.mask_image)
                maps.show_distribution(image, shown, content.measured, mask, regions)
    if runs.open:
        with runs:
            all_runs.show_study(image_id, displacement)
    if written.open:
        with written:
            if content is None or not maps.is_over_time(shown):
                _say_missing(image)
            else:
                report.offer_report(content)


def _say_missing(image: Image) -> None:
    if run_reading.is_refused(image):
        st.info("This needs the whole run, which could not be read through.")
    else:
        st.info("This appears once the run has been measured.", icon=":material/hourglass_top:")
