"""Why can some files of a study not be opened as they are? Whole sentences, which a table's cells would cut off."""

from collections.abc import Sequence

import streamlit as st

from lib.plain_text import escape_markdown

# A longer list is slow to draw, and its reasons are alike.
MOST_TOLD = 100
# So many are read at a glance.
FEW = 3


def show_reasons(problems: Sequence[tuple[str, str]]) -> None:
    """Show the (path, reason) of files, folded where they are many; nothing where there is none."""
    if not problems:
        return
    files = "1 file has a problem" if len(problems) == 1 else f"{len(problems):,} files have a problem"
    with st.expander(f"{files}: the reasons in full", expanded=len(problems) <= FEW, key="reasons"):
        tabulate_reasons(problems)


def tabulate_reasons(problems: Sequence[tuple[str, str]]) -> None:
    """Show the (path, reason) of files, each reason on as many lines as it needs."""
    st.table(
        [{"File": escape_markdown(path), "Problem": escape_markdown(reason)} for path, reason in problems[:MOST_TOLD]],
        border="horizontal",
        hide_index=True,
    )
    if len(problems) > MOST_TOLD:
        st.caption(f"The first {MOST_TOLD} of {len(problems):,}.")
