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
    readers = sorted(path.stem for path in layout.readers.glob("*.pem"))
    text = access_list(in_good_standing(connection), readers=readers)
    write_atomically(layout.broker_acl, text.encode(), mode=0o600)
    return reload(layout)


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
