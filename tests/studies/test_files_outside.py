"""Whatever reads a file that somebody named keeps to the folders: each reader, each format, each half of a pair."""

import json
from pathlib import Path
from threading import Event, Thread

import h5py
import nibabel as nib
import numpy as np
import pytest
from nibabel.testing import data_path

from lib.cohort.run_rows import measure_row
from lib.cohort.runs_to_measure import list_runs
from lib.confounds.table import read_confounds
from lib.disk.opening import NamedFile
from lib.errors import InputError
from lib.glm.events import read_events
from lib.images.header_facts import read_facts
from lib.images.image import open_image, packed_bytes, read_volume
from lib.quality.html_report import describe_file
from lib.runs import prepare_run
from lib.studies import companion_path, file_path, read_image_facts, read_participants, read_sidecar, read_study
from lib.studies.image_ids import StartFolder, find_image
from lib.studies.sidecars import read_json
from lib.tables import read_table, read_text

NIBABEL_DATA = Path(data_path)
OUTSIDE = "leads outside the folders of this server"
SHAPE = (7, 8, 9, 12)
# What an attacker would like to see as voxels, text or numbers.
SECRET = 4242


def values(offset: int = 0) -> np.ndarray:
    return (np.arange(np.prod(SHAPE)).reshape(SHAPE) % 100 + offset).astype(np.int16)


@pytest.fixture
def root(tmp_path) -> Path:
    """Return a start folder, empty; beside it lies a folder with what is nobody's business."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "scans").mkdir()
    return tmp_path / "scans"


@pytest.fixture
def outside(root) -> Path:
    return root.parent / "outside"


def find(root: Path, name: str):
    """Return the file of an id, as the pages and the studies find it."""
    return find_image(f"scans/{name}", [StartFolder("scans", root.resolve())], {})


def save_pair(folder: Path, kind, stem: str, offset: int = 0) -> None:
    nib.save(kind(values(offset), np.diag([2.0, 2.0, 2.0, 1.0])), folder / f"{stem}.img")


def copy_pair(folder: Path, names: tuple[str, str], stem: str) -> None:
    for name in names:
        (folder / f"{stem}{Path(name).suffix}").write_bytes((NIBABEL_DATA / name).read_bytes())


AFNI = ("scaled+tlrc.HEAD", "scaled+tlrc.BRIK")
PARREC = ("phantom_EPI_asc_CLEAR_2_1.PAR", "phantom_EPI_asc_CLEAR_2_1.REC")
KINDS = {
    "nifti pair": (lambda folder, stem: save_pair(folder, nib.Nifti1Pair, stem), ".hdr", ".img"),
    "nifti-2 pair": (lambda folder, stem: save_pair(folder, nib.Nifti2Pair, stem), ".hdr", ".img"),
    "analyze": (lambda folder, stem: save_pair(folder, nib.AnalyzeImage, stem), ".hdr", ".img"),
    "spm": (lambda folder, stem: save_pair(folder, nib.Spm99AnalyzeImage, stem), ".hdr", ".img"),
    "afni": (lambda folder, stem: copy_pair(folder, AFNI, stem), ".HEAD", ".BRIK"),
    "par/rec": (lambda folder, stem: copy_pair(folder, PARREC, stem), ".PAR", ".REC"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_pair_inside_opens_from_either_half(kind, root):
    save, *endings = KINDS[kind]
    save(root, "pair")
    for ending in endings:
        image = open_image(find(root, f"pair{ending}"))
        assert np.isfinite(read_volume(image).values()).all()


@pytest.mark.parametrize("asked", [0, 1], ids=["asked by header", "asked by voxels"])
@pytest.mark.parametrize("half", [0, 1], ids=["header outside", "voxels outside"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_half_that_is_a_link_out_is_not_read(kind, half, asked, root, outside):
    """The bytes of any file that the server may read were shown as voxels."""
    save, *endings = KINDS[kind]
    save(root, "pair")
    save(outside, "secret")
    link = root / f"pair{endings[half]}"
    link.unlink()
    link.symlink_to(outside / f"secret{endings[half]}")
    with pytest.raises(InputError, match=OUTSIDE):
        read_volume(open_image(find(root, f"pair{endings[asked]}")))


@pytest.mark.parametrize("half", [0, 1], ids=["header", "voxels"])
def test_a_half_that_becomes_a_link_out_while_the_pair_is_opened_is_not_read(half, root, outside):
    save, *endings = KINDS["nifti pair"]
    save(root, "pair")
    save_pair(outside, nib.Nifti1Pair, "secret", SECRET)
    path, own, link = (root / name for name in (f"pair{endings[half]}", "own", "link"))
    link.symlink_to(outside / f"secret{endings[half]}")
    is_over, seen = Event(), set()

    def swap() -> None:
        while not is_over.is_set():
            path.rename(own)
            link.rename(path)
            path.rename(link)
            own.rename(path)

    swapping = Thread(target=swap)
    swapping.start()
    try:
        for _ in range(300):
            try:
                seen.add(float(read_volume(open_image(find(root, "pair.hdr"))).values().max()))
            except (InputError, OSError):
                seen.add(None)
    finally:
        is_over.set()
        swapping.join()
    assert seen <= {float(values()[..., 0].max()), None}


@pytest.mark.filterwarnings("ignore:PAR/REC version")
@pytest.mark.parametrize("half", [0, 1], ids=["header outside", "voxels outside"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_link_to_a_pair_with_a_half_outside_is_not_read(kind, half, root, outside):
    """Partners were looked for beside the stub, and not beside the file that it stands for."""
    save, *endings = KINDS[kind]
    (root / "real").mkdir()
    save(root / "real", "pair")
    save(outside, "secret")
    (root / f"stub{endings[0]}").write_text(f"real/pair{endings[0]}")
    assert open_image(find(root, f"stub{endings[0]}")).name == f"pair{endings[0]}"
    link = root / "real" / f"pair{endings[half]}"
    link.unlink()
    link.symlink_to(outside / f"secret{endings[half]}")
    with pytest.raises(InputError):
        read_volume(open_image(find(root, f"stub{endings[0]}")))


def test_spms_orientation_is_not_read_from_outside(root, outside):
    save_pair(root, nib.Spm99AnalyzeImage, "pair")
    save_pair(outside, nib.Spm99AnalyzeImage, "secret")
    (root / "pair.mat").unlink()
    (root / "pair.mat").symlink_to(outside / "secret.mat")
    with pytest.raises(InputError, match=OUTSIDE):
        open_image(find(root, "pair.img"))


@pytest.mark.parametrize("how", ["link", "data set", "virtual"])
def test_a_minc2_file_may_not_lead_to_another_one(how, root, outside):
    """HDF5 opens by itself what a file names: another one, or its bytes as numbers."""
    path, where = root / "lead.mnc", "minc-2.0/image/0/image"
    path.write_bytes((NIBABEL_DATA / "small.mnc").read_bytes())
    (outside / "secret.mnc").write_bytes((NIBABEL_DATA / "small.mnc").read_bytes())
    with h5py.File(path, "r+") as file:
        stored, kept = file[where][...], dict(file[where].attrs)
        del file[where]
        if how == "link":
            file[where] = h5py.ExternalLink(str(outside / "secret.mnc"), where)
        elif how == "data set":
            name = str(outside / "secret.mnc")
            made = file.create_dataset(where, stored.shape, stored.dtype, external=[(name, 0, stored.nbytes)])
            made.attrs.update(kept)
        else:
            layout = h5py.VirtualLayout(stored.shape, stored.dtype)
            layout[...] = h5py.VirtualSource(str(outside / "secret.mnc"), where, shape=stored.shape)
            file.create_virtual_dataset(where, layout).attrs.update(kept)
    with pytest.raises(InputError, match=r"lead.mnc keeps minc-2.0/image/0/image in another file, which is not opened"):
        open_image(find(root, "lead.mnc"))


def test_an_image_that_becomes_a_link_while_it_is_open_is_not_read(root, outside, tmp_path):
    """What was looked at and what is read later are two times of looking at one name."""
    nib.save(nib.Nifti1Image(values(), np.eye(4)), root / "run.nii")
    nib.save(nib.Nifti1Image(values(SECRET), np.eye(4)), outside / "run.nii")
    image = open_image(find(root, "run.nii"))
    (root / "run.nii").unlink()
    (root / "run.nii").symlink_to(outside / "run.nii")
    for read in (
        lambda: read_volume(image, 1),
        lambda: prepare_run(image, tmp_path / "stores"),
        lambda: np.asarray(image.img.dataobj[..., 1]),
        lambda: describe_file("Run", image.path, image.name),
    ):
        with pytest.raises(InputError, match=r"leads outside|does not exist|moved or renamed"):
            read()
    assert packed_bytes(image) == 0
    # What was read when it was opened.
    assert read_facts(image.img).shape == SHAPE


@pytest.fixture
def study(root, outside) -> Path:
    """Return a BIDS study of one run, every table of which lies outside by now."""
    func = root / "sub-01" / "func"
    func.mkdir(parents=True)
    run = "sub-01_task-rest"
    nib.save(nib.Nifti1Image(values(), np.diag([3.0, 3.0, 3.0, 1.0])), func / f"{run}_bold.nii")
    texts = {
        func / f"{run}_events.tsv": f"onset\tduration\ttrial_type\n1\t2\t{SECRET}\n",
        func / f"{run}_bold.json": json.dumps({"RepetitionTime": SECRET}),
        func / f"{run}_desc-confounds_timeseries.tsv": "trans_x\n" + f"{SECRET}\n" * SHAPE[3],
        root / "participants.tsv": f"participant_id\tage\nsub-01\t{SECRET}\n",
        root / "dataset_description.json": json.dumps({"Name": "A study", "BIDSVersion": "1.9.0"}),
    }
    for path, text in texts.items():
        path.write_text(text)
    return root


def test_tables_that_became_links_out_are_not_read(study, outside):
    """Each was looked at when the study was indexed, and opened by its name later."""
    known = read_study(study)
    run = known.of_kind("run")[0]
    tables = {path for path in (*known.companions, *known.participants) if not path.startswith("dataset")}
    assert len(tables) >= 4
    named = {path: companion_path(known, path) for path in tables}
    for path in tables:
        secret = outside / path.replace("/", "_")
        (study / path).rename(secret)
        (study / path).symlink_to(secret)
    for path, file in named.items():
        readers = {".json": [read_json, read_text]}.get(
            file.suffix,
            [lambda file, name: read_table(file), lambda file, name: read_events(file),
             lambda file, name: read_confounds(file), read_text],
        )  # fmt: skip
        for read in readers:
            with pytest.raises(InputError, match=OUTSIDE):
                read(file, path)
    assert str(SECRET) not in repr(read_sidecar(known, run).values)
    assert str(SECRET) not in repr(read_participants(known))


def test_quality_of_all_runs_reads_nothing_outside(study, outside, tmp_path):
    nib.save(nib.Nifti1Image(values(SECRET), np.diag([3.0, 3.0, 3.0, 1.0])), outside / "run.nii")
    runs = list_runs(read_study(study), "scans")
    path = study / "sub-01" / "func" / "sub-01_task-rest_bold.nii"
    path.unlink()
    path.symlink_to(outside / "run.nii")
    row = measure_row(runs[0], tmp_path / "numbers")
    assert row.numbers == ()
    assert "outside" in row.error or "not exist" in row.error
    assert "outside" in read_image_facts(NamedFile(path, (study.resolve(),))).problem


def test_an_image_of_a_study_that_became_a_link_out_is_said(study, outside):
    known = read_study(study)
    path = study / "sub-01" / "func" / "sub-01_task-rest_bold.nii"
    path.rename(outside / "run.nii")
    path.symlink_to(outside / "run.nii")
    with pytest.raises(InputError, match="link out of the folders that may be read"):
        file_path(known, known.of_kind("run")[0])
