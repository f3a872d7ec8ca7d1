"""How far the head moved: which file says so, how its columns are read, and which volumes that leaves out."""

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.cache.tables import motion_of
from lib.confounds.framewise_displacement import (
    FSL_RADIUS,
    MEASURES,
    POWER_RADIUS,
    outlier_regressors,
    percent_above,
    scrub_mask,
)
from lib.confounds.motion_files import MOTION_COLUMNS, ORDERS
from lib.confounds.table import Confounds
from lib.errors import InputError
from lib.images.image import Image
from lib.number_text import quantity_text
from lib.plain_text import escape_markdown
from lib.quality.measures import measure_displacement
from lib.quality.traces import Displacement
from lib.session import told_choice
from lib.session.frame import show_error
from lib.session.study_files import PairedFile, PairedFiles
from lib.views.quality import motion_uploads

NONE = "No motion file"
UNIT_WORDS = {"rad": "radians", "deg": "degrees"}
UNITS = tuple(UNIT_WORDS)
RADIUS = {"power": POWER_RADIUS, "jenkinson": FSL_RADIUS, "enorm": None}
LISTED = 24  # volumes named in one line


@dataclass(frozen=True, eq=False)
class Motion:
    """The motion parameters of a run as they are read, and the displacement that follows from them.

    Attributes
    ----------
    file : where they come from.
    confounds : the table, with how its columns were read and what speaks against it.
    displacement : None where the parameters do not fit the run.
    jenkinson : (T,) mm by Jenkinson's measure, whatever was chosen: what limits of whole runs are stated for; None
        where the parameters do not fit the run.
    """

    file: PairedFile
    confounds: Confounds
    displacement: Displacement | None
    jenkinson: np.ndarray | None = None


def choose_motion(image: Image, pairs: PairedFiles, doubts: DeltaGenerator) -> Motion | None:
    """Choose the motion file, how its columns are read, the measure, its radius and its threshold.

    Every doubt is shown in its own place, `doubts`.
    """
    with st.container(key="motion"):
        file = _choose_file(image, pairs)
        if file is None:
            with st.popover("Upload motion parameters"):
                motion_uploads.offer_upload()
        else:
            try:
                confounds = _choose_columns(image, file)
            except InputError as error:
                with doubts:
                    show_error(error)
                return None
            measure, threshold, radius = _choose_measure()
    if file is None:
        _say_none(pairs)
        return None
    for problem in confounds.problems:
        doubts.warning(escape_markdown(problem), icon=":material/help:")
    if confounds.motion is None:
        doubts.warning(
            f"{escape_markdown(file.name)} does not have six columns of motion ("
            f"{escape_markdown(', '.join(MOTION_COLUMNS))}), so there is no displacement. Choose another file.",
            icon=":material/help:",
        )
        return None
    try:
        values = _measure(confounds, image.n_volumes, measure, radius)
        jenkinson = _measure(confounds, image.n_volumes, "jenkinson", FSL_RADIUS)
    except InputError as error:
        with doubts:
            show_error(error)
        return Motion(file, confounds, None)
    return Motion(file, confounds, Displacement(values, measure, threshold, radius), jenkinson)


def _say_none(pairs: PairedFiles) -> None:
    found = "No motion file is chosen" if pairs.confounds else "No motion file was found for this run"
    st.info(
        f"{found}, so there is no framewise displacement: none is estimated from the image. Upload the motion "
        "parameters of its realignment (.par, rp_*.txt, .1D, or confounds .tsv) to see it.",
        icon=":material/directions_run:",
    )


def _measure(confounds: Confounds, n_volumes: int, measure: str, radius: float | None) -> np.ndarray:
    six = confounds.frame[list(MOTION_COLUMNS)].to_numpy(dtype=float)
    return measure_displacement(six[:, :3], six[:, 3:], n_volumes, measure, radius)


def _choose_file(image: Image, pairs: PairedFiles) -> PairedFile | None:
    motion_uploads.take_upload(image, "motion_file")
    told_choice.restore("motion_file")
    uploads = motion_uploads.uploads_for(image)
    files = {file.name: file for file in (*reversed(uploads), *pairs.confounds)}
    options = [*files, NONE]
    if st.session_state.get("motion_file") not in options:
        st.session_state["motion_file"] = options[0]
    name = st.selectbox(
        "Motion file",
        options,
        key="motion_file",
        bind="query-params",
        help="Files of the study that belong to this run, and those uploaded for it.",
    )
    motion_uploads.show_upload_problem()
    return files.get(name)


def _choose_columns(image: Image, file: PairedFile) -> Confounds:
    """Show how the file's columns are read and let the person say otherwise."""
    detected = motion_of(file.path, file.name, image.n_volumes)
    source = detected.motion
    if source is None:
        with st.popover("Upload another"):
            motion_uploads.offer_upload()
        return detected
    is_named = source.order not in ORDERS
    orders = [source.order] if is_named else list(ORDERS)
    # Keys of this file: what was said of one file's columns says nothing of another's.
    order_key, unit_key = f"motion_order {file.name}", f"motion_unit {file.name}"
    order = st.session_state.get(order_key, source.order)
    unit = st.session_state.get(unit_key, source.rotation_unit)
    read_as = escape_markdown(f"Read as {order}, rotations in {UNIT_WORDS[unit]}.")
    with st.expander("Columns and units", key="columns"):
        st.caption(f"Which column is which motion parameter. {read_as}")
        st.text(f"Detected: {source.kind}, {source.order}, rotations in {UNIT_WORDS[source.rotation_unit]}.")
        st.selectbox("Column order", orders, index=orders.index(source.order), key=order_key, disabled=is_named)
        st.segmented_control(
            "Rotations in",
            UNITS,
            default=source.rotation_unit,
            key=unit_key,
            required=True,
            format_func=UNIT_WORDS.get,
        )
        motion_uploads.offer_upload()
    return motion_of(file.path, file.name, image.n_volumes, None if is_named else order, unit)


def _choose_measure() -> tuple[str, float, float | None]:
    measure = st.selectbox(
        "Head movement by", list(MEASURES), format_func=lambda key: MEASURES[key].label, key="fd", bind="query-params",
        help="Framewise displacement (FD): how far the head moved since the volume before, as one length.",
    )  # fmt: skip
    rule = MEASURES[measure]
    threshold = st.number_input(
        f"Moved too far above, {rule.unit.split(' ')[0]}", 0.0, 50.0, rule.default_threshold, 0.05, format="%.3g",
        key=f"fd_threshold_{measure}", help=f"The threshold. Default: {rule.threshold_source}.",
    )  # fmt: skip
    radius = RADIUS[measure]
    if radius is not None:
        radius = st.number_input(
            "Radius of the head, mm", 1.0, 200.0, radius, 1.0, format="%.4g", key=f"fd_radius_{measure}",
            help="Of the sphere on which a rotation becomes a length: 50 mm for Power's FD, 80 mm for FSL's.",
        )  # fmt: skip
    return measure, threshold, radius


def offer_scrubbing(image: Image, motion: Motion | None, tr: float | None) -> np.ndarray:
    """Say which volumes moved too far, offer the mask and the regressors; return the left-out volumes, (T,) bool."""
    if motion is None or motion.displacement is None:
        return np.zeros(image.n_volumes, dtype=bool)
    displacement = motion.displacement
    above = displacement.above
    listed = ", ".join(map(str, above[:LISTED])) + (f" and {len(above) - LISTED} more" if len(above) > LISTED else "")
    with st.expander("Leave volumes out"):
        st.text(_above_text(displacement) + (f", at {listed}" if listed else ""))
        st.caption("Scrubbing, or censoring: volumes with too much movement are left out.")
        before = st.number_input("Also before each", 0, 20, 0, key="scrub_before", bind="query-params")
        after = st.number_input("Also after each", 0, 20, 0, key="scrub_after", bind="query-params")
        st.caption("Power 2012 left out one before and two after.")
        left_out = scrub_mask(displacement.values, displacement.threshold, before, after)
        n_out = int(left_out.sum())
        st.text(f"{n_out} of {image.n_volumes} volumes left out, {image.n_volumes - n_out} kept")
        stem = image.name.split(".")[0]
        st.download_button(
            "Left-out volumes as CSV", data=lambda: scrub_csv(displacement, left_out, tr),
            file_name=f"{stem}-scrub-mask.csv", mime="text/csv", on_click="ignore",
            help="The scrub mask: one row a volume, 1 where it is left out.",
        )  # fmt: skip
        st.download_button(
            "Columns for a model as CSV", data=lambda: outlier_regressors(left_out).to_csv(index=False).encode(),
            file_name=f"{stem}-outlier-regressors.csv", mime="text/csv", on_click="ignore", disabled=n_out == 0,
            help="One-hot regressors: one column a left-out volume under fMRIPrep's names (motion_outlier00 and on).",
        )  # fmt: skip
    return left_out


def _above_text(displacement: Displacement) -> str:
    share = percent_above(displacement.values, displacement.threshold)
    rule = MEASURES[displacement.measure]
    n_above, total = len(displacement.above), len(displacement.values)
    above = f"{rule.label} above {displacement.threshold:g} {rule.unit}"
    return f"{above}: {n_above} of {total} volumes ({quantity_text(share, '%')})"


def scrub_csv(displacement: Displacement, left_out: np.ndarray, tr: float | None) -> bytes:
    """Return one row a volume: its number, time in s, displacement, and 1 where it is left out."""
    volumes = np.arange(len(left_out))
    columns = {"volume": volumes}
    if tr:
        columns["time"] = volumes * tr
    columns[f"{displacement.measure}_mm"] = displacement.values
    columns["left_out"] = left_out.astype(int)
    text = io.StringIO()
    pd.DataFrame(columns).to_csv(text, index=False, float_format="%.6g", na_rep="n/a")
    return text.getvalue().encode()


def show_controls(
    image: Image, pairs: PairedFiles, tr: float | None, doubts: DeltaGenerator
) -> tuple[Motion | None, np.ndarray]:
    """Choose the motion and what it leaves out, folded where a file was found; return both, the second (T,) bool."""
    with st.expander("Head movement", expanded=not pairs.confounds):
        moved = choose_motion(image, pairs, doubts)
    return moved, offer_scrubbing(image, moved, tr)
