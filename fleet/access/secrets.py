"""Secrets that give a role: tokens of the API, one-time sign-in links, browser sessions.

A secret is 256 random bits, shown once; the database keeps its SHA-256 only. The hash is taken over the
secret's use too, so that a session cannot serve as a token, nor a link as a session.
"""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from fleet.access.roles import Role
from fleet.store.tables import tokens

_MAX_SECRET = 128


class Use(StrEnum):
    """What a secret is good for."""

    TOKEN = "token"  # noqa: S105
    LINK = "link"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody, or some system, that has proven a secret."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A secret as listed: never the secret itself. Times are s since 1970, UTC."""

    use: Use
    name: str
    role: Role
    created_at: float
    expires_at: float | None
    used_at: float | None


def issue(
    connection: Connection, *, use: Use, principal: Principal, now: float, lifetime_s: float | None
) -> str:
    """Make a secret and return it; without `lifetime_s` it holds until it is revoked.

    What has expired is forgotten on the way.
    """
    connection.execute(delete(tokens).where(tokens.c.expires_at <= now))
    secret = secrets.token_urlsafe(32)
    connection.execute(
        insert(tokens).values(
            hash=_hash(secret, use=use),
            name=f"{use}:{principal.name}",
            role=principal.role,
            created_at=now,
            expires_at=None if lifetime_s is None else now + lifetime_s,
            one_time=use is Use.LINK,
        )
    )
    return secret


def principal_of(connection: Connection, secret: str, *, use: Use, now: float) -> Principal | None:
    """Whose secret it is, if it is in force; a one-time secret is not used up by asking."""
    if len(secret) > _MAX_SECRET:
        return None
    row = connection.execute(
        select(tokens.c.name, tokens.c.role).where(
            tokens.c.hash == _hash(secret, use=use), tokens.c.used_at.is_(None), _in_force(now)
        )
    ).first()
    return Principal(name=_name(row.name), role=Role(row.role)) if row else None


def use_up(connection: Connection, secret: str, *, now: float) -> Principal | None:
    """Whose sign-in link it is, if it is in force and was not used; it is used now."""
    principal = principal_of(connection, secret, use=Use.LINK, now=now)
    if principal is None:
        return None
    marked = connection.execute(
        update(tokens)
        .where(tokens.c.hash == _hash(secret, use=Use.LINK), tokens.c.used_at.is_(None))
        .values(used_at=now)
    )
    return principal if marked.rowcount == 1 else None


def forget(connection: Connection, secret: str, *, use: Use) -> None:
    """End a secret, such as a session on signing out."""
    connection.execute(delete(tokens).where(tokens.c.hash == _hash(secret, use=use)))


def revoke(connection: Connection, name: str) -> int:
    """End everything that `name` holds: tokens, links and sessions; returns how many."""
    names = [f"{use}:{name}" for use in Use]
    return connection.execute(delete(tokens).where(tokens.c.name.in_(names))).rowcount


def every(connection: Connection, *, now: float) -> list[SecretRow]:
    """All secrets in force, the newest first."""
    rows = connection.execute(select(tokens).where(_in_force(now)).order_by(tokens.c.created_at.desc()))
    return [
        SecretRow(
            use=Use(row.name.partition(":")[0]),
            name=_name(row.name),
            role=Role(row.role),
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )
        for row in rows
    ]


def _in_force(now: float) -> ColumnElement[bool]:
    return or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)


def _name(stored: str) -> str:
    return stored.partition(":")[2]


def _hash(secret: str, *, use: Use) -> str:
    return hashlib.sha256(f"loket {use}:{secret}".encode()).hexdigest()
