"""What was measured of a run for its quality page: carpets and the regions of a mask's voxels."""

import numpy as np
import streamlit as st

from lib import runs
from lib.cache.images import BY_KEY
from lib.cache.maps import image_map, require_store, resampled_on, window_of
from lib.images.brain_mask import varies_most
from lib.images.image import Image
from lib.quality.carpet import Carpet, CarpetStyle, make_carpet
from lib.quality.region_labels import label_voxels
from lib.quality.run_level import RunLevel, judge_level


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=BY_KEY)
def run_level_of(image: Image) -> RunLevel:
    """Return the level of a run that has been read through, over the voxels that vary most."""
    store = require_store(image, "level")
    mean, sd = runs.read_map(store, "mean"), runs.read_map(store, "sd")
    brain = varies_most(sd)
    return judge_level(mean[brain], sd[brain])


# A carpet takes some MB at most; the key of a mask stands for its voxels.
@st.cache_resource(max_entries=16, show_spinner="Drawing the carpet", hash_funcs=BY_KEY)
def carpet_of(
    image: Image,
    mask_key: str,
    _mask: np.ndarray,
    regions: Image | None,
    style: CarpetStyle,
    rows: int,
) -> Carpet:
    """Return the carpet of a run that has been read through; see `lib.quality.carpet.make_carpet`."""
    labels, names = region_labels_of(image, mask_key, _mask, regions) if regions is not None else (None, None)
    signals = runs.read_masked(require_store(image, "carpet"), _mask)
    return make_carpet(signals, np.argwhere(_mask), labels, names, style, max_rows=rows)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_KEY)
def region_labels_of(
    image: Image, mask_key: str, _mask: np.ndarray, regions: Image
) -> tuple[np.ndarray, dict[int, str]]:
    """Return the region of each voxel of a mask, and their names; see `lib.quality.region_labels.label_voxels`."""
    shown = image_map(regions)
    values = resampled_on(shown, image).volume().values()
    return label_voxels(values, _mask, regions.name, is_labels=window_of(shown).is_labels)
