"""Time courses that were computed last: one computation a voxel, and none that belongs to something else."""

from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from nibabel.affines import apply_affine

from lib.cache import courses
from lib.cache.courses import course_of
from lib.denoising.steps import Steps
from lib.runs import prepare_run
from lib.timecourses.course import SteppedRun, read_course
from tests.builders.run_files import save_run

N_VOLUMES, IJK = 20, (2, 5, 7)


@pytest.fixture
def run(tmp_path, rng, oblique_affine):
    st.cache_resource.clear()
    values = rng.integers(100, 1000, (7, 8, 9, N_VOLUMES)).astype(np.int16)
    image = save_run(tmp_path / "run.nii.gz", values, oblique_affine)
    yield SteppedRun(image, prepare_run(image, tmp_path / "stores"), Steps(), 2.0)
    st.cache_resource.clear()


@pytest.fixture
def computed(monkeypatch) -> list:
    """Voxels whose courses were computed, in turn."""
    voxels = []

    def count(run, ijk):
        voxels.append(ijk)
        return read_course(run, ijk)

    monkeypatch.setattr(courses, "read_course", count)
    return voxels


def place(run, ijk=IJK):
    return apply_affine(run.image.affine, ijk)


def test_a_voxel_is_computed_once_wherever_in_it_the_cursor_stands(run, computed):
    first = course_of(run, place(run))
    assert course_of(run, place(run, np.array(IJK) + 0.3)) is first
    np.testing.assert_array_equal(first.processed, read_course(run, IJK).processed)
    assert computed == [IJK]


def test_outside_the_grid_there_is_none(run, computed):
    assert course_of(run, place(run, (-1, 0, 0))) is None
    assert computed == []


def test_other_steps_another_tr_and_another_voxel_are_other_courses(run, computed):
    for other in (run, replace(run, steps=Steps(drop=1)), replace(run, tr=3.0)):
        course_of(other, place(run))
    course_of(run, place(run, (2, 5, 6)))
    assert len(computed) == 4


def test_confounds_of_the_same_names_and_other_numbers_are_told_apart(run, rng):
    """The steps name columns; a table that was changed has the same ones."""
    steps = Steps(confounds=("csf",))
    found = []
    for _ in range(5):
        frame = pd.DataFrame({"csf": rng.normal(size=N_VOLUMES)})
        stepped = replace(run, steps=steps, confounds=frame)
        found.append(course_of(stepped, place(run)).processed)
        np.testing.assert_array_equal(found[-1], read_course(stepped, IJK).processed)
        del frame, stepped
    assert len({course.tobytes() for course in found}) == 5


def test_who_asks_meanwhile_waits_for_the_one_who_asked_first(run, monkeypatch):
    """Routes answer in threads of their own, beside the page's run."""
    is_begun, may_end, computed, found = Event(), Event(), [], []

    def compute(run, ijk):
        computed.append(ijk)
        is_begun.set()
        assert may_end.wait(10)
        return read_course(run, ijk)

    monkeypatch.setattr(courses, "read_course", compute)
    threads = [Thread(target=lambda: found.append(course_of(run, place(run)))) for _ in range(3)]
    threads[0].start()
    assert is_begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert computed == [IJK]
    assert found[0] is found[1] is found[2]
