"""What a visitor brought, kept inside a page."""

from streamlit.testing.v1 import AppTest


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
