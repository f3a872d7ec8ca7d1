import nibabel as nib
import numpy as np
import pytest

from lib.spaces.space_names import SPACES, describe_space


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("MNI152NLin2009cAsym", "MNI152NLin2009cAsym"),
        ("space-MNI152NLin6Asym", "MNI152NLin6Asym"),
        ("MNI152NLin6ASym", "MNI152NLin6Asym"),
        ("MNI152Lin", "MNI152 linear"),
        ("T1w", "Native space"),
        ("orig", "Native space"),
        ("fsaverage5", "fsaverage"),
        ("fsnative", "fsnative"),
        ("MNIPediatricAsym", "MNIPediatricAsym"),
        ("MNI305", "MNI305"),
        ("talairach", "Talairach"),
        (0, "Not stated"),
        (1, "Scanner space"),
        (2, "Aligned space"),
        (3, "Talairach"),
        (4, "MNI152, release not stated"),
        (5, "Another template"),
    ],
)
def test_labels_and_codes_name_their_space(label, name):
    assert describe_space(label).name == name


def test_a_label_that_is_not_in_the_glossary_has_no_space():
    assert describe_space("mylab2020") is None
    assert describe_space(17) is None


def test_each_alias_and_each_code_belongs_to_one_space():
    aliases = [alias.casefold() for space in SPACES for alias in {space.name, *space.aliases}]
    codes = [code for space in SPACES for code in space.codes]
    assert sorted(codes) == [0, 1, 2, 3, 4, 5]
    for space in SPACES:
        for alias in (space.name, *space.aliases):
            assert describe_space(alias) is space
    assert len(set(aliases)) == len({(alias, describe_space(alias).name) for alias in aliases})


def test_every_space_has_two_sentences():
    for space in SPACES:
        assert len(space.sentences) == 2
        assert all(sentence.endswith(".") for sentence in space.sentences)


def test_the_template_that_nilearn_ships_is_the_symmetric_one():
    """nilearn's documentation calls its template asymmetrical; the shipped volume and its file name say otherwise."""
    from nilearn.datasets import load_mni152_template, struct

    data = np.asarray(load_mni152_template(resolution=1).dataobj)
    assert struct.MNI152_FILE_PATH.name in describe_space("nilearn MNI152").sentences[0]
    assert data.shape == (197, 233, 189)
    np.testing.assert_array_equal(data, data[::-1])
    assert "The Nilearn template is asymmetrical ICBM152 2009, release a" in load_mni152_template.__doc__
    assert (
        "The Nilearn template is asymmetrical ICBM152 2009, release a" in describe_space("nilearn MNI152").sentences[1]
    )


def test_codes_are_the_ones_that_nibabel_knows():
    codes = nib.nifti1.xform_codes
    assert describe_space("scanner").codes == (codes["scanner"],)
    assert describe_space("Talairach").codes == (codes["talairach"],)
    assert describe_space("MNI152").codes == (codes["mni"],)
    assert describe_space("template other").codes == (codes["template"],)
