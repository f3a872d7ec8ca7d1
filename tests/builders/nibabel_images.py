"""Images that ship with nibabel, one for each format."""

from contextlib import contextmanager
from pathlib import Path

import nibabel as nib

FOLDER = Path(nib.__file__).parent / "tests" / "data"


@contextmanager
def opened(name: str):
    """Open one of nibabel's own test images; nibabel leaves a PAR/REC file's data open, so close that."""
    img = nib.load(FOLDER / name)
    yield img
    if isinstance(img, nib.parrec.PARRECImage):
        img.dataobj.file_like.close()
