"""Damaged images, through the code of the pages: nibabel's values, or a sentence."""

import gzip
import shutil
import warnings
import zlib
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from lib import runs
from lib.images.header_facts import read_facts
from lib.images.headers.doctor import examine_header
from lib.images.headers.listing import list_fields
from lib.images.headers.summary import summarise_image
from lib.images.image import Image, open_image, read_volume
from lib.studies.index import read_study
from lib.studies.rows import read_row
from tests.fuzz.mutations import mutate_bytes, mutate_text
from tests.fuzz.outcomes import assert_all_end_well, assert_is_sentence
from tests.fuzz.seeds import SEEDS, Seed, make_seed

STEM = "sub-01_task-rest_bold"
TEXT_HEADERS = (".HEAD", ".PAR")


# nibabel's words to whoever looks after the server: the values are those that it reads.
@pytest.mark.filterwarnings(
    "ignore:PAR/REC version:UserWarning",
    "ignore:Invalid spacing declaration:UserWarning",
    "ignore:Extension size is not a multiple:UserWarning",
)
@pytest.mark.parametrize("part", ["header", "body"])
@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_image_has_nibabels_values_or_is_refused(tmp_path, name, part):
    seed, folder = make_seed(name), tmp_path / "study"

    def attempt(rng: np.random.Generator) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        path = write_damaged(seed, part, folder, rng)
        read_as_pages_do(path)

    assert_all_end_well(f"{name} {part}", tmp_path, attempt)


def write_damaged(seed: Seed, part: str, folder: Path, rng: np.random.Generator) -> Path:
    """Write the files of an image, of which one was changed, and return the one that a person chooses."""
    target, end = seed.header if part == "header" else (seed.body, None)
    start = 0 if part == "header" or seed.body != seed.header[0] else seed.header[1]
    for ending, raw in seed.files.items():
        is_target, is_packed = ending == target, ending.endswith((".gz", ".mgz"))
        # What is packed is damaged before or after.
        is_late = is_packed and rng.random() < 0.3
        if is_target and ending.endswith(TEXT_HEADERS):
            raw = mutate_text(raw.decode("latin-1"), rng)
        elif is_target and not is_late:
            raw = mutate_bytes(raw, rng, start, end)
        if is_packed:
            raw = gzip.compress(raw, 1)
        if is_target and is_late:
            raw = mutate_bytes(raw, rng)
        (folder / f"{STEM}{ending}").write_bytes(raw)
    return folder / f"{STEM}{seed.opened}"


def read_as_pages_do(path: Path) -> None:
    """Read an image and what is said of it as the pages do, and compare its values with nibabel's."""
    study = read_study(path.parent)
    for file in study.files:
        if (problem := read_row(study, file).problem) is not None:
            assert_is_sentence(problem, path.parent.parent)
    image = open_image(path)
    read_facts(image.img)
    list_fields(image)
    summarise_image(image)
    examine_header(image.img, 2.0)
    ours = {t: read_volume(image, t).values() for t in {0, image.n_volumes // 2, image.n_volumes - 1}}
    values, scale = nibabels_values(image)
    for t, volume in ours.items():
        require_equal(volume, values[..., t], scale)
    if image.is_4d:
        require_equal_series(image, values, scale)


def nibabels_values(image: Image) -> tuple[np.ndarray, float]:
    """Return what nibabel reads from the same bytes, (I, J, K, T) float32, and how large its summands are."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        img = load_by_nibabel(image.path)
        data = np.asarray(img.dataobj)
        if data.dtype.names:
            red, green, blue = (data[name].astype(float) for name in data.dtype.names[:3])
            data = 0.299 * red + 0.587 * green + 0.114 * blue
        if data.dtype.kind == "c":
            data = np.abs(data)
        data = np.moveaxis(data, 0, -1) if image.is_time_first else data.reshape(*image.shape, image.n_volumes)
        inter = abs(float(np.nan_to_num(getattr(img.dataobj, "inter", 0.0) or 0.0)))
        if isinstance(img, nib.parrec.PARRECImage):
            img.dataobj.file_like.close()
        finite = np.abs(data[np.isfinite(data)].astype(float))
        return data.astype(np.float32), max(inter, finite.max(initial=0.0))


def load_by_nibabel(path: Path):
    """Return nibabel's image of a file.

    Of a small packed one nibabel reads past the end to look at its first bytes, and refuses what it would not see
    behind a larger one: bytes that belong to no gzip. gunzip ignores them, as the app does, so they are taken off.
    """
    try:
        return nib.load(path)
    except nib.filebasedimages.ImageFileError:
        plain = path.parent.parent / path.name.removesuffix(".gz").replace(".mgz", ".mgh")
        plain.write_bytes(zlib.decompressobj(wbits=31).decompress(path.read_bytes()))
        return nib.load(plain)


def require_equal(ours: np.ndarray, theirs: np.ndarray, scale: float) -> None:
    """Require equal numbers, to what single precision keeps of the largest of them."""
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(ours.astype(np.float32), theirs, rtol=1e-5, atol=2e-7 * scale)


def require_equal_series(image: Image, values: np.ndarray, scale: float) -> None:
    """Require nibabel's numbers of the run's time courses, read through a store as the pages do."""
    stores = image.path.parent.parent / "stores"
    shutil.rmtree(stores, ignore_errors=True)
    store = runs.prepare_run(image, stores)
    for ijk in ((0, 0, 0), tuple(n // 2 for n in image.shape), tuple(n - 1 for n in image.shape)):
        require_equal(runs.read_series(store, ijk), values[ijk], scale)
