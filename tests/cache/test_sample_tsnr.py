"""The tSNR of the sample's answer key is the one that Quality measures, and the one that the simulation aims at."""

import numpy as np
import pytest

from lib.cache.sample_tsnr import measured_tsnr
from lib.images.image import open_image
from lib.quality.run_measuring import measure_run
from lib.runs import prepare_run, store_folder
from lib.studies.sample_study import build_sample_image, sample_path
from lib.studies.simulated.known import KNOWN, find_run


@pytest.mark.usefixtures("empty_caches")
def test_the_key_says_what_quality_says_and_what_is_left_without_the_first_volumes():
    """The key said 60 to 110 where Quality said 40.2, and both were right."""
    run = find_run("02", "game")
    assert measured_tsnr(run, KNOWN.n_non_steady) is None
    image = open_image(build_sample_image(run.path, lambda fraction, text: None))
    store = prepare_run(image, store_folder(image.path))
    with_all, steady = measured_tsnr(run, KNOWN.n_non_steady)
    measured = measure_run(image, store=store, mask_image=open_image(sample_path(run.mask_path)))
    assert with_all == pytest.approx(float(np.nanmedian(measured.quality.tsnr)), rel=1e-4)
    low, high = KNOWN.tsnr_range
    assert with_all < low < steady < high
