"""What is true of the sample? Its answer key: where it responds, what disturbs it, and links to see each of it."""

from urllib.parse import urlencode

import numpy as np
import streamlit as st

from lib.cache.sample_tsnr import measured_tsnr
from lib.plain_text import escape_markdown
from lib.studies.image_ids import SAMPLE
from lib.studies.simulated.known import KNOWN, Run, find_run, place_in_scanner

REST = find_run("01", "rest")
NOT_YET = "open the run once"


def show_answers() -> None:
    """Show what went into the simulation, in tables; places lead to the time course there."""
    st.caption(
        "Nobody was scanned: these numbers were put in, so that what you find can be checked. "
        "Each place opens the run there, in a new tab of the browser."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        _table("Where the brain responds", _responses(), _response_words())
        _table("A network at rest", _network(), _network_words())
        _table("Where the heads lie", _spaces())
    with right:
        _table("What disturbs each run", [_run_row(run) for run in KNOWN.runs], _run_words())
        _table("What disturbs all runs", _disturbances(), _motion_words())


def _table(title: str, rows: list[dict], words: str = "") -> None:
    st.markdown(f"**{title}**")
    st.table(rows, border="horizontal")
    if words:
        st.caption(words)


def _responses() -> list[dict]:
    return [
        {
            "Run": _name(run),
            "Condition": name,
            "Place, x y z mm": _place_link(run, KNOWN.response_places[name], drop=str(KNOWN.n_non_steady)),
            "Blocks begin at, s": ", ".join(f"{onset:g}" for onset in onsets),
            "Each lasts, s": f"{run.block_duration:g}",
        }
        for run in KNOWN.runs
        for name, onsets in run.blocks
    ]


def _response_words() -> str:
    return (
        f"The signal rises by {KNOWN.response_percent:g} % at the peak of one block (SPM's model of the haemodynamic "
        f"response), within {KNOWN.response_radius:g} mm of these places and nowhere else."
    )


def _network() -> list[dict]:
    return [
        {
            "Run": _name(REST),
            "Place": name,
            "x y z mm": _place_link(REST, place, drop=str(KNOWN.n_non_steady), detrend="linear"),
        }
        for name, place in KNOWN.network_places.items()
    ]


def _network_words() -> str:
    return (
        f"Each two places correlate at {KNOWN.network_correlation:g} once motion, linear drift, spike and non-steady "
        f"volumes are taken out; SD {KNOWN.network_sd_percent:g} %, within {KNOWN.network_radius:g} mm of each."
    )


def _run_row(run: Run) -> dict:
    measured = measured_tsnr(run, KNOWN.n_non_steady)
    with_all, steady = (f"{value:.1f}" for value in measured) if measured else (NOT_YET, NOT_YET)
    return {
        "Run": _name(run),
        "Volumes": str(run.n_volumes),
        "Head jumps at volume": _volume_link(run, run.jump_volume),
        "Spike in volume": _volume_link(run, run.spike_volume),
        "tSNR of all volumes": with_all,
        f"tSNR without the first {KNOWN.n_non_steady}": steady,
    }


def _run_words() -> str:
    return (
        "Volumes are counted from 0. tSNR (mean / SD over time, no unit) is measured here: the median over the study's "
        f"brain mask. The first {KNOWN.n_non_steady} volumes are brighter, which makes the SD larger: Quality takes "
        "all volumes, as MRIQC does, so it says the first of the two numbers. Without them the simulation aims at "
        f"{KNOWN.tsnr_range[0]:g} to {KNOWN.tsnr_range[1]:g}."
    )


def _disturbances() -> list[dict]:
    factors = " and ".join(f"{factor:g}" for factor in KNOWN.non_steady_factors)
    levels = ", ".join(f"{tissue} {level:g}" for tissue, level in KNOWN.levels.items())
    facts = {
        f"First {KNOWN.n_non_steady} volumes, not steady yet": f"{factors} times as bright",
        "Drift": f"{KNOWN.drift_percent:g} % upwards, a straight line over the run",
        "Heartbeat": f"{KNOWN.cardiac_percent:g} % in pure cerebrospinal fluid; {_rhythm(KNOWN.cardiac_hz)}",
        "Breathing": f"{KNOWN.respiratory_percent:g} % everywhere; {_rhythm(KNOWN.respiratory_hz)}",
        "Spike": f"odd slices of one volume {KNOWN.spike_percent:g} % too bright",
        "Thermal noise": f"SD {KNOWN.noise_sd:g} image units; levels: {levels}",
        "Head jump": f"{_triple(KNOWN.jump[:3], 1)} mm and {_triple(KNOWN.jump[3:], 3)} rad; the head stays there",
    }
    return [{"What": what, "How much": much} for what, much in facts.items()]


def _motion_words() -> str:
    return (
        f"The head also wanders slowly, within {KNOWN.motion_range[0]:g} mm and {KNOWN.motion_range[1]:g} rad, and is "
        f"restless with an SD of {KNOWN.motion_jitter[0]:g} mm. The anatomy moves; the places that respond do not."
    )


def _spaces() -> list[dict]:
    centre = np.array([*KNOWN.t1w_centre, 1.0])
    place = np.asarray(KNOWN.t1w_affine) @ centre
    t1w = f"{SAMPLE}/sub-01/anat/sub-01_T1w.nii.gz"
    twin = f"{SAMPLE}/sub-01/anat/sub-01_acq-mismatch_T1w.nii.gz"
    at = dict(zip("xyz", (f"{value:.2f}" for value in place[:3]), strict=True))
    facts = {
        "sub-01's head": f"the template, moved by {_triple(place_in_scanner('01', (0, 0, 0)))} mm",
        "sub-02's head": f"the template, moved by {_triple(place_in_scanner('02', (0, 0, 0)))} mm and turned by a few "
        "degrees",
        "Centre of sub-01's T1w": f"voxel {_triple(KNOWN.t1w_centre)} lies at "
        f"{_link(_triple(place[:3], 2), 'anatomy', image=t1w, **at)} mm and measures {KNOWN.t1w_centre_value:g}",
        "A header that disagrees with itself": "the sform is turned by 8 degrees against the qform, which is right: "
        + _link("the header doctor", "spaces", image=twin, tab="Header doctor"),
        "Grid of the runs": f"{' x '.join(map(str, KNOWN.run_shape))} voxels of {KNOWN.run_voxel_size:g} mm, oblique, "
        f"TR {KNOWN.tr:g} s; each volume is taken at its start",
    }
    return [{"What": what, "Truth": truth} for what, truth in facts.items()]


def _rhythm(frequency: float) -> str:
    return f"{frequency:g} Hz, seen at {KNOWN.alias(frequency):.2f} Hz once sampled each {KNOWN.tr:g} s"


def _name(run: Run) -> str:
    return f"sub-{run.subject} {run.task}"


def _place_link(run: Run, mni_xyz: tuple[float, float, float], **parameters: str) -> str:
    place = place_in_scanner(run.subject, mni_xyz)
    at = dict(zip("xyz", (f"{value:.2f}" for value in place), strict=True))
    return _link(_triple(place, 1), "timeseries", image=f"{SAMPLE}/{run.path}", **at, **parameters)


def _volume_link(run: Run, volume: int) -> str:
    return _link(f"{volume} ({volume * KNOWN.tr:g} s)", "timeseries", image=f"{SAMPLE}/{run.path}", t=str(volume))


def _link(words: str, page: str, **parameters: str) -> str:
    """Return a link in Markdown from the first page, which stands at the root."""
    return f"[{escape_markdown(words)}]({page}?{urlencode(parameters, safe='/')})"


def _triple(values, digits: int = 0) -> str:
    return ", ".join(f"{value:.{digits}f}" for value in values)
