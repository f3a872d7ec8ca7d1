"""Where does a visitor who has chosen no place look at a run first? Where something is to be seen.

The place is found behind the page. It takes the cursor only as long as nobody has moved that, and no link says where it
is.
"""

import streamlit as st

from lib.cache.first_places import FirstPlace, start_finding
from lib.images.image import Image
from lib.images.repetition_time import Tr
from lib.runs import RunStore, StoreDamaged
from lib.session import cursor
from lib.session.progress import rerun_at_end
from lib.session.study_files import PairedFiles
from lib.spaces.coordinates import world_from_voxel

# Most runs are looked through sooner than somebody has looked at the slices.
PATIENCE_SECONDS = 1.0
# Where the cursor stays, all that is missing meanwhile is a line.
SHORT_PATIENCE_SECONDS = 0.1
LOOK_SECONDS = 0.5


def find_place(image: Image, pairs: PairedFiles, tr: Tr, store: RunStore | None) -> FirstPlace | None:
    """Return where the run is looked at first, and go there if nobody has chosen a place.

    None while that is not known, and where the run has no such place: it is then looked at in its centre. A part of
    the page shows the page again once it is known, if somebody is to be taken there.
    """
    # A place of its own, so that what stands below is not torn down and built anew when the waiting ends.
    place = st.container()
    if store is None:
        return None
    job = start_finding(image, store, tr.seconds, pairs.events[0].path if pairs.events else None)
    if not job.wait(PATIENCE_SECONDS if cursor.is_placed() else SHORT_PATIENCE_SECONDS):
        if cursor.is_placed():
            with place:
                rerun_at_end(job, LOOK_SECONDS)
        return None
    # A damaged store is told by what the page itself reads of it.
    found = None if isinstance(job.error, StoreDamaged) else job.result()
    if found is not None and cursor.is_placed():
        cursor.place_at(world_from_voxel(image.affine, found.ijk))
    return found
