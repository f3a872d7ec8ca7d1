"""What can be asked of a run: a volume, a voxel's time course, many of them, a map."""

import mmap
from collections.abc import Iterator

import numpy as np

from lib.errors import InputError
from lib.images.image import Image, Volume, read_volume, require_unchanged
from lib.number_text import shape_text
from lib.runs.sources import data_path, is_mapped
from lib.runs.store import RunStore

MAP_NAMES = ("mean", "sd", "tsnr")
# A mask of more than one voxel in this many is read faster from whole volumes.
DENSE_FROM = 32
# Each time course maps some 64 kB a tile into the process; after this many they are given back.
READS_A_RELEASE = 64


def read_series(store: RunStore, ijk) -> np.ndarray:
    """Return the time course of one voxel, (T,) float32 or float64, in the image's units; see `exact_type`.

    Raises
    ------
    InputError
        The voxel is outside the grid.
    StoreDamaged
        The store does not hold what was written into it; so does every other function here that takes a store.
    """
    layout = store.layout
    i, j, k = map(int, ijk)
    n_i, n_j, n_k = layout.shape
    if not (0 <= i < n_i and 0 <= j < n_j and 0 <= k < n_k):
        raise _outside(store.image.name, layout.shape, (i, j, k))
    slab, voxel = divmod(i + n_i * (j + n_j * k), layout.slab_length)
    n_full, n_left = divmod(layout.n_volumes, layout.tile_length)
    span, left = layout.tile_length * layout.itemsize, n_left * layout.itemsize
    start = slab * layout.slab_bytes
    end = start + n_full * layout.slab_length * span
    store.require_sound(store.series, slab)
    series = store.series.mapped
    parts = [series[at : at + span] for at in range(start + voxel * span, end, layout.slab_length * span)]
    parts.append(series[end + voxel * left : end + (voxel + 1) * left])
    if next(store.reads) % READS_A_RELEASE == 0:
        _release(series)
    return _scale(np.frombuffer(b"".join(parts), layout.dtype), store, exact_type(layout.dtype))


def exact_type(dtype) -> np.dtype:
    """Return the type in which one time course is read: float32, or float64 where the file's numbers need it."""
    return np.result_type(dtype, np.float32)


def read_series_many(store: RunStore, ijks) -> np.ndarray:
    """Return the time courses of N voxels, (T, N) float32, in the image's units.

    Parameters
    ----------
    ijks : (N, 3) array-like of int

    Raises
    ------
    InputError
        A voxel is outside the grid.
    """
    ijks = np.asarray(ijks).reshape(-1, 3)
    _require_inside(store.image.name, store.shape, ijks)
    return _read_indices(store, np.ravel_multi_index(tuple(ijks.T), store.shape, order="F"))


def read_masked(store: RunStore, mask: np.ndarray) -> np.ndarray:
    """Return the time courses of the voxels of a mask, (T, N) float32, voxels in the order of `mask.nonzero()`.

    Parameters
    ----------
    mask : (I, J, K) array
        Other than zero = in.

    Raises
    ------
    InputError
        The mask has another grid than the run.
    """
    mask = np.asarray(mask)
    if mask.shape != store.shape:
        raise InputError(
            f"The mask has the grid {shape_text(mask.shape)}, but {store.image.name} has {shape_text(store.shape)}. "
            "Resample the mask to the run first."
        )
    return _read_indices(store, np.ravel_multi_index(mask.nonzero(), store.shape, order="F"))


def read_run_volume(store: RunStore, t: int) -> Volume:
    """Return volume `t` in its stored type, mapped, with its slope and intercept.

    Raises
    ------
    InputError
        `t` is outside the run.
    """
    layout = store.layout
    if store.volumes is None:
        return read_volume(store.image, t)
    if not 0 <= t < layout.n_volumes:
        raise InputError(f"{store.image.name} has volumes 0 to {layout.n_volumes - 1}, so there is no volume {t}.")
    store.require_sound(store.volumes, t)
    # Playing through a run would otherwise leave all of it mapped into the process.
    _release(store.volumes.mapped)
    dtype = np.dtype(layout.dtype)
    start = t * layout.volume_bytes
    stored = np.frombuffer(store.volumes.mapped, dtype, layout.n_voxels, start).reshape(layout.shape, order="F")
    return Volume(stored, layout.slope, layout.inter)


def read_difference(store: RunStore, t: int, other: int) -> Volume:
    """Return volume `t` minus volume `other`, float32, in the image's units."""
    later, earlier = (read_run_volume(store, index).stored for index in (t, other))
    difference = np.subtract(later, earlier, dtype=np.result_type(later.dtype, np.float32))
    difference *= store.layout.slope
    return Volume(difference.astype(np.float32, copy=False))


def read_map(store: RunStore, name: str) -> np.ndarray:
    """Return the map "mean", "sd" or "tsnr": (I, J, K) float32, mapped; mean and SD in the image's units.

    Raises
    ------
    InputError
        There is no map of that name.
    """
    if name not in MAP_NAMES:
        raise InputError(f"A run has the maps {', '.join(MAP_NAMES)}, so there is no map called {name}.")
    return store.map(name)


def can_read_series_slow(image: Image) -> bool:
    """Return whether time courses can be read from the image's own file, before a store is ready."""
    return is_mapped(image)


def read_series_slow(image: Image, ijk) -> np.ndarray:
    """Return the time course of one voxel straight from an uncompressed file, as `read_series` does.

    Raises
    ------
    InputError
        The file is compressed, or keeps its volumes in another way, or was replaced; or the voxel is outside the grid.
    """
    if not is_mapped(image):
        raise InputError(
            f"{image.name} is compressed or not stored volume by volume, so a time course can only be read once the "
            "whole run has been unpacked. Wait for it to finish, or store the run as .nii."
        )
    ijk = tuple(map(int, ijk))
    _require_inside(image.name, image.shape, np.array([ijk]))
    proxy = image.img.dataobj
    shape = (*image.shape, image.n_volumes)
    with data_path(image).open("rb") as file:
        mapped = np.memmap(file, proxy.dtype, mode="r", offset=proxy.offset, shape=shape, order="F")
    slope, inter = image.scaling
    series = (mapped[ijk] * np.float64(slope) + inter).astype(exact_type(proxy.dtype))
    require_unchanged(image)
    return series


def _read_indices(store: RunStore, indices: np.ndarray) -> np.ndarray:
    """Return (T, N) float32 for linear voxel indices: a few from the time-major file, many volume by volume."""
    out = np.empty((store.n_volumes, len(indices)), np.float32)
    if len(indices) * DENSE_FROM > store.layout.n_voxels:
        for t, row in enumerate(out):
            stored = read_run_volume(store, t).stored.reshape(-1, order="F")
            row[:] = _scale(stored[indices], store)
        return out
    slabs, voxels = np.divmod(indices, store.layout.slab_length)
    for slab in np.unique(slabs).tolist():
        store.require_sound(store.series, slab)
    t = 0
    for tile in _tiles(store):
        out[t : t + tile.shape[2]] = _scale(tile[slabs, voxels], store).T
        t += tile.shape[2]
        _release(store.series.mapped)
    return out


def _tiles(store: RunStore) -> Iterator[np.ndarray]:
    """Yield the time-major numbers as arrays (slabs, voxels in a slab, volumes in the tile)."""
    layout = store.layout
    slabs = np.frombuffer(store.series.mapped, layout.dtype).reshape(layout.n_slabs, -1)
    for t in range(0, layout.n_volumes, layout.tile_length):
        stop = min(t + layout.tile_length, layout.n_volumes)
        tile = slabs[:, t * layout.slab_length : stop * layout.slab_length]
        yield tile.reshape(layout.n_slabs, layout.slab_length, stop - t)


def _scale(stored: np.ndarray, store: RunStore, dtype=np.float32) -> np.ndarray:
    slope, inter = store.layout.slope, store.layout.inter
    with np.errstate(over="ignore", invalid="ignore"):  # what no float32 holds is infinite, as in the volumes
        if slope == 1 and inter == 0:
            return stored.astype(dtype)
        return (stored * np.float64(slope) + inter).astype(dtype)


def _require_inside(name: str, shape: tuple[int, int, int], ijks: np.ndarray) -> None:
    is_outside = ((ijks < 0) | (ijks >= shape)).any(axis=1)
    if is_outside.any():
        raise _outside(name, shape, ijks[is_outside.argmax()])


def _outside(name: str, shape: tuple[int, int, int], ijk) -> InputError:
    voxel = ", ".join(str(index) for index in ijk)
    return InputError(
        f"Voxel ({voxel}) is outside the grid of {name}, which is {shape_text(shape)} voxels. Move the cursor into it."
    )


def _release(mapped: mmap.mmap) -> None:
    """Give the pages that were read back to the system's file cache, so that they do not count as this process's."""
    if hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)
