"""What the sources of public data would send, with images of a few voxels in them."""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile

import nibabel as nb
import numpy as np

BOLD_SHAPE = (7, 8, 9, 5)


def image_bytes(shape=(7, 8, 9)) -> bytes:
    """Return an unpacked NIfTI image."""
    return nb.Nifti1Image(np.ones(shape, np.int16), np.diag([3.0, 3.0, 3.0, 1.0])).to_bytes()


def packed_image(shape=(7, 8, 9)) -> bytes:
    """Return a .nii.gz image."""
    return gzip.compress(image_bytes(shape), mtime=0)


def spm_auditory() -> dict[str, bytes]:
    """Return the one archive of SPM's auditory data."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("MoAEpilot/dataset_description.json", json.dumps({"Name": "MoAE", "BIDSVersion": "1.0"}))
        archive.writestr("MoAEpilot/README", "Large enough to be stopped in the middle. " * 2_000)
        archive.writestr("MoAEpilot/sub-01/anat/sub-01_T1w.nii", image_bytes())
        archive.writestr("MoAEpilot/sub-01/func/sub-01_task-auditory_bold.nii", image_bytes(BOLD_SHAPE))
        archive.writestr("MoAEpilot/sub-01/func/sub-01_task-auditory_events.tsv", "onset\tduration\n42\t42\n")
    return {"www.fil.ion.ucl.ac.uk/spm/download/data/MoAEpilot/MoAEpilot.bids.zip": content.getvalue()}


def development_fmri() -> dict[str, bytes]:
    """Return an adult and a child of the development data."""
    participants = "participant_id\tAge\tAgeGroup\tChild_Adult\tGender\tHandedness\n"
    participants += "sub-pixar001\t4.7\t4yo\tchild\tM\tR\nsub-pixar002\t27\tAdult\tadult\tF\tR\n"
    return {
        "osf.io/yr3av/download": participants.encode(),
        "osf.io/download/5c8ff37da743a90018606df1/": b"trans_x\trot_x\n0\t0\n",
        "osf.io/download/5c8ff37c2286e80019c3c102/": packed_image(BOLD_SHAPE),
        "osf.io/download/5cb4701e3992690018133d4f/": b"trans_x\trot_x\n0\t0\n",
        "osf.io/download/5cb46e6b353c58001b9cb34f/": packed_image(BOLD_SHAPE),
    }


def brainomics_localizer() -> dict[str, bytes]:
    """Return the first subject of the localizer."""
    name = "sub-S01_task-localizer_acq-LeftAuditory&VisualClickVsRightAuditory&VisualClick"
    paths = {
        f"/localizer/derivatives/spm_1st_level/sub-S01/{name}_cmaps.nii.gz": packed_image(),
        f"/localizer/derivatives/spm_1st_level/sub-S01/{name}_tmaps.nii.gz": packed_image(),
        "/localizer/derivatives/spm_preprocessing/sub-S01/sub-S01_T1w.nii.gz": packed_image(),
        "/localizer/participants.tsv": b"participant_id\tage\nS01\t24\n",
        "/localizer/phenotype/behavioural.tsv": b"participant_id\tlanguage\nS01\tfrench\n",
    }
    index = {path: f"/key{number}" for number, path in enumerate(paths)}
    files = {f"osf.io/download/key{number}/": content for number, content in enumerate(paths.values())}
    return {"osf.io/hwbm2/download": json.dumps(index).encode(), **files}


def haxby2001() -> dict[str, bytes]:
    """Return the first subject of Haxby's data."""
    masks = ("mask4_vt", "mask8b_face_vt", "mask8b_house_vt", "mask8_face_vt", "mask8_house_vt", "anat")
    files = {f"subj1/{mask}.nii.gz": packed_image() for mask in masks}
    files |= {"subj1/bold.nii.gz": packed_image(BOLD_SHAPE), "subj1/labels.txt": b"labels chunks\nrest 0\n"}
    archive = tar_bytes(files)
    sums = f"{hashlib.md5(archive).hexdigest()}  subj1-2010.01.14.tar.gz\n"
    return {
        "www.nitrc.org/frs/download.php/7868/mask.nii.gz": packed_image(),
        "data.pymvpa.org/datasets/haxby2001/MD5SUMS": sums.encode(),
        "data.pymvpa.org/datasets/haxby2001/subj1-2010.01.14.tar.gz": archive,
    }


def adhd() -> dict[str, bytes]:
    """Return the first subject of the ADHD data."""
    table = "Subject,age\n10042,12.5\n"
    metadata = {"ADHD200_40subs_motion_parameters_and_phenotypics.csv": table.encode()}
    subject = {
        "data/0010042/0010042_rest_tshift_RPI_voreg_mni.nii.gz": packed_image(BOLD_SHAPE),
        "data/0010042/0010042_regressors.csv": b"csf\n0\n",
    }
    root = "www.nitrc.org/frs/download.php"
    return {
        f"{root}/7781/adhd40_metadata.tgz": tar_bytes(metadata),
        f"{root}/7782/adhd40_0010042.tgz": tar_bytes(subject),
    }


def tar_bytes(files: dict[str, bytes]) -> bytes:
    """Return a .tar.gz of these files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return content.getvalue()
