"""The whole app on a host of 1 GB, such as a free one: the sample subject, and an upload of 200 MB beside it."""

import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from tests.e2e import hand

# Windows has neither limits nor /proc, macOS no such limit that its kernel keeps.
if not sys.platform.startswith("linux"):
    pytest.skip("only Linux limits the memory of a process", allow_module_level=True)

import resource

MEMORY = 1 << 30
# Threads' stacks count whole against the limit on data, though next to nothing of them is used.
STACK = 2 << 20
SHAPE, N_VOLUMES = (120, 120, 72), 185
# The sample is simulated and 200 MB are sent, unpacked and read through meanwhile.
LONG = 90_000


@contextmanager
def limited(**limits: int) -> Iterator[None]:
    """Give processes that are started in the block these soft limits, as `ulimit` would."""
    kinds = {getattr(resource, f"RLIMIT_{name}"): value for name, value in limits.items()}
    before = {kind: resource.getrlimit(kind) for kind in kinds}
    if any(hard not in (resource.RLIM_INFINITY,) and hard < kinds[kind] for kind, (_, hard) in before.items()):
        pytest.skip("a limit is set here already, below the one that the test would set")
    for kind, value in kinds.items():
        resource.setrlimit(kind, (value, before[kind][1]))
    try:
        yield
    finally:
        for kind, values in before.items():
            resource.setrlimit(kind, values)


@pytest.fixture
def upload(tmp_path) -> Path:
    """Return a run of the notes' shape, 384 MB, whose noise packs to 200."""
    header = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape((*SHAPE, N_VOLUMES))
    header.set_sform(np.diag([1.8, 1.8, 2.0, 1.0]), 1)
    header["pixdim"][4] = 1.5
    header.set_xyzt_units("mm", "sec")
    header["vox_offset"] = 352
    path = tmp_path / "large.nii.gz"
    write_gzip(path, header.binaryblock + bytes(4), make_noise().tobytes(order="F"), N_VOLUMES)
    return path


def write_gzip(path: Path, head: bytes, body: bytes, n_times: int) -> None:
    """Write a gzip file of one member that holds `head`, and `body` so often, which is packed only once."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    # After a full flush what follows is packed by itself, on a byte of its own.
    first, again = (packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH) for part in (head, body))
    checksum = zlib.crc32(head)
    with path.open("wb") as stream:
        stream.write(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + first)
        for _ in range(n_times):
            stream.write(again)
            checksum = zlib.crc32(body, checksum)
        n_bytes = len(head) + n_times * len(body)
        stream.write(packer.flush() + checksum.to_bytes(4, "little") + (n_bytes % 2**32).to_bytes(4, "little"))


def make_noise() -> np.ndarray:
    return np.random.default_rng(7).normal(1000, 17, SHAPE).astype(np.int16)


def peak_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def test_sample_and_a_200_mb_upload_fit_into_1_gb(start_server, new_visitor, upload):
    assert 180e6 < upload.stat().st_size < 230e6
    with limited(DATA=MEMORY, STACK=STACK):
        server = start_server()
    page = new_visitor()
    page.set_default_timeout(LONG)
    page.goto(f"{server.url}/anatomy?image=sample/sub-01/anat/sub-01_T1w.nii.gz")
    page.wait_for_function("() => Number(document.querySelector('.st-key-slices .plot')?.dataset.drawn) > 0")
    page.goto(f"{server.url}/timeseries?image=sample/sub-01/func/sub-01_task-game_bold.nii.gz")
    wait_for_course(page, "sub-01_task-game_bold.nii.gz")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(upload)
    page.wait_for_function("() => new URL(location.href).searchParams.get('image') === 'upload/large.nii.gz'")
    wait_for_course(page, "large.nii.gz")
    page.get_by_role("button", name="Centre").click()
    readout = hand.expect_voxel(page, (60, 60, 36))
    assert readout.value == make_noise()[60, 60, 36]
    page.goto(f"{server.url}/anatomy?image=mni152-t1&overlay=motor-map")
    page.wait_for_function("() => Number(document.querySelector('.st-key-slices .plot')?.dataset.drawn) > 0")
    assert peak_bytes(server.pid) < 1e9


def wait_for_course(page, name: str) -> None:
    """Wait until the time course of a voxel of this image is drawn."""
    page.wait_for_function(
        """name => {
            const chart = document.querySelector(".st-key-series .live-chart")?.chart;
            return chart?.data?.caption === name && /voxel/.test(chart.plot.data?.[0]?.name ?? "");
        }""",
        arg=name,
    )
