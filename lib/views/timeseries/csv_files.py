"""The files of the functional page: made when somebody asks for them, and saying where they come from."""

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from lib.denoising.steps import describe_steps
from lib.spaces.coordinates import nearest_voxel
from lib.timecourses.course import SteppedRun
from lib.timecourses.csv_file import format_series_csv


def offer_csv(label: str, key: str, file_name: str, make: Callable[[], bytes]) -> None:
    """Offer a CSV file that is made when somebody asks for it."""
    st.download_button(label, data=make, file_name=file_name, mime="text/csv", key=key, on_click="ignore")


def panel_csv(columns: Mapping[str, np.ndarray], run: SteppedRun, place, facts: Mapping[str, object]) -> bytes:
    """Return columns as CSV, with a header that says which voxel of which run it is and what was done to it."""
    x, y, z = place
    i, j, k = nearest_voxel(run.image.affine, place)
    header = {
        "file": run.image.name,
        "voxel i j k": f"{i} {j} {k}",
        "world x y z mm": f"{x:.2f} {y:.2f} {z:.2f}",
        "steps": describe_steps(run.steps, run.tr),
        "TR": f"{run.tr:g} s" if run.tr else "not known",
        **facts,
    }
    return format_series_csv(columns, header).encode()
