"""The keys that sign receipts, each kept with the evidence that its device certified it.

The chain is checked when the evidence arrives; the key is kept for good, for a receipt outlives the device's
certificate. A device that is put out ends its keys: what they sign later does not stand.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from sqlalchemy import Connection, Select, select, update

from edge_agent.contract import ContractError, topics
from edge_agent.contract.events import EventData, ReceiptKeyCertified
from edge_agent.contract.receipt_keys import Certified, verify
from edge_agent.contract.receipts import key_id
from fleet.identity import IdentityError
from fleet.store import devices as device_table
from fleet.store import refused
from fleet.store.events import Event
from fleet.store.inserting import insert_into
from fleet.store.refused import RefusedMessage
from fleet.store.tables import devices, receipt_keys
from loket import log

_log = log.get(__name__)

Deal = Callable[[Connection, EventData, Event, object, float], None]


class _Unproven(Exception):
    """Why a certificate is not taken."""


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """A key that signs receipts. `public_key` is Base64 of its 32 bytes; times are s since 1970, UTC.

    `ended_at` is when its device was put out: what it signed after that does not stand.
    """

    key_id: str
    device: str
    region: str
    label: str
    public_key: str
    certificate: str
    certified_at: float
    received_at: float
    ended_at: float | None


def read_root(path: Path) -> x509.Certificate:
    """The fleet's authority in a PEM file. Raises IdentityError."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except FileNotFoundError:
        raise IdentityError(f"{path}: no such file (run: fleet init)") from None
    except (OSError, ValueError) as error:
        raise IdentityError(f"{path}: cannot be read: {error}") from error


def deal_with(root: x509.Certificate, *, refused_keep: int) -> Deal:
    """What to do about a `ReceiptKeyCertified`: keep the key, or keep the message aside with the reason."""

    def deal(connection: Connection, data: EventData, event: Event, _regions: object, now: float) -> None:
        if not isinstance(data, ReceiptKeyCertified):
            return
        try:
            certified = _proven(connection, data, event, root=root, now=now)
            _keep(connection, certified, certificate=data.certificate, received_at=event.received_at)
        except (ContractError, _Unproven) as error:
            _log.warning("receipt_key_refused", device=event.device.name, reason=str(error))
            message = RefusedMessage(
                topic=topics.event(event.device, event.kind),
                payload=data.certificate.encode(),
                reason=f"receipt key: {error}",
                received_at=event.received_at,
                device=event.device.name,
            )
            refused.keep_aside(connection, [message], keep=refused_keep)

    return deal


def every(connection: Connection) -> list[ReceiptKey]:
    """All keys, by device, the oldest first."""
    query = _query().order_by(receipt_keys.c.device, receipt_keys.c.certified_at, receipt_keys.c.key_id)
    return [ReceiptKey(**row._mapping) for row in connection.execute(query)]


def find(connection: Connection, name: str) -> ReceiptKey | None:
    """The key of that id."""
    row = connection.execute(_query().where(receipt_keys.c.key_id == name)).first()
    return ReceiptKey(**row._mapping) if row else None


def end(connection: Connection, device: str, *, now: float) -> None:
    """Note that `device` was put out `now`: its keys sign nothing from then on."""
    connection.execute(
        update(receipt_keys)
        .where(receipt_keys.c.device == device, receipt_keys.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def _proven(
    connection: Connection, data: ReceiptKeyCertified, event: Event, *, root: x509.Certificate, now: float
) -> Certified:
    """The key, proven by the certificate that the device has now. Raises ContractError, _Unproven.

    One by an earlier certificate is not taken, for a stolen card still has that. Nothing is lost by it: a
    device certifies its key again with each certificate that it gets.
    """
    certified = verify(data.certificate, device=event.device, root=root, now=now)
    known = device_table.find(connection, event.device.name)
    if known is None or known.revoked_at is not None:
        raise _Unproven("the device was put out")
    if known.certificate_serial != certified.serial:
        raise _Unproven("certified with another certificate than the device has now")
    return certified


def _keep(connection: Connection, certified: Certified, *, certificate: str, received_at: float) -> None:
    name, public = key_id(certified.key), base64.b64encode(certified.key.public_bytes_raw()).decode()
    known = find(connection, name)
    if known is not None and (known.device, known.public_key) != (certified.device.name, public):
        raise _Unproven("another key or another device has this key's name")
    values = {
        "certificate": certificate,
        "certified_at": certified.issued_at,
        "received_at": received_at,
        "ended_at": None,
    }
    statement = insert_into(connection, receipt_keys).values(
        key_id=name, device=certified.device.name, public_key=public, **values
    )
    connection.execute(statement.on_conflict_do_update(index_elements=["key_id"], set_=values))
    if known is None:
        _log.info("receipt_key_kept", device=certified.device.name, key=name)


def _query() -> Select[Any]:
    return select(receipt_keys, devices.c.region, devices.c.label).join_from(
        receipt_keys, devices, receipt_keys.c.device == devices.c.name
    )
