"""The first look at a run: at its own first place, unless a person or a link has said where."""

import json
import sys
import zlib
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.cache.jobs import server_jobs
from lib.runs import runs_folder
from tests.builders import app_pages

SHAPE, T, TR = (16, 17, 18), 60, 2.0
BLOB = (4, 9, 7)
ONSETS = (10.0, 50.0, 90.0)
RUN = "made/sub-01/func/sub-01_task-go_bold.nii.gz"


@pytest.fixture(autouse=True)
def study(empty_caches, tmp_path, monkeypatch):
    """Write a study of one run in which 3 x 3 x 3 voxels follow `go`, and start the server with it."""
    from lib.glm.regressors import make_regressors

    func = tmp_path / "made" / "sub-01" / "func"
    func.mkdir(parents=True)
    rows = {"onset": ONSETS, "duration": (16.0,) * 3, "trial_type": ("go",) * 3}
    data = np.zeros((*SHAPE, T))
    data[1:-1, 1:-1, 1:-1] = 1000 + np.random.default_rng(1).normal(0, 5, (14, 15, 16, T))
    i, j, k = BLOB
    data[i - 1 : i + 2, j - 1 : j + 2, k - 1 : k + 2] += 30 * make_regressors(rows, np.arange(T) * TR).convolved[:, 0]
    image = nib.Nifti1Image(data.astype(np.int16), np.diag([4.0, 4, 4, 1]))
    image.header.set_xyzt_units("mm", "sec")
    image.header["pixdim"][4] = TR
    nib.save(image, tmp_path / RUN)
    table = "\n".join(["onset\tduration\ttrial_type", *(f"{onset}\t16\tgo" for onset in ONSETS)])
    (func / "sub-01_task-go_events.tsv").write_text(table, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["app.py", str(tmp_path / "made")])


def open_run(**query) -> AppTest:
    """Return the time series page of the run once all work behind it has ended."""
    at = app_pages.open_page("timeseries", image=RUN, **{name: str(value) for name, value in query.items()})
    return settle(at)


def settle(at: AppTest) -> AppTest:
    for _ in range(3):
        for job in list(server_jobs()._jobs.values()):
            assert job.wait(60)
        app_pages.run(at)
    return at


def voxel(at: AppTest) -> tuple[int, ...]:
    cursor = at.session_state["cursor"]
    return tuple(round(cursor[axis] / 4) for axis in "xyz")


def captions(at: AppTest) -> str:
    return app_pages.shown("\n".join(caption.value for caption in at.caption))


def test_a_run_is_first_looked_at_where_it_follows_its_events():
    at = open_run()
    assert np.abs(np.subtract(voxel(at), BLOB)).max() <= 1
    assert 'This voxel follows "go": r 0.' in captions(at)
    assert "no statistical test" in "\n".join(text.value for text in at.markdown)


def test_a_link_that_says_where_keeps_its_place():
    at = open_run(x=40, y=20, z=24)
    assert voxel(at) == (10, 5, 6)
    assert "This voxel follows" not in captions(at)
    at.button(key="go-first").click().run()
    assert np.abs(np.subtract(voxel(at), BLOB)).max() <= 1
    assert "This voxel follows" in captions(at)


def test_where_a_person_has_moved_the_cursor_it_stays():
    at = open_run()
    at.session_state["cursor"].update(x=8.0, y=8.0, z=8.0)
    assert voxel(settle(at)) == (2, 2, 2)


def test_a_person_may_want_the_centre():
    """It is where the app would have begun, but this time it was asked for."""
    at = open_run()
    next(button for button in at.button if button.label == "Centre").click().run()
    assert voxel(settle(at)) == (8, 8, 9)


def test_link_to_a_volume_alone_leaves_the_place_to_the_run():
    at = open_run(t=7)
    assert np.abs(np.subtract(voxel(at), BLOB)).max() <= 1
    assert at.session_state["cursor"]["t"] == 7


def test_the_next_server_finds_the_place_beside_the_store():
    """It says what was found before: the note is changed here, with its checksum, and believed."""
    open_run()
    (path,) = Path(runs_folder()).glob("*/first-place.note")
    note = json.loads(path.read_text("utf-8"))
    note["value"]["condition"] = "what was kept"
    note["sum"] = zlib.crc32(json.dumps(note["value"], sort_keys=True).encode())
    path.write_text(json.dumps(note), encoding="utf-8")
    app_pages.forget()
    assert 'This voxel follows "what was kept"' in captions(open_run())
