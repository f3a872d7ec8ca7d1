"""How is nibabel handed a file that it never opens by its name? As a stream that opens the file each time it is read.

A name could have become a link to elsewhere since it was looked at, and an open file for each image that was ever seen
would use up what a process may have open.
"""

import io
from pathlib import Path
from threading import local

from nibabel.fileholders import FileHolder
from nibabel.spatialimages import SpatialImage

from lib.disk.opening import File
from lib.images.size_limits import is_packed, open_unpacked


class OnDemand(io.RawIOBase):
    """The unpacked bytes of a file; nothing is open between two reads. Each thread has a place of its own in it.

    Attributes
    ----------
    file : Path or NamedFile
        What is opened.
    """

    def __init__(self, file: File) -> None:
        super().__init__()
        self.file = file
        self._places = local()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return getattr(self._places, "at", 0)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place counted from the beginning, from here, or from the end of a file that is not packed."""
        if whence == io.SEEK_END and is_packed(self.file):
            raise io.UnsupportedOperation("the end of a packed stream is not known")
        starts = {io.SEEK_SET: lambda: 0, io.SEEK_CUR: self.tell, io.SEEK_END: lambda: self.file.stat().st_size}
        self._places.at = starts[whence]() + offset
        return self._places.at

    def readinto(self, buffer) -> int:
        """Fill a buffer, unless the file ends before it is full."""
        view, done = memoryview(buffer).cast("B"), 0
        with open_unpacked(self.file) as stream:
            stream.seek(self.tell())
            while done < len(view) and (n := stream.readinto(view[done:])):
                done += n
        self._places.at = self.tell() + done
        return done

    def write(self, content) -> int:
        """Refuse: nibabel takes for a stream what can read and write."""
        raise io.UnsupportedOperation("the file is only read")


def hold(file: File) -> FileHolder:
    """Return a file as nibabel holds one; its name is for people."""
    return FileHolder(filename=str(file), fileobj=OnDemand(file))


def held_file(img: SpatialImage, part: str = "image") -> File | None:
    """Return the file that an image, or its "header", was read from; None for one that was made in memory."""
    holder = img.file_map.get(part, img.file_map["image"])
    if isinstance(holder.fileobj, OnDemand):
        return holder.fileobj.file
    return Path(holder.filename) if holder.filename is not None else None
