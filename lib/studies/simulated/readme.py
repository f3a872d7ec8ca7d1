"""What the README of the simulated study says: every answer that is known of it."""

from lib.studies.simulated.known import KNOWN, Run, place_in_scanner


def make_readme() -> str:
    """Tell that the study is simulated and what its images were made from."""
    sections = {
        "Spaces": _spaces(),
        "Runs": [_run(run) for run in KNOWN.runs],
        "Responses and network": _activity(),
        "What disturbs the signal": _disturbances(),
        "Head motion": _motion(),
    }
    body = [line for title, lines in sections.items() for line in ("", f"## {title}", "", *lines)]
    return "\n".join([*_INTRODUCTION, *body, ""])


_INTRODUCTION = [
    "# Voxel Explorer sample study",
    "",
    "Simulated data. Nobody was scanned: brains, signals, motion and noise were computed, so that the right",
    "answers are known. The brain is the MNI152 template that nilearn ships (skull-stripped), placed in each",
    "scanner's space by a rigid mapping. The numbers below are what went in.",
    "",
    "Confounds and masks in `derivatives/simulated` follow fMRIPrep's layout and names but come from the",
    "simulation; nothing was estimated.",
]


def _spaces() -> list[str]:
    shift = ", ".join(
        f"{axis} + {mm:g}" if mm else axis for axis, mm in zip("xyz", place_in_scanner("01", (0, 0, 0)), strict=True)
    )
    return [
        f"- sub-01: the template's (x, y, z) mm lies at ({shift}) mm in the scanner. sub-02's",
        "  head is also turned by a few degrees.",
        f"- T1w of sub-01: shape {KNOWN.t1w_shape}; its centre voxel {KNOWN.t1w_centre} lies at",
        f"  (0.80, 21.18, 18.10) mm and measures {KNOWN.t1w_centre_value:g}.",
        "- `acq-mismatch`: the same T1w, but its qform (right) and its sform (turned by 8 degrees about z, then",
        "  shifted by (6, -4, 10) mm) disagree on purpose.",
        f"- Runs: {KNOWN.run_shape} voxels of {KNOWN.run_voxel_size:g} mm, oblique, first index to the left, TR "
        f"{KNOWN.tr:g} s;",
        "  each volume is taken at one instant, at its start.",
    ]


def _run(run: Run) -> str:
    blocks = "".join(
        f"; {name} at {', '.join(f'{onset:g}' for onset in onsets)} s for {run.block_duration:g} s"
        for name, onsets in run.blocks
    )
    return (
        f"- sub-{run.subject} {run.task}: {run.n_volumes} volumes, jump at volume {run.jump_volume}, spike at volume "
        f"{run.spike_volume} (the first is 0){blocks}."
    )


def _activity() -> list[str]:
    return [
        f"- Responses: {KNOWN.response_percent:g} % at the peak of one block, SPM's canonical response, in spheres of "
        f"{KNOWN.response_radius:g} mm",
        "  (voxel centres) about these places and nowhere else:",
        *[_place(*item) for item in KNOWN.response_places.items()],
        f"- Network, in rest only: SD {KNOWN.network_sd_percent:g} %, spheres of {KNOWN.network_radius:g} mm. Each two "
        f"places correlate at {KNOWN.network_correlation:g} once motion,",
        "  linear drift, spike and non-steady volumes are removed:",
        *[_place(*item) for item in KNOWN.network_places.items()],
    ]


def _disturbances() -> list[str]:
    factors = " and ".join(f"{factor:g}" for factor in KNOWN.non_steady_factors)
    return [
        f"- The first {KNOWN.n_non_steady} volumes are not steady yet: {factors} times as bright.",
        f"- Drift: {KNOWN.drift_percent:g} % upwards in a straight line over each run.",
        _rhythm("Heartbeat", KNOWN.cardiac_hz, f"{KNOWN.cardiac_percent:g} % in pure cerebrospinal fluid"),
        _rhythm("Breathing", KNOWN.respiratory_hz, f"{KNOWN.respiratory_percent:g} % everywhere"),
        f"- Spike: in one volume the odd slices are {KNOWN.spike_percent:g} % too bright.",
        f"- Thermal noise: SD {KNOWN.noise_sd:g} in image units, where grey matter measures "
        f"{KNOWN.levels['grey matter']:g}.",
        f"- Median tSNR over the brain, after the non-steady volumes: between {KNOWN.tsnr_range[0]:g} and "
        f"{KNOWN.tsnr_range[1]:g}.",
    ]


def _motion() -> list[str]:
    return [
        f"- A slow wander within {KNOWN.motion_range[0]:g} mm and {KNOWN.motion_range[1]:g} rad, restlessness of SD "
        f"{KNOWN.motion_jitter[0]:g} mm and {KNOWN.motion_jitter[1]:g} rad,",
        f"  and one jump by {_triple(KNOWN.jump[:3], 1)} mm and {_triple(KNOWN.jump[3:], 3)} rad that stays.",
        "- The parameters say where the head went, relative to the first volume: +x right, +y anterior, +z superior,",
        "  right-handed rotations about the centre of the image, x first, then y, then z, then the translation.",
        "- The anatomy moves; the spheres above stay where they are.",
    ]


def _place(name: str, mni_xyz: tuple[float, float, float]) -> str:
    scanner = ", ".join(
        f"sub-{subject} {_triple(place_in_scanner(subject, mni_xyz), 1)}" for subject in KNOWN.scanner_from_mni
    )
    return f"  - {name}: {scanner} mm in the scanner, {_triple(mni_xyz)} in the template."


def _rhythm(name: str, frequency: float, amplitude: str) -> str:
    return f"- {name}: {frequency:g} Hz, amplitude {amplitude}; sampled it shows at {KNOWN.alias(frequency):.2f} Hz."


def _triple(values: tuple[float, float, float], digits: int = 0) -> str:
    return "(" + ", ".join(f"{value:.{digits}f}" for value in values) + ")"
