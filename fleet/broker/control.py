"""Writing the access list, and telling a running broker to read it."""

import os
import signal
from pathlib import Path

from sqlalchemy import Connection

from fleet.broker import BrokerError
from fleet.broker.acl import access_list
from fleet.layout import Layout
from fleet.store.devices import in_good_standing
from loket.files import write_atomically


def refresh(connection: Connection, *, layout: Layout) -> bool:
    """Write the access list from the table of devices, and have the broker read it if it runs.

    Returns whether a running broker was told. Raises BrokerError, OSError.
    """
    write_atomically(layout.broker_acl, _text(connection, layout).encode(), mode=0o600)
    return reload(layout)


def renew(connection: Connection, *, layout: Layout) -> bool:
    """Refresh an access list that an older release wrote; one that is as it should be disturbs no broker.

    A reload costs a broker all its clients' lists at once, and Mosquitto 2.0.11 has been seen to crash when
    many came while clients were being replaced. Returns whether it was written. Raises BrokerError, OSError.
    """
    text = _text(connection, layout)
    if layout.broker_acl.is_file() and layout.broker_acl.read_bytes() == text.encode():
        return False
    refresh(connection, layout=layout)
    return True


def reload(layout: Layout) -> bool:
    """Send SIGHUP to the broker of this data folder; False if it does not run. Raises BrokerError."""
    pid = running_pid(layout.broker_pid)
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGHUP)
    except ProcessLookupError:
        return False
    except PermissionError as error:
        raise BrokerError(
            f"broker (process {pid}): may not be told to reload: {error} (run this as its user)"
        ) from error
    return True


def running_pid(path: Path) -> int | None:
    """The process id in `path` if that process is a Mosquitto; a stale file names nobody, or a stranger."""
    try:
        pid = int(path.read_text().strip())
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError):
        return None
    return pid if name == "mosquitto" else None


def _text(connection: Connection, layout: Layout) -> str:
    readers = sorted(path.stem for path in layout.readers.glob("*.pem"))
    return access_list(in_good_standing(connection), readers=readers)
