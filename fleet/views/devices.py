"""Devices as they stand: what was enrolled, what was heard, what can be said of them now."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from fleet.store.tables import devices, presence
from fleet.views import events
from fleet.views.liveness import STALE_AFTER_S, Heard, State, state_of

_HEALTH_READ = 400


@dataclass(frozen=True, slots=True)
class UnitHealth:
    """How one unit of a device said it fares, at `at` (s since 1970, when the fleet heard it)."""

    unit: str
    status: str
    reasons: list[str]
    metrics: dict[str, float]
    at: float


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device now; times are s since 1970, UTC."""

    name: str
    region: str
    label: str
    latitude: float | None
    longitude: float | None
    enrolled_at: float
    certificate_expires_at: float | None
    revoked_at: float | None
    version_installed: str
    state: State
    proof_at: float | None
    changed_at: float | None
    health: list[UnitHealth]


def every(connection: Connection, *, now: float) -> list[DeviceView]:
    """All devices, by region and name."""
    query = _query().order_by(devices.c.region, devices.c.name)
    rows = connection.execute(query).all()
    health = _health(events.recent_of(connection, ["device.health"], limit=_HEALTH_READ))
    return [_view(row, health.get(row.name, []), now=now) for row in rows]


def find(connection: Connection, name: str, *, now: float) -> DeviceView | None:
    """The device of that name."""
    row = connection.execute(_query().where(devices.c.name == name)).first()
    if row is None:
        return None
    health = _health(events.recent_of(connection, ["device.health"], limit=20, device=name))
    return _view(row, health.get(name, []), now=now)


def by_state(views: Collection[DeviceView]) -> dict[State, int]:
    """How many devices there are of each state."""
    return {state: sum(view.state is state for view in views) for state in State}


def _query() -> Select[Any]:
    return select(
        devices, presence.c.version_installed, presence.c.online, presence.c.proof_at, presence.c.changed_at
    ).outerjoin(presence, presence.c.device == devices.c.name)


def _view(row: Row[Any], health: list[UnitHealth], *, now: float) -> DeviceView:
    fresh = [unit for unit in health if now - unit.at <= STALE_AFTER_S]
    heard = Heard(
        online=row.online,
        proof_at=row.proof_at,
        degraded=any(unit.status != "ok" for unit in fresh),
        revoked=row.revoked_at is not None,
    )
    return DeviceView(
        name=row.name,
        region=row.region,
        label=row.label,
        latitude=row.latitude,
        longitude=row.longitude,
        enrolled_at=row.enrolled_at,
        certificate_expires_at=row.certificate_expires_at,
        revoked_at=row.revoked_at,
        version_installed=row.version_installed or "",
        state=state_of(heard, now=now),
        proof_at=row.proof_at,
        changed_at=row.changed_at,
        health=health,
    )


def _health(newest_first: list[events.Event]) -> dict[str, list[UnitHealth]]:
    """The latest word of each unit, by device; from events, the newest first."""
    found: dict[tuple[str, str], UnitHealth] = {}
    for event in newest_first:
        unit = event.data["unit"]
        if (event.device, unit) not in found:
            found[event.device, unit] = UnitHealth(
                unit=unit,
                status=event.data["status"],
                reasons=event.data.get("reasons", []),
                metrics=event.data.get("metrics", {}),
                at=event.received_at,
            )
    made: dict[str, list[UnitHealth]] = {}
    for (device, _unit), health in sorted(found.items()):
        made.setdefault(device, []).append(health)
    return made
