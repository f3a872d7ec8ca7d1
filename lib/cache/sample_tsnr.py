"""What is the tSNR of a simulated run, with and without the volumes before the steady state? Measured, for its key."""

from operator import attrgetter

import numpy as np
import streamlit as st

from lib.cache.images import open_image, store_of
from lib.images.brain_mask import fit_mask
from lib.images.image import open_image as open_file
from lib.images.image import read_volume
from lib.quality.mean_sd_tsnr import tsnr
from lib.runs import RunStore, read_masked
from lib.studies.sample_study import build_sample_image, sample_path
from lib.studies.simulated.known import Run

BY_IDENTITY = {RunStore: attrgetter("key", "identity"), Run: attrgetter("path")}


def measured_tsnr(run: Run, n_non_steady: int) -> tuple[float, float] | None:
    """Return the median tSNR over the study's brain mask: of all volumes, and of those in the steady state.

    None where the run has not been built and read through yet.
    """
    path = sample_path(run.path)
    store = store_of(open_image(path, path.name)) if path.is_file() else None
    return _measure(store, run, n_non_steady) if store is not None else None


@st.cache_data(max_entries=16, show_spinner="Measuring tSNR", hash_funcs=BY_IDENTITY)
def _measure(store: RunStore, run: Run, n_non_steady: int) -> tuple[float, float]:
    path = sample_path(run.mask_path)
    if not path.is_file():
        build_sample_image(run.mask_path, lambda fraction, text: None)
    mask_image = open_file(path)
    mask = fit_mask(read_volume(mask_image).values(), mask_image.affine, store.shape, store.image.affine, path.name)
    signals = read_masked(store, mask.mask)
    return tuple(float(np.nanmedian(tsnr(part))) for part in (signals, signals[n_non_steady:]))
