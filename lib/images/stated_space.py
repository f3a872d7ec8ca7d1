"""Which space an image says that it is in: by its file's name, else by its header."""

import re

from lib.images.image import Image
from lib.images.sform_qform import read_forms

# The templates that nilearn ships, under the ids they have here; its motor map says no more than MNI152.
BUNDLED_SPACES = {
    "mni152-t1": "MNI152NLin2009aSym",
    "mni152-gm": "MNI152NLin2009aSym",
    "mni152-wm": "MNI152NLin2009aSym",
    "motor-map": "MNI152",
}
SPACE_ENTITY = re.compile(r"(?:^|_)space-([A-Za-z0-9]+)")


def stated_space(image: Image) -> str | int | None:
    """Return the label or form code of an image's space, as `lib.spaces.space_names.describe_space` takes it.

    The ``space-`` entity of the file's name comes first, then the code of the form that nibabel uses; None for a format
    that has neither.
    """
    if image.name in BUNDLED_SPACES:
        return BUNDLED_SPACES[image.name]
    named = SPACE_ENTITY.search(image.name)
    if named:
        return named[1]
    forms = read_forms(image.img.header)
    if forms is None:
        return None
    return {"sform": forms.sform_code, "qform": forms.qform_code, "neither": 0}[forms.used]
