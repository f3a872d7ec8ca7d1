"""The report: whole, by itself, and with nothing in it that a file could make run."""

import hashlib
import re

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.quality.html_report import ReportFigure, describe_file, software_versions, write_report
from lib.quality.judging import Fact, Judged, Verdict
from lib.quality.thresholds import LIMITS
from lib.quality.verdict import describe_non_steady, describe_tsnr

EVIL = '<script>alert("x")</script>&<img src=x onerror=alert(1)>.nii'


@pytest.fixture
def report():
    figure = go.Figure(go.Scatter(y=[1, 2], name=EVIL), layout={"font": {"color": "var(--st-text-color)"}})
    return write_report(
        EVIL,
        facts=[("Image", EVIL)],
        verdict=Verdict((Fact("1 jump of 1.96 mm at 180 s", "care", 90),), (), (Judged(LIMITS["power_jump"], 1.956),)),
        numbers=[describe_tsnr(np.array([40.0, 50.0, 60.0])), describe_non_steady(2)],
        figures=[ReportFigure("Traces", figure.to_json(), 300, EVIL)],
        definitions=[("DVARS", EVIL)],
        remarks=[EVIL],
        files=[],
    )


def test_nothing_from_a_file_becomes_html(report):
    without_library = re.sub(r"<script>.*?</script>", "", report, flags=re.DOTALL)
    assert "alert(" in without_library
    assert "<script>alert" not in report
    assert "<img" not in without_library
    assert "&lt;script&gt;alert(" in report
    assert re.search(r"\\u003cscript>alert", report)


def test_report_asks_nothing_of_any_server(report):
    head_and_body = re.sub(r"<script>.*?</script>", "", report, flags=re.DOTALL)
    assert not re.search(r"<link|src=\"|@import|url\(", head_and_body)
    assert "Plotly.newPlot" in report
    assert len(report) > 1_000_000


def test_numbers_come_with_definition_direction_limit_and_reference(report):
    assert '<td class="value">50.0</td>' in report
    assert "higher is better" in report
    assert "Krüger and Glover 2001" in report
    assert '<td class="value beyond">2 volumes</td>' in report
    assert "0 volumes (fMRIPrep gives every such volume a regressor of its own)" in report


def test_the_verdict_stands_on_top_with_its_limits_below(report):
    assert '<p class="verdict">Usable with care: 1 jump of 1.96 mm at 180 s.</p>' in report
    assert "<th>FD (Power) of a volume</th><td>at most 0.50 mm</td><td>1.96 mm</td><td>beyond</td>" in report
    assert "<th>tSNR, median</th><td>none</td><td>50.0</td><td>not judged</td>" in report


def test_theme_colours_are_put_in(report):
    assert "var(--st" not in report


def test_files_are_told_by_size_and_hash(tmp_path):
    path = tmp_path / "a.nii"
    path.write_bytes(b"x" * 3_000_000)
    file = describe_file("Run", path, "a.nii")
    assert (file.n_bytes, file.sha256) == (3_000_000, hashlib.sha256(b"x" * 3_000_000).hexdigest())


def test_versions_name_what_measured():
    assert {"Python", "numpy", "nilearn", "plotly"} <= set(software_versions())
