"""A run's quality as one HTML file that needs nothing else: figures, numbers, definitions, versions, file hashes.

Whatever comes from a file or from a visitor is text, never HTML.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from lib.disk.opening import File
from lib.quality.judging import Verdict, list_limits
from lib.quality.verdict import Number

PACKAGES = ("numpy", "scipy", "nibabel", "nilearn", "pandas", "plotly", "streamlit")
# The report is read on paper and on white screens: the light theme's colours.
COLOURS = {"var(--st-text-color)": "#0d1214", "var(--st-primary-color)": "#0a6d60"}
CHUNK_BYTES = 1 << 20
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #0d1214; background: #ffffff; max-width: 68rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid #d9dfe1;
  overflow-wrap: anywhere; }
th { min-width: 8rem; overflow-wrap: normal; }
.verdict { font-size: 1.15rem; font-weight: 600; }
td.value { font-weight: 600; white-space: nowrap; }
.beyond { color: #a03c00; }
code { font-size: .85em; }
.note { color: #4c585d; font-size: .9rem; }
figure { margin: 1rem 0; }
"""
DRAW = """
for (const script of document.querySelectorAll("script.figure")) {
  const { data, layout } = JSON.parse(script.textContent);
  const place = document.getElementById(script.dataset.place);
  const config = { displaylogo: false, responsive: true };
  Plotly.newPlot(place, data, { ...layout, width: undefined, autosize: true }, config);
}
"""


@dataclass(frozen=True)
class ReportFigure:
    """A figure of the report.

    Attributes
    ----------
    title : over it.
    plotly_json : of the figure, as `Figure.to_json` writes it.
    height : px.
    note : sentence below it.
    """

    title: str
    plotly_json: str
    height: int
    note: str = ""


@dataclass(frozen=True)
class ReportFile:
    """A file that the report rests on: what it is to the run, its name, size in bytes and SHA-256."""

    role: str
    name: str
    n_bytes: int
    sha256: str


def describe_file(role: str, path: File, name: str) -> ReportFile:
    """Hash a file."""
    digest, n_bytes = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            n_bytes += len(chunk)
    return ReportFile(role, name, n_bytes, digest.hexdigest())


def software_versions() -> dict[str, str]:
    """Return the versions of what measured and drew."""
    return {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def write_report(
    title: str,
    *,
    facts: Sequence[tuple[str, str]],
    verdict: Verdict,
    numbers: Sequence[Number],
    figures: Sequence[ReportFigure],
    definitions: Sequence[tuple[str, str]],
    remarks: Sequence[str],
    files: Sequence[ReportFile],
) -> str:
    """Write the report.

    Parameters
    ----------
    title : name of the run.
    facts : (what, value) pairs about the run and how it was measured.
    definitions : (curve, what it is) pairs.
    remarks : sentences on doubts and on what could not be measured.

    Returns
    -------
    HTML with Plotly.js inside, about 4.5 MB, that asks nothing of any server.
    """
    parts = [
        f"<h1>Quality of {escape(title)}</h1>",
        f'<p class="verdict">{escape(verdict.text)}</p>',
        _table(facts),
        *_section("Doubts and remarks", "".join(f"<p>{escape(remark)}</p>" for remark in remarks)),
        *_section("Numbers", _numbers_table(numbers)),
        *_section("Limits of the verdict", _limits_table(verdict, numbers)),
        *(part for number, figure in enumerate(figures) for part in _figure(figure, number)),
        *_section("What the curves are", _table(definitions)),
        *_section("Files", _files_table(files)),
        *_section("Software", _table(tuple(software_versions().items()))),
    ]
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Quality of {escape(title)}</title>\n<style>{STYLE}</style>\n<script>{_plotly_script()}</script>\n"
        f"</head>\n<body>\n{body}\n<script>{DRAW}</script>\n</body>\n</html>\n"
    )


def _section(title: str, body: str) -> tuple[str, ...]:
    return (f"<h2>{escape(title)}</h2>", body) if body else ()


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows)
    return f"<table>{cells}</table>" if cells else ""


def _numbers_table(numbers: Sequence[Number]) -> str:
    head = "<tr><th>Number</th><th>Value</th><th>What it is</th><th>Direction</th><th>Limit</th><th>Reference</th></tr>"
    return f"<table>{head}{''.join(_number_row(number) for number in numbers)}</table>" if numbers else ""


def _number_row(number: Number) -> str:
    limit = "" if number.threshold is None else f"{number.threshold:g} {number.unit} ({number.threshold_source})"
    mark = ' class="value beyond"' if number.is_beyond else ' class="value"'
    missing = f" {number.nan_meaning}" if number.text == "no value" else ""
    return (
        f"<tr><th>{escape(number.name)}</th><td{mark}>{escape(number.text)}</td>"
        f"<td>{escape(number.definition + missing)}</td><td>{escape(number.direction)}</td><td>{escape(limit)}</td>"
        f"<td>{escape(number.reference)}</td></tr>"
    )


def _limits_table(verdict: Verdict, numbers: Sequence[Number]) -> str:
    head = "<tr><th>Measure</th><th>Limit</th><th>This run</th><th></th><th>Source</th></tr>"
    rows = "".join(
        f"<tr><th>{escape(row.measure)}</th><td>{escape(row.limit)}</td><td>{escape(row.value)}</td>"
        f"<td>{escape(row.place)}</td><td>{escape(row.source)}</td></tr>"
        for row in list_limits(verdict, numbers)
    )
    return f"<table>{head}{rows}</table>"


def _files_table(files: Sequence[ReportFile]) -> str:
    rows = "".join(
        f"<tr><th>{escape(file.role)}</th><td>{escape(file.name)}</td><td>{file.n_bytes:,} bytes</td>"
        f"<td><code>SHA-256 {escape(file.sha256)}</code></td></tr>"
        for file in files
    )
    return f"<table>{rows}</table>" if rows else ""


def _figure(figure: ReportFigure, number: int) -> tuple[str, ...]:
    text = figure.plotly_json
    for variable, colour in COLOURS.items():
        text = text.replace(variable, colour)
    # A name inside a figure must not end the script that holds it.
    text = json.dumps(json.loads(text), separators=(",", ":")).replace("<", "\\u003c")
    place = f"figure-{number}"
    note = f'<figcaption class="note">{escape(figure.note)}</figcaption>' if figure.note else ""
    return (
        f"<h2>{escape(figure.title)}</h2>",
        f'<figure><div id="{place}" style="height:{figure.height}px"></div>{note}</figure>',
        f'<script type="application/json" class="figure" data-place="{place}">{text}</script>',
    )


def _plotly_script() -> str:
    # The file that plotly.offline.get_plotlyjs reads, found without importing plotly.
    package = Path(find_spec("plotly").submodule_search_locations[0])
    return (package / "package_data" / "plotly.min.js").read_text("utf-8").replace("</script", "<\\/script")
