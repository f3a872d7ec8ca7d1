import numpy as np
import pytest

from lib.images.image import open_image, read_volume
from lib.images.volumes import Volume
from lib.images.windowing import choose_window, count_values, draw_codes, draw_label_codes, outline_codes
from lib.spaces.anatomical_planes import view_grid
from lib.studies.image_ids import bundled_path

PLAIN = view_grid(np.eye(4), (3, 1, 1))
NAN, INF = np.nan, np.inf


def row(*values, dtype=np.float32, slope=1.0, inter=0.0) -> Volume:
    return Volume(np.array(values, dtype=dtype).reshape(-1, 1, 1), slope, inter)


def codes_of(volume: Volume, low, high, threshold=0.0) -> list[int]:
    view = view_grid(np.eye(4), volume.stored.shape)
    return draw_codes(volume, view, low, high, threshold).ravel().tolist()


def labels_of(volume: Volume, threshold=0.0) -> list[int]:
    view = view_grid(np.eye(4), volume.stored.shape)
    return draw_label_codes(volume, view, threshold).ravel().tolist()


# --- codes ----------------------------------------------------------------------------------------------------------


def test_window_ends_are_the_first_and_the_last_code():
    assert codes_of(row(10, 20, 30), 10, 30) == [1, 128, 255]


def test_values_beyond_the_window_are_shown_as_its_ends():
    assert codes_of(row(9.9, -1e30, 30.1, 3e38), 10, 30) == [1, 1, 255, 255]


def test_255_whole_numbers_have_a_code_each():
    assert codes_of(row(*range(255), dtype=np.uint8), 0, 254) == list(range(1, 256))


def test_codes_of_opposite_values_lie_symmetrically_about_the_middle(rng):
    values = np.concatenate([rng.uniform(0, 5, 500), np.arange(1, 128) / 127 * 4, (np.arange(127) + 0.5) / 127 * 4])
    up = np.array(codes_of(row(*values, dtype=np.float64), -4, 4))
    down = np.array(codes_of(row(*-values, dtype=np.float64), -4, 4))
    assert codes_of(row(0), -4, 4) == [128]
    np.testing.assert_array_equal(up + down, 256)


def test_no_value_is_code_0():
    assert codes_of(row(NAN, INF, -INF, 1), 0, 1) == [0, 0, 0, 255]


def test_an_image_without_any_value_is_empty():
    assert codes_of(row(NAN, NAN, NAN), 0, 1) == [0, 0, 0]


def test_threshold_hides_what_is_closer_to_zero_on_both_sides():
    assert codes_of(row(-3, -2, -1, 0, 1, 2, 3), -3, 3, threshold=2) == [1, 43, 0, 0, 0, 213, 255]


def test_a_value_on_the_threshold_is_shown_though_the_file_rounds_it():
    """2.3 in float32 is 2.29999995, which is below the 2.3 of a slider."""
    assert codes_of(row(2.3, -2.3), -4, 4, threshold=2.3)[0] > 0
    assert codes_of(row(2.3, -2.3), -4, 4, threshold=2.3)[1] > 0


def test_the_least_number_of_a_signed_type_is_not_below_a_threshold():
    """Its absolute value does not fit into the type: |-128| is -128 in int8."""
    assert codes_of(row(-128, 0, 127, dtype=np.int8), -128, 128, threshold=100) == [1, 0, 254]


def test_window_of_no_width_parts_what_lies_above_from_the_rest():
    assert codes_of(row(4, 5, 6), 5, 5) == [1, 1, 255]


def test_slope_and_intercept_are_applied():
    assert codes_of(row(0, 1, 2, dtype=np.int16, slope=-10.0, inter=5.0), -15, 5) == [255, 128, 1]


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        (np.uint8, (0, 100, 200)),
        (np.int16, (-30000, 0, 30000)),
        (np.uint16, (0, 30000, 60000)),
        (np.int32, (2**31 - 201, 2**31 - 101, 2**31 - 1)),
        (np.uint32, (2**32 - 201, 2**32 - 101, 2**32 - 1)),
        (np.int64, (2**52, 2**52 + 10, 2**52 + 20)),
        (np.uint64, (2**52, 2**52 + 10, 2**52 + 20)),
        (np.float16, (-100, 0, 100)),
        (np.float32, (-3e38, 0, 3e38)),
        (np.float64, (-1e300, 0, 1e300)),
        (np.float64, (1e9, 1e9 + 0.5, 1e9 + 1)),
        (np.float64, (1e-300, 2e-300, 3e-300)),
    ],
)
def test_every_type_keeps_its_differences(dtype, values):
    low, _, high = (float(value) for value in values)
    codes = codes_of(row(*values, dtype=dtype), low, high)
    assert codes[0] == 1
    assert codes[1] in (127, 128, 129)
    assert codes[2] == 255


def test_codes_lie_along_right_anterior_superior_whatever_the_storage_order(oblique_affine, rng):
    data = rng.normal(size=(7, 8, 9)).astype(np.float32)
    view = view_grid(oblique_affine, data.shape)
    swapped = np.asfortranarray(data.transpose(2, 0, 1)[::-1])
    turned = oblique_affine[:, [2, 0, 1, 3]].copy()
    turned[:3, 0] *= -1
    turned[:3, 3] += oblique_affine[:3, 2] * 8
    codes = draw_codes(Volume(data), view, -2, 2)
    assert codes.shape == (7, 8, 9)
    np.testing.assert_array_equal(codes, draw_codes(Volume(swapped), view_grid(turned, (9, 7, 8)), -2, 2))
    # The first index grows to the left: it is drawn from its end.
    np.testing.assert_allclose((int(codes[0, 3, 4]) - 128) / 127 * 2, np.clip(data[6, 3, 4], -2, 2), atol=0.02)


def test_codes_are_laid_out_as_the_browser_reads_them():
    codes = draw_codes(row(0, 127, 254), PLAIN, 0, 254)
    assert codes.dtype == np.uint8
    assert codes.tobytes(order="A") == bytes([1, 128, 255])
    assert draw_codes(Volume(np.zeros((4, 5, 6))), view_grid(np.eye(4), (4, 5, 6)), 0, 1).flags.f_contiguous


def test_drawing_leaves_the_volume_as_it_was(rng):
    stored = rng.normal(size=(3, 4, 5))
    stored[0, 0, 0] = NAN
    before = stored.copy()
    stored.setflags(write=False)
    draw_codes(Volume(stored), view_grid(np.eye(4), (3, 4, 5)), 0, 1, 0.5)
    choose_window(Volume(stored))
    count_values(Volume(stored))
    np.testing.assert_array_equal(stored, before)


# --- labels ---------------------------------------------------------------------------------------------------------


def test_consecutive_labels_have_different_codes_however_large():
    assert labels_of(row(0, 1, 2, 255, 256, 1001, 1002, 12175, dtype=np.int32)) == [0, 1, 2, 255, 1, 236, 237, 190]


def test_labels_above_the_exact_float32_are_told_apart():
    assert len(set(labels_of(row(614454276, 614454277, 614454278, dtype=np.uint32)))) == 3


def test_labels_beyond_what_float64_holds_are_told_apart():
    labels = np.array([2**53, 2**53 + 1, 2**63, 2**63 + 1, 0], np.uint64).reshape(5, 1, 1)
    codes = draw_label_codes(Volume(labels), view_grid(np.eye(4), labels.shape)).ravel().tolist()
    assert codes == [1 + (label - 1) % 255 if label else 0 for label in labels.ravel().tolist()]


def test_what_is_no_label_is_not_drawn():
    assert labels_of(row(NAN, INF, -1, 0, 3)) == [0, 0, 0, 0, 3]


def test_labels_below_the_threshold_are_hidden():
    assert labels_of(row(1, 2, 3, 4, dtype=np.uint8), threshold=3) == [0, 0, 3, 4]


# --- windows --------------------------------------------------------------------------------------------------------


def scan(rng, shape=(24, 25, 26), n_bright=0) -> np.ndarray:
    """Return noise of 0 to 20 around a head of 400 to 600, in int16."""
    data = rng.integers(0, 20, shape)
    data[6:18, 6:18, 6:18] = rng.integers(400, 601, (12, 12, 12))
    data.reshape(-1)[:n_bright] = 30_000
    return data.astype(np.int16)


def test_window_holds_the_tissue_and_not_the_noise_around_it(rng):
    window = choose_window(Volume(scan(rng)))
    assert 400 <= window.low <= 405
    assert 595 <= window.high <= 600
    assert (window.minimum, window.maximum) == (0, 600)
    assert not window.is_signed
    assert not window.is_labels


def test_a_few_bright_voxels_do_not_darken_the_rest(rng):
    window = choose_window(Volume(scan(rng, n_bright=5)))
    assert window.high <= 600
    assert window.maximum == 30_000


def test_window_is_the_same_in_every_storage_order(rng):
    data = scan(rng)
    assert choose_window(Volume(data)) == choose_window(Volume(data.transpose(2, 0, 1)[:, ::-1]))


def test_window_scales_with_the_image(rng):
    plain, scaled = choose_window(Volume(scan(rng))), choose_window(Volume(scan(rng), 0.5, 0.0))
    assert scaled.maximum == plain.maximum / 2 == 300
    assert scaled.high == pytest.approx(plain.high / 2, rel=0.02)


def test_range_is_that_of_all_voxels_though_a_sample_gives_the_window(rng):
    """One voxel in 40 millions was brighter than the threshold's slider could go."""
    data = np.zeros((120, 110, 100), dtype=np.int16)
    data[20:100, 20:90, 20:80] = rng.integers(400, 601, (80, 70, 60))
    data[101, 57, 33] = 4000
    data[7, 57, 33] = -50
    window = choose_window(Volume(data))
    assert (window.minimum, window.maximum) == (-50, 4000)


def test_a_blob_that_the_sample_misses_still_gives_the_window():
    data = np.zeros((120, 110, 100), dtype=np.float32)
    data[1, 1, 1:5] = (0.25, 0.5, 0.75, 1.25)
    window = choose_window(Volume(data))
    assert not window.is_labels
    assert 0.25 <= window.low < window.high <= 1.25


def test_signed_map_has_a_window_about_zero(rng):
    window = choose_window(Volume(rng.normal(0, 2, (20, 21, 22))))
    assert window.is_signed
    assert window.low == -window.high
    assert window.high == pytest.approx(2 * 2.807, rel=0.05)


def test_ringing_below_zero_is_no_sign(rng):
    data = rng.normal(500, 30, (20, 21, 22))
    data[:5] = rng.normal(0, 5, (5, 21, 22))
    window = choose_window(Volume(data))
    assert not window.is_signed
    assert window.low > 300


def test_values_all_below_zero_are_shown_from_least_to_greatest(rng):
    window = choose_window(Volume(-rng.uniform(1, 2, (7, 8, 9)).astype(np.float32)))
    assert -2 <= window.low < -1.9
    assert -1.1 < window.high <= -1
    assert not window.is_signed


@pytest.mark.parametrize("value", [0.0, 7.0, -7.0, 1e-20, 1e20, 1e300])
def test_constant_image_lies_in_the_middle_of_its_window(value):
    volume = row(value, value, value, dtype=np.float64)
    window = choose_window(volume)
    assert (window.minimum, window.maximum) == (value, value)
    assert window.low < value < window.high
    assert codes_of(volume, window.low, window.high) == [128, 128, 128]


@pytest.mark.parametrize("value", [NAN, INF])
def test_image_without_values_has_a_window_from_0_to_1(value):
    window = choose_window(row(value, value, value))
    assert (window.minimum, window.maximum) == (0, 1)
    assert window.low < window.high


def test_what_is_not_finite_does_not_widen_the_window():
    window = choose_window(row(NAN, -INF, 1.5, 2.5, 3.5, INF))
    assert (window.minimum, window.maximum) == (1.5, 3.5)
    assert 1.5 <= window.low < window.high <= 3.5


def test_labels_are_shown_from_0_to_the_last(rng):
    window = choose_window(Volume(np.repeat(rng.integers(1, 6, (7, 8, 3)), 3, axis=2).astype(np.uint8)))
    assert window.is_labels
    assert (window.low, window.high) == (0, 5)


def test_window_of_the_motor_map_is_that_of_the_lesson():
    window = choose_window(read_volume(open_image(bundled_path("motor-map"))))
    assert window.maximum == pytest.approx(7.941, abs=0.0005)
    assert window.is_signed
    assert window.low == -window.high


@pytest.mark.parametrize("image_id", ["mni152-t1", "mni152-gm", "mni152-wm"])
def test_bundled_anatomy_is_no_label_image_and_has_no_sign(image_id):
    window = choose_window(read_volume(open_image(bundled_path(image_id))))
    assert not window.is_labels
    assert not window.is_signed
    assert window.maximum == 255


@pytest.mark.parametrize(
    "name", ["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "rgb-3D"]
)
def test_every_type_on_disk_uses_the_whole_range_of_codes(shared_data, name):
    image = open_image(shared_data / "datatypes" / f"{name}.nii")
    volume = read_volume(image)
    window = choose_window(volume)
    codes = draw_codes(volume, view_grid(image.affine, image.shape), window.low, window.high)
    assert (codes.min(), codes.max()) == (1, 255)


# --- histogram ------------------------------------------------------------------------------------------------------


def test_whole_numbers_have_a_bin_each():
    histogram = count_values(row(3, 3, 3, 4, 6, 6, 0, 0, dtype=np.int16))
    assert dict(zip((histogram.edges[:-1] + 0.5).tolist(), histogram.counts.tolist(), strict=True)) == {
        0: 0, 1: 0, 2: 0, 3: 3, 4: 1, 5: 0, 6: 2,
    }  # fmt: skip


def test_bins_of_many_whole_numbers_hold_equally_many_kinds():
    """0 to 199 in 128 bins would put two kinds into some bins and one into others: a comb."""
    histogram = count_values(row(*range(1, 201), dtype=np.uint8), n_bins=128)
    assert histogram.edges[:2].tolist() == [0.5, 2.5]
    assert set(histogram.counts.tolist()) == {2}


def test_stored_whole_numbers_are_binned_by_their_step():
    histogram = count_values(row(1, 2, 2, 4, dtype=np.int16, slope=-0.25, inter=10.0))
    np.testing.assert_allclose(histogram.edges, [8.875, 9.125, 9.375, 9.625, 9.875])
    assert histogram.counts.tolist() == [1, 0, 2, 1]


def test_every_voxel_is_counted_once(rng):
    data = rng.normal(500, 30, (120, 110, 40)).astype(np.float32)
    data[:60] = 0
    data[61, :5, 0] = NAN
    data[62, :5, 0] = INF
    histogram = count_values(Volume(data))
    assert histogram.counts.sum() == 60 * 110 * 40 - 10
    expected, _ = np.histogram(data[np.isfinite(data) & (data != 0)].astype(float), bins=histogram.edges)
    assert np.abs(histogram.counts - expected).max() <= 2


@pytest.mark.parametrize(
    "values", [(7, 7), (0, 0), (1e20, 1e20), (NAN, NAN), (1e9, 1e9 + 1e-7), (-1e300, 1e300), (2**60, 2**60 + 1)]
)
def test_extreme_values_have_a_histogram(values):
    histogram = count_values(row(*values, dtype=np.float64))
    assert histogram.counts.sum() == np.count_nonzero(np.nan_to_num(values))
    assert (np.diff(histogram.edges) >= 0).all()


def test_an_outline_is_what_has_nothing_beside_it_in_its_plane():
    """A cube's outline in an axial plane is the frame of a square; the slices above and below do not matter."""
    codes = np.zeros((7, 8, 9), np.uint8)
    codes[2:5, 3:7, 4:6] = 17
    outline = outline_codes(codes, (0, 1))
    assert (outline == 255).sum() == 2 * (3 * 4 - 1 * 2)
    assert not outline[3, 4:6].any()
    assert not outline[codes == 0].any()


def test_the_border_of_a_plane_is_no_edge():
    assert not outline_codes(np.full((4, 5, 6), 9, np.uint8), (0, 2)).any()


def test_a_value_that_says_nothing_is_not_drawn():
    codes = draw_codes(row(0, 1, 2), PLAIN, 0, 2, null=1.0)
    assert codes.ravel().tolist() == [1, 0, 255]
