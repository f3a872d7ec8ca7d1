"""The simulated sample study: two subjects with known answers, built file by file on first use, without a network.

`known` says what is true of the study, `courses` and `anatomy` make its signals and tissue, `runs` its images, `texts`
its text files, and `building` writes them to the cache folder.
"""

from lib.studies.simulated.building import build_sample_file, sample_folder, write_sample_study_text
from lib.studies.simulated.catalogue import image_recipe, sample_files, sample_header
from lib.studies.simulated.known import KNOWN, find_run, place_in_scanner

__all__ = [
    "KNOWN",
    "build_sample_file",
    "find_run",
    "image_recipe",
    "place_in_scanner",
    "sample_files",
    "sample_folder",
    "sample_header",
    "write_sample_study_text",
]
