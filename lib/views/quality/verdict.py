"""The strip of numbers on the quality page, and what each of them means."""

import numpy as np
import streamlit as st

from lib.number_text import quantity_text, unit_text
from lib.plain_text import escape_markdown
from lib.quality.measures import list_numbers
from lib.quality.run_measuring import MeasuredRun
from lib.quality.traces import Displacement
from lib.quality.verdict import Number

# What the page's four words mean, for who meets them here first.
FACE = (
    "**FD**, framewise displacement: how far the head moved since the volume before, lower is better. "
    "**DVARS**: how much the whole picture changed since the volume before; a spike is a movement or an artefact. "
    "**tSNR**: a voxel's mean over its fluctuation in time, higher is better. "
    "**Carpet**: each row a voxel, each column a volume; a stripe from top to bottom is a change of the whole brain."
)


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
    rows = {"Unit": unit_text(number.unit) or "none", "Direction": number.direction, "Reference": number.reference}
    if np.isnan(number.value):
        rows["No value"] = number.nan_meaning
    rows["Limit"] = _limit_text(number)
    st.table(rows, border="horizontal")


def _limit_text(number: Number) -> str:
    if number.threshold is None:
        return "none is drawn: nobody's limit fits every study"
    return f"{quantity_text(number.threshold, number.unit)}: {number.threshold_source}"


def show_words(measured: MeasuredRun) -> None:
    """Say what this run has no level for, which mask was used, and what else could not be measured."""
    problem = measured.quality.level.problem
    if problem:
        st.warning(escape_markdown(problem), icon=":material/vertical_align_center:")
    remarks = [remark for remark in measured.quality.remarks if remark != problem]
    st.caption(escape_markdown(" ".join([measured.mask.words, *remarks])))


def show_meanings() -> None:
    """Say in one sentence each what the page's figures are made of."""
    with st.container(key="meanings"):
        st.caption(FACE)
