"""The cursor as a session keeps it."""

from threading import Thread

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from lib.session import cursor

    if "tell" not in st.session_state:
        cursor.move_to((1, 2, 3), t=4)
        st.session_state["tell"] = cursor.point_later()
    st.button("Move", on_click=cursor.move_to, args=((5, 6, 7),))


def test_a_file_that_is_made_later_hears_where_the_cursor_is_by_then():
    """Streamlit makes it in a thread that knows of no session."""
    at = AppTest.from_function(page).run()
    tell, told = at.session_state["tell"], []
    assert tell() == (1.0, 2.0, 3.0)
    at.button[0].click().run()
    thread = Thread(target=lambda: told.append(tell()))
    thread.start()
    thread.join(10)
    assert told == [(5.0, 6.0, 7.0)]
    assert at.session_state["cursor"]["t"] == 4


def test_what_the_browser_was_told_stays_while_the_person_moves_the_cursor():
    at = AppTest.from_function(page).run()
    at.session_state["cursor"].update(x=9.0)
    assert at.session_state["told_cursor"]["x"] == 1.0
