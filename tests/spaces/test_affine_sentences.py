import numpy as np
import pytest
from nibabel.affines import apply_affine

from lib.number_text import fixed_text
from lib.spaces.affine_sentences import describe_affine, direction_words
from tests.builders.known_affines import NOTES_AFFINE


def sentences(affine, shape=(7, 8, 9)):
    return {part.name: part for part in describe_affine(affine, shape)}


def test_notes_affine_in_sentences():
    parts = sentences(NOTES_AFFINE, (176, 240, 256))
    assert parts["Obliquity"].value == "3.67, 5.41, 4.01 degrees"
    assert parts["Handedness"].value == "right-handed"
    assert "i runs left to right, j runs posterior to anterior and k runs inferior to superior" in (
        parts["Axis directions"].sentence
    )
    assert parts["World origin"].value == "voxel (85.93, 97.70, 111.40)"
    assert parts["Isocentre"].sentence.endswith("the isocentre is 27.1 mm from the image centre.")


def test_world_origin_of_the_1_mm_template_is_voxel_90_126_72():
    fsl = np.array([[-1.0, 0, 0, 90], [0, 1, 0, -126], [0, 0, 1, -72], [0, 0, 0, 1]])
    parts = sentences(fsl, (182, 218, 182))
    assert parts["World origin"].value == "voxel (90.00, 126.00, 72.00)"
    assert parts["World origin"].sentence.endswith("inside the image.")
    assert parts["Handedness"].value == "left-handed"
    assert "determinant is -1.000 mm³" in parts["Handedness"].sentence


def test_origin_outside_the_field_of_view_is_said_to_be_outside():
    affine = np.eye(4)
    affine[:3, 3] = [1, 0, 0]  # the origin is voxel -1
    assert sentences(affine)["World origin"].sentence.endswith("outside the image.")


def test_isocentre_distance_is_measured_from_the_middle_of_the_box():
    affine = np.eye(4)
    affine[:3, 3] = [0, -3.5, -4]  # shape (7, 8, 9): the middle is voxel (3, 3.5, 4)
    assert sentences(affine)["Isocentre"].value == "3.0 mm"


def test_an_untilted_image_says_so_and_a_tilted_one_says_in_which_order(oblique_affine):
    assert sentences(np.eye(4))["Rotation"].sentence.endswith("nothing is turned.")
    assert sentences(np.eye(4))["Shear"].sentence.endswith("nothing is sheared.")
    tilted = sentences(oblique_affine)["Rotation"].sentence
    assert tilted.index("about z") < tilted.index("about y") < tilted.index("about x")


def test_sheared_axes_are_named():
    sheared = np.eye(4)
    sheared[0, 1] = np.tan(np.deg2rad(10))
    assert sentences(sheared)["Shear"].value == "10.00 degrees"


def test_every_named_function_runs_and_gives_the_number_beside_it(oblique_affine):
    """The code beside each number is what a reader will paste: it has to run."""
    import nibabel
    import numpy
    import scipy.linalg

    from lib.spaces.affines import take_apart

    shape = (7, 8, 9)
    known = {"nibabel": nibabel, "numpy": numpy, "scipy": scipy, "affine": oblique_affine, "shape": shape}
    known["tilt"] = take_apart(oblique_affine).tilt
    parts = sentences(oblique_affine, shape)
    results = {name: eval(part.function, known) for name, part in parts.items()}
    assert parts["Voxel sizes"].value == " x ".join(f"{size:.3f}" for size in results["Voxel sizes"]) + " mm"
    assert parts["Axis directions"].value == "".join(results["Axis directions"])
    assert f"{results['Handedness']:.3f} mm³" in parts["Handedness"].sentence
    x, y, z = results["Rotation"][::-1]
    assert parts["Rotation"].value == f"{x:.2f}, {y:.2f}, {z:.2f} degrees about x, y, z"
    assert parts["Obliquity"].value == ", ".join(f"{angle:.2f}" for angle in results["Obliquity"]) + " degrees"
    np.testing.assert_allclose(results["Shear"][1], np.eye(3), atol=1e-12)
    assert parts["Translation"].value == ", ".join(f"{mm:.2f}" for mm in results["Translation"]) + " mm"
    assert parts["World origin"].value == f"voxel ({', '.join(f'{v:.2f}' for v in results['World origin'])})"
    assert parts["Isocentre"].value == f"{np.linalg.norm(results['Isocentre']):.1f} mm"
    np.testing.assert_allclose(results["Isocentre"], apply_affine(oblique_affine, [3, 3.5, 4]))


def test_directions_in_words():
    assert direction_words(("L", "P", "S")) == ("right to left", "anterior to posterior", "inferior to superior")


@pytest.mark.parametrize(("value", "text"), [(-0.0004, "0.00"), (-0.006, "-0.01"), (2.5, "2.50")])
def test_numbers_have_no_negative_zero(value, text):
    assert fixed_text(value, 2) == text
