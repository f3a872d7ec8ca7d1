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
from tests.builders.quality_runs import SPIKE, head_mask, write_mask, write_run


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
