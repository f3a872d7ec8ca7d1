"""Voxel Explorer: `streamlit run app.py -- [FOLDER ...]`.

Streamlit runs this file as a script for every visitor. The server imports it once, for the routes that the browser
fetches from while the hand moves.
"""

if __name__ == "__main__":
    from lib import frame

    frame.run()
else:
    import streamlit as st

    from lib import live_data, server_sockets

    app = st.App(__file__, routes=live_data.routes(), lifespan=server_sockets.send_at_once)
