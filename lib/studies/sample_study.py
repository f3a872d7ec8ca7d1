"""What the sample study holds before its images are built: the same `Study` and the same rows as of a real folder."""

from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np

from lib.errors import InputError
from lib.images.image import is_image_name
from lib.images.volumes import Volume
from lib.studies import ImageFacts, Study, StudyFile, read_study
from lib.studies.image_facts import SPACE_OF_CODE
from lib.studies.names import guess_kind, parse_name
from lib.studies.simulated import (
    build_sample_file,
    image_recipe,
    sample_files,
    sample_folder,
    sample_header,
    write_sample_study_text,
)

FIRST_IMAGE = "sub-01/anat/sub-01_T1w.nii.gz"
"""The notes' own geometry: what a newcomer opens."""


def sample_images() -> tuple[str, ...]:
    """List the images of the sample study as relative paths, built or not: the first subject's anatomy first."""
    images = [path for path in sample_files() if is_image_name(path)]
    return tuple(sorted(images, key=lambda path: (path != FIRST_IMAGE, path.startswith("derivatives/"), path)))


def sample_path(relative_path: str) -> Path:
    """Return where an image of the sample study is, or will be once it is built.

    Raises
    ------
    InputError
        The study has no such image.
    """
    if relative_path not in sample_images():
        raise InputError(
            f'The sample study has no image "{relative_path}". Choose one from the list; the first is {FIRST_IMAGE}.'
        )
    return sample_folder() / relative_path


def read_sample_study() -> Study:
    """Write the study's text files and list its images, built or not; `InputError` where nothing can be written."""
    folder = sample_folder()
    write_sample_study_text(folder)
    study = read_study(folder)
    files = tuple(_study_file(path) for path in sorted(sample_images()))
    return replace(study, files=files)


def is_sample(study: Study) -> bool:
    """Return whether a study is the sample, whose images may not be built yet."""
    return study.root == sample_folder().resolve()


def read_sample_facts(relative_path: str) -> ImageFacts:
    """Return what an image's header says, without building the image."""
    header = sample_header(relative_path)
    affine = header.get_best_affine()
    shape = header.get_data_shape()
    return ImageFacts(
        shape=shape,
        voxel_sizes=tuple(round(float(size), 6) for size in nib.affines.voxel_sizes(affine)),
        axcodes=nib.aff2axcodes(affine),
        dtype=np.dtype(header.get_data_dtype()).name,
        tr=float(header.get_zooms()[3]) if len(shape) > 3 else None,
        units=header.get_xyzt_units()[1] if len(shape) > 3 else "unknown",
        xform=SPACE_OF_CODE[int(header["sform_code"])],
    )


def build_sample_image(relative_path: str, report) -> Path:
    """Build one image into the sample folder; `report(fraction, text)` may raise to stop it."""
    return build_sample_file(relative_path, sample_folder(), report)


def simulate_first_volume(relative_path: str) -> tuple[Volume, np.ndarray]:
    """Return the first volume of a run of the sample and its (4, 4) affine, without building the run."""
    stored = next(image_recipe(relative_path).pieces())
    return Volume(stored), sample_header(relative_path).get_best_affine()


def _study_file(path: str) -> StudyFile:
    name = parse_name(path)
    return StudyFile(path, name, guess_kind(path, name))
