"""Which images can be chosen, under which id, and where they are on disk.

Ids are public: they stand in links. `mni152-t1` and its like are bundled with nilearn; `sample/...` is the simulated
study; `<start folder's name>/...` lies in a folder the server was started with; `upload/...` belongs to one session.
A link from a server that was started further down, with the study's own folder, finds the image below a start folder.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from os import sep, walk
from pathlib import Path

from lib.disk.opening import File, NamedFile
from lib.errors import InputError
from lib.images.image import is_image_name
from lib.plain_text import shorten
from lib.studies.sample_study import sample_path
from lib.studies.walk import text_link_target

# nilearn's own files, found without importing it: that costs a second and 200 MB.
BUNDLED = {
    "mni152-t1": ("mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz", "MNI152 T1 template, 1 mm"),
    "mni152-gm": ("mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz", "MNI152 grey matter, 1 mm"),
    "mni152-wm": ("mni_icbm152_wm_tal_nlin_sym_09a_converted.nii.gz", "MNI152 white matter, 1 mm"),
    "motor-map": ("image_10426.nii.gz", "Motor activation map (t values)"),
}
UPLOAD = "upload"
SAMPLE = "sample"
# A selection list longer than this is slow to send and useless to scroll; the study page finds the rest.
MAX_LISTED = 5_000
# The second half of a pair of files is opened through the first.
PARTNERS = (".img", ".img.gz", ".brik", ".brik.gz", ".rec")
# What the file system says to a name that is too long, a folder that may not be entered, a loop of links, a null byte
# or a home that is nobody's.
UNREACHABLE = (OSError, ValueError, RuntimeError)
RESERVED = {UPLOAD, SAMPLE, *BUNDLED}


class NoSuchImage(InputError):
    """Nothing answers to an id, or more than one image does.

    Attributes
    ----------
    candidates : tuple of str
        The ids of the images that it may mean, where it may mean several.
    """

    def __init__(self, sentence: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.candidates = candidates


@dataclass(frozen=True)
class StartFolder:
    """A folder the server was started with: its public name, its real path, and how it was named then."""

    name: str
    path: Path
    argument: str = field(default="", compare=False)


def name_start_folders(arguments: Iterable[str]) -> tuple[StartFolder, ...]:
    """Return the start folders named for links: the folder's own name, numbered where two are alike.

    What is no folder, or none any more, keeps its name, so that no other takes it: see `split_missing`.
    """
    named: dict[Path, str] = {}
    for argument in arguments:
        named.setdefault(_real_path(argument), argument)
    folders: dict[str, StartFolder] = {}
    for path, argument in named.items():
        base = path.name or "root"
        name, number = base, 2
        while name in folders or name in RESERVED:
            name, number = f"{base}-{number}", number + 1
        folders[name] = StartFolder(name, path, argument)
    return tuple(folders.values())


def _real_path(argument: str) -> Path:
    try:
        return Path(argument).expanduser().resolve()
    except UNREACHABLE:
        return Path(argument)


def split_missing(folders: Iterable[StartFolder]) -> tuple[tuple[StartFolder, ...], InputError | None]:
    """Return the folders that are there, and what to say of the first that is not."""
    there, problem = [], None
    for folder in folders:
        if _is_folder(folder.path):
            there.append(folder)
        else:
            problem = problem or InputError(
                f'The server was started with "{folder.argument}", which is no folder. Start it with one that is.'
            )
    return tuple(there), problem


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except UNREACHABLE:
        return False


def list_folder(folder: StartFolder) -> tuple[str, ...]:
    """Return the ids of the images in a start folder, at most `MAX_LISTED`, a folder's own before those further below.

    Links are listed, not followed. A pair of files is one image.
    """
    ids = []
    for parent, folders, files in walk(folder.path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = parent[len(str(folder.path)) :].strip(sep).replace(sep, "/")
        start = f"{folder.name}/{below}/" if below else f"{folder.name}/"
        ids += [start + name for name in sorted(files) if _is_listed(name) and _can_be_sent(start + name)]
        if len(ids) >= MAX_LISTED:
            break
    return tuple(ids[:MAX_LISTED])


def _is_listed(name: str) -> bool:
    return is_image_name(name) and not name.startswith(".") and not name.lower().endswith(PARTNERS)


def _can_be_sent(image_id: str) -> bool:
    """Return whether an id can stand in a page and in a link; names that are no Unicode cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in image_id)


def bundled_path(image_id: str) -> Path:
    """Return where nilearn keeps a bundled image."""
    file_name, _ = BUNDLED[image_id]
    return Path(find_spec("nilearn").submodule_search_locations[0]) / "datasets" / "data" / file_name


def find_image(image_id: str, folders: Sequence[StartFolder], uploads: Mapping[str, Path]) -> File:
    """Return the file behind an id; one of the sample study may not have been built yet.

    Raises
    ------
    NoSuchImage
        There is no such image.
    InputError
        It lies outside the folders that may be opened.
    """
    image_id = own_id(image_id, folders)
    if image_id in BUNDLED:
        return bundled_path(image_id)
    first, _, below = image_id.partition("/")
    if first == SAMPLE:
        try:
            return sample_path(below)
        except InputError as error:
            raise NoSuchImage(str(error)) from error
    if first == UPLOAD:
        if below not in uploads:
            raise NoSuchImage(
                f"The link names the upload {shorten(below)}, but uploads stay with the session that made them. "
                "Upload the file again."
            )
        return uploads[below]
    for folder in folders:
        if first == folder.name and below:
            return _find_inside(image_id, folder, below, folders)
    raise NoSuchImage(
        f'There is no image "{shorten(image_id)}" here. Choose one from the list, or start the server with the folder '
        "that holds it."
    )


def own_id(image_id: str, folders: Sequence[StartFolder]) -> str:
    """Return the id by which this server offers what a link names; the link's own where nothing else answers to it.

    What is not there as the link says is looked for on the link's whole path below each start folder.

    Raises
    ------
    NoSuchImage
        Several images lie on such a path.
    """
    first, _, below = image_id.partition("/")
    if first in RESERVED or not is_image_name(image_id) or _leads_out(image_id):
        return image_id
    inside = tuple(folder.path for folder in folders)
    if any(first == folder.name and NamedFile(folder.path / below, inside).exists() for folder in folders):
        return image_id
    found: dict[Path, str] = {}
    for folder in folders:
        file = NamedFile(folder.path / image_id, inside)
        if file.is_file():
            # A folder within another one holds the same files.
            found.setdefault(file.resolve(), f"{folder.name}/{image_id}")
    if len(found) > 1:
        raise NoSuchImage(
            f'"{shorten(image_id)}" may be any of {len(found)} images here. Choose the one that is meant.',
            tuple(found.values()),
        )
    return next(iter(found.values()), image_id)


def _leads_out(path: str) -> bool:
    """Return whether a path names anything but what lies below the folder that it starts from."""
    return ".." in Path(path).parts or Path(path).is_absolute()


def _find_inside(image_id: str, folder: StartFolder, below: str, folders: Sequence[StartFolder]) -> NamedFile:
    """Return the file, which is opened inside the start folders alone, whatever links lead to by then."""
    if _leads_out(below):
        raise InputError(
            f'"{shorten(image_id)}" points outside the folder {folder.name}. Choose an image from the list.'
        )
    file = NamedFile(folder.path / below, tuple(allowed.path for allowed in folders))
    try:
        file.stat()
    except InputError as error:
        raise InputError(
            f'"{shorten(image_id)}" is a link that leads outside the folders of this server. Choose another image.'
        ) from error
    except UNREACHABLE as error:
        if not file.is_symlink():
            raise NoSuchImage(
                f'There is no image "{shorten(image_id)}" here. It may have been moved: choose one from the list.'
            ) from error
    return text_link_target(file) or file
