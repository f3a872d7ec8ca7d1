"""What a visitor brought, kept inside a page."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from lib.cache.jobs import server_jobs
from lib.cache.sessions import grace_seconds, server_sessions


def upload_page():
    import io

    import streamlit as st

    from lib.cache.uploads import keep_upload

    stream = io.BytesIO(b"0123456789")
    stream.name = "../T1w scan.nii.gz"
    upload = keep_upload(stream)
    st.text(upload.name)
    st.text(str(upload.path))


def test_an_upload_lies_in_a_folder_of_its_session():
    at = AppTest.from_function(upload_page, default_timeout=60).run()
    assert not at.exception
    name, path = (text.value for text in at.text)
    assert name == "T1w_scan.nii.gz"
    with open(path, "rb") as file:
        assert file.read() == b"0123456789"
    assert [text.value for text in at.run().text] == [name, path]


def test_all_that_is_done_with_an_upload_ends_with_its_session(empty_caches):
    at = AppTest.from_function(upload_page, default_timeout=60).run()
    path = Path(at.text[1].value)
    for what in ("run", "quality"):
        server_jobs().start(f"{what} {path}|10,0", "Once", lambda job: 1).result()
    for now in (1000, 1000 + grace_seconds() + 1):
        server_sessions().end_the_lost(lambda name: False, now)
    assert not path.exists()
    assert server_jobs().find(f"run {path}|10,0") is None
    assert server_jobs().find(f"quality {path}|10,0") is None
