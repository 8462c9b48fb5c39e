"""What every page and every answer of the API stands on."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from fleet.intake import Intake
from fleet.office.regions import Regions
from fleet.office.spoken import Voice
from fleet.settings import Fleet
from fleet.snapshots.store import SnapshotStore
from fleet.web.tail import Tail


@dataclass(frozen=True, slots=True)
class Site:
    """One fleet as it is served. `now` tells s since 1970, UTC."""

    fleet: Fleet
    engine: Engine
    snapshots: SnapshotStore
    intake: Intake
    tail: Tail
    regions: Regions = field(default_factory=Regions)
    voice: Voice = field(default_factory=Voice)
    now: Callable[[], float] = time.time
