"""Spectra of a voxel: a volume that the steps leave out is a reason for none, and a filled one is not."""

import numpy as np
import pytest
import streamlit as st
from nibabel.affines import apply_affine

from lib.denoising.steps import Steps
from lib.runs import prepare_run
from lib.timecourses.course import SteppedRun
from lib.views.timeseries.spectrum import spectra
from tests.builders.run_files import save_run

IJK = (2, 5, 7)


@pytest.fixture
def run_with(tmp_path, rng, oblique_affine):
    st.cache_resource.clear()
    image = save_run(tmp_path / "run.nii.gz", rng.integers(100, 1000, (7, 8, 9, 20)).astype(np.int16), oblique_affine)
    store = prepare_run(image, tmp_path / "stores")
    yield lambda **steps: SteppedRun(image, store, Steps(**steps), 2.0)
    st.cache_resource.clear()


def test_censored_volumes_are_left_out_with_a_reason_or_filled(run_with):
    run = run_with(censored=(5, 6))
    after, _, problem = spectra(run, "periodogram", apply_affine(run.image.affine, IJK))
    assert after is None
    assert "2 of 20 have none" in problem
    assert problem.endswith("or interpolate the censored ones.")
    filled = run_with(censored=(5, 6), censoring="interpolate")
    after, _, problem = spectra(filled, "periodogram", apply_affine(filled.image.affine, IJK))
    assert problem == ""
    assert np.isfinite(after.power).all()
