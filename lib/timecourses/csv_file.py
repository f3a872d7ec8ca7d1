"""Time courses as a CSV file that says where they come from."""

import csv
import io
from collections.abc import Mapping

import numpy as np

from lib.number_text import exact_text
from lib.plain_text import escape_csv


def format_series_csv(columns: Mapping[str, np.ndarray], header: Mapping[str, object]) -> str:
    """Return CSV text: header lines that begin with #, a row of names, then one row a volume.

    Read it back with ``pandas.read_csv(file, comment="#")``.

    Parameters
    ----------
    columns : name -> (T,) array
        In this order; put volumes and seconds first. NaN is written as n/a, as BIDS does.
    header : name -> value
        What the series are: file, voxel, world point, steps. Line breaks become spaces, and no cell is a formula.

    Raises
    ------
    ValueError
        Columns of different lengths.
    """
    text = io.StringIO()
    for name, value in header.items():
        text.write(escape_csv(f"# {name}: {value}") + "\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([escape_csv(name).replace("#", "no. ") for name in columns])
    writer.writerows(zip(*(_cells(values) for values in columns.values()), strict=True))
    return text.getvalue()


def _cells(values: np.ndarray) -> list[str]:
    return [exact_text(value) for value in np.asarray(values).tolist()]
