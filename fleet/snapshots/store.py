"""The folder of pictures: content-addressed, so that a name can be trusted and a repeat costs nothing."""

import contextlib
import errno
import hashlib
import re
import shutil
from pathlib import Path

from loket.files import write_atomically

MAX_BYTES = 512 * 1024
"""The largest picture that is accepted."""

RESERVE_BYTES = 64 * 1024 * 1024
"""Disk that pictures leave free, because the database may share it."""


class SnapshotError(Exception):
    """A picture was not kept."""


class NotAPicture(SnapshotError):
    """It is no JPEG, or its SHA-256 is another than its name says."""


class NoRoom(SnapshotError):
    """The disk is full, or what is left of it is reserved."""


class SnapshotStore:
    """Pictures as files `ab/abcd....jpg` under one folder."""

    def __init__(self, folder: Path, *, reserve_bytes: int = RESERVE_BYTES) -> None:
        """`folder` is made with the first picture."""
        self._folder = folder
        self._reserve_bytes = reserve_bytes

    def put(self, jpeg: bytes, *, sha256: str) -> bool:
        """Keep a picture; returns whether it is new. It is on the disk when this returns.

        Raises NotAPicture, NoRoom, or OSError for any other trouble with the disk.
        """
        if not jpeg.startswith(b"\xff\xd8\xff"):
            raise NotAPicture("not a JPEG")
        if hashlib.sha256(jpeg).hexdigest() != sha256:
            raise NotAPicture("the SHA-256 is not the one in the path")
        path = self.path(sha256)
        if path.exists():
            return False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(path.parent).free < self._reserve_bytes + len(jpeg):
                raise NoRoom(f"less than {self._reserve_bytes} bytes would be left on the disk")
            write_atomically(path, jpeg, mode=0o640)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise NoRoom(str(error)) from error
            raise
        return True

    def path(self, sha256: str) -> Path:
        """Where a picture is, or would be. Raises ValueError for what is no SHA-256 in hexadecimal."""
        if not is_hash(sha256):
            raise ValueError("not a SHA-256 in hexadecimal")
        return self._folder / sha256[:2] / f"{sha256}.jpg"

    def has(self, sha256: str) -> bool:
        """Whether the picture is here."""
        return self.path(sha256).exists()

    def remove(self, sha256: str) -> None:
        """Delete a picture; nothing if it is gone already."""
        self.path(sha256).unlink(missing_ok=True)

    def older(self, *, before: float) -> list[str]:
        """The pictures whose files were written before a time (s since 1970)."""
        found = []
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*.jpg"):
            with contextlib.suppress(FileNotFoundError):
                if is_hash(path.stem) and path.stat().st_mtime < before:
                    found.append(path.stem)
        return found


def is_hash(text: str) -> bool:
    """Whether `text` is a SHA-256 in lower-case hexadecimal."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None
