"""Voxel Explorer: `streamlit run app.py -- [FOLDER ...]`.

Streamlit runs this file as a script for every visitor. The server imports it once, for the routes that the browser
fetches from while the hand moves.
"""

if __name__ == "__main__":
    from lib.session import frame

    frame.run()
else:
    from contextlib import asynccontextmanager

    import streamlit as st
    from starlette.middleware import Middleware

    from lib.browser import sockets, tickets
    from lib.browser.whole_runs import WholeRuns
    from lib.disk import session_folders

    @asynccontextmanager
    async def lifespan(app):
        session_folders.sweep()
        async with sockets.send_at_once(app):
            yield

    app = st.App(__file__, routes=tickets.routes(), middleware=[Middleware(WholeRuns)], lifespan=lifespan)
