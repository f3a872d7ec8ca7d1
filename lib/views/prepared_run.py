"""What the functional page has settled about its run, for all of its charts and files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib.denoising.steps import Steps, describe_steps
from lib.images.image import Image
from lib.spaces.coordinates import nearest_voxel
from lib.timecourses.course import SeriesReader
from lib.timecourses.csv_file import format_series_csv

# After a value, by the units of the steps.
UNITS = {"raw": " (image units)", "percent": " %", "z": " z"}


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the page has settled before it draws: which run, how it is read, and what is done to its time courses.

    Attributes
    ----------
    place : list of 3 float
        World mm; kept up with the cursor, so that a later download is of the place where the cursor is by then.
    """

    image: Image
    read: SeriesReader
    steps: Steps
    tr: float | None
    confounds: object | None
    is_radiological: bool
    place: list[float]

    @property
    def stem(self) -> str:
        """The run's name without its endings, for names of files."""
        return self.image.name.split(".")[0]


def time_title(tr: float | None) -> str:
    """Return the title of a time axis, honest about a missing TR."""
    return "Time (s)" if tr else "Volume (the TR is not known)"


def offer_csv(label: str, key: str, file_name: str, make: Callable[[], bytes]) -> None:
    """Offer a CSV file that is made when somebody asks for it."""
    st.download_button(label, data=make, file_name=file_name, mime="text/csv", key=key, on_click="ignore")


def panel_csv(columns: Mapping[str, np.ndarray], run: Prepared, facts: Mapping[str, object]) -> bytes:
    """Return columns as CSV, with a header that says which voxel of which run it is and what was done to it."""
    x, y, z = run.place
    i, j, k = nearest_voxel(run.image.affine, run.place)
    header = {
        "file": run.image.name,
        "voxel i j k": f"{i} {j} {k}",
        "world x y z mm": f"{x:.2f} {y:.2f} {z:.2f}",
        "steps": describe_steps(run.steps, run.tr),
        "TR": f"{run.tr:g} s" if run.tr else "not known",
        **facts,
    }
    return format_series_csv(columns, header).encode()
