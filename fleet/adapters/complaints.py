"""LAPOR! of our own making: it forwards a day after it receives, and answers three days later."""

from collections.abc import Sequence

from fleet.adapters import Declined
from fleet.adapters.holder import Passed
from fleet.adapters.simulated import SimulatedHolder, Stage
from fleet.office.states import Sort

NAME = "LAPOR! (simulated)"
_CLASSES = frozenset({None, "pengaduan", "aspirasi", "permintaan_informasi"})


def simulated_lapor(*, now: float = 0.0) -> SimulatedHolder:
    """One that has no complaint yet."""
    return SimulatedHolder(NAME, _course, now=now)


def _course(complaint: Passed) -> Sequence[Stage]:
    if complaint.sort is not Sort.COMPLAINT or complaint.category not in _CLASSES:
        raise Declined(f'{NAME}: class "{complaint.category}" of a {complaint.sort} is none of its own')
    return (
        Stage(0, "received"),
        Stage(1, "forwarded"),
        Stage(4, "answered", "Laporan telah ditindaklanjuti."),
    )
