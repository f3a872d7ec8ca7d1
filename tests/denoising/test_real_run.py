"""The steps' matrix on a real run and its motion: as nilearn cleans it, to float32 where float32 is shown."""

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from lib.denoising.ledger import make_ledger
from lib.denoising.operator import make_operator
from lib.denoising.steps import Steps
from lib.denoising.variance import reduced, variance_removed

TR = 2.0
MOTION = tuple(f"{way}_{axis}{end}" for end in ("", "_derivative1") for way in ("trans", "rot") for axis in "xyz")


@pytest.fixture(scope="module")
def run(shared_data) -> tuple[np.ndarray, pd.DataFrame]:
    """The series of a small head, (156, V) float32, and its confounds; derivatives and FD have no first value."""
    study = shared_data / "studyforrest-mini"
    if not study.is_dir():
        pytest.skip(f"the small study is not present ({study.name}/ folder is absent)")
    name = "sub-02/func/sub-02_task-oneback_run-1_{}"
    volumes = np.asarray(nib.load(study / name.format("bold.nii.gz")).dataobj, np.float32)
    series = volumes[volumes.mean(axis=-1) > 300].T
    table = study / "derivatives/moco-not-fmriprep" / name.format("desc-confounds_timeseries.tsv")
    return series, pd.read_csv(table, sep="\t")


@pytest.mark.parametrize("scrub", [False, True])
def test_variance_removed_and_cleaned_series_are_nilearns(run, scrub):
    from nilearn.signal import clean

    series, frame = run
    censored = ()
    if scrub:
        moved = np.argsort(frame["framewise_displacement"].fillna(0).to_numpy())[-12:]
        censored = tuple(int(one) for one in np.sort(moved) if 155 - one not in moved)
        assert len(censored) > 5
    steps = Steps(0, "linear", high_pass=0.01, low_pass=0.1, confounds=MOTION, censored=censored)
    operator = make_operator(steps, 156, TR, frame)
    filled = frame[list(MOTION)].fillna(frame.loc[operator.kept, list(MOTION)].mean())
    expected = clean(
        series.astype(np.float64), detrend=True, standardize=None, t_r=TR, high_pass=0.01, low_pass=0.1,
        confounds=filled.to_numpy(), sample_mask=operator.kept if scrub else None,
    )  # fmt: skip
    largest = np.abs(series).max()
    np.testing.assert_allclose(operator.clean(series), expected, rtol=0, atol=1e-10 * largest)
    share = 1 - expected.var(axis=0) / series[operator.kept].var(axis=0, dtype=np.float64)
    found = variance_removed(reduced(operator.matrix), np.array_split(series, 5, axis=1), operator.kept)
    np.testing.assert_allclose(found, share, atol=1e-3)
    assert 0.5 < np.median(found) < 0.95


def test_ledger_of_a_real_table(run):
    _, frame = run
    steps = Steps(0, "linear", high_pass=0.01, low_pass=0.1, confounds=(*MOTION, "global_signal"))
    operator = make_operator(steps, 156, TR, frame)
    ledger = make_ledger(operator, TR, frame, (("motion", MOTION), ("global signal", ("global_signal",))))
    assert [entry.taken for entry in ledger.entries] == [1, 1, 98, 12, 1]
    assert ledger.left == 43
    assert ledger.effective == pytest.approx(ledger.left, abs=6)
