import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.affines import apply_affine

from lib.errors import InputError
from lib.spaces.storage_orders import ORDERS, explain_slicing, reorient, reorient_ijk, slices_of_axes
from tests.builders.known_affines import affines, shapes


def numbered(shape):
    return np.arange(np.prod(shape)).reshape(shape)


def test_there_are_48_orders_each_with_one_letter_of_each_pair():
    assert len(set(ORDERS)) == 48
    assert ORDERS[0] == "RAS"
    pair_of = {code: pair for pair in ("RL", "AP", "SI") for code in pair}
    assert all({pair_of[code] for code in order} == {"RL", "AP", "SI"} for order in ORDERS)


@settings(max_examples=40, deadline=None)
@given(affine=affines(largest_shear=0.2), shape=shapes, order=st.sampled_from(ORDERS), data=st.data())
def test_index_changes_and_world_point_does_not(affine, shape, order, data):
    ijk = tuple(data.draw(st.integers(0, n - 1)) for n in shape)
    values = numbered(shape)
    stored, stored_affine = reorient(values, affine, order)
    there = reorient_ijk(ijk, shape, affine, order)
    assert stored[tuple(there)] == values[ijk]
    np.testing.assert_allclose(apply_affine(stored_affine, there), apply_affine(affine, ijk), atol=1e-9)
    # An axis that leans as much to one side as to another has no letter of its own.
    if (np.abs(affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)).max(axis=0) > 0.75).all():
        assert "".join(nib.aff2axcodes(stored_affine)) == order


@settings(max_examples=25, deadline=None)
@given(affine=affines(), shape=shapes, order=st.sampled_from(ORDERS))
def test_reorienting_is_what_nibabel_does(affine, shape, order):
    img = nib.Nifti1Image(numbered(shape).astype(np.int32), affine)
    change = nib.orientations.ornt_transform(nib.io_orientation(affine), nib.orientations.axcodes2ornt(order))
    expected = img.as_reoriented(change)
    stored, stored_affine = reorient(np.asarray(img.dataobj), affine, order)
    np.testing.assert_array_equal(stored, expected.dataobj)
    np.testing.assert_allclose(stored_affine, expected.affine, atol=1e-9)


def test_canonical_order_is_nibabels_closest_canonical(oblique_affine):
    img = nib.Nifti1Image(numbered((7, 8, 9)).astype(np.int32), oblique_affine)
    stored, stored_affine = reorient(np.asarray(img.dataobj), oblique_affine, "RAS")
    canonical = nib.as_closest_canonical(img)
    np.testing.assert_array_equal(stored, canonical.dataobj)
    np.testing.assert_allclose(stored_affine, canonical.affine)


def test_psr_by_hand():
    """RAS voxel (1, 2, 3) of shape (7, 8, 9): P counts j from the other end, then S is k, then R is i."""
    assert reorient_ijk((1, 2, 3), (7, 8, 9), np.eye(4), "PSR").tolist() == [8 - 1 - 2, 3, 1]


def test_a_run_keeps_time_last(oblique_affine):
    stored, _ = reorient(numbered((7, 8, 9, 2)), oblique_affine, "PSR")
    assert stored.shape == (8, 9, 7, 2)


def test_nothing_is_copied(oblique_affine):
    data = numbered((7, 8, 9))
    stored, _ = reorient(data, oblique_affine, "PSR")
    assert np.shares_memory(stored, data)


@pytest.mark.parametrize("order", ["RAR", "XYZ", "RA", ""])
def test_an_order_that_is_none_is_refused(order):
    with pytest.raises(InputError, match=r"is not a storage order. Give three letters"):
        reorient(numbered((7, 8, 9)), np.eye(4), order)


def test_planes_are_decided_by_the_affine():
    psr = np.array([[0, 0, 3.0, 5], [-2, 0, 0, 6], [0, 4, 0, 7], [0, 0, 0, 1]])
    assert [(cut.expression, cut.plane, cut.direction) for cut in slices_of_axes(psr)] == [
        ("data[i, :, :]", "coronal", "anterior to posterior"),
        ("data[:, j, :]", "axial", "inferior to superior"),
        ("data[:, :, k]", "sagittal", "left to right"),
    ]
    assert [cut.degrees_off for cut in slices_of_axes(psr)] == [0, 0, 0]


def test_a_tilted_slice_is_off_its_plane_by_the_tilt():
    affine = np.eye(4)
    affine[:3, :3] = nib.eulerangles.euler2mat(x=np.deg2rad(13))
    degrees = [cut.degrees_off for cut in slices_of_axes(affine)]
    np.testing.assert_allclose(degrees, [0, 13, 13], atol=1e-6)


def test_the_trap_in_a_sentence():
    assert explain_slicing(np.eye(4)) == (
        "Stored as RAS, data[:, :, k] is an axial slice; in another storage order it is not."
    )
    sla = np.array([[0, -2.0, 0, 0], [0, 0, 2, 0], [2, 0, 0, 0], [0, 0, 0, 1]])
    assert explain_slicing(sla) == "Stored as SLA, data[:, :, k] is a coronal slice, not an axial one: ask the affine."
    tilted = np.eye(4)
    tilted[:3, :3] = nib.eulerangles.euler2mat(x=np.deg2rad(13))
    assert "is an axial slice, 13.0 degrees off it;" in explain_slicing(tilted)


def test_one_brain_in_six_orders_is_one_brain(shared_data):
    """Six files, stored six ways: brought to one order, every voxel has the same value at the same place."""
    reference = None
    for path in sorted((shared_data / "orientations").glob("*.nii.gz")):
        img = nib.load(path)
        assert "".join(nib.aff2axcodes(img.affine)) == path.name.split(".")[0]
        stored, affine = reorient(np.asarray(img.dataobj), img.affine, "LAS")
        if reference is None:
            reference = stored, affine
        np.testing.assert_array_equal(stored, reference[0])
        np.testing.assert_allclose(affine, reference[1], atol=1e-4)
