"""Runs for tests of the run stores: files with exactly known numbers, and the comparison with nibabel's array."""

import gzip
import struct
from pathlib import Path

import nibabel as nib
import numpy as np

from lib import runs
from lib.images.image import Image, open_image


def save_run(path: Path, values: np.ndarray, affine: np.ndarray, *, slope=None, byte_order="<") -> Image:
    """Write a NIfTI file whose stored numbers are exactly `values`, and open it."""
    header = nib.Nifti1Header(endianness=byte_order)
    header.set_data_dtype(values.dtype.newbyteorder(byte_order))
    plain = nib.Nifti1Image(values, affine, header).to_bytes()
    if slope:
        plain = plain[:112] + struct.pack(f"{byte_order}2f", *slope) + plain[120:]
    path.write_bytes(gzip.compress(plain, 1) if path.suffix == ".gz" else plain)
    return open_image(path)


def read_all(image: Image) -> np.ndarray:
    """Return the run as nibabel reads it, (I, J, K, T) float64."""
    data = np.asarray(image.img.dataobj, dtype=np.float64)
    return np.moveaxis(data, 0, -1) if image.is_time_first else data.reshape(*image.shape, image.n_volumes)


def require_faithful(store: runs.RunStore, image: Image) -> None:
    """Compare everything that a store hands out with nibabel's float64 array."""
    data = read_all(image)
    single = data.astype(np.float32)
    for ijk in ((0, 0, 0), tuple(n - 1 for n in image.shape), tuple(n // 2 for n in image.shape)):
        np.testing.assert_allclose(runs.read_series(store, ijk), single[ijk], rtol=1e-6)
    corners = np.array([(0, 0, 0), (image.shape[0] - 1, 0, 0), (1, 1, 1)])
    np.testing.assert_allclose(runs.read_series_many(store, corners), single[tuple(corners.T)].T, rtol=1e-6)
    np.testing.assert_allclose(runs.read_masked(store, store.mask), single[store.mask].T, rtol=1e-6)
    for t in (0, image.n_volumes - 1):
        np.testing.assert_allclose(runs.read_run_volume(store, t).values(), single[..., t], rtol=1e-6)
    scale = np.abs(data).max()
    np.testing.assert_allclose(runs.read_map(store, "mean"), data.mean(axis=-1), rtol=1e-5, atol=1e-6 * scale)
    np.testing.assert_allclose(runs.read_map(store, "sd"), data.std(axis=-1), rtol=1e-4, atol=1e-6 * scale)
    inside = data[store.mask]
    np.testing.assert_allclose(store.global_signal, inside.mean(axis=0), rtol=1e-5)
    changes = np.sqrt(np.square(np.diff(inside, axis=1)).mean(axis=0))
    np.testing.assert_allclose(store.dvars, [np.nan, *changes], rtol=1e-4)
