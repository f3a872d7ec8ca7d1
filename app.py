"""Voxel Explorer: `streamlit run app.py -- [FOLDER ...]`.

Streamlit runs this file as a script for every visitor. The server imports it once, for the routes that the browser
fetches from while the hand moves.
"""

if __name__ == "__main__":
    from lib.session import frame

    frame.run()
else:
    from lib.session import memory

    # Once numpy is there it is too late.
    memory.stay_small()

    import asyncio
    from contextlib import asynccontextmanager

    import streamlit as st
    from starlette.concurrency import run_in_threadpool

    from lib.browser import sockets, tickets
    from lib.browser.middleware import middleware
    from lib.cohort.ending import end_processes
    from lib.disk import session_folders
    from lib.session import lost_sessions

    @asynccontextmanager
    async def lifespan(app):
        session_folders.sweep()
        watching = asyncio.create_task(lost_sessions.watch())
        async with sockets.send_at_once(app):
            yield
        watching.cancel()
        await run_in_threadpool(end_processes)
        # Semaphores are given back as what holds them is let go of.
        memory.collect_all()

    app = st.App(__file__, routes=tickets.routes(), middleware=middleware(), lifespan=lifespan)
