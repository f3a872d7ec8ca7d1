"""Known answers of the sample study, asserted against its built files."""

import functools
import hashlib
import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nibabel as nb
import numpy as np
import pandas as pd
import pytest

from lib.errors import InputError
from lib.studies.simulated import (
    KNOWN,
    build_sample_file,
    find_run,
    place_in_scanner,
    sample_files,
    sample_header,
    write_sample_study_text,
)
from lib.studies.simulated.anatomy import in_sphere, simulate_tissue
from lib.studies.simulated.courses import motion_parameters, network_courses, response_courses
from lib.studies.simulated.runs import run_affine
from tests.conftest import ROOT

T1W = "sub-01/anat/sub-01_T1w.nii.gz"
MISMATCH = "sub-01/anat/sub-01_acq-mismatch_T1w.nii.gz"
MEMORY_LIMIT_MB = 300
DISK_LIMIT_MB = 150


@pytest.fixture(scope="session")
def study(request, tmp_path_factory) -> Path:
    """Folder of the whole sample study, built once for as long as nothing that builds it changes."""
    kept = getattr(request.config, "cache", None)
    home = kept.mkdir("sample-study") if kept is not None else tmp_path_factory.mktemp("sample")
    folder = home / what_builds_the_study()
    for former in home.iterdir():
        if former != folder:
            shutil.rmtree(former)
    for relative_path in sample_files():
        build_sample_file(relative_path, folder)
    return folder


def what_builds_the_study() -> str:
    """Name the sources of the study, and the libraries that make its numbers."""
    digest = hashlib.sha256()
    for source in sorted((ROOT / "lib" / "studies" / "simulated").glob("*.py")):
        digest.update(source.read_bytes())
    versions = "-".join(version(name) for name in ("numpy", "scipy", "nilearn", "nibabel"))
    return f"{digest.hexdigest()[:16]}-{versions}"


@pytest.fixture(scope="session", params=KNOWN.runs, ids=lambda run: f"sub-{run.subject}-{run.task}")
def run(request):
    return request.param


@pytest.fixture(scope="session")
def read_run(study):
    """Function: run -> its (I, J, K, T) stored values and affine, read once."""

    @functools.cache
    def read(run):
        img = nb.load(study / run.path)
        return np.asanyarray(img.dataobj), img.affine

    return read


@pytest.fixture(scope="session")
def tissue_of():
    """Function: run -> the tissue shares of its voxels, made once."""
    return functools.cache(lambda run: simulate_tissue(run.subject, run_affine(run.subject), KNOWN.run_shape))


def confounds_of(run) -> np.ndarray:
    """(T, 11) constant, drift, motion, non-steady and spike volumes."""
    volumes = np.arange(run.n_volumes)
    outliers = volumes[:, None] == np.array([0, 1, run.spike_volume])
    return np.column_stack([np.ones(run.n_volumes), volumes / run.n_volumes, motion_parameters(run), outliers])


def remove_confounds(signals: np.ndarray, run) -> np.ndarray:
    """(T, N) residuals in percent of the mean."""
    confounds = confounds_of(run)
    return 100 * (signals - confounds @ np.linalg.lstsq(confounds, signals, rcond=None)[0]) / signals.mean(axis=0)


def fit_responses(signals: np.ndarray, run) -> dict[str, np.ndarray]:
    """Trial type -> (N,) percent at the peak of a block, from a general linear model of (T, N) signals."""
    courses = response_courses(run)
    heights = np.column_stack(list(courses.values())) / KNOWN.response_percent
    betas = np.linalg.lstsq(np.column_stack([heights, confounds_of(run)]), signals, rcond=None)[0]
    return dict(zip(courses, 100 * betas / signals.mean(axis=0), strict=False))


def sphere_mean(data: np.ndarray, affine: np.ndarray, run, mni_xyz) -> np.ndarray:
    """(T,) mean over the sphere of a documented place."""
    sphere = in_sphere(affine, data.shape[:3], place_in_scanner(run.subject, mni_xyz), KNOWN.response_radius)
    return data[sphere].mean(axis=0)


def test_listed_files_are_the_files_that_are_built(study):
    built = {path.relative_to(study).as_posix() for path in study.rglob("*") if path.is_file()}
    assert built == set(sample_files())


def test_listing_is_sorted_and_has_every_run():
    assert list(sample_files()) == sorted(sample_files())
    assert {run.path for run in KNOWN.runs} <= set(sample_files())


def test_whole_study_stays_within_its_disk_limit(study):
    assert sum(path.stat().st_size for path in study.rglob("*") if path.is_file()) < DISK_LIMIT_MB * 1e6


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
@pytest.mark.parametrize("relative_path", [T1W, find_run("01", "film").path])
def test_building_a_file_stays_within_its_memory_limit(relative_path, tmp_path):
    code = (
        "import sys; from pathlib import Path; from lib.studies.simulated import build_sample_file;"
        "build_sample_file(sys.argv[1], Path(sys.argv[2])); print(Path('/proc/self/status').read_text());"
        "assert 'nilearn' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, relative_path, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    peak_kb = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("VmHWM"))
    assert int(peak_kb) / 1024 < MEMORY_LIMIT_MB


def test_same_file_is_built_to_the_same_bytes(study, tmp_path):
    for relative_path in (find_run("02", "game").path, find_run("01", "game").mask_path):
        again = build_sample_file(relative_path, tmp_path)
        assert _sha256(again) == _sha256(study / relative_path)


def test_headers_can_be_had_without_building(study):
    for relative_path in sample_files():
        if relative_path.endswith((".nii", ".nii.gz")):
            promised, built = sample_header(relative_path), nb.load(study / relative_path)
            assert promised.get_data_shape() == built.shape
            assert promised.get_zooms() == built.header.get_zooms()
            np.testing.assert_array_equal(promised.get_best_affine(), built.affine)


def test_plain_nifti_holds_its_data_right_after_the_header(study):
    """The header once wrote its own extension flag and four more bytes followed: all data sat two voxels off."""
    run = find_run("01", "film")
    assert (study / run.path).stat().st_size == 352 + 48 * 56 * 40 * run.n_volumes * 2


def test_unknown_image_is_refused_with_the_images_there_are():
    with pytest.raises(InputError, match=r"no image 'sub-03/anat.*Choose one of .*sub-01_T1w\.nii\.gz"):
        sample_header("sub-03/anat/sub-03_T1w.nii.gz")


def test_t1w_has_the_documented_grid_and_centre_voxel(study):
    img = nb.load(study / T1W)
    assert img.shape == (176, 240, 256)
    assert img.get_data_dtype() == np.int16
    np.testing.assert_allclose(img.affine, KNOWN.t1w_affine, atol=1e-6)
    assert nb.aff2axcodes(img.affine) == ("R", "A", "S")
    np.testing.assert_allclose(
        nb.affines.apply_affine(img.affine, [88, 120, 128]), [0.80247819, 21.18079358, 18.10060273], atol=1e-6
    )


def test_t1w_is_stored_with_a_slope_that_restores_its_values(study):
    img = nb.load(study / T1W)
    assert (img.dataobj.slope, img.dataobj.inter) == (0.25, 0.0)
    assert np.asarray(img.dataobj[88, 120, 128]) == KNOWN.t1w_centre_value
    assert np.asarray(img.dataobj.get_unscaled())[88, 120, 128] == 462


def test_t1w_shows_the_template_at_its_place_in_the_scanner(study):
    """The template's own value at an MNI place, read by nearest voxel, is about what the T1w measures there."""
    from nilearn.datasets import load_mni152_template

    template, img = load_mni152_template(resolution=1), nb.load(study / T1W)
    data, template_data = img.get_fdata(), template.get_fdata()
    for mni_xyz in ((-26, -20, 30), (0, 20, 5), (30, 40, 10)):
        voxel = nb.affines.apply_affine(np.linalg.inv(img.affine), place_in_scanner("01", mni_xyz))
        i, j, k = np.floor(voxel + 0.5).astype(int)
        there = template_data[tuple(nb.affines.apply_affine(np.linalg.inv(template.affine), mni_xyz).astype(int))]
        assert data[i, j, k] == pytest.approx(255 * there, abs=25)


def test_qform_and_sform_of_the_twin_disagree_by_the_documented_turn_and_shift(study):
    img, original = nb.load(study / MISMATCH), nb.load(study / T1W)
    qform, qform_code = img.get_qform(coded=True)
    sform, sform_code = img.get_sform(coded=True)
    assert (qform_code, sform_code) == (1, 2)
    np.testing.assert_allclose(qform, original.affine, atol=1e-4)
    between = sform @ np.linalg.inv(original.affine)
    np.testing.assert_allclose(between[:3, 3], [6, -4, 10], atol=1e-3)
    assert np.rad2deg(np.arctan2(between[1, 0], between[0, 0])) == pytest.approx(8, abs=1e-3)
    np.testing.assert_array_equal(np.asarray(img.dataobj[:, 120, :]), np.asarray(original.dataobj[:, 120, :]))


def test_qform_and_sform_agree_elsewhere(study):
    for relative_path in sample_files():
        if relative_path.endswith((".nii", ".nii.gz")) and relative_path != MISMATCH:
            header = nb.load(study / relative_path).header
            np.testing.assert_allclose(header.get_qform(), header.get_sform(), atol=1e-3)


def test_runs_are_oblique_left_handed_and_state_their_tr(run, study):
    img = nb.load(study / run.path)
    assert img.shape == (48, 56, 40, run.n_volumes)
    assert nb.aff2axcodes(img.affine) == ("L", "A", "S")
    assert np.linalg.det(img.affine[:3, :3]) == pytest.approx(-64, rel=1e-5)
    assert np.rad2deg(nb.affines.obliquity(img.affine)).max() > 5
    assert img.header.get_zooms()[3] == 2.0
    assert img.header.get_xyzt_units() == ("mm", "sec")


def test_lengths_of_the_first_subjects_runs_differ():
    assert [run.n_volumes for run in KNOWN.runs] == [144, 132, 148, 120]


@pytest.mark.parametrize("run", [run for run in KNOWN.runs if run.blocks], ids=lambda run: run.subject + run.task)
def test_blocks_raise_the_signal_by_two_percent_at_their_place_and_nowhere_else(run, read_run):
    data, affine = read_run(run)
    signals = np.column_stack([sphere_mean(data, affine, run, xyz) for xyz in KNOWN.response_places.values()])
    for trial_type, peaks in fit_responses(signals, run).items():
        expected = [2.0 if place == trial_type else 0.0 for place in KNOWN.response_places]
        np.testing.assert_allclose(peaks, expected, atol=0.12)


def test_voxels_outside_the_documented_spheres_do_not_respond(read_run, study):
    run = find_run("01", "game")
    data, affine = read_run(run)
    is_quiet = np.asarray(nb.load(study / run.mask_path).dataobj) > 0
    for mni_xyz in KNOWN.response_places.values():
        is_quiet &= ~in_sphere(affine, data.shape[:3], place_in_scanner(run.subject, mni_xyz), KNOWN.response_radius)
    for peaks in fit_responses(data[is_quiet][::5].T.astype(float), run).values():
        assert abs(peaks.mean()) < 0.03
        # What noise of 0.8 % leaves in a single voxel.
        assert np.percentile(np.abs(peaks), 95) < 0.6


def test_network_places_correlate_as_documented_in_rest(read_run):
    run = find_run("01", "rest")
    data, affine = read_run(run)
    signals = remove_confounds(
        np.column_stack([sphere_mean(data, affine, run, xyz) for xyz in KNOWN.network_places.values()]), run
    )
    correlations = np.corrcoef(signals.T)[np.triu_indices(4, 1)]
    np.testing.assert_allclose(correlations, KNOWN.network_correlation, atol=0.05)
    np.testing.assert_allclose(signals.std(axis=0), KNOWN.network_sd_percent, atol=0.1)


def test_place_outside_the_network_does_not_follow_it(read_run):
    run = find_run("01", "rest")
    data, affine = read_run(run)
    outside = remove_confounds(sphere_mean(data, affine, run, KNOWN.response_places["play"])[:, None], run)[:, 0]
    for course in network_courses(run).values():
        assert abs(np.corrcoef(outside, course)[0, 1]) < 0.25


def test_first_volumes_are_brighter_as_documented(run, read_run, study):
    data, _ = read_run(run)
    mask = np.asarray(nb.load(study / run.mask_path).dataobj) > 0
    levels = data[..., :10][mask].mean(axis=0)
    np.testing.assert_allclose(levels[:2] / levels[2:].mean(), KNOWN.non_steady_factors, atol=0.02)
    np.testing.assert_allclose(levels[2:] / levels[2:].mean(), 1, atol=0.01)


def test_spike_volume_is_bright_in_its_odd_slices_only(run, read_run, study):
    data, _ = read_run(run)
    mask = np.asarray(nb.load(study / run.mask_path).dataobj) > 0
    t = run.spike_volume
    before, spike = (data[..., n].astype(float) for n in (t - 1, t))
    odd, even = (np.s_[:, :, first::2] for first in (1, 0))
    assert spike[odd][mask[odd]].mean() / before[odd][mask[odd]].mean() == pytest.approx(1.10, abs=0.01)
    assert spike[even][mask[even]].mean() / before[even][mask[even]].mean() == pytest.approx(1.0, abs=0.01)


def test_spike_and_jump_stand_out_in_dvars(run, read_run, study):
    data, _ = read_run(run)
    series = data[np.asarray(nb.load(study / run.mask_path).dataobj) > 0].astype(np.float32)
    dvars = np.sqrt(np.square(np.diff(series, axis=1)).mean(axis=0))
    largest = set((np.argsort(-dvars)[:5] + 1).tolist())
    assert largest == {1, 2, run.spike_volume, run.spike_volume + 1, run.jump_volume}


def test_jump_moves_the_centre_of_the_image_by_about_the_saved_translation(run, read_run):
    """Slower oracle than any registration needs: the centre of mass of the brain, in world mm."""
    data, affine = read_run(run)
    jump = run.jump_volume
    moved = _centre_of_mass(data[..., jump : jump + 8], affine) - _centre_of_mass(data[..., jump - 8 : jump], affine)
    parameters = motion_parameters(run)
    saved = parameters[jump : jump + 8, :3].mean(axis=0) - parameters[jump - 8 : jump, :3].mean(axis=0)
    np.testing.assert_allclose(moved, saved, atol=0.12)


def test_jump_shows_as_the_resting_image_resampled_by_the_saved_parameters(read_run):
    """scipy resamples the mean before the jump by the rigid movement and finds the mean after it."""
    from scipy import ndimage
    from scipy.spatial.transform import Rotation

    run = find_run("01", "film")
    data, affine = read_run(run)
    jump = run.jump_volume
    before, after = (data[..., part].mean(axis=-1) for part in (slice(jump - 8, jump), slice(jump, jump + 8)))
    parameters = motion_parameters(run)
    step = parameters[jump : jump + 8].mean(axis=0) - parameters[jump - 8 : jump].mean(axis=0)
    rotation = Rotation.from_euler("xyz", step[3:]).as_matrix()
    centre = affine[:3, :3] @ (np.array(before.shape) - 1) / 2 + affine[:3, 3]
    motion = np.eye(4)
    motion[:3, :3], motion[:3, 3] = rotation, step[:3] + centre - rotation @ centre
    old_from_new = np.linalg.inv(affine) @ np.linalg.inv(motion) @ affine
    predicted = ndimage.affine_transform(before, old_from_new[:3, :3], old_from_new[:3, 3], order=3)
    inside = np.s_[3:-3, 3:-3, 3:-3]
    unexplained = np.square(after[inside] - predicted[inside]).sum() / np.square(after[inside] - before[inside]).sum()
    assert unexplained < 0.05


def test_temporal_signal_to_noise_is_in_the_documented_range(run, read_run, study):
    data, _ = read_run(run)
    series = data[..., KNOWN.n_non_steady :][np.asarray(nb.load(study / run.mask_path).dataobj) > 0]
    low, high = KNOWN.tsnr_range
    assert low < np.median(series.mean(axis=1) / series.std(axis=1)) < high


def test_white_matter_drifts_upwards_as_documented(run, read_run, tissue_of):
    signal = read_run(run)[0][tissue_of(run).white_matter > 0.95].mean(axis=0)[KNOWN.n_non_steady :]
    slope = np.polyfit(np.arange(signal.size), signal, 1)[0]
    # The rest comes from the edges of the white matter as the head moves.
    assert 100 * slope * run.n_volumes / signal.mean() == pytest.approx(KNOWN.drift_percent, abs=0.25)


def test_heartbeat_and_breathing_show_at_their_aliased_frequencies(run, read_run, tissue_of):
    from scipy.signal import periodogram

    data, tissue = read_run(run)[0], tissue_of(run)
    for voxels, expected in ((tissue.cerebrospinal_fluid > 0.7, 0.17), (tissue.white_matter > 0.95, 0.21)):
        signal = data[voxels].mean(axis=0)
        frequencies, power = periodogram(signal[KNOWN.n_non_steady :], 1 / KNOWN.tr, detrend="linear")
        assert frequencies[power.argmax()] == pytest.approx(expected, abs=0.005)


def test_confound_table_follows_the_built_image(run, read_run, study, tissue_of):
    data, tissue = read_run(run)[0], tissue_of(run)
    table = pd.read_csv(study / run.confounds_path, sep="\t")
    voxels = {
        "global_signal": tissue.mask,
        "csf": tissue.cerebrospinal_fluid > 0.7,
        "white_matter": tissue.white_matter > 0.95,
    }
    for name, chosen in voxels.items():
        measured = data[chosen].mean(axis=0)
        assert measured.mean() == pytest.approx(table[name].mean(), rel=0.01)
        assert np.corrcoef(measured[2:], table[name][2:])[0, 1] > 0.97


def test_mask_is_the_brain_on_the_grid_of_its_run(run, study):
    mask, bold = nb.load(study / run.mask_path), nb.load(study / run.path)
    assert mask.shape == bold.shape[:3]
    assert mask.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(mask.affine, bold.affine)
    # The template's brain measures 1.89 litres.
    assert np.asarray(mask.dataobj).sum() * 0.064 == pytest.approx(1887, rel=0.02)


def test_study_says_that_it_is_simulated(tmp_path):
    write_sample_study_text(tmp_path)
    assert "Simulated data. Nobody was scanned" in (tmp_path / "README").read_text()
    for folder in (tmp_path, tmp_path / "derivatives" / "simulated"):
        description = json.loads((folder / "dataset_description.json").read_text())
        assert "simulated" in description["Name"]
        assert description["GeneratedBy"][0]["Name"] == "Voxel Explorer"


def _centre_of_mass(data: np.ndarray, affine: np.ndarray) -> np.ndarray:
    volume = data.mean(axis=-1)
    weights = np.where(volume > 100, volume, 0)
    ijk = [
        (weights.sum(axis=tuple({0, 1, 2} - {axis})) * np.arange(weights.shape[axis])).sum() / weights.sum()
        for axis in range(3)
    ]
    return nb.affines.apply_affine(affine, ijk)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
