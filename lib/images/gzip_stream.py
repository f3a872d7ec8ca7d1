"""The unpacked bytes of a gzip file, as gunzip and nibabel see them: all members, and nothing of what lies behind them.

A file may hold several members one after another (bgzip writes them so, and so does `cat a.gz b.gz`), and bytes that
belong to none behind the last: zeros up to the end of a block of tape, or what a broken download left. gunzip warns of
those and ignores them; nibabel never reads so far. The `gzip` module, and isal's after it, raise on them.
"""

import io
from typing import BinaryIO

from isal.igzip_lib import DECOMP_GZIP, IgzipDecompressor

# Asked of the file at a time; more makes nothing faster, and is copied once a member, of which bgzip writes many.
PACKED_BYTES = 1 << 17
# Small, so that of a damaged stream no more is asked for than is needed; a larger buffer than this is filled directly.
BUFFER_BYTES = io.DEFAULT_BUFFER_SIZE
# Thrown away at a time on the way to a place further on.
SKIPPED_BYTES = 1 << 20
# What every member begins with: the mark, and 8 for deflate, the only method there is.
MEMBER_MARK = b"\x1f\x8b\x08"


def open_gzip(file: BinaryIO) -> io.BufferedReader:
    """Return the unpacked bytes of an open gzip file as a stream, which closes the file with itself.

    isal inflates 2-3 times as fast as the standard library. Seeking back starts over.

    Reading raises `EOFError` where a member is cut off and `isal.isal_zlib.error` where it is damaged, its checksum
    included.
    """
    return io.BufferedReader(_Unpacked(file), BUFFER_BYTES)


class _Unpacked(io.RawIOBase):
    """Members inflated one after another."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rewind()

    def _rewind(self) -> None:
        self._file.seek(0)
        self._position = 0
        # What was read from the file and belongs to no member so far.
        self._ahead = b""
        self._inflater = IgzipDecompressor(flag=DECOMP_GZIP)
        self._is_over = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer) -> int:
        """Fill a buffer with the next unpacked bytes; 0 only at the end."""
        view = memoryview(buffer).cast("B")
        unpacked = b""
        while view and not unpacked and not self._is_over:
            unpacked = self._inflate(len(view))
            if self._inflater.eof:
                self._begin_next()
        view[: len(unpacked)] = unpacked
        self._position += len(unpacked)
        return len(unpacked)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place counted from the beginning or from here; one behind the end is the end."""
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("the end of a packed stream is not known")
        target = offset + (self._position if whence == io.SEEK_CUR else 0)
        if target < self._position:
            self._rewind()
        skipped = memoryview(bytearray(min(SKIPPED_BYTES, target - self._position)))
        while self._position < target and self.readinto(skipped[: target - self._position]):
            pass
        return self._position

    def _inflate(self, most: int) -> bytes:
        packed, self._ahead = self._ahead, b""
        if self._inflater.needs_input and not packed:
            packed = self._file.read(PACKED_BYTES)
            if not packed:
                raise EOFError("the packed bytes end before the end of their stream")
        return self._inflater.decompress(packed, most)

    def _begin_next(self) -> None:
        """Go on to the member behind the one that has ended; what is no member ends the stream."""
        ahead = self._inflater.unused_data.lstrip(b"\0")
        while len(ahead) < len(MEMBER_MARK):
            more = self._file.read(PACKED_BYTES)
            if not more:
                break
            ahead = (ahead + more).lstrip(b"\0")
        self._is_over = not ahead.startswith(MEMBER_MARK)
        if not self._is_over:
            self._ahead, self._inflater = ahead, IgzipDecompressor(flag=DECOMP_GZIP)
