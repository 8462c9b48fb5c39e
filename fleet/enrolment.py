"""Taking a device into the fleet, and putting it out: certificate, table, audit, access list."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Engine

from edge_agent.contract.identity import DeviceId
from fleet import audit
from fleet.audit import Action
from fleet.broker.control import refresh
from fleet.identity import RefusedRequest
from fleet.identity.authority import Validity, load_authority, read_request, serial_text
from fleet.receipts import keys as receipt_keys
from fleet.settings import Fleet
from fleet.store import devices
from fleet.store.devices import Certificate
from fleet.store.engine import translated, writing


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device in the fleet: its certificate as PEM, its end in s since 1970."""

    device: DeviceId
    certificate: bytes
    expires_at: float
    is_new: bool
    broker_told: bool


def enrol(
    fleet: Fleet,
    engine: Engine,
    device: DeviceId,
    *,
    request: Path,
    validity: Validity,
    by: str,
    now: float,
    label: str | None = None,
) -> Enrolled:
    """Sign the device's certificate request and let it speak. Doing it again renews the certificate.

    Raises RefusedRequest (another name or region, a weak key), IdentityError, StoreError, BrokerError.
    """
    if device.region not in fleet.regions:
        served = ", ".join(fleet.regions)
        raise RefusedRequest(
            f'region "{device.region}" is not served here ({served}); see fleet.toml: regions'
        )
    layout = fleet.layout
    authority = load_authority(certificate=layout.root_certificate, key=layout.root_key)
    certificate = authority.sign_request(read_request(request), name=device.name, validity=validity)
    expires_at = certificate.not_valid_after_utc.timestamp()
    with translated(), writing(engine) as connection:
        kept = Certificate(serial=serial_text(certificate), expires_at=expires_at)
        is_new = devices.enrol(connection, device, certificate=kept, now=now, label=label)
        audit.append(connection, Action.DEVICE_ENROLLED, actor=by, subject=device.name, now=now)
    return Enrolled(
        device=device,
        certificate=certificate.public_bytes(Encoding.PEM),
        expires_at=expires_at,
        is_new=is_new,
        broker_told=update_broker(fleet, engine),
    )


def revoke(fleet: Fleet, engine: Engine, name: str, *, by: str, now: float) -> bool:
    """Take a device's rights away; False if there is none of that name. Raises StoreError, BrokerError."""
    with translated(), writing(engine) as connection:
        if not devices.revoke(connection, name, now=now):
            return False
        receipt_keys.end(connection, name, now=now)
        audit.append(connection, Action.DEVICE_REVOKED, actor=by, subject=name, now=now)
    update_broker(fleet, engine)
    return True


def update_broker(fleet: Fleet, engine: Engine) -> bool:
    """Write the access list anew and tell the broker; returns whether one runs and was told.

    It is done under the database's write lock, so that of two commands at once the later one writes last.
    """
    with translated(), writing(engine) as connection:
        return refresh(connection, layout=fleet.layout)
