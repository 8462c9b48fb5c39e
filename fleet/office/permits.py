"""Applications for permits that are handed in at an office: registered once, and followed by their code."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from fleet.audit import Action, append
from fleet.office import NotPossible, cases
from fleet.office.cases import Case, New
from fleet.office.regions import Regions
from fleet.office.states import Sort
from loket.region.parts import Permit


@dataclass(frozen=True, slots=True)
class Application:
    """What is registered: the UUID that the form was given, where, and for which permit of the region."""

    subject: str
    region: str
    permit: str


def register(connection: Connection, wanted: Application, *, by: str, regions: Regions, now: float) -> Case:
    """Register an application; the same one again is the same case. Raises NotPossible."""
    folder = regions.find(wanted.region)
    permit = folder.permits.get(wanted.permit) if folder is not None else None
    if permit is None:
        raise NotPossible(f'region {wanted.region[:5]} has no permit "{wanted.permit[:63]}"')
    new = New(
        subject=wanted.subject, sort=Sort.PERMIT, service="permit", region=wanted.region, created_at=now,
        topic=wanted.permit, agency=permit.agency,
    )  # fmt: skip
    if cases.open_case(connection, new, regions=regions, now=now):
        append(connection, Action.CASE_STEPPED, actor=by, subject=wanted.subject, now=now)
    found = cases.find(connection, wanted.subject)
    if found is None or found.sort is not Sort.PERMIT:
        raise NotPossible("that UUID is another case's")
    return found


def offered(regions: Regions) -> Iterator[tuple[str, str, Permit]]:
    """Every permit that can be applied for: its region, its name, and what it is."""
    for region in regions.all:
        for name, permit in region.permits.items():
            yield region.file.code, name, permit
