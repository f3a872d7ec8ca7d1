"""One run measured from its volumes: the same from its store and from its file, and the sample's faults found."""

import nibabel as nib
import numpy as np
import pytest

from lib.confounds.framewise_displacement import volumes_above
from lib.confounds.motion_files import MOTION_COLUMNS
from lib.confounds.table import read_confounds
from lib.errors import InputError
from lib.images.image import open_image
from lib.quality import run_measuring
from lib.quality.measures import list_numbers, measure_displacement
from lib.quality.run_measuring import each_volume, measure_run
from lib.runs import prepare_run
from lib.studies.simulated import KNOWN, build_sample_file
from tests.builders.levelless_runs import GAPS, write_kind
from tests.builders.quality_runs import SPIKE, head_mask, write_mask, write_run

MINI_RUN = "studyforrest-mini/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"


@pytest.fixture
def run(tmp_path, oblique_affine):
    return open_image(write_run(tmp_path / "bold.nii.gz", oblique_affine))


@pytest.fixture
def mask(tmp_path, oblique_affine):
    return open_image(write_mask(tmp_path / "mask.nii.gz", oblique_affine))


def test_store_and_file_give_the_same_numbers(run, mask, tmp_path):
    from_file = measure_run(run, mask_image=mask)
    from_store = measure_run(run, store=prepare_run(run, tmp_path / "stores"), mask_image=mask)
    first, second = ([number.value for number in list_numbers(one.quality)] for one in (from_file, from_store))
    np.testing.assert_allclose(first, second, rtol=1e-6)
    np.testing.assert_array_equal(from_file.mask.mask, head_mask())
    assert from_file.mask.words == "Brain mask: mask.nii.gz, on this run's grid, 216 voxels, 10 % of the image."


def test_spike_and_first_volumes_are_found_where_they_were_put(run, mask):
    quality = measure_run(run, mask_image=mask).quality
    assert quality.non_steady == 2
    assert {SPIKE, SPIKE + 1} <= set(quality.spikes.volumes.tolist())


def test_without_a_mask_nilearn_finds_the_head_and_the_words_say_so(run):
    measured = measure_run(run)
    assert "computed from the run's mean by nilearn's compute_epi_mask" in measured.mask.words
    assert measured.mask.mask[head_mask()].mean() > 0.9


def test_a_mask_on_another_grid_is_brought_to_the_run_s(run, tmp_path, oblique_affine):
    finer = np.kron(head_mask(), np.ones((2, 2, 2))).astype(np.uint8)
    affine = oblique_affine @ np.diag([0.5, 0.5, 0.5, 1])
    affine[:3, 3] = (oblique_affine @ [-0.25, -0.25, -0.25, 1])[:3]
    nib.save(nib.Nifti1Image(finer, affine), tmp_path / "fine.nii.gz")
    measured = measure_run(run, mask_image=open_image(tmp_path / "fine.nii.gz"))
    np.testing.assert_array_equal(measured.mask.mask, head_mask())
    assert measured.mask.source == "resampled"


def test_progress_runs_from_the_first_volume_to_the_end(run, mask):
    told = []
    measure_run(run, mask_image=mask, report=lambda done, total, note: told.append((done, total)))
    assert told[-1] == (120, 120)
    assert told == sorted(told)
    assert len(told) > run.n_volumes


def test_what_the_report_raises_stops_the_work(run):
    def stop(done, total, note):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_run(run, report=stop)


def test_volumes_of_a_file_come_in_order(run):
    expected = np.asarray(run.img.dataobj)
    for t, volume in enumerate(each_volume(run, None)):
        np.testing.assert_array_equal(volume.stored, expected[..., t])


def test_an_anatomy_is_refused(mask):
    with pytest.raises(InputError, match=r"mask.nii.gz has 3 dimensions, but a time series needs 4"):
        measure_run(mask)


def test_a_mask_of_too_many_voxels_is_refused_with_the_numbers(run, mask, monkeypatch):
    monkeypatch.setattr(run_measuring, "MAX_SIGNAL_BYTES", 30_000)
    with pytest.raises(InputError, match=r"holds 216 voxels, which take 34.6 kB over 40 volumes, but 30.0 kB may be"):
        measure_run(run, mask_image=mask)


# --- runs without a level, and with values missing ---------------------------------------------------------------


@pytest.fixture
def acquired(run):
    return np.asarray(run.img.dataobj, np.float32)


def kind_of(tmp_path, acquired, affine, kind: str):
    return open_image(write_kind(tmp_path / f"{kind}.nii.gz", acquired, affine, kind))


def values(measured) -> dict[str, float]:
    return {number.key: number.value for number in list_numbers(measured.quality)}


@pytest.mark.parametrize("has_store", [False, True])
@pytest.mark.parametrize("kind", ["demeaned", "negative"])
def test_a_run_without_a_level_is_measured_where_it_varies(run, acquired, tmp_path, oblique_affine, kind, has_store):
    """nilearn found a brain of rounding noise in a mean of zero, and the background in a negative one."""
    odd = kind_of(tmp_path, acquired, oblique_affine, kind)
    measured = measure_run(odd, store=prepare_run(odd, tmp_path / "stores") if has_store else None)
    np.testing.assert_array_equal(measured.mask.mask, head_mask())
    assert (measured.mask.source, measured.quality.remarks[0]) == ("varying", measured.quality.level.problem)


@pytest.mark.parametrize("kind", ["demeaned", "negative"])
def test_what_needs_no_level_is_as_in_the_run_as_acquired(run, mask, acquired, tmp_path, oblique_affine, kind):
    odd = measure_run(kind_of(tmp_path, acquired, oblique_affine, kind), mask_image=mask)
    found, expected = values(odd), values(measure_run(run, mask_image=mask))
    assert np.isnan([found.pop("tsnr_median"), found.pop("gsr")]).all()
    assert np.isnan(odd.quality.dvars.percent).all()
    assert found == pytest.approx({key: expected[key] for key in found}, rel=1e-4, nan_ok=True)


def test_a_standardised_run_has_no_mask_of_rounding(acquired, tmp_path, oblique_affine):
    """Every SD was 1, and a threshold between 0.9999999 and 1.0000001 made a brain of noise."""
    measured = measure_run(kind_of(tmp_path, acquired, oblique_affine, "standardised"))
    assert measured.mask.mask.all()
    assert measured.quality.level.is_centred


def test_a_real_run_without_its_mean_keeps_what_needs_none(shared_data, tmp_path):
    real = open_image(shared_data / MINI_RUN)
    demeaned = kind_of(tmp_path, np.asarray(real.img.dataobj, np.float32), real.affine, "demeaned")
    brain = measure_run(real).mask.mask
    nib.save(nib.Nifti1Image(brain.astype(np.uint8), real.affine), tmp_path / "mask.nii.gz")
    given = open_image(tmp_path / "mask.nii.gz")
    expected, found = (measure_run(one, mask_image=given) for one in (real, demeaned))
    assert (expected.quality.level.problem, found.quality.level.is_centred) == ("", True)
    assert 100 < expected.quality.level.ratio < 125
    for name in ("raw", "standardised", "voxelwise"):
        first, second = (getattr(one.quality.dvars, name) for one in (expected, found))
        np.testing.assert_allclose(second, first, rtol=1e-3)
    assert found.quality.spikes.volumes.tolist() == expected.quality.spikes.volumes.tolist()
    varying = measure_run(demeaned).mask.mask
    assert varying[brain].mean() > 0.9


@pytest.mark.parametrize("has_store", [False, True])
@pytest.mark.parametrize("is_given", [False, True])
def test_missing_volumes_leave_the_others_as_they_are(
    run, mask, acquired, tmp_path, oblique_affine, has_store, is_given
):
    """One volume of NaN took the whole run's quality: no voxel had a value in every volume."""
    holed = kind_of(tmp_path, acquired, oblique_affine, "gaps")
    store = prepare_run(holed, tmp_path / "stores") if has_store else None
    quality = measure_run(holed, store=store, mask_image=mask if is_given else None).quality
    expected = measure_run(run, mask_image=mask if is_given else None).quality
    assert quality.missing_volumes.tolist() == list(GAPS)
    assert (~quality.usable).sum() == 1
    assert list_numbers(quality)[-1].text == "1 voxel"
    assert list_numbers(quality)[-1].is_beyond is True
    no_change = sorted({0, *GAPS, *(gap + 1 for gap in GAPS)})
    assert np.flatnonzero(np.isnan(quality.dvars.raw)).tolist() == no_change
    known = np.isfinite(quality.dvars.raw)
    np.testing.assert_allclose(quality.dvars.raw[known], expected.dvars.raw[known], rtol=0.03)
    assert np.flatnonzero(np.isnan(quality.global_signal)).tolist() == list(GAPS)
    assert quality.non_steady == 2


def test_faults_of_the_sample_are_found_where_they_were_put(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    known = KNOWN.runs[-1]
    run, mask = (open_image(build_sample_file(path, folder)) for path in (known.path, known.mask_path))
    quality = measure_run(run, mask_image=mask).quality
    six = read_confounds(build_sample_file(known.confounds_path, folder)).frame[list(MOTION_COLUMNS)].to_numpy()
    displacement = measure_displacement(six[:, :3], six[:, 3:], known.n_volumes)
    assert quality.non_steady == len(KNOWN.non_steady_factors)
    # Into the spike and out of it; at the jump; and as the first volumes settle. Nothing else.
    assert quality.spikes.volumes.tolist() == sorted(
        [1, 2, known.spike_volume, known.spike_volume + 1, known.jump_volume]
    )
    assert volumes_above(displacement, 0.5).tolist() == [known.jump_volume]
