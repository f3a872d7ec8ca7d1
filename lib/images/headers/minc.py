"""What the dimensions and variables of a MINC file say of themselves."""

from collections.abc import Mapping

import nibabel as nib

from lib.errors import InputError
from lib.images.file_problems import READ_ERRORS, describe_unreadable
from lib.images.headers.field import Field, clean_text, value_text
from lib.images.image import Image
from lib.images.loading import require_own_data

MEANINGS = {
    "dimorder": "The dimensions that it runs over, the slowest first.",
    "step": "Distance from one voxel to the next along this dimension; negative where the index runs against it.",
    "start": "Position of the first voxel along this dimension.",
    "length": "Number of voxels or volumes along this dimension.",
    "direction_cosines": "Direction of this dimension in the world: its share of right, anterior and superior.",
    "units": "Unit of step and start.",
    "spacing": "Whether the voxels of this dimension are evenly spaced (regular).",
    "alignment": "Whether a position means the voxel's centre or its start.",
    "spacetype": "The space the coordinates belong to: native is the person's own, talairach a template's.",
    "comments": "Free text.",
    "valid_range": "Stored numbers that count; the smallest stands for image-min, the largest for image-max.",
    "valid_max": "Largest stored number that counts.",
    "valid_min": "Smallest stored number that counts.",
    "signtype": "Whether the stored numbers can be negative (signed).",
    "complete": "Whether the program that wrote the file came to its end.",
    "modality": "Kind of scan, such as MRI or PET.",
    "history": "The commands that made this file, oldest first.",
    "ident": "Identity of this file: who, where, when.",
    "minc_version": "Version of the library that wrote the file.",
    "varid": "Who defined this variable.",
    "vartype": "Kind of variable: a dimension, a group of facts, or a property that varies over dimensions.",
    "version": "Version of the definition of this variable.",
}
OTHER = "A property that a program left here; MINC lets each add its own."


def list_minc_fields(image: Image) -> list[Field]:
    """Return what a MINC-1 or MINC-2 file says of itself as a whole, then of each of its variables.

    Raises
    ------
    InputError
        The file can no longer be read.
    """
    try:
        is_hdf5 = isinstance(image.img, nib.Minc2Image)
        variables = _hdf5_variables(image.path) if is_hdf5 else _netcdf_variables(image.path)
    except READ_ERRORS as error:
        raise InputError(describe_unreadable(image.path, error, name=image.name)) from error
    return [
        Field(clean_text(f"{variable} {name}".strip()), value_text(value), MEANINGS.get(name, OTHER))
        for variable, properties in variables.items()
        for name, value in properties.items()
    ]


def _netcdf_variables(path) -> dict[str, Mapping]:
    """Return the properties of a MINC-1 file's variables; those of the file itself under an empty name."""
    from scipy.io import netcdf_file

    with path.open("rb") as file, netcdf_file(file, "r") as stream:
        # scipy lists the names of properties nowhere else.
        own = {"": dict(stream._attributes)}
        return own | {
            name: {"dimorder": ",".join(variable.dimensions)} | variable._attributes
            for name, variable in stream.variables.items()
        }


def _hdf5_variables(path) -> dict[str, Mapping]:
    """Return the properties of a MINC-2 file's variables; those of the file itself under an empty name."""
    import h5py

    with path.open("rb") as file, require_own_data(h5py.File(file, "r"), path.name) as stream:
        root = stream["minc-2.0"]
        found = {"": dict(root.attrs)}
        for group in ("dimensions", "image/0", "info"):
            found |= {name: dict(variable.attrs) for name, variable in root.get(group, {}).items()}
        return found
