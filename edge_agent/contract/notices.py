"""Notices: what the fleet tells a kiosk of what was filed there. Numbered by device, kept until received.

A notice is no command: it is true whenever it comes, so it does not expire and needs no trusted clock. A
device says with `device.notices.received` how far it has them all; the fleet sends what comes after again.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.contract.events import Name, Uuid
from edge_agent.contract.signed import Statement


class Body(BaseModel):
    """What a notice says."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)


class Step(Body):
    """One step that a submission, ticket or emergency took. `at` is s since 1970, UTC."""

    state: Name = Field(description="The state that it came to, such as forwarded.")
    at: float = Field(description="When.")
    agency: Name | None = Field(default=None, description="Who holds it from then on.")
    reason: str = Field(default="", max_length=500, description="What the office says to everybody about it.")


class Status(Body):
    """What a submission, a ticket, an emergency has come to."""

    tell: Literal["status"] = "status"
    subject: Uuid = Field(description="Which one.")
    step: Step
    due_at: float | None = Field(default=None, description="By when the next step is owed, s since 1970.")


class QueueState(Body):
    """How a queue of the device's office stands."""

    tell: Literal["queue"] = "queue"
    queue: Name = Field(description="Its name in region.toml.")
    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = Field(description="Of which day.")
    calling: str = Field(default="", max_length=8, description="The number that was called last.")
    waiting: list[Uuid] = Field(default=[], max_length=500, description="The tickets that wait, in order.")
    minutes_each: float = Field(ge=0, description="What one took lately, by all open counters together.")


class Answer(Body):
    """What is known of a code that was asked after."""

    tell: Literal["answer"] = "answer"
    inquiry: Uuid = Field(description="The question that it answers.")
    found: bool = Field(description="Whether anything has that code.")
    service: Name | None = Field(default=None, description="What it is, such as complaint.")
    steps: list[Step] = Field(default=[], max_length=24, description="What became of it, the oldest first.")
    due_at: float | None = Field(default=None, description="By when the next step is owed, s since 1970.")


class Notice(Statement):
    """One notice to one device. A device has them in any order and keeps each once."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)

    number: int = Field(ge=1, description="Counts the notices to this device.")
    body: Annotated[Status | QueueState | Answer, Field(discriminator="tell")]
