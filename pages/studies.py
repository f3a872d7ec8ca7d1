"""Where do I start? What the app is for, and the ways in."""

import streamlit as st

from lib import frame

frame.guard()
frame.choose_image()
st.title("Voxel Explorer")
