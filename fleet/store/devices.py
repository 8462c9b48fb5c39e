"""The devices that may speak."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from edge_agent.contract.identity import DeviceId
from fleet.store.tables import devices, presence


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the table keeps of an issued certificate: its serial in hexadecimal, its end in s since 1970."""

    serial: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as enrolled; times are s since 1970, UTC."""

    name: str
    region: str
    label: str
    latitude: float | None
    longitude: float | None
    enrolled_at: float
    certificate_serial: str | None
    certificate_expires_at: float | None
    revoked_at: float | None


def enrol(
    connection: Connection,
    device: DeviceId,
    *,
    certificate: Certificate,
    now: float,
    label: str | None = None,
) -> bool:
    """Record a device and its certificate; returns whether it is new.

    A device that is enrolled again (a new card) is in good standing again, and counts its connections anew.
    """
    changes: dict[str, object] = {
        "region": device.region,
        "enrolled_at": now,
        "certificate_serial": certificate.serial,
        "certificate_expires_at": certificate.expires_at,
        "revoked_at": None,
    }
    if label is not None:
        changes["label"] = label
    found = connection.execute(update(devices).where(devices.c.name == device.name).values(changes)).rowcount
    if found:
        connection.execute(update(presence).where(presence.c.device == device.name).values(session=0))
        return False
    connection.execute(insert(devices).values(name=device.name, **changes))
    return True


def revoke(connection: Connection, name: str, *, now: float) -> bool:
    """Mark a device as one that may no longer speak; False if there is none of that name."""
    where = devices.c.name == name
    if not connection.execute(select(devices.c.name).where(where)).first():
        return False
    connection.execute(update(devices).where(where, devices.c.revoked_at.is_(None)).values(revoked_at=now))
    return True


def find(connection: Connection, name: str) -> DeviceRow | None:
    """The device of that name."""
    row = connection.execute(select(devices).where(devices.c.name == name)).first()
    return DeviceRow(**row._mapping) if row else None


def every(connection: Connection) -> list[DeviceRow]:
    """All devices, by region and name."""
    rows = connection.execute(select(devices).order_by(devices.c.region, devices.c.name))
    return [DeviceRow(**row._mapping) for row in rows]


def in_good_standing(connection: Connection) -> list[DeviceId]:
    """The devices that are not revoked."""
    return [DeviceId(region=row.region, name=row.name) for row in every(connection) if row.revoked_at is None]


def regions_of(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The region of each of `names` that is enrolled and not revoked."""
    where = devices.c.name.in_(names), devices.c.revoked_at.is_(None)
    rows = connection.execute(select(devices.c.name, devices.c.region).where(*where))
    return {row.name: row.region for row in rows}
