"""Images of the notes' sizes, made anew for each run of the benchmarks: a T1w, a map on its grid, and a BOLD run."""

import shutil
from functools import cached_property
from pathlib import Path

import nibabel as nib
import numpy as np
from isal import igzip
from nibabel.affines import from_matvec

RUN_SHAPE = (120, 120, 72)
RUN_VOLUMES = 185
RUN_TR = 1.5
T1W_SHAPE = (176, 240, 256)
# The notes' own T1w, see the sample study.
T1W_AFFINE = np.array(
    [
        [9.97948170e-01, -6.33936822e-02, 9.20792390e-03, -8.05883331e01],
        [6.38809726e-02, 9.95547771e-01, -6.93098381e-02, -9.50348053e01],
        [-4.77313204e-03, 6.97556883e-02, 9.97552693e-01, -1.17536789e02],
        [0, 0, 0, 1],
    ]
)
SLOPE, INTER = 0.25, 3.0
CHUNK = 1 << 22


class Images:
    """Files in one folder, each written when it is first asked for.

    Parameters
    ----------
    folder : Path
    n_volumes : int
        Of the run; fewer than the notes' for a quick look at whether all works.
    """

    def __init__(self, folder: Path, n_volumes: int = RUN_VOLUMES) -> None:
        self.folder = folder
        self.n_volumes = n_volumes
        folder.mkdir(parents=True, exist_ok=True)

    @cached_property
    def t1w(self) -> Path:
        """A head of int16 with noise, (176, 240, 256), oblique, gzipped."""
        rng = np.random.default_rng(1)
        data = _head(T1W_SHAPE) * 900 + rng.normal(0, 12, T1W_SHAPE).astype(np.float32)
        return self._save(data.clip(0).astype(np.int16), "t1w.nii.gz")

    @cached_property
    def map(self) -> Path:
        """A map of z values on the T1w's grid, float32, zero outside of two blobs, gzipped."""
        places = np.indices(T1W_SHAPE, dtype=np.float32)
        data = np.zeros(T1W_SHAPE, np.float32)
        for centre in ((60, 120, 150), (116, 110, 140)):
            distance = sum((axis - at) ** 2 for axis, at in zip(places, centre, strict=True))
            data += 9 * np.exp(-distance / (2 * 18**2))
        data[data < 0.5] = 0
        return self._save(data, "map.nii.gz")

    def run(self, *, is_packed: bool, has_slope: bool = False) -> Path:
        """Return a BOLD run of int16, (120, 120, 72, 185), as .nii or .nii.gz, with or without slope and intercept."""
        path = self.folder / f"run{'-slope' if has_slope else ''}.nii{'.gz' if is_packed else ''}"
        if not path.exists():
            if is_packed:
                _pack(self.run(is_packed=False, has_slope=has_slope), path)
            else:
                _write_run(path, self.n_volumes, has_slope=has_slope)
        return path

    def fresh(self, path: Path, number: int) -> Path:
        """Return another name of a file, which nobody has opened yet, in the folder `fresh`."""
        folder = self.folder / "fresh"
        folder.mkdir(exist_ok=True)
        name = folder / f"{number:03d}-{path.name}"
        name.unlink(missing_ok=True)
        name.hardlink_to(path)
        return name

    def _save(self, data: np.ndarray, name: str) -> Path:
        path = self.folder / name
        plain = path.with_suffix("")
        nib.save(nib.Nifti1Image(data, T1W_AFFINE), plain)
        _pack(plain, path)
        plain.unlink()
        return path


def _head(shape: tuple[int, int, int]) -> np.ndarray:
    """Return an ellipsoid, 0 outside and from 0.55 to 1 inside, float32."""
    i, j, k = (np.linspace(-1, 1, n, dtype=np.float32) for n in shape)
    inside = (i[:, None, None] / 0.75) ** 2 + (j[:, None] / 0.85) ** 2 + (k / 0.8) ** 2 < 1
    folds = 0.55 + 0.45 * np.cos(9 * i[:, None, None]) ** 2 * np.cos(11 * j[:, None]) ** 2 * np.cos(10 * k) ** 2
    return np.where(inside, folds, 0).astype(np.float32)


def _write_run(path: Path, n_volumes: int, *, has_slope: bool) -> None:
    """Write a run volume by volume: noise over a head, in which every voxel swings with a phase of its own."""
    rng = np.random.default_rng(2)
    head = _head(RUN_SHAPE) * 4000
    header = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape((*RUN_SHAPE, n_volumes))
    header.set_sform(from_matvec(np.diag([1.8, 1.8, 2.0]), [-108, -108, -72]), 1)
    header["pixdim"][4] = RUN_TR
    header.set_xyzt_units("mm", "sec")
    header["vox_offset"] = 352
    header.set_slope_inter(*((SLOPE, INTER) if has_slope else (1, 0)))
    swing = np.linspace(0, 2 * np.pi, RUN_SHAPE[0], dtype=np.float32)[:, None, None]
    with path.open("wb") as stream:
        stream.write(header.binaryblock + bytes(4))
        for t in range(n_volumes):
            volume = head * (1 + 0.02 * np.sin(swing + t / 6)) + rng.standard_normal(RUN_SHAPE, np.float32) * 14
            stream.write(volume.clip(0).astype(np.int16).tobytes(order="F"))


def _pack(plain: Path, packed: Path) -> None:
    with plain.open("rb") as source, igzip.open(packed, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target, CHUNK)
