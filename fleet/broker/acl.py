"""Who may read and write which topics: one explicit block for each certificate name.

The broker takes the user's name from the client's certificate, so these names cannot be chosen by a client.
Nothing is granted by pattern: a device that is revoked, or never was added, has no block and no rights.
"""

from collections.abc import Iterable

from edge_agent.contract import topics
from edge_agent.contract.identity import DeviceId

INGEST = "fleet-ingest"
NORTH = "fleet-north"
READER_PREFIX = "fleet-north-"


def access_list(devices: Iterable[DeviceId], *, readers: Iterable[str] = ()) -> str:
    """The text of Mosquitto's `acl_file` for the devices in good standing and the northbound readers.

    `readers` are certificate names that begin with `fleet-north-`. Raises ValueError for another.
    """
    blocks = [
        "# Written by the fleet at each change of its devices; edits are lost.",
        _block(INGEST, read=[topics.EVERY_EVENT, topics.EVERY_STATE], write=[f"{topics.ROOT}/+/+/stored"]),
        _block(
            NORTH,
            read=[],
            write=[f"{topics.ROOT}/+/+/cmd/+", f"{topics.ROOT}/+/+/notice", topics.EVERY_NORTH],
        ),
    ]
    for reader in sorted(readers):
        if not reader.startswith(READER_PREFIX):
            raise ValueError(f'reader "{reader}" must begin with {READER_PREFIX}')
        blocks.append(_block(reader, read=[topics.EVERY_NORTH], write=[]))
    blocks += [
        _block(
            device.name,
            read=[topics.stored(device), topics.commands(device), topics.notice(device)],
            write=[topics.state(device), topics.events(device)],
        )
        for device in sorted(devices, key=lambda device: (device.name, device.region))
    ]
    return "\n".join(blocks)


def _block(user: str, *, read: list[str], write: list[str]) -> str:
    lines = [f"user {user}", *(f"topic read {t}" for t in read), *(f"topic write {t}" for t in write)]
    return "\n".join(lines) + "\n"
