"""What a simulated run measures: one (I, J, K) volume after another, from tissue, time courses, motion and noise."""

from collections.abc import Iterator

import numpy as np

from lib.studies.simulated.anatomy import Tissue, in_sphere, simulate_tissue
from lib.studies.simulated.courses import (
    brightness_course,
    cardiac_course,
    motion_parameters,
    network_courses,
    response_courses,
    spike_course,
)
from lib.studies.simulated.known import KNOWN, Run, place_in_scanner, rigid

GRID_TURNS = {"01": (15.0, -3.0, 4.0), "02": (-9.0, 2.0, -3.0)}
"""Degrees about x, y, z by which each subject's runs are turned: oblique to the world and to the T1w."""

BRAIN_CENTRE = (0.0, -16.0, 8.0)
"""MNI mm; the centre of each run's grid."""


def run_affine(subject: str) -> np.ndarray:
    """Return the (4, 4) affine of a subject's runs: left-handed, oblique, centred on the brain."""
    return centred_affine(subject, GRID_TURNS[subject], KNOWN.run_shape, KNOWN.run_voxel_size)


def centred_affine(
    subject: str, turns: tuple[float, float, float], shape: tuple[int, int, int], voxel_size: float
) -> np.ndarray:
    """Return the (4, 4) affine of a grid about the subject's brain whose first index grows to the left."""
    affine = rigid(turns, (0.0, 0.0, 0.0)) @ np.diag([-voxel_size, voxel_size, voxel_size, 1.0])
    middle = (np.array(shape) - 1) / 2
    affine[:3, 3] = place_in_scanner(subject, BRAIN_CENTRE) - affine[:3, :3] @ middle
    # NIfTI keeps 32-bit floats: what is simulated and what is read back must be one grid.
    return affine.astype(np.float32).astype(np.float64)


def simulate_volumes(run: Run) -> Iterator[np.ndarray]:
    """Yield a run's volumes in time order, (I, J, K) float32, never negative.

    The head moves through the grid; places of response and network stay where they are documented, and the difference
    is under 1.5 mm. The motion is a second-order expansion of the image's cubic spline, which at this blur is as good
    as resampling each volume and ten times faster.
    """
    affine = run_affine(run.subject)
    tissue = simulate_tissue(run.subject, affine, KNOWN.run_shape)
    terms = _spline_expansion(resting_image(tissue))
    maps, courses = _changes(run, affine, tissue)
    brightness, spike = brightness_course(run), spike_course(run) / 100
    rng = np.random.default_rng([run.seed, 3])
    for t, moved in enumerate(motion_parameters(run)):
        volume = _move(terms, _voxel_shift(affine, moved))
        volume *= 1 + (courses[t] @ maps).reshape(KNOWN.run_shape)
        volume *= np.float32(brightness[t])
        volume[:, :, 1::2] *= np.float32(1 + spike[t])
        volume += KNOWN.noise_sd * rng.standard_normal(KNOWN.run_shape, dtype=np.float32)
        # A magnitude image has no negative values.
        yield np.abs(volume)


def resting_image(tissue: Tissue) -> np.ndarray:
    """Return the (I, J, K) float32 image without motion, change over time or noise."""
    return (
        np.float32(KNOWN.levels["grey matter"]) * tissue.grey_matter
        + np.float32(KNOWN.levels["white matter"]) * tissue.white_matter
        + np.float32(KNOWN.levels["cerebrospinal fluid"]) * tissue.cerebrospinal_fluid
    )


def _changes(run: Run, affine: np.ndarray, tissue: Tissue) -> tuple[np.ndarray, np.ndarray]:
    """(N, voxels) maps and (T, N) courses whose product is the relative change of each voxel, float32."""
    places = {**KNOWN.response_places, **KNOWN.network_places}
    radii = {name: KNOWN.network_radius if name in KNOWN.network_places else KNOWN.response_radius for name in places}
    maps, courses = [tissue.cerebrospinal_fluid.ravel()], [cardiac_course(run)]
    for name, course in {**response_courses(run), **network_courses(run)}.items():
        centre = place_in_scanner(run.subject, places[name])
        maps.append(in_sphere(affine, KNOWN.run_shape, centre, radii[name]).ravel())
        courses.append(course)
    return np.array(maps, dtype=np.float32), np.column_stack(courses).astype(np.float32) / 100


def _voxel_shift(affine: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """(3, I, J, K) float32 voxels from each voxel to the place of the resting image that it now sees."""
    centre = affine @ [*(np.array(KNOWN.run_shape) - 1) / 2, 1.0]
    centre_to_origin, origin_to_centre = rigid((0, 0, 0), -centre[:3]), rigid((0, 0, 0), centre[:3])
    motion = origin_to_centre @ rigid(np.rad2deg(moved[3:]), moved[:3]) @ centre_to_origin
    shift = np.linalg.inv(affine) @ np.linalg.inv(motion) @ affine - np.eye(4)
    i, j, k = (np.arange(length, dtype=np.float32) for length in KNOWN.run_shape)
    rows = shift[:3].astype(np.float32)
    return np.stack(
        [(a * i + offset)[:, None, None] + (b * j)[:, None] + c * k for a, b, c, offset in rows],
    )


def _spline_expansion(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, dict[tuple[int, int], np.ndarray]]:
    """Value, (3, ...) first and {(a, b): ...} second derivatives per voxel of the cubic spline through an image."""
    from scipy import ndimage

    coefficients = ndimage.spline_filter(image, order=3, output=np.float32, mode="mirror")
    kernels = ((1 / 6, 4 / 6, 1 / 6), (-0.5, 0.0, 0.5), (1.0, -2.0, 1.0))

    def derive(*orders: int) -> np.ndarray:
        result = coefficients
        for axis, order in enumerate(orders):
            result = ndimage.correlate1d(result, kernels[order], axis=axis, mode="mirror")
        return result

    one = np.eye(3, dtype=int)
    first = np.stack([derive(*one[a]) for a in range(3)])
    second = {(a, b): derive(*(one[a] + one[b])) for a in range(3) for b in range(a, 3)}
    return derive(0, 0, 0), first, second


def _move(terms: tuple, shift: np.ndarray) -> np.ndarray:
    """Read the expanded image at `shift` voxels from each voxel."""
    value, first, second = terms
    moved = value.copy()
    for a in range(3):
        slope = first[a].copy()
        for b in range(a, 3):
            slope += (0.5 if a == b else 1.0) * second[a, b] * shift[b]
        moved += slope * shift[a]
    return moved
