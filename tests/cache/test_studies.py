"""Folders, looked through once in a while."""

import streamlit as st

from lib.cache.studies import ids_in_folder


def test_folders_are_looked_through_once_in_a_while(tmp_path):
    from lib.studies.image_ids import StartFolder

    folder = StartFolder("scans", tmp_path)
    (tmp_path / "a.nii").touch()
    assert ids_in_folder(folder) == ("scans/a.nii",)
    (tmp_path / "b.nii").touch()
    assert ids_in_folder(folder) == ("scans/a.nii",)
    st.cache_data.clear()
    assert ids_in_folder(folder) == ("scans/a.nii", "scans/b.nii")
