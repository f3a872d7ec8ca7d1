"""One image in several storage orders: the slice that an index picks, and the plane that the affine finds."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nibabel.affines import apply_affine

from lib.errors import InputError
from lib.images.lab.stored_slices import MAX_PIXELS, edge_words, take_stored_slice
from lib.images.volumes import Volume
from lib.spaces.storage_orders import ORDERS, reorient
from tests.builders.image_files import count_up
from tests.builders.known_affines import affines, has_nearest_axes


def test_the_same_index_expression_is_another_plane_in_another_order():
    volume = Volume(count_up())
    planes = {
        order: take_stored_slice(volume, np.eye(4), (3, 4, 5), order).plane for order in ("RAS", "LPS", "PIR", "RSA")
    }
    assert planes == {"RAS": "axial", "LPS": "axial", "PIR": "sagittal", "RSA": "coronal"}


def test_indices_change_and_the_value_looked_at_does_not():
    data = count_up()
    for order, ijk in (("RAS", (3, 4, 5)), ("LPS", (3, 3, 5)), ("PIR", (3, 3, 3)), ("SRA", (5, 3, 4))):
        found = take_stored_slice(Volume(data), np.eye(4), (3, 4, 5), order)
        assert found.ijk == ijk
        assert found.values[ijk[0], ijk[1]] == data[3, 4, 5]


@settings(max_examples=40, deadline=None)
@given(affines(), st.sampled_from(ORDERS), st.tuples(st.integers(0, 6), st.integers(0, 7), st.integers(0, 8)))
def test_the_axial_plane_through_the_affine_is_the_same_in_every_order(affine, order, ijk):
    assume(has_nearest_axes(affine))
    volume, xyz = Volume(count_up()), apply_affine(affine, ijk)
    first = take_stored_slice(volume, affine, xyz, "RAS")
    found = take_stored_slice(volume, affine, xyz, order)
    np.testing.assert_array_equal(found.axial, first.axial)
    np.testing.assert_allclose(found.axial_sizes, first.axial_sizes)
    assert found.axial[tuple(found.axial_ijk)] == volume.stored[ijk]


def test_the_edges_are_named_by_the_direction_in_which_the_indices_grow():
    found = take_stored_slice(Volume(count_up()), np.eye(4), (3, 4, 5), "PIR")
    assert found.edges == ("A", "P", "S", "I")
    assert edge_words(found.edges) == "top anterior, bottom posterior, left superior, right inferior"


def test_a_large_slice_is_thinned_out_around_the_voxel_looked_at():
    data = np.zeros((401, 300, 3), np.uint8)
    data[398, 7, 1] = 200
    found = take_stored_slice(Volume(data), np.eye(4), (398, 7, 1), "RAS")
    assert max(found.values.shape) <= MAX_PIXELS
    i, j, _ = found.ijk
    assert found.values[(i - i % found.step[0]) // found.step[0], (j - j % found.step[1]) // found.step[1]] == 200


def test_a_point_beside_the_image_takes_the_nearest_voxel():
    found = take_stored_slice(Volume(count_up()), np.eye(4), (-50, 4, 99), "RAS")
    assert found.ijk == (0, 4, 8)


def test_the_values_are_scaled():
    found = take_stored_slice(Volume(count_up(), 0.5, 10.0), np.eye(4), (0, 0, 0), "RAS")
    assert found.values[1, 0] == 0.5 * 72 + 10


def test_an_order_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="RAT is not a storage order"):
        take_stored_slice(Volume(count_up()), np.eye(4), (0, 0, 0), "RAT")


def test_real_images_of_one_brain_show_the_same_axial_plane(shared_data):
    from lib.images.image import open_image, read_volume

    planes = []
    for order in ("RAS", "LPS", "PSR", "SLA", "LAS", "RPI"):
        image = open_image(shared_data / "orientations" / f"{order}.nii.gz")
        volume = read_volume(image)
        found = take_stored_slice(volume, image.affine, (4.0, -18.0, 12.0), order)
        assert found.sentence.startswith(f"Stored as {order}, data[:, :, k] is")
        planes.append(found.axial)
        np.testing.assert_array_equal(reorient(volume.stored, image.affine, order)[0], volume.stored)
    for plane in planes[1:]:
        np.testing.assert_array_equal(plane, planes[0])
