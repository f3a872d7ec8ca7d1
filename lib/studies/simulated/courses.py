"""What happens over time in a simulated run: responses, network, drift, rhythms, spikes and head motion."""

import math

import numpy as np

from lib.studies.simulated.known import KNOWN, Run

FINE_STEP = 0.05
"""Seconds between the points at which a response is computed before it is read at the volumes."""

HRF_SECONDS = 32.0


def frame_times(run: Run) -> np.ndarray:
    """Return the (T,) seconds at which volumes are taken; a volume is taken at one instant, at its start."""
    return np.arange(run.n_volumes) * KNOWN.tr


def canonical_hrf(step: float) -> np.ndarray:
    """Return SPM's canonical haemodynamic response, (32 s / step,), summing to 1.

    The difference of two gamma densities of shape 6 and 16 and unit scale, the second weighted by 1/6, as in SPM's
    ``spm_hrf`` and nilearn's ``glm.first_level.spm_hrf``; written out because importing nilearn would cost more memory
    than building a run. Peak at 5 s.
    """
    t = np.arange(0.0, HRF_SECONDS, step)
    hrf = t**5 * np.exp(-t) / math.gamma(6) - t**15 * np.exp(-t) / math.gamma(16) / 6.0
    return hrf / hrf.sum()


def block_course(onsets: tuple[float, ...], duration: float, times: np.ndarray) -> np.ndarray:
    """Convolve blocks with the canonical response, scaled so that one block alone peaks at 1.

    Parameters
    ----------
    onsets : seconds
    duration : seconds
    times : (T,) seconds

    Returns
    -------
    (T,) array
    """
    fine_times = np.arange(0.0, times[-1] + FINE_STEP, FINE_STEP)
    boxcar = np.zeros_like(fine_times)
    for onset in onsets:
        boxcar[(fine_times >= onset) & (fine_times < onset + duration)] = 1.0
    hrf = canonical_hrf(FINE_STEP)
    one_block = np.convolve(np.ones(round(duration / FINE_STEP)), hrf)
    course = np.convolve(boxcar, hrf)[: fine_times.size] / one_block.max()
    return np.interp(times, fine_times, course)


def response_courses(run: Run) -> dict[str, np.ndarray]:
    """Return trial type -> (T,) percent signal change at its place."""
    times = frame_times(run)
    return {
        name: KNOWN.response_percent * block_course(onsets, run.block_duration, times) for name, onsets in run.blocks
    }


def network_courses(run: Run) -> dict[str, np.ndarray]:
    """Return place -> (T,) percent signal change; each two correlate at exactly `KNOWN.network_correlation`.

    Each is a mix of one shared course and one of its own, all of them slow (0.01-0.08 Hz), uncorrelated with one
    another and with drift, motion, spike and non-steady volumes, so that the documented correlation is what is left
    after these confounds are removed. Empty for a run without the network.
    """
    if not run.has_network:
        return {}
    names = list(KNOWN.network_places)
    rng = np.random.default_rng([run.seed, 2])
    frequencies = np.fft.rfftfreq(run.n_volumes, KNOWN.tr)
    is_slow = (frequencies > 0.01) & (frequencies < 0.08)
    spectrum = np.zeros((frequencies.size, len(names) + 1), dtype=complex)
    spectrum[is_slow] = rng.standard_normal((is_slow.sum(), len(names) + 1, 2)) @ (1.0, 1.0j)
    slow = np.fft.irfft(spectrum, run.n_volumes, axis=0)
    nuisance = _nuisance(run)
    basis = np.linalg.qr(np.column_stack([nuisance, slow]))[0][:, nuisance.shape[1] :] * math.sqrt(run.n_volumes)
    shared, own = math.sqrt(KNOWN.network_correlation), math.sqrt(1.0 - KNOWN.network_correlation)
    mixed = KNOWN.network_sd_percent * (shared * basis[:, :1] + own * basis[:, 1:])
    return {name: mixed[:, column] for column, name in enumerate(names)}


def _nuisance(run: Run) -> np.ndarray:
    """(T, N) courses that an analysis would remove."""
    volumes = np.arange(run.n_volumes)
    outliers = [*range(KNOWN.n_non_steady), run.spike_volume]
    one_hot = (volumes[:, None] == np.array(outliers)).astype(float)
    return np.column_stack([np.ones(run.n_volumes), volumes, motion_parameters(run), one_hot])


def brightness_course(run: Run) -> np.ndarray:
    """Return the (T,) factor on the whole image: non-steady volumes, then drift and breathing about 1."""
    times = frame_times(run)
    drift = KNOWN.drift_percent / 100 * np.linspace(-0.5, 0.5, run.n_volumes)
    breathing = KNOWN.respiratory_percent / 100 * np.sin(2 * np.pi * KNOWN.respiratory_hz * times)
    factor = 1.0 + drift + breathing
    factor[: KNOWN.n_non_steady] *= KNOWN.non_steady_factors
    return factor


def cardiac_course(run: Run) -> np.ndarray:
    """Return the (T,) percent signal change of pure cerebrospinal fluid with the heartbeat."""
    return KNOWN.cardiac_percent * np.sin(2 * np.pi * KNOWN.cardiac_hz * frame_times(run))


def spike_course(run: Run) -> np.ndarray:
    """Return the (T,) percent by which odd slices are too bright: one volume, elsewhere zero."""
    course = np.zeros(run.n_volumes)
    course[run.spike_volume] = KNOWN.spike_percent
    return course


def motion_parameters(run: Run) -> np.ndarray:
    """Return where the head went, (T, 6): x, y, z in mm, then rotations about x, y, z in radians.

    Relative to the first volume: a slow wander within `KNOWN.motion_range`, restlessness of `KNOWN.motion_jitter`,
    and from `Run.jump_volume` on `KNOWN.jump`. Rotations are right-handed about the centre of the image, x first,
    then y, then z; the translation follows.
    """
    rng = np.random.default_rng([run.seed, 1])
    width = 15
    steps = rng.standard_normal((run.n_volumes + width - 1, 6))
    walk = np.cumsum(steps, axis=0)
    smooth = np.column_stack([np.convolve(column, np.full(width, 1.0 / width), mode="valid") for column in walk.T])
    smooth -= smooth[0]
    motion = smooth / np.abs(smooth).max(axis=0) * np.repeat(KNOWN.motion_range, 3)
    motion[1:] += rng.standard_normal((run.n_volumes - 1, 6)) * np.repeat(KNOWN.motion_jitter, 3)
    motion[run.jump_volume :] += KNOWN.jump
    return motion


def framewise_displacement(motion: np.ndarray) -> np.ndarray:
    """Return Power's framewise displacement, (T,) mm; the first volume has none (NaN).

    The sum of absolute backward differences of three translations (mm) and three rotations (radians) times 50 mm
    (Power et al. 2012, doi:10.1016/j.neuroimage.2011.10.018).
    """
    millimetres = motion * np.array([1.0, 1.0, 1.0, 50.0, 50.0, 50.0])
    return np.concatenate([[np.nan], np.abs(np.diff(millimetres, axis=0)).sum(axis=1)])


def tissue_courses(run: Run) -> dict[str, np.ndarray]:
    """Return the confound columns ``global_signal``, ``csf``, ``white_matter``: (T,) image units, without noise.

    From the means that `TISSUE_MEANS` states, so that the table can be written before the images are built.
    """
    whole = brightness_course(run) * (1.0 + spike_course(run) / 200.0)
    return {
        name: level * whole * (1.0 + fluid_share * cardiac_course(run) / 100.0)
        for name, (level, fluid_share) in TISSUE_MEANS.items()
    }


TISSUE_MEANS = {
    "global_signal": (913.1, 0.101),
    "csf": (1224.5, 0.772),
    "white_matter": (806.5, 0.004),
}
"""Column -> mean level of its voxels, and the share of it that comes from fluid; measured in the built images over the
brain mask, over voxels of more than 0.7 fluid and over voxels of more than 0.95 white matter."""
