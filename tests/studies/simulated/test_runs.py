"""Volumes of the simulated runs before they are stored."""

import itertools

import nibabel as nb
import numpy as np

from lib.studies.simulated.known import KNOWN, Run, find_run, place_in_scanner
from lib.studies.simulated.runs import BRAIN_CENTRE, run_affine, simulate_volumes


def test_grid_is_centred_on_the_brain_and_grows_to_the_left():
    affine = run_affine("01")
    assert nb.aff2axcodes(affine) == ("L", "A", "S")
    np.testing.assert_allclose(
        nb.affines.apply_affine(affine, [23.5, 27.5, 19.5]), place_in_scanner("01", BRAIN_CENTRE), atol=1e-4
    )


def test_volumes_are_never_negative_and_the_same_each_time():
    run: Run = find_run("01", "rest")
    first, again = (list(itertools.islice(simulate_volumes(run), 2)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.min(first) >= 0
    assert first[0].shape == KNOWN.run_shape


def test_background_holds_noise_of_the_documented_size():
    corner = next(simulate_volumes(find_run("01", "rest")))[:8, :8, :8]
    # The mean of |noise| is sqrt(2 / pi) of its SD: 6.38 for 8.
    assert abs(corner.mean() - 6.38) < 0.5
