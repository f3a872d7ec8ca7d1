"""How is a file opened that somebody named? Inside the folders that may be read, whatever its links say by then.

A name is looked at once, step by step from a folder's descriptor, and what is opened is what was looked at: a link that
is put in the place of a file or a folder between two looks leads nowhere, because there is no second look.
"""

import errno
import io
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lib.errors import InputError

# Linux follows as many.
MOST_LINKS = 40
# A folder is only gone through, for which one needs no leave to list it where the system makes that difference.
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", 0) | getattr(os, "O_CLOEXEC", 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
# A pipe would wait for who writes into it.
READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | NO_LINK
# Whoever may not read a file may know that it is there.
LOOK = READ | getattr(os, "O_PATH", 0)
CAN_WALK = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


@dataclass(frozen=True)
class NamedFile:
    """A file that somebody named, to be opened inside some folders alone.

    It has the methods of a `Path` that readers use, and each of them keeps to the folders. It is no path itself: a
    library that would open it by its name cannot take it.

    Attributes
    ----------
    path : Path
        Absolute, as it was named.
    inside : tuple of Path
        Absolute folders, links resolved, that it may lie in.
    """

    path: Path
    inside: tuple[Path, ...]

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        """The last part of its name, which says what it is; a link's own."""
        return self.path.name

    @property
    def suffix(self) -> str:
        """The end of its name, from the last dot on."""
        return self.path.suffix

    @property
    def parent(self) -> Path:
        """The folder in its name, for words about it."""
        return self.path.parent

    def with_name(self, name: str) -> "NamedFile":
        """Return the file of another name beside it."""
        return NamedFile(self.path.with_name(name), self.inside)

    def is_relative_to(self, folder: Path) -> bool:
        """Return whether its name lies below a folder."""
        return self.path.is_relative_to(folder)

    def resolve(self) -> Path:
        """Return where its links lead now, to tell files apart; never to open it."""
        return self.path.resolve()

    def absolute(self) -> Path:
        """Return its name."""
        return self.path

    def is_symlink(self) -> bool:
        """Return whether its name is that of a link."""
        try:
            return self.path.is_symlink()
        except (OSError, ValueError):  # no name that a file can have
            return False

    def readlink(self) -> Path:
        """Return what the link of its name says."""
        return self.path.readlink()

    def open(self, mode: str = "rb") -> io.BufferedReader:
        """Open it for reading bytes.

        Raises
        ------
        InputError
            Its links lead out of the folders.
        OSError
            It is not there, no regular file, or may not be read.
        """
        if mode != "rb":
            raise ValueError(f"a named file is read as bytes, not opened as {mode!r}")
        return os.fdopen(open_inside(self.path, self.inside), "rb")

    def read_bytes(self) -> bytes:
        """Return all that it holds."""
        with self.open() as stream:
            return stream.read()

    def read_text(self, encoding: str = "utf-8") -> str:
        """Return all that it holds as text."""
        return self.read_bytes().decode(encoding)

    def stat(self) -> os.stat_result:
        """Return size, times and kind of what its name leads to, a folder or a device too."""
        descriptor = _find(self.path, self.inside, LOOK)
        try:
            return os.fstat(descriptor)
        finally:
            os.close(descriptor)

    def exists(self) -> bool:
        """Return whether its name leads to anything inside the folders."""
        return self._mode() is not None

    def is_file(self) -> bool:
        """Return whether its name leads to a regular file inside the folders."""
        mode = self._mode()
        return mode is not None and stat.S_ISREG(mode)

    def is_dir(self) -> bool:
        """Return whether its name leads to a folder inside the folders."""
        mode = self._mode()
        return mode is not None and stat.S_ISDIR(mode)

    def _mode(self) -> int | None:
        try:
            return self.stat().st_mode
        except (OSError, ValueError, InputError):
            return None


# A file of the app's own is a path; one that somebody named keeps to its folders.
File = Path | NamedFile


def as_file(path) -> File:
    """Return a file as readers take it: a path for what is path-like, a named file as it is."""
    return path if isinstance(path, NamedFile) else Path(path)


def can_read(file: File) -> bool:
    """Return whether a file can be opened for reading."""
    try:
        file.open("rb").close()
    except (OSError, InputError):
        return False
    return True


def open_inside(path: Path, folders: Sequence[Path]) -> int:
    """Open a regular file below one of some folders for reading; return its descriptor.

    Parameters
    ----------
    path : Path
        Absolute.
    folders : sequence of Path
        Absolute, links resolved.

    Raises
    ------
    InputError
        The path, or a link on it, leads out of the folders.
    OSError
        It is not there, no regular file, or may not be read.
    """
    descriptor = _find(path, folders, READ)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "is no regular file", str(path))


def _find(path: Path, folders: Sequence[Path], flags: int) -> int:
    """Return a descriptor of what a path leads to; errors name the path."""
    try:
        if not CAN_WALK:
            return _find_by_name(path, folders, flags)
        walk = _Walk(path, folders)
        try:
            return walk.to_the_end(flags)
        finally:
            walk.close()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


class _Walk:
    """On the way from a folder to a file, with each folder on it held open."""

    def __init__(self, path: Path, folders: Sequence[Path]) -> None:
        self._named, self._folders = path, folders
        self._links = 0
        self._held: list[int] = []
        self._names: list[str] = []
        self._todo: list[str] = []
        self._root = path

    def close(self) -> None:
        """Let go of all folders."""
        while self._held:
            os.close(self._held.pop())

    def to_the_end(self, flags: int) -> int:
        """Go all the way and return a descriptor of what lies there."""
        self._start(self._named)
        while self._todo:
            name = self._todo.pop()
            if name in ("", "."):
                continue
            if name == "..":
                self._go_up()
            elif self._todo:
                self._go_down(name)
            else:
                descriptor = self._open_last(name, flags)
                if descriptor is not None:
                    return descriptor
        # The path is that of a folder.
        return os.dup(self._held[-1])

    def _start(self, path: Path) -> None:
        """Begin anew at the folder that an absolute path lies in."""
        root = _folder_of(path, self._folders)
        if root is None:
            # A folder above the start folders may be a link, which nobody but the server's owner can have made.
            path = Path(os.path.realpath(path))
            root = _folder_of(path, self._folders)
        if root is None:
            raise leads_outside(self._named)
        self.close()
        self._held, self._names, self._root = [os.open(root, FOLDER)], [], root
        self._todo = list(path.parts[len(root.parts) :])[::-1]

    def _go_up(self) -> None:
        if self._names:
            self._names.pop()
            os.close(self._held.pop())
        else:
            self._start(Path(self._root.parent, *reversed(self._todo)))

    def _go_down(self, name: str) -> None:
        try:
            self._held.append(os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=self._held[-1]))
        except OSError as error:
            # A link is no folder, or one too many, whichever the system sees first.
            if error.errno not in (errno.ELOOP, errno.ENOTDIR) or not self._follow(name):
                raise
        else:
            self._names.append(name)

    def _open_last(self, name: str, flags: int) -> int | None:
        try:
            descriptor = os.open(name, flags, dir_fd=self._held[-1])
        except OSError as error:
            if error.errno != errno.ELOOP or not self._follow(name):
                raise
            return None
        # With O_PATH the link itself is opened.
        if stat.S_ISLNK(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            self._follow(name)
            return None
        return descriptor

    def _follow(self, name: str) -> bool:
        """Put what a link says in its place on the way; return whether it is one."""
        try:
            target = os.readlink(name, dir_fd=self._held[-1])
        except OSError:
            return False
        self._links += 1
        if self._links > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(self._named))
        if os.path.isabs(target):
            self._start(Path(target, *reversed(self._todo)))
        else:
            self._todo += Path(target).parts[::-1]
        return True


def leads_outside(path: Path) -> InputError:
    """Return the sentence for a name by which one would come out of the folders."""
    return InputError(f'"{path.name}" is a link that leads outside the folders of this server. Choose another image.')


def _folder_of(path: Path, folders: Sequence[Path]) -> Path | None:
    """Return the folder that a path lies in by its name: the nearest of several."""
    found = [folder for folder in folders if path.is_relative_to(folder)]
    return max(found, key=lambda folder: len(folder.parts), default=None)


def _find_by_name(path: Path, folders: Sequence[Path], flags: int) -> int:
    """Do without descriptors of folders, which Windows has not: look where the name leads before and after."""
    real = Path(os.path.realpath(path))
    if _folder_of(real, folders) is None:
        raise leads_outside(path)
    descriptor = os.open(real, flags)
    if Path(os.path.realpath(real)) != real:
        os.close(descriptor)
        raise leads_outside(path)
    return descriptor
