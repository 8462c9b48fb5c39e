"""A camera's user and password: in a file that only the unit may read, never in settings or logs."""

import stat
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from edge_agent.vision import CameraImpossible

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def with_credentials(address: str, file: Path | None) -> str:
    """The address with the `user:password` of the file's only line in it.

    The file is read at each opening, so that a new password needs no restart. Raises CameraImpossible.
    """
    if file is None:
        return address
    user, password = _read(file)
    parts = urlsplit(address)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}"))


def without_credentials(address: str) -> str:
    """The address as it may be shown: no user, no password, and no query, for that may hold a token."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def has_password(address: str) -> bool:
    """Whether somebody wrote a password into an address."""
    return is_address(address) and ":" in urlsplit(address).netloc.rpartition("@")[0]


def is_address(source: str) -> bool:
    """Whether a camera's source is a network address, and not a device or a file."""
    return source.startswith(("rtsp://", "rtsps://"))


def _read(file: Path) -> tuple[str, str]:
    try:
        with file.open(encoding="utf-8") as opened:
            mode = stat.S_IMODE(Path(f"/proc/self/fd/{opened.fileno()}").stat().st_mode)
            text = opened.read(4096)
    except FileNotFoundError:
        raise CameraImpossible(
            f"{file}: no such file; write user:password into it, then: chmod 600"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CameraImpossible(f"{file}: cannot be read: {why}; correct it or its rights") from None
    if mode & _OTHERS:
        raise CameraImpossible(f"{file}: others may read it (mode {mode:03o}); then: chmod 600 {file.name}")
    user, colon, password = text.strip().partition(":")
    if not colon or not user or "\n" in text.strip():
        raise CameraImpossible(f"{file}: is not one line of the form user:password; write it anew")
    return user, password
