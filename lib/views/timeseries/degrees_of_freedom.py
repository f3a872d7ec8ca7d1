"""What do the steps leave of a run's degrees of freedom? A bar that shrinks as they are chosen, and where they went."""

import pandas as pd
import streamlit as st

from lib.denoising.ledger import Ledger, make_ledger
from lib.denoising.operator import make_operator
from lib.denoising.steps import Steps
from lib.plain_text import escape_markdown

HELP = (
    "Each volume is one degree of freedom. Volumes left out, the mean, a trend and each independent confound take one "
    "each; a filter takes what the trace of its smoother lacks. What is left is spread over fewer independent values "
    "than its number says where a filter makes neighbours alike: the effective number, tr(G)² / tr(G²) "
    "(Satterthwaite), is what tests should go by."
)


def show_ledger(steps: Steps, n_volumes: int, tr: float | None, confounds: pd.DataFrame | None) -> None:
    """Show how many degrees of freedom the steps leave of a run of T volumes; nothing where they take none.

    Parameters
    ----------
    confounds : frame or None
        One row a volume, with the columns that the steps name.
    """
    if steps == Steps(units=steps.units):
        return
    ledger = make_ledger(make_operator(steps, n_volumes, tr, confounds), tr, confounds)
    share = min(1.0, max(0.0, ledger.left / n_volumes))
    with st.container(key="degrees-of-freedom"):
        st.progress(share, text=f"{ledger.left} of {n_volumes} degrees of freedom left")
        st.caption(escape_markdown(ledger_words(ledger)), help=HELP)
        for warning in ledger.warnings:
            st.warning(escape_markdown(warning))


def ledger_words(ledger: Ledger) -> str:
    """Return the ledger in words: T, what each step takes, and the effective number of what is left."""
    taken = ", ".join(f"{entry.taken} {entry.name}" for entry in ledger.entries)
    return f"Of {ledger.n_volumes} volumes go: {taken}. Effective: {ledger.effective:.1f}."
