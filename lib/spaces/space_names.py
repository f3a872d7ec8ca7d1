"""Name the spaces that coordinates of the brain are given in, each with its aliases and two plain sentences."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Space:
    """A coordinate space.

    Attributes
    ----------
    name : str
        What this app calls it.
    sentences : tuple of 2 str
        What it is; what to mind.
    aliases : tuple of str
        BIDS ``space-`` labels and other names; case does not matter.
    codes : tuple of int
        NIfTI qform and sform codes that mean it.
    family : str
        Spaces of different families never share coordinates, those of "unstated" may share them with any.
    is_specific : bool
        Whether the name says exactly which space it is within its family.
    """

    name: str
    sentences: tuple[str, str]
    aliases: tuple[str, ...]
    codes: tuple[int, ...] = ()
    family: str = "unstated"
    is_specific: bool = True


SPACES = (
    Space(
        "Voxel space",
        (
            "Three indices i, j, k into the array, counted from 0, with no unit and no anatomy.",
            "The same index is another place in another image: only the affine says where.",
        ),
        ("voxel", "ijk", "index", "array"),
        family="array",
    ),
    Space(
        "Scaled voxel space",
        (
            "Voxel indices times the voxel sizes: millimetres counted from the first voxel, along the array axes.",
            "It ignores where the head lay and how the grid tilts; FSL uses it, with i reversed in right-handed files.",
        ),
        ("scaled voxel", "scaled voxels", "scaled mm"),
        family="array",
    ),
    Space(
        "Scanner space",
        (
            "Millimetres from the magnet's isocentre: +x to the person's right, +y to the front, +z to the top.",
            "Two images share it only if the head did not move between them.",
        ),
        ("scanner", "scanner anat"),
        codes=(1,),
        family="individual",
        is_specific=False,
    ),
    Space(
        "Aligned space",
        (
            "Coordinates that were aligned to another file, which the header does not name.",
            "It can be the same person's T1w or a template; look for a space- label, or ask who made the file.",
        ),
        ("aligned", "aligned anat"),
        codes=(2,),
        is_specific=False,
    ),
    Space(
        "Native space",
        (
            "One person's own anatomy, undistorted, as in that person's T1w image.",
            "Lay a run over the T1w only after it was registered to it; fMRIPrep marks such runs space-T1w.",
        ),
        ("T1w", "T2w", "native", "individual", "orig", "anat", "boldref", "ACPC"),
        family="individual",
    ),
    Space(
        "Talairach",
        (
            "The atlas of one brain (Talairach and Tournoux, 1988), with (0, 0, 0) at the anterior commissure.",
            "That brain is smaller than the MNI templates, so its coordinates are not MNI coordinates.",
        ),
        ("Talairach", "tlrc"),
        codes=(3,),
        family="Talairach",
    ),
    Space(
        "MNI305",
        (
            "The average of 305 T1w scans, registered with straight (linear) transforms to the Talairach frame.",
            "FreeSurfer's talairach.xfm and the fsaverage brain lie in it; MNI152 differs from it by millimetres.",
        ),
        ("MNI305",),
        family="MNI305",
    ),
    Space(
        "MNI152, release not stated",
        (
            "One of the averages of 152 T1w scans made at the Montreal Neurological Institute, without saying which.",
            "The releases agree to a few millimetres; find out which one before you compare small regions.",
        ),
        ("MNI", "MNI152", "ICBM152"),
        codes=(4,),
        family="MNI152",
        is_specific=False,
    ),
    Space(
        "MNI152 linear",
        (
            "152 scans registered to MNI305 with straight (linear) transforms and averaged: a blurred brain.",
            "SPM's older avg152T1 templates are this one.",
        ),
        ("MNI152Lin", "avg152T1"),
        family="MNI152",
    ),
    Space(
        "MNI152NLin6Asym",
        (
            "The sixth-generation non-linear average of 152 scans, left and right as they are: FSL's MNI152_T1_1mm.",
            "On its 1 mm grid (182, 218, 182) the world origin is voxel (90, 126, 72), stored right to left.",
        ),
        ("MNI152NLin6Asym", "FSL MNI152"),
        family="MNI152",
    ),
    Space(
        "MNI152NLin6Sym",
        (
            "The sixth-generation non-linear average with left and right made mirror images of each other.",
            "Use it where the two hemispheres are compared.",
        ),
        ("MNI152NLin6Sym",),
        family="MNI152",
    ),
    Space(
        "MNI152NLin2009cAsym",
        (
            "The 2009 non-linear average, release c, left and right as they are: fMRIPrep's default.",
            "Sharper than the sixth generation, and a few millimetres off it in places.",
        ),
        ("MNI152NLin2009cAsym",),
        family="MNI152",
    ),
    Space(
        "MNI152NLin2009aSym",
        (
            "The 2009 non-linear average, release a, with left and right made mirror images: the template nilearn "
            "ships, as mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz.",
            'nilearn\'s page says "The Nilearn template is asymmetrical ICBM152 2009, release a", but the halves of '
            "the shipped volume are equal voxel for voxel; fMRIPrep's default is release c, asymmetric.",
        ),
        ("MNI152NLin2009aSym", "nilearn MNI152"),
        family="MNI152",
    ),
    Space(
        "MNI152NLin2009, other releases",
        (
            "Siblings of the 2009 average: a and c have 1 mm voxels, b 0.5 mm; Sym or Asym as the name says.",
            "Keep to one release within a study.",
        ),
        ("MNI152NLin2009aAsym", "MNI152NLin2009bSym", "MNI152NLin2009bAsym", "MNI152NLin2009cSym"),
        family="MNI152",
        is_specific=False,
    ),
    Space(
        "IXI549Space",
        (
            "The average of 549 people of the IXI collection in MNI space: where SPM12 puts what it normalises.",
            "Close to MNI152 linear, not equal to it.",
        ),
        ("IXI549Space", "SPM12"),
        family="MNI152",
    ),
    Space(
        "MNIColin27",
        (
            "One man scanned 27 times, averaged and put into MNI305.",
            "Detailed, but the folds are his own; many older atlases are drawn on him.",
        ),
        ("MNIColin27", "Colin27"),
        family="MNIColin27",
    ),
    Space(
        "MNIPediatricAsym",
        (
            "Non-linear averages of children, one for each age range (a BIDS cohort-).",
            "Its coordinates are not adult MNI coordinates.",
        ),
        ("MNIPediatricAsym", "NIHPD"),
        family="MNIPediatricAsym",
    ),
    Space(
        "MNIInfant",
        (
            "Non-linear averages of infants, one for each range of months (a BIDS cohort-).",
            "An infant's head is smaller: coordinates do not carry over to adults.",
        ),
        ("MNIInfant", "UNCInfant"),
        family="MNIInfant",
    ),
    Space(
        "OASIS30ANTs",
        (
            "A template built with ANTs from 30 people of the OASIS collection.",
            "Used mostly to find the brain in a T1w image, seldom to report coordinates.",
        ),
        ("OASIS30ANTs",),
        family="OASIS30ANTs",
    ),
    Space(
        "fsaverage",
        (
            "A surface, not a grid: the cortex of FreeSurfer's average person as a mesh, each vertex a number.",
            "fsaverage5 has 10,242 vertices a hemisphere, fsaverage 163,842; its world coordinates are MNI305.",
        ),
        ("fsaverage", "fsaverage3", "fsaverage4", "fsaverage5", "fsaverage6", "fsaverage7", "fsaverageSym"),
        family="surface",
    ),
    Space(
        "fsnative",
        (
            "A surface, not a grid: the mesh of one person's own cortex, made by FreeSurfer.",
            "Vertex numbers mean nothing in another person.",
        ),
        ("fsnative",),
        family="surface",
    ),
    Space(
        "fsLR",
        (
            "A surface, not a grid: the left-right matched mesh of the Human Connectome Project.",
            "The 32k version has 32,492 vertices a hemisphere; CIFTI files use it.",
        ),
        ("fsLR",),
        family="surface",
    ),
    Space(
        "Another template",
        (
            "Coordinates of a standard template that is neither Talairach nor MNI152.",
            "The header does not say which: look for a space- label, or ask who made the file.",
        ),
        ("template", "template other", "study"),
        codes=(5,),
        family="template",
        is_specific=False,
    ),
    Space(
        "Not stated",
        (
            "The code is 0: these coordinates are arbitrary.",
            "Do not trust left and right in such a file before you have checked them on something known.",
        ),
        ("unknown",),
        codes=(0,),
        is_specific=False,
    ),
)


def describe_space(label_or_code: str | int) -> Space | None:
    """Return the space that a BIDS ``space-`` label or a NIfTI form code names; None when it is not in the glossary.

    Parameters
    ----------
    label_or_code : str or int
        ``"MNI152NLin2009cAsym"``, ``"space-T1w"``, or 0 to 5. Case does not matter.
    """
    if isinstance(label_or_code, str):
        label = label_or_code.removeprefix("space-").casefold()
        return next((space for space in SPACES if label in _names(space)), None)
    return next((space for space in SPACES if int(label_or_code) in space.codes), None)


def _names(space: Space) -> set[str]:
    return {alias.casefold() for alias in (space.name, *space.aliases)}
