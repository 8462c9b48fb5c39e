"""`[cameras.tamper]`: what a person may set about a camera that is tampered with."""

from typing import get_args

from pydantic import Field

from edge_agent.contract.events import Tamper
from loket.settings import Section

ALL: tuple[Tamper, ...] = get_args(Tamper)


class TamperSettings(Section):
    """`[cameras.tamper]`."""

    kinds: list[Tamper] = Field(
        default=list(ALL),
        max_length=len(ALL),
        description="What is told. Leave out `black` where the lights go out at night.",
    )
    after_s: float = Field(default=10, ge=2, le=3600, description="Seconds that it must last to be told.")
    clear_s: float = Field(default=5, ge=1, le=3600, description="Seconds without it until it is over.")
    accept_s: float = Field(
        default=3600,
        ge=60,
        le=604_800,
        description="Seconds after which the view of a camera that was moved is taken for the usual one.",
    )
