import numpy as np
import pytest

from lib.quality.smoothness import estimate_fwhm, neighbour_pairs


def slow_fwhm(volume, mask, voxel_sizes):
    """AFNI's classic formula for one volume, walking from voxel to voxel."""
    variance = np.var(volume[mask], ddof=1)
    widths = []
    for axis in range(3):
        steps = []
        for i, j, k in np.argwhere(mask):
            after = np.array([i, j, k]) + np.eye(3, dtype=int)[axis]
            if after[axis] < mask.shape[axis] and mask[tuple(after)]:
                steps.append(volume[tuple(after)] - volume[i, j, k])
        alike = 1 - 0.5 * np.var(steps, ddof=1) / variance
        valid = 0 < alike < 1
        widths.append(2.35482 * np.sqrt(-1 / (4 * np.log(alike))) * voxel_sizes[axis] if valid else np.nan)
    return np.array(widths)


@pytest.fixture
def ball():
    """A ragged mask on a grid of unequal axes."""
    i, j, k = np.indices((14, 16, 18))
    return (i - 6.5) ** 2 + (j - 8) ** 2 + (k - 9) ** 2 < 40


def smooth_noise(rng, shape, fwhm_voxels, n_volumes=12):
    from scipy.ndimage import gaussian_filter

    sigma = np.array(fwhm_voxels) / 2.35482
    return np.stack([gaussian_filter(rng.normal(size=shape), sigma, mode="wrap") for _ in range(n_volumes)])


def test_pairs_are_neighbours_along_one_axis_within_the_mask():
    ijk = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [3, 0, 0]])
    before, after = neighbour_pairs(ijk, 0)
    assert (before.tolist(), after.tolist()) == ([0], [1])
    before, after = neighbour_pairs(ijk, 2)
    assert (before.tolist(), after.tolist()) == ([1], [2])


def test_one_volume_equals_the_formula_of_3dfwhmx(rng, ball):
    volume = smooth_noise(rng, ball.shape, (3, 3, 3), 1)[0]
    found = estimate_fwhm(volume[ball][None], np.argwhere(ball), (2.0, 2.5, 3.0))
    np.testing.assert_allclose(found.axes, slow_fwhm(volume, ball, (2.0, 2.5, 3.0)), rtol=1e-5)


def test_volumes_are_combined_by_their_geometric_mean(rng, ball):
    volumes = smooth_noise(rng, ball.shape, (3, 3, 3), 2)
    found = estimate_fwhm(volumes[:, ball], np.argwhere(ball), (2, 2, 2))
    each = [slow_fwhm(volume, ball, (2, 2, 2)) for volume in volumes]
    np.testing.assert_allclose(found.axes, np.sqrt(each[0] * each[1]), rtol=1e-5)
    assert found.combined == pytest.approx(np.prod(found.axes) ** (1 / 3))


def test_the_width_that_was_put_in_comes_out_in_mm(rng):
    """Noise blurred by 2, 3 and 4 voxels of 2 mm: within a tenth of 4, 6 and 8 mm from 150 volumes."""
    shape = (20, 22, 24)
    volumes = smooth_noise(rng, shape, (2, 3, 4), 150)
    found = estimate_fwhm(volumes.reshape(150, -1), np.argwhere(np.ones(shape, dtype=bool)), (2, 2, 2))
    np.testing.assert_allclose(found.axes, [4, 6, 8], rtol=0.1)


def test_few_volumes_give_less_than_was_put_in(rng):
    """What the docstring warns of: the MAD of 12 values is itself noise, and roughens the field."""
    shape = (20, 22, 24)
    volumes = smooth_noise(rng, shape, (3, 3, 3))
    found = estimate_fwhm(volumes.reshape(12, -1), np.argwhere(np.ones(shape, dtype=bool)), (2, 2, 2))
    assert found.combined == pytest.approx(0.75 * 6, abs=0.3)


def test_anatomy_that_stays_and_drifts_do_not_count_as_smoothness(rng):
    shape = (20, 22, 24)
    noise = smooth_noise(rng, shape, (3, 3, 3), 70).reshape(70, -1)
    ijk = np.argwhere(np.ones(shape, dtype=bool))
    anatomy = 1000 + 500 * np.sin(ijk.sum(axis=1) / 9)
    drift = np.outer(np.linspace(-1, 1, 70), anatomy / 100)
    plain, dressed = (estimate_fwhm(signals, ijk, (1, 1, 1)) for signals in (noise, noise + anatomy + drift))
    assert dressed.degree == 2
    np.testing.assert_allclose(dressed.axes, plain.axes, rtol=0.01)


def test_a_bright_edge_does_not_decide(rng):
    """Voxels are divided by their MAD, so a slab a hundred times as noisy is one slab of many."""
    shape = (20, 22, 24)
    noise = smooth_noise(rng, shape, (3, 3, 3))
    ijk = np.argwhere(np.ones(shape, dtype=bool))
    edge = noise.copy()
    edge[:, :, :, 11] *= 100
    plain, edged = (estimate_fwhm(signals.reshape(12, -1), ijk, (1, 1, 1)) for signals in (noise, edge))
    np.testing.assert_allclose(edged.axes, plain.axes, rtol=1e-4)


def test_a_single_slice_has_no_width_across_slices(rng):
    volumes = smooth_noise(rng, (20, 22, 1), (3, 3, 0))
    found = estimate_fwhm(volumes.reshape(12, -1), np.argwhere(np.ones((20, 22, 1), dtype=bool)), (2, 2, 5))
    assert np.isnan(found.axes).tolist() == [False, False, True]
    assert found.combined == pytest.approx(np.sqrt(found.axes[0] * found.axes[1]))


@pytest.mark.parametrize("n_voxels", [0, 8])
def test_too_few_voxels_have_no_width(rng, n_voxels):
    ijk = np.argwhere(np.ones((2, 2, 2), dtype=bool))[:n_voxels]
    found = estimate_fwhm(rng.normal(size=(12, n_voxels)), ijk, (2, 2, 2))
    assert np.isnan(found.axes).all()
    assert np.isnan(found.combined)


def test_a_run_that_does_not_vary_has_no_width():
    ijk = np.argwhere(np.ones((4, 5, 6), dtype=bool))
    assert np.isnan(estimate_fwhm(np.full((12, 120), 7.0), ijk, (2, 2, 2)).combined)
