"""A study of three runs, one of them broken, and where its numbers are kept."""

from pathlib import Path

import numpy as np
import pytest

from lib.studies import read_study
from lib.studies.model import Study
from tests.builders.quality_runs import write_study


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    root = write_study(tmp_path_factory.mktemp("study") / "made", np.diag([2.0, 2.5, 3.0, 1.0]))
    return read_study(root)


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "numbers"
