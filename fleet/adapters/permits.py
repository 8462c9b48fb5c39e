"""Permits and whoever issues them: our own register of applications, or a one-stop office outside (PTSP)."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from fleet.adapters import Away, Declined
from fleet.office import cases
from fleet.office.states import Sort
from fleet.views.reading import reading


@dataclass(frozen=True, slots=True)
class Standing:
    """How an application stands: its state as our permits have it, since `at`, owed by `due_at` (s, UTC)."""

    permit: str
    state: str
    at: float
    due_at: float | None


class PermitSystem(Protocol):
    """Knows applications for permits by their number."""

    def standing(self, number: str) -> Standing:
        """How the application with that number stands. Raises Away, Declined (no such number)."""
        ...


class OwnPermits:
    """The applications that this command centre registered; their number is the citizen's code."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is our own database."""
        self._engine = engine

    def standing(self, number: str) -> Standing:
        """As our cases have it. Raises Declined."""
        with reading(self._engine) as connection:
            code = "".join(sign for sign in number.upper() if sign.isalnum())
            found = [case for case in cases.by_code(connection, code) if case.sort is Sort.PERMIT]
        if not found:
            raise Declined(f'command centre: no application has the number "{number[:16]}"')
        case = found[0]
        return Standing(permit=case.topic or "", state=case.state, at=case.changed_at, due_at=case.due_at)


class SimulatedPermits:
    """A one-stop office of our own making: it knows the applications that it was given."""

    def __init__(self) -> None:
        """Empty, and there."""
        self.away = False
        self._known: dict[str, Standing] = {}

    def apply(self, number: str, standing: Standing) -> None:
        """Have an application stand like this."""
        self._known[number.replace("-", "")] = standing

    def standing(self, number: str) -> Standing:
        """As it was given. Raises Away, Declined."""
        if self.away:
            raise Away("PTSP (simulated): does not answer; ask again later")
        known = self._known.get(number.replace("-", ""))
        if known is None:
            raise Declined(f'PTSP (simulated): no application has the number "{number[:16]}"')
        return known
