import json

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from lib.errors import InputError
from lib.images.brain_mask import compute_mask, take_signals
from lib.quality.ghost import phase_encoding_axis
from lib.quality.measures import list_numbers, measure_displacement, measure_image

MINI = "studyforrest-mini"
BOLD = "sub-02/func/sub-02_task-oneback_run-1_bold"
MOCO = "derivatives/moco-not-fmriprep/sub-02/func/sub-02_task-oneback_run-1_desc-confounds_timeseries.tsv"


@pytest.fixture
def run(rng, oblique_affine):
    """A run of 40 volumes with a head in the middle, a spike at 25 and two bright volumes at the start."""
    mask = np.zeros((12, 16, 10), dtype=bool)
    mask[3:9, 2:8, 2:8] = True
    data = rng.normal(20, 1, (*mask.shape, 40))
    data[mask] += 1000 + rng.normal(0, 10, (mask.sum(), 40))
    data[mask, 25] += 100
    data[mask, 0] += 500
    data[mask, 1] += 300
    return data.astype(np.float32), mask, oblique_affine


def measure(run, **more):
    data, mask, affine = run
    return measure_image(take_signals(data, mask), mask, data.mean(axis=3), affine, **more)


def test_spike_and_non_steady_volumes_are_found_where_they_were_put(run):
    quality = measure(run)
    assert quality.non_steady == 2
    assert quality.spikes.volumes.tolist() == [1, 2, 25, 26]
    assert quality.outliers.argsort()[-3:].tolist() == [25, 1, 0]


def test_whole_volume_means_decide_on_steadiness_unless_values_are_missing(run):
    means = np.full(40, 7.0)
    means[0] = 9
    assert measure(run, volume_means=means).non_steady == 1
    assert measure(run, volume_means=np.full(40, np.nan)).non_steady == 2


def test_numbers_are_the_same_ones_in_the_same_order_with_and_without_motion(run):
    quality = measure(run)
    without = list_numbers(quality)
    with_motion = list_numbers(quality, np.full(40, 0.1))
    assert [number.key for number in without] == [number.key for number in with_motion]
    assert [number.key for number in without] == [
        "tsnr_median", "power_mean", "power_max", "power_percent_above", "dvars_spikes",
        "outlier_fraction_mean", "gsr", "fwhm", "non_steady_volumes", "missing_voxels",
    ]  # fmt: skip


def test_phase_encoding_decides_the_axis_of_the_ghost(run):
    data, mask, _ = run
    data[np.roll(mask, 5, axis=2) & ~mask] += 100
    along_k = measure(run, ghost_axis=phase_encoding_axis("k-"))
    assert along_k.ghost_words == "along k (phase encoding)"
    assert along_k.ghost == pytest.approx(0.1, abs=0.01)
    unknown = measure(run)
    assert unknown.ghost_words == "along j (back to front, as the phase encoding direction is unknown)"
    assert unknown.ghost < 0.05


def test_voxels_with_missing_values_are_left_out_and_keep_their_place(run):
    data = run[0]
    data[3, 2, 2, 7] = np.nan
    quality = measure(run)
    assert quality.remarks[0] == "1 of 216 voxels in the mask have missing values: left out."
    assert np.flatnonzero(np.isnan(quality.tsnr)).tolist() == [0]
    assert quality.tsnr.shape == quality.derivative_sd.shape == (216,)
    assert np.isfinite(quality.dvars.raw[1:]).all()


def test_a_run_that_is_missing_throughout_is_refused(run):
    data, mask, affine = run
    with pytest.raises(InputError, match="None of the 216 voxels in the mask has a value in every volume"):
        measure((np.full_like(data, np.nan), mask, affine))


def test_a_run_of_one_volume_has_remarks_instead_of_traces(run):
    data, mask, affine = run
    quality = measure((data[..., :1], mask, affine))
    assert quality.dvars is None
    assert quality.outliers is None
    assert any("DVARS compares volumes" in remark for remark in quality.remarks)
    assert [number.text for number in list_numbers(quality)][4:6] == ["no value", "no value"]


def test_an_erased_background_is_remarked(run):
    data, mask, affine = run
    data[~mask] = 0
    quality = measure((data, mask, affine))
    assert np.isnan(quality.ghost)
    assert any(remark.startswith("100 % of the background is exactly 0") for remark in quality.remarks)


def test_motion_of_another_run_is_refused():
    with pytest.raises(InputError, match="have 16 rows, but the run has 40 volumes"):
        measure_displacement(np.zeros((16, 3)), np.zeros((16, 3)), 40)


@pytest.mark.parametrize(("kind", "expected"), [("power", 0.8), ("enorm", np.degrees(0.01))])
def test_a_radius_matters_where_there_is_a_sphere(kind, expected):
    rotations = np.array([[0.0, 0, 0], [0, 0.01, 0]])
    assert measure_displacement(np.zeros((2, 3)), rotations, 2, kind, radius=80)[1] == pytest.approx(expected)


def test_the_visual_run_has_the_numbers_it_had(shared_data):
    """The real run, block-averaged, whose background was erased; motion as its table gives it."""
    root = shared_data / MINI
    img = nib.load(root / f"{BOLD}.nii.gz")
    data = np.asarray(img.dataobj, dtype=np.float32)
    mask = compute_mask(data.mean(axis=3), img.affine).mask
    direction = json.loads((root / f"{BOLD}.json").read_text()).get("PhaseEncodingDirection", "")
    quality = measure_image(
        take_signals(data, mask), mask, data.mean(axis=3), img.affine, ghost_axis=phase_encoding_axis(direction)
    )
    confounds = pd.read_csv(root / MOCO, sep="\t", na_values="n/a")
    translations = confounds[["trans_x", "trans_y", "trans_z"]].to_numpy()
    displacement = measure_displacement(translations, confounds[["rot_x", "rot_y", "rot_z"]].to_numpy(), 156)
    values = {number.key: number.value for number in list_numbers(quality, displacement)}
    assert values["power_mean"] == pytest.approx(confounds["framewise_displacement"].mean(), abs=1e-5)
    assert values["power_max"] == pytest.approx(0.381521, abs=5e-6)
    assert values["power_percent_above"] == 0
    assert values["tsnr_median"] == pytest.approx(111, abs=1)
    assert values["non_steady_volumes"] == 0
    assert quality.spikes.volumes.tolist() == [1, 2, 28]
