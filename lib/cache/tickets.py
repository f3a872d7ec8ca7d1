"""Which addresses a session holds, so that its browser can fetch what they answer."""

import streamlit as st

from lib.browser.tickets import Ticket, browser_of, is_answered, register
from lib.cache.sessions import held

# While a page runs, the browser still asks at the addresses of the run before; and people go back and forth.
KEPT_TICKETS = 4


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
    tickets = held().tickets.setdefault(slot, [])
    browser = browser_of(st.context.cookies)
    asked_for = (fingerprint, browser)
    # One that the browser got no answer from was forgotten, and is not named to it again.
    known = [one for one in tickets if (one.fingerprint, one.browser) == asked_for and is_answered(one)]
    ticket = known[0] if known else Ticket(fingerprint, answer, browser)
    # The one used last stands last, and the first ones go.
    tickets[:] = [*(other for other in tickets if other is not ticket), ticket][-KEPT_TICKETS:]
    register(ticket)
    return ticket.url
