"""The rules, one file each; a new one is its file and its line in `AnyRule`."""

from typing import Annotated

from pydantic import Field

from edge_agent.vision.scene.rules.abandoned import Abandoned
from edge_agent.vision.scene.rules.crossing import Crossing
from edge_agent.vision.scene.rules.crowding import Crowding
from edge_agent.vision.scene.rules.entry import Entry
from edge_agent.vision.scene.rules.loitering import Loitering
from edge_agent.vision.scene.rules.occupancy import Occupancy
from edge_agent.vision.scene.rules.queue import Queue
from edge_agent.vision.scene.rules.stopped import Stopped
from edge_agent.vision.scene.rules.wrong_way import WrongWay

AnyRule = Annotated[
    Crossing | Entry | Occupancy | Queue | Crowding | Loitering | WrongWay | Stopped | Abandoned,
    Field(discriminator="kind"),
]
