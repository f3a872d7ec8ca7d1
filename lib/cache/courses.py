"""Which time courses were computed last? Shared by all sessions, and by the pages' runs and the routes beside them."""

from operator import attrgetter

import streamlit as st

from lib.timecourses.course import Course, SteppedRun, read_course, voxel_at

# A move of the cursor is asked about by a feed a chart and by the page's own words, all at once or soon after each
# other: it is the voxels of the last moves that are asked for again. A course of 1200 volumes takes 30 kB.
KEPT = 64


def course_of(run: SteppedRun, xyz) -> Course | None:
    """Return the processed time course of the voxel that contains a world point; None outside the grid.

    Computed once, whoever asks first: who asks meanwhile waits for that.
    """
    ijk = voxel_at(run.image, xyz)
    return _course(run, ijk)[0] if ijk is not None else None


def let_go() -> None:
    """Let go of the runs that the courses were read from."""
    _course.clear()


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs={SteppedRun: attrgetter("key")})
def _course(run: SteppedRun, ijk: tuple[int, int, int]) -> tuple[Course, SteppedRun]:
    # Kept with its run, so that the confounds that the key knows by their identity live as long as the key does.
    return read_course(run, ijk), run
