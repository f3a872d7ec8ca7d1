"""Which study, and which image of it? The ways in, and everything that belongs to the chosen image."""

import streamlit as st

from lib import chosen_study, frame, study_details, study_parts, study_table

frame.guard()
st.header("Voxel Explorer", anchor=False)
st.write(
    "See what a brain image holds: its anatomy, the time course of every voxel, the spaces its coordinates live in, "
    "and whether a run is sound.  \nEvery number on screen is computed from the file itself, on this server."
)
folder = study_parts.offer_ways_in()
image_id = study_parts.choose_image()

study = chosen_study.require_study(folder)
if study is None:
    st.stop()
study_details.show_study_name(folder, study)
files = study_table.choose_files(study)
study_table.show_table(folder, study, files, image_id)

found = chosen_study.study_of(image_id) if chosen_study.folder_of(image_id) == folder else None
row = study_table.read_one(folder, *found) if found else None
tr = study_details.show_tr(image_id, study, row) if row else None

names = ("Events", "Sidecar", "Paired files", "Participants", "Problems")
events, sidecar, pairs, participants, problems = st.tabs(names, key="details", on_change="rerun", bind="query-params")
if row is None and (events.open or sidecar.open or pairs.open):
    st.info("Choose an image of this study in the table.", icon=":material/table_rows:")
elif events.open:
    with events:
        study_details.show_events(image_id, row, tr)
elif sidecar.open:
    with sidecar:
        study_details.show_sidecar(study, row.file)
elif pairs.open:
    with pairs:
        study_details.show_pairs(image_id)
elif participants.open:
    with participants:
        study_details.show_participants(study)
elif problems.open:
    with problems:
        study_details.show_problems(study)
