"""The line of verdict, the tiles below it, and what each of their numbers means."""

from collections.abc import Callable
from dataclasses import astuple

import numpy as np
import pandas as pd
import streamlit as st

from lib.figures.sparkline import draw_sparkline, sparkline_address
from lib.number_text import quantity_text, unit_text
from lib.plain_text import escape_markdown
from lib.quality.judging import Verdict, list_limits
from lib.quality.measures import list_numbers
from lib.quality.run_measuring import MeasuredRun
from lib.quality.thresholds import WITHOUT_LIMIT
from lib.quality.tiles import Tile
from lib.quality.traces import Displacement, TraceRow
from lib.quality.verdict import Number
from lib.session import cursor

ICONS = {
    "fine": ":green[:material/check_circle:]",
    "care": ":orange[:material/error:]",
    "look": ":red[:material/warning:]",
}
# Where nothing stands out of what could be judged, and not all could.
OPEN_ICON = ":gray[:material/help:]"
LIMIT_TITLES = ("Measure", "Limit", "This run", "Is", "Source")
TILE_WIDTH = 165  # px, at least: two fit beside each other on a phone


def verdict_numbers(measured: MeasuredRun, displacement: Displacement | None) -> tuple[Number, ...]:
    """Return the numbers of a run."""
    if displacement is None:
        return list_numbers(measured.quality)
    return list_numbers(measured.quality, displacement.values, displacement.measure, displacement.threshold)


def show_verdict(verdict: Verdict, numbers: tuple[Number, ...]) -> None:
    """Show the line of verdict; a click on a fact goes to the volume where it shows."""
    is_open = verdict.level == "fine" and verdict.unjudged
    icon = OPEN_ICON if is_open else ICONS[verdict.level]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="verdict-line"):
        end = ":" if verdict.facts else "."
        st.markdown(f"{icon} **{verdict.heading}{end}**", width="content")
        for number, fact in enumerate(verdict.facts):
            end = "." if number == len(verdict.facts) - 1 else ","
            if fact.volume is None:
                st.markdown(f"{fact.text}{end}", width="content")
            else:
                st.button(
                    f":primary[{fact.text}]{end}", key=f"fact-{number}", type="tertiary",
                    help=f"Go to volume {fact.volume}.", on_click=_go_to, args=(fact.volume,),
                )  # fmt: skip
        if verdict.unjudged:
            st.caption(escape_markdown(verdict.unjudged_text), width="content")
        with st.popover("By which limits?", type="tertiary", width="content"):
            show_limits(verdict, numbers)


def _go_to(volume: int) -> None:
    cursor.move_to(cursor.point(), t=volume)


def show_limits(verdict: Verdict, numbers: tuple[Number, ...]) -> None:
    """Show each limit with this run's value and who states it, and what is not judged for want of one."""
    st.text("The verdict goes by these limits alone. They were stated for other studies: yours may need others.")
    rows = pd.DataFrame([astuple(row) for row in list_limits(verdict, numbers)], columns=LIMIT_TITLES)
    st.table(rows.set_index(LIMIT_TITLES[0]).map(escape_markdown), border="horizontal")


def show_tiles(tiles: tuple[Tile, ...], place_of: Callable[[Number], str]) -> None:
    """Show the tiles; a click on a name says what it is, whose definition, and what would be better.

    `place_of` says where the run stands among the study's by a number; empty where that is not known.
    """
    grid = st.grid(4, min_column_width=TILE_WIDTH, gap=("xsmall", "small"), key="tiles")
    for tile in tiles:
        with grid.cell(), st.container(gap=None):
            _show_tile(tile, place_of(tile.number))


def _show_tile(tile: Tile, place: str) -> None:
    number = tile.number
    is_beyond = any(one.is_beyond for one in tile.numbers)
    direction = "" if number.direction.startswith("neither") else number.direction
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="xxsmall"):
        with st.popover(tile.name, type="tertiary", icon=":material/flag:" if is_beyond else None):
            for one in tile.numbers:
                explain_number(one)
        st.caption(direction, width="content")
    svg = "" if tile.course is None else draw_sparkline(tile.course, tile.limit)
    picture = f" ![{tile.course_name} over the run]({sparkline_address(svg)})" if svg else ""
    st.markdown(f"**{number.text}**{picture}" + (f" :small[{place}]" if place else ""))
    st.caption("; ".join(filter(None, [tile.sentence, _others(tile)])) + ".")


def _others(tile: Tile) -> str:
    """Return the numbers besides, which a tile of head movement has: the largest, and the share above the limit."""
    if len(tile.numbers) == 1 or np.isnan(tile.number.value):
        return ""
    _, largest, share = tile.numbers
    return f"largest {largest.text}, {share.text} above {share.name.rpartition(' ')[2]}"


def explain_number(number: Number) -> None:
    """Show everything needed to judge a number."""
    st.markdown(f"**{number.name} {number.text}**")
    st.text(number.definition)
    rows = {"Unit": unit_text(number.unit) or "none", "Direction": number.direction, "Reference": number.reference}
    if np.isnan(number.value):
        rows["No value"] = number.nan_meaning
    rows["Limit"] = _limit_text(number)
    # A table of Streamlit's takes 5 ms, and there is one behind each tile.
    st.markdown("\n\n".join(f"**{name}:** {escape_markdown(text)}" for name, text in rows.items()))


def _limit_text(number: Number) -> str:
    if number.threshold is not None:
        return f"{quantity_text(number.threshold, number.unit)}: {number.threshold_source}"
    return WITHOUT_LIMIT.get(number.key, "see the limits of the verdict")


def explain_traces(rows: tuple[TraceRow, ...]) -> None:
    """Say what each curve is and whose definition that is, one click away."""
    with st.popover("What are the curves?", type="tertiary"):
        for row in rows:
            st.markdown(f"**{escape_markdown(row.title)}**" + (f" ({escape_markdown(row.unit)})" if row.unit else ""))
            st.text(row.definition)


def show_words(measured: MeasuredRun) -> None:
    """Say which mask was used, and what could not be measured."""
    remarks = [remark for remark in measured.quality.remarks if remark != measured.quality.level.problem]
    st.caption(escape_markdown(" ".join([measured.mask.words, *remarks])))


def show_problem(measured: MeasuredRun) -> None:
    """Say what this run has no level for."""
    if measured.quality.level.problem:
        st.warning(escape_markdown(measured.quality.level.problem), icon=":material/vertical_align_center:")
