"""What is true of the simulated study: every number that its images were made from."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np


@dataclass(frozen=True)
class Run:
    """One simulated task run.

    Attributes
    ----------
    subject, task, suffix : "01", "game", ".nii" or ".nii.gz"
    n_volumes : number of volumes, `Known.tr` seconds apart
    blocks : (trial type, onsets in seconds) pairs; empty for rest
    block_duration : seconds, the same for all blocks of a run
    jump_volume : first volume after the sudden head movement; the head stays there
    spike_volume : volume whose odd slices are too bright
    has_network : whether the default-mode-like network is in the signal
    seed : of the run's random numbers
    """

    subject: str
    task: str
    suffix: str
    n_volumes: int
    blocks: tuple[tuple[str, tuple[float, ...]], ...]
    block_duration: float
    jump_volume: int
    spike_volume: int
    has_network: bool
    seed: int

    @property
    def stem(self) -> str:
        """Path in the study without ``_bold.nii``."""
        return f"sub-{self.subject}/func/sub-{self.subject}_task-{self.task}"

    @property
    def path(self) -> str:
        """Path of the image in the study."""
        return f"{self.stem}_bold{self.suffix}"

    @property
    def mask_path(self) -> str:
        """Path of the brain mask in the study."""
        return f"{DERIVATIVES}/{self.stem}_desc-brain_mask.nii.gz"

    @property
    def confounds_path(self) -> str:
        """Path of the confounds table in the study."""
        return f"{DERIVATIVES}/{self.stem}_desc-confounds_timeseries.tsv"


@dataclass(frozen=True)
class Known:
    """The known answers: lengths in mm, times in seconds, changes in percent of the voxel's resting level.

    Attributes
    ----------
    response_places, network_places : name -> centre (x, y, z), mm of the MNI152 template
    response_percent, response_radius : height of one block's peak, the same in the whole sphere
    network_correlation, network_sd_percent : between each two places, and of each place
    scanner_from_mni : subject -> (4, 4) rigid mapping of template mm to the subject's scanner mm
    t1w_affine : (4, 4) of the first subject's T1w
    t1w_centre, t1w_centre_value : its voxel `t1w_shape // 2` and what it measures
    mismatch_sform : (4, 4), the sform of the twin; its qform is `t1w_affine`
    jump : the sudden movement added from `Run.jump_volume` on: x, y, z in mm, then rotations in radians
    motion_range, motion_jitter : the slow wander's largest distance from the start and the SD of the restlessness on
        top of it, each for translations in mm and rotations in radians
    non_steady_factors : brightness of the first volumes, 1 = steady
    spike_percent : by which the odd slices of `Run.spike_volume` are too bright
    drift_percent : linear scanner drift from the first to the last volume
    cardiac_hz, respiratory_hz : true rhythms; `alias` gives where sampling each `tr` shows them
    cardiac_percent : amplitude in pure cerebrospinal fluid, in proportion to its share elsewhere
    respiratory_percent : amplitude everywhere
    levels : tissue -> what a voxel of nothing else measures, in image units
    noise_sd : of the thermal noise, in image units
    tsnr_range : median over the brain mask of mean / SD of any run, after its non-steady volumes
    """

    tr: float
    response_percent: float
    response_radius: float
    response_places: MappingProxyType
    network_places: MappingProxyType
    network_radius: float
    network_correlation: float
    network_sd_percent: float
    scanner_from_mni: MappingProxyType
    t1w_shape: tuple[int, int, int]
    t1w_affine: tuple[tuple[float, ...], ...]
    t1w_centre: tuple[int, int, int]
    t1w_centre_value: float
    mismatch_sform: tuple[tuple[float, ...], ...]
    run_shape: tuple[int, int, int]
    run_voxel_size: float
    jump: tuple[float, ...]
    motion_range: tuple[float, float]
    motion_jitter: tuple[float, float]
    non_steady_factors: tuple[float, ...]
    spike_percent: float
    drift_percent: float
    cardiac_hz: float
    cardiac_percent: float
    respiratory_hz: float
    respiratory_percent: float
    levels: MappingProxyType
    noise_sd: float
    tsnr_range: tuple[float, float]
    runs: tuple[Run, ...]

    @property
    def n_non_steady(self) -> int:
        """Number of volumes before the signal is steady."""
        return len(self.non_steady_factors)

    def alias(self, frequency: float) -> float:
        """Frequency in Hz at which a rhythm appears once sampled every `tr` seconds."""
        sampling = 1.0 / self.tr
        return abs(frequency - sampling * np.floor(frequency / sampling + 0.5))


def rigid(turns: tuple[float, float, float], shift: tuple[float, float, float]) -> np.ndarray:
    """Make a (4, 4) rigid mapping: rotate about x, then y, then z (degrees, right-handed), then shift (mm)."""
    x, y, z = np.deg2rad(turns)
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    mapping = np.eye(4)
    mapping[:3, :3] = about_z @ about_y @ about_x
    mapping[:3, 3] = shift
    return mapping


def place_in_scanner(subject: str, mni_xyz: tuple[float, float, float]) -> np.ndarray:
    """Tell where a place of the template lies in a subject's scanner space, (3,) mm."""
    mapping = np.asarray(KNOWN.scanner_from_mni[subject])
    return mapping[:3, :3] @ np.asarray(mni_xyz, dtype=float) + mapping[:3, 3]


def find_run(subject: str, task: str) -> Run:
    """Return the run of a subject's task; `KeyError` where the study has none."""
    return {(run.subject, run.task): run for run in KNOWN.runs}[subject, task]


def _rows(matrix: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in matrix)


DERIVATIVES = "derivatives/simulated"
VERSION = 1
"""Raise it when the content of a file changes, so that no cache serves the old one."""

T1W_AFFINE = (
    (9.97948170e-01, -6.33936822e-02, 9.20792390e-03, -8.05883331e01),
    (6.38809726e-02, 9.95547771e-01, -6.93098381e-02, -9.50348053e01),
    (-4.77313204e-03, 6.97556883e-02, 9.97552693e-01, -1.17536789e02),
    (0.0, 0.0, 0.0, 1.0),
)

KNOWN = Known(
    tr=2.0,
    response_percent=2.0,
    response_radius=10.0,
    response_places=MappingProxyType(
        {
            "play": (-38.0, -22.0, 56.0),
            "watch": (10.0, -86.0, 4.0),
            "speech": (-56.0, -18.0, 6.0),
            "faces": (40.0, -52.0, -18.0),
        }
    ),
    network_places=MappingProxyType(
        {
            "posterior cingulate": (0.0, -52.0, 26.0),
            "medial prefrontal": (0.0, 52.0, -4.0),
            "left angular": (-46.0, -68.0, 32.0),
            "right angular": (46.0, -68.0, 32.0),
        }
    ),
    network_radius=10.0,
    network_correlation=0.7,
    network_sd_percent=1.0,
    scanner_from_mni=MappingProxyType(
        {"01": _rows(rigid((0, 0, 0), (0, 20, 0))), "02": _rows(rigid((-5, 0, 2), (3, 8, -4)))}
    ),
    t1w_shape=(176, 240, 256),
    t1w_affine=T1W_AFFINE,
    t1w_centre=(88, 120, 128),
    t1w_centre_value=115.5,
    mismatch_sform=_rows(rigid((0, 0, 8), (6, -4, 10)) @ np.array(T1W_AFFINE)),
    run_shape=(48, 56, 40),
    run_voxel_size=4.0,
    jump=(0.2, 0.4, 0.8, 0.008, 0.0, -0.003),
    motion_range=(0.2, 0.002),
    motion_jitter=(0.01, 0.0001),
    non_steady_factors=(1.25, 1.10),
    spike_percent=10.0,
    drift_percent=1.5,
    cardiac_hz=1.17,
    cardiac_percent=1.5,
    respiratory_hz=0.29,
    respiratory_percent=0.3,
    levels=MappingProxyType({"grey matter": 1000.0, "white matter": 800.0, "cerebrospinal fluid": 1300.0}),
    noise_sd=8.0,
    tsnr_range=(60.0, 110.0),
    runs=(
        Run(
            "01",
            "game",
            ".nii.gz",
            144,
            (("play", (10.0, 74.0, 138.0, 202.0)), ("watch", (42.0, 106.0, 170.0, 234.0))),
            16.0,
            jump_volume=90,
            spike_volume=60,
            has_network=False,
            seed=11,
        ),
        Run(
            "01",
            "film",
            ".nii",
            132,
            (("speech", (12.0, 72.0, 132.0, 192.0)), ("faces", (42.0, 102.0, 162.0, 222.0))),
            12.0,
            jump_volume=70,
            spike_volume=100,
            has_network=False,
            seed=12,
        ),
        Run("01", "rest", ".nii.gz", 148, (), 0.0, jump_volume=100, spike_volume=50, has_network=True, seed=13),
        Run(
            "02",
            "game",
            ".nii",
            120,
            (("play", (20.0, 84.0, 148.0)), ("watch", (52.0, 116.0, 180.0))),
            16.0,
            jump_volume=80,
            spike_volume=40,
            has_network=False,
            seed=21,
        ),
    ),
)
