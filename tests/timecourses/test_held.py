"""What a link holds, and what the voxels of a region do together."""

import numpy as np
import pytest

from lib.errors import InputError
from lib.timecourses import held
from lib.timecourses.held import Held, average, format_held, parse_held
from lib.timecourses.regions import summarise

ALL = [
    Held("voxel", (-38.0, -2.25, 56.0)),
    Held("sphere", (10.5, -66.0, 4.0), 7.5),
    Held("mask", source="scans/a,b;c mask.nii.gz"),
    Held("label", size=12.0, source="sample/derivatives/atlas.nii.gz"),
]


def test_what_is_held_comes_back_from_its_link():
    assert parse_held(format_held(ALL)) == ALL


def test_link_is_readable():
    assert format_held(ALL[:2]) == "voxel:-38.00,-2.25,56.00;sphere:10.50,-66.00,4.00,7.5"


@pytest.mark.parametrize("label", [16_777_217, 2**53 + 1, 2**64 - 1, -(2**63), 12.5])
def test_a_label_comes_back_whole_however_large(label):
    """Of 16,777,217 the link held 1.67772e+07, which is another region."""
    held_label = Held("label", size=label, source="atlas.nii.gz")
    assert format_held([held_label]) == f"label:{label},atlas.nii.gz"
    assert parse_held(format_held([held_label])) == [held_label]


@pytest.mark.parametrize("label", ["1e30", "18446744073709551616", "nan", "1" * 30])
def test_a_label_that_no_file_holds_is_refused(label):
    with pytest.raises(InputError, match="names no voxel or region"):
        parse_held(f"label:{label},atlas.nii.gz")


def test_nothing_held_leaves_the_link_alone():
    assert format_held([]) is None
    assert parse_held("") == []


@pytest.mark.parametrize(
    "text",
    [
        "voxel:1,2",
        "voxel:1,2,x",
        "voxel:1,2,nan",
        "voxel:1,2,99999",
        "sphere:1,2,3",
        "sphere:1,2,3,0",
        "sphere:1,2,3,51",
        "mask:",
        "label:7",
        "brain:1,2,3",
        "javascript",
    ],
)
def test_what_cannot_be_held_is_quoted(text):
    with pytest.raises(InputError, match="names no voxel or region") as raised:
        parse_held(f"voxel:1,2,3;{text}")
    assert f'"{text}"' in str(raised.value)


def test_a_link_that_holds_too_much_is_refused():
    with pytest.raises(InputError, match="holds 9 voxels and regions, but 8 can be compared"):
        parse_held(";".join(["voxel:1,2,3"] * 9))


@pytest.fixture
def signals(rng) -> np.ndarray:
    """Time courses of 11 voxels, two of which have no value."""
    made = rng.normal(100, 5, (40, 11))
    made[:, [3, 7]] = np.nan
    return made


@pytest.fixture
def read(signals):
    return lambda ijks: signals[:, ijks[:, 0]]


VOXELS = np.column_stack([np.arange(11), np.zeros((11, 2), int)])


@pytest.mark.parametrize("together", [1, 2, 3, 4, 100])
def test_average_in_pieces_is_the_average(signals, read, together, monkeypatch):
    monkeypatch.setattr(held, "PIECE", together * 40)
    found, expected = average(read, VOXELS, 40), summarise(signals)
    assert found.n_voxels == expected.n_voxels == 9
    np.testing.assert_allclose(found.mean, expected.mean)
    np.testing.assert_allclose(found.sd, expected.sd)
    np.testing.assert_allclose(found.standard_error, expected.standard_error)


@pytest.mark.parametrize("together", [1, 3, 100])
def test_a_volume_that_some_voxels_miss_is_that_of_the_others(signals, read, together, monkeypatch):
    """One voxel with a gap took the volume from the whole region."""
    monkeypatch.setattr(held, "PIECE", together * 40)
    signals[5, 0] = signals[6, :] = np.nan
    found = average(read, VOXELS, 40)
    known = np.delete(signals, [3, 7], axis=1)
    assert found.n_voxels == 9
    np.testing.assert_allclose(found.mean[5], known[5, 1:].mean())
    np.testing.assert_allclose(found.sd[5], known[5, 1:].std(ddof=1))
    assert np.isnan(found.mean[6])
    np.testing.assert_allclose(found.mean[7:], known[7:].mean(axis=1))


def test_average_of_one_and_three_is_two_with_sd_of_root_two():
    found = average(lambda ijks: np.array([[1.0, 3.0]] * 5), VOXELS[:2], 5)
    np.testing.assert_allclose(found.mean, 2.0)
    np.testing.assert_allclose(found.sd, np.sqrt(2))


@pytest.mark.parametrize("together", [2, 100])
def test_a_region_without_values_is_refused(together, monkeypatch):
    monkeypatch.setattr(held, "PIECE", together * 5)
    with pytest.raises(InputError, match="None of the voxels of this region has a value"):
        average(lambda ijks: np.full((5, len(ijks)), np.nan), VOXELS, 5)
