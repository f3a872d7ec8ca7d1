"""Pictures of maps, packed for the browser."""

import numpy as np
import pytest
from isal import igzip
from nibabel.affines import apply_affine

from lib.cache.images import volume_of
from lib.cache.maps import image_map, resampled_on, view_of
from lib.cache.pictures import drawn, pack_codes, picture_of, unpack_codes
from lib.images.lab.edited_images import Edit, edit_image, edited_map
from lib.images.windowing import draw_codes
from lib.spaces.anatomical_planes import to_view, view_grid
from tests.cache.conftest import SHAPE


def unpack(packed: bytes, shape) -> np.ndarray:
    """Read a picture as the browser does: the first index runs fastest."""
    return np.frombuffer(igzip.decompress(packed), np.uint8).reshape(shape, order="F")


def test_a_picture_unpacks_to_the_codes_of_the_volume(save, data):
    image = save(data)
    picture = unpack(picture_of(image_map(image), 0, 100.0, 900.0, 200.0), view_of(image).shape)
    view = view_grid(image.affine, SHAPE)
    np.testing.assert_array_equal(picture, draw_codes(volume_of(image), view, 100, 900, 200))
    # Its first index grows to the left, so the picture begins at the last voxel.
    assert (picture[0, 0, 0] == 0) == (data[6, 0, 0] < 200)


def test_codes_unpack_to_the_same_for_montages(save, data):
    packed = picture_of(image_map(save(data)), 0, 100.0, 900.0)
    np.testing.assert_array_equal(unpack_codes(packed, SHAPE), unpack(packed, SHAPE))


def test_each_window_has_its_picture(save, data):
    shown = image_map(save(data))
    assert picture_of(shown, 0, 0.0, 500.0) != picture_of(shown, 0, 0.0, 600.0)


def test_an_image_that_is_moved_or_turned_has_the_same_picture_elsewhere(save, data):
    """An edit would otherwise send the whole volume to the browser at every step of a slider."""
    image = save(data)
    shown = image_map(image)
    turned = edited_map(edit_image(image, Edit(move=(3.0, 0, 0), turn=(0, 0, 5.0)), None), shown)
    assert turned.key != shown.key
    assert (turned.numbers, view_of(turned).orientation.tolist()) == (
        shown.numbers,
        view_of(shown).orientation.tolist(),
    )


def test_an_image_that_is_stored_the_other_way_round_shows_the_same(save, data):
    image = save(data)
    shown = image_map(image)
    flipped = edited_map(edit_image(image, Edit(flipped=("i", "k")), None), shown)
    assert flipped.volume().value_at((0, 0, 0)) == data[6, 0, 8]
    assert picture_of(flipped, 0, 0.0, 999.0) == picture_of(shown, 0, 0.0, 999.0)


def test_an_image_that_is_mirrored_in_its_affine_has_the_mirrored_picture(save, data):
    """The picture's key was asked of another cache while it was made, which answered with another image's view."""
    image = save(data)
    shown = image_map(image)
    mirrored = edited_map(edit_image(image, Edit(mirrored=("j",)), None), shown)
    one, other = (unpack_codes(picture_of(each, 0, 0.0, 999.0), SHAPE) for each in (shown, mirrored))
    np.testing.assert_array_equal(other, one[:, ::-1])


def test_labels_get_a_code_each_whatever_the_window(save):
    labels = np.arange(7 * 8 * 9, dtype=np.int16).reshape(SHAPE) % 300
    image = save(labels)
    codes = unpack_codes(picture_of(image_map(image), 0, 0.0, 1.0, is_labels=True), SHAPE)
    stored = to_view(labels, view_of(image))
    np.testing.assert_array_equal(codes, np.where(stored > 0, 1 + (stored - 1) % 255, 0))


def test_layer_is_not_drawn_where_it_does_not_reach(save, data, oblique_affine):
    affine = oblique_affine.copy()
    affine[:3, 3] = apply_affine(oblique_affine, (3, 0, 0))
    base, layer = save(data), save(data[:4].copy(), affine, "layer.nii")
    shown = resampled_on(image_map(layer), base)
    codes = unpack_codes(picture_of(shown, 0, 1.0, 999.0, hides_null=True), SHAPE)
    # The base's voxels 0 to 2 are the last three to the right, and the layer begins at voxel 3.
    assert not codes[4:].any()
    assert codes[:4, 1:-1, 1:-1].any(axis=(1, 2)).sum() >= 3


@pytest.mark.parametrize("hides_null", [False, True])
def test_what_says_nothing_is_hidden_in_layers_alone(save, hides_null):
    data = np.arange(7 * 8 * 9, dtype=np.int16).reshape(SHAPE) % 3
    codes = unpack_codes(picture_of(image_map(save(data)), 0, 0.0, 2.0, hides_null=hides_null), SHAPE)
    assert (codes == 0).any() == hides_null


def test_pictures_are_packed_for_the_browser():
    codes = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert igzip.decompress(pack_codes(codes)) == codes.tobytes(order="F")
    assert igzip.decompress(pack_codes(np.asfortranarray(codes))) == codes.tobytes(order="F")


def test_what_a_look_names_is_drawn_once():
    made = []

    def draw(look: str) -> object:
        return drawn(look, lambda: made.append(look) or object())

    assert draw("a") is draw("a")
    assert draw("b") is not draw("a")
    assert made == ["a", "b"]
