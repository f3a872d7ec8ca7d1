"""Uploaded tables of text: written once, under a safe name."""

import pytest

from lib.errors import InputError
from lib.studies.uploaded_tables import MAX_TABLE_BYTES, spool_table


def test_a_table_keeps_its_bytes_and_the_end_of_its_name(tmp_path):
    upload = spool_table(b"0 0 0 0 0 0\n", "../my run.par", tmp_path)
    assert upload.name == "my_run.par"
    assert upload.path.read_bytes() == b"0 0 0 0 0 0\n"
    assert upload.path.is_relative_to(tmp_path)
    assert spool_table(b"0 0 0 0 0 0\n", "my run.par", tmp_path).path == upload.path


def test_an_empty_or_endless_table_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(InputError, match=r"rp_a.txt is empty. Motion parameters are six numbers a line"):
        spool_table(b"", "rp_a.txt", tmp_path)
    with pytest.raises(InputError, match="has 34 MB, but a table of motion parameters or confounds may have 34 MB"):
        spool_table(bytes(MAX_TABLE_BYTES + 1), "a.tsv", tmp_path)
