"""Which study, and which image of it? The ways in, and everything that belongs to the chosen image."""

import streamlit as st

from lib.session import frame, leaving, preamble, study_files
from lib.views.studies import answer_key, details, sample_views, table, template, ways_in

preamble.open_page("studies")
leaving.follow()
st.header("Voxel Explorer", anchor=False)
st.write(
    "Anatomy, the time course of every voxel, the spaces its coordinates live in, and whether a run is sound: "
    "every number is computed from the file, on this server."
)
brain, ways = st.columns([13, 8], gap="medium")
with ways:
    folder = ways_in.offer_ways_in()
sample_views.show_views()
image_id = ways_in.choose_image()
with brain:
    template.show_template(image_id)

study = study_files.require_study(folder)
if study is None:
    frame.stop_page()
details.show_study_name(folder, study)
files = table.choose_files(study)
table.show_table(folder, study, files, image_id)

found = study_files.study_of(image_id) if study_files.folder_of(image_id) == folder else None
row = table.read_one(folder, *found) if found else None
tr = details.show_tr(image_id, study, row) if row else None

names = details.detail_names(study)
tabs = st.tabs(names, key="details", on_change="rerun", bind="query-params")
events, sidecar, pairs, participants, problems, *answers = tabs
if row is None and (events.open or sidecar.open or pairs.open):
    st.info("Choose an image of this study in the table.", icon=":material/table_rows:")
elif events.open:
    with events:
        details.show_events(image_id, row, tr)
elif sidecar.open:
    with sidecar:
        details.show_sidecar(study, row.file)
elif pairs.open:
    with pairs:
        details.show_pairs(image_id)
elif participants.open:
    with participants:
        details.show_participants(study)
elif problems.open:
    with problems:
        details.show_problems(study)
elif answers and answers[0].open:
    with answers[0]:
        answer_key.show_answers()
