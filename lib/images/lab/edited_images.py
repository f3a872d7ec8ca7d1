"""Try another affine on an image: what an edit does to it, and the copy to take home. The original stays as it is.

The edit is applied in this order: swap the header's two forms, mirror voxel axes about the middle of the box, turn
about the box centre (about x first, then y, then z), move; last, flip the storage, which moves nothing in the world.
"""

from dataclasses import dataclass, replace

import nibabel as nib
import numpy as np
from nibabel.orientations import apply_orientation

from lib.errors import InputError
from lib.images.image import Image, unpacked_bytes
from lib.images.lab.edited_copies import copy_with_affine, copy_with_swapped_forms
from lib.images.maps import ALIGNED, Map
from lib.images.sform_qform import Forms
from lib.images.volumes import Volume
from lib.spaces.affine_edits import mirror_in_place, rotate, translate
from lib.spaces.coordinates import nearest_voxel
from lib.spaces.grids import Grid, box_centre

VOXEL_AXES = "ijk"
WORLD_ENDS = (("left", "right"), ("back", "front"), ("bottom", "top"))
# The copy is made in memory, twice for a moment, on a host that others share.
MAX_COPY_BYTES = 512 << 20


@dataclass(frozen=True)
class Edit:
    """What a person does to a copy of the affine.

    Attributes
    ----------
    move : (3,) mm to the right, front and top
    turn : (3,) degrees about the world's x, y and z axes
    mirrored, flipped : tuple of "i", "j", "k"
        Voxel axes reversed in the affine alone (the picture is mirrored), and in data and affine (nothing moves).
    is_swapped : bool
        Whether the form that nibabel does not use is used instead.
    """

    move: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    mirrored: tuple[str, ...] = ()
    flipped: tuple[str, ...] = ()
    is_swapped: bool = False


NO_EDIT = Edit()


@dataclass(frozen=True, eq=False)
class EditedImage:
    """An image and the affines of its edited copy.

    Attributes
    ----------
    image : Image
        The original.
    edit : Edit
    placing : (4, 4) array
        Where the original's array lies under the edit: its voxel indices -> world mm.
    affine : (4, 4) array
        What the copy's header says: the same places, counted along the flipped storage.
    """

    image: Image
    edit: Edit
    placing: np.ndarray
    affine: np.ndarray

    @property
    def is_edited(self) -> bool:
        """Whether anything differs from the original."""
        return self.edit != NO_EDIT

    @property
    def grid(self) -> Grid:
        """Grid of the copy."""
        return Grid(self.image.shape, self.affine)

    def voxel(self, xyz) -> tuple[int, int, int]:
        """Return the copy's voxel that contains a world point, inside its grid or not."""
        return nearest_voxel(self.affine, xyz)

    def stored_voxel(self, ijk) -> tuple[int, int, int]:
        """Return where in the original's array a voxel of the copy is."""
        i, j, k = (
            n - 1 - index if axis in self.edit.flipped else index
            for axis, index, n in zip(VOXEL_AXES, ijk, self.image.shape, strict=True)
        )
        return i, j, k


def edit_image(image: Image, edit: Edit, forms: Forms | None) -> EditedImage:
    """Return the image with the affines that its edited copy would have.

    Raises
    ------
    InputError
        The edit swaps sform and qform, but the header does not have both.
    """
    affine = image.affine
    if edit.is_swapped:
        affine = other_form(forms, image.name)
    for axis in edit.mirrored:
        affine = mirror_in_place(affine, image.shape, VOXEL_AXES.index(axis))
    centre = box_centre(Grid(image.shape, affine))
    for axis, degrees in zip("xyz", edit.turn, strict=True):
        affine = rotate(affine, axis, degrees, centre) if degrees else affine
    placing = translate(affine, edit.move)
    affine = placing
    for axis in edit.flipped:
        affine = mirror_in_place(affine, image.shape, VOXEL_AXES.index(axis))
    return EditedImage(image, edit, placing, affine)


def edited_map(edited: EditedImage, original: Map) -> Map:
    """Return what the edited copy shows: the original's numbers along the copy's storage, where the copy lies."""
    if not edited.is_edited:
        return original
    axes = tuple(VOXEL_AXES.index(axis) for axis in edited.edit.flipped)

    def read(t: int) -> Volume:
        volume = original.volume(t)
        return replace(volume, stored=np.flip(volume.stored, axes)) if axes else volume

    return replace(
        original,
        key=f"{original.key}|{edited.edit}",
        numbers=f"{original.numbers}|flipped {axes}" if axes else original.numbers,
        grid=edited.grid,
        read=read,
        title="edited copy",
        # Somebody who moves an affine by hand leaves the space that the header named.
        space=ALIGNED,
        form_code=ALIGNED,
    )


def can_swap(forms: Forms | None) -> bool:
    """Return whether a header has both forms."""
    return forms is not None and forms.sform is not None and forms.qform is not None


def other_form(forms: Forms | None, name: str) -> np.ndarray:
    """Return the form of a header that nibabel does not use.

    Raises
    ------
    InputError
        The header does not have both.
    """
    if not can_swap(forms):
        raise InputError(
            f"{name} does not have both an sform and a qform, so there is nothing to swap. Reset the edit."
        )
    return forms.qform if forms.used == "sform" else forms.sform


def describe_edit(edit: Edit) -> str:
    """Return in words what an edit does, in the order in which it is done."""
    parts = ["sform and qform swapped"] if edit.is_swapped else []
    parts += [f"mirrored along {axis}, in the affine alone" for axis in edit.mirrored]
    parts += [f"turned by {degrees:g}° about {axis}" for axis, degrees in zip("xyz", edit.turn, strict=True) if degrees]
    parts += [
        f"moved by {abs(mm):g} mm to the {positive if mm > 0 else negative}"
        for mm, (negative, positive) in zip(edit.move, WORLD_ENDS, strict=True)
        if mm
    ]
    parts += [f"flipped along {axis} in data and affine" for axis in edit.flipped]
    return f"The copy is {', then '.join(parts)}." if parts else "Nothing is edited yet: this is the file's own affine."


def is_copyable(image: Image) -> bool:
    """Return whether an image is small enough for `write_copy`."""
    return unpacked_bytes(image) <= MAX_COPY_BYTES


def write_copy(edited: EditedImage) -> nib.Nifti1Image:
    """Return the edited copy as NIfTI, its numbers as the original stores them.

    Raises
    ------
    InputError
        The image is too large to copy on a shared server.
    """
    image = edited.image
    if not is_copyable(image):
        raise InputError(
            f"{image.name} takes {unpacked_bytes(image) / 1e6:.0f} MB unpacked, and copies are made up to "
            f"{MAX_COPY_BYTES / 1e6:.0f} MB here. Run the code beside the button on your own computer."
        )
    if edited.edit == Edit(is_swapped=True):
        return copy_with_swapped_forms(image.img)
    copy = copy_with_affine(image.img, edited.placing)
    return _flip(copy, edited.edit.flipped) if edited.edit.flipped else copy


def copy_name(image: Image) -> str:
    """Return the file name of an edited copy: ``"sub-01_T1w_edited.nii.gz"``."""
    return f"{image.name.split('.')[0]}_edited.nii.gz"


def copy_code(edited: EditedImage) -> str:
    """Return the code that makes the copy with nibabel alone, ready to run."""
    rows = ",\n".join(f"    {[round(float(value), 9) for value in row]}" for row in edited.affine)
    flips = "".join(
        f"data = numpy.flip(data, {VOXEL_AXES.index(axis)})  # {axis}\n"
        for axis in VOXEL_AXES
        if axis in edited.edit.flipped
    )
    return (
        "import nibabel\nimport numpy\n\n"
        f"img = nibabel.load({edited.image.name!r})\n"
        "data = numpy.asanyarray(img.dataobj)\n"
        f"{flips}"
        f"affine = numpy.array([\n{rows},\n])\n"
        "copy = nibabel.Nifti1Image(data, affine)\n"
        'copy.set_sform(affine, "aligned")\n'
        'copy.set_qform(affine, "aligned")\n'
        f"nibabel.save(copy, {copy_name(edited.image)!r})"
    )


def _flip(copy: nib.Nifti1Image, flipped: tuple[str, ...]) -> nib.Nifti1Image:
    """Flip axes of a copy in memory and correct both of its forms for it."""
    change = np.array([[axis, -1 if letter in flipped else 1] for axis, letter in enumerate(VOXEL_AXES)])
    affine = copy.affine
    for letter in flipped:
        affine = mirror_in_place(affine, copy.shape, VOXEL_AXES.index(letter))
    turned = type(copy)(apply_orientation(np.asanyarray(copy.dataobj), change), affine, copy.header)
    turned.header.set_slope_inter(*copy.header.get_slope_inter())
    for name in ("sform", "qform"):
        getattr(turned, f"set_{name}")(affine, int(copy.header[f"{name}_code"]))
    return turned
