"""Which addresses a session holds, so that its browser can fetch what they answer."""

import streamlit as st

from lib.browser.tickets import Ticket, register

# While a page runs, the browser still asks at the addresses of the run before; and people go back and forth.
KEPT_TICKETS = 4


@st.cache_resource(scope="session", show_spinner=False)
def _held_tickets() -> dict[str, list[Ticket]]:
    return {}


def publish(slot: str, fingerprint: object, answer) -> str:
    """Return the address under which the browser gets an answer; the same one while the fingerprint stays.

    Parameters
    ----------
    slot : str
        What the address is for; a session has a few tickets a slot.
    fingerprint : object
        What the answer depends on besides the query.
    answer : callable
        See `lib.browser.tickets.Ticket`.
    """
    held = _held_tickets().setdefault(slot, [])
    known = [ticket for ticket in held if ticket.fingerprint == fingerprint]
    ticket = known[0] if known else Ticket(fingerprint, answer)
    # The one used last stands last, and the first ones go.
    held[:] = [*(other for other in held if other is not ticket), ticket][-KEPT_TICKETS:]
    register(ticket)
    return ticket.url
