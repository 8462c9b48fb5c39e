"""The shapes of questions and answers that are the API's own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from edge_agent.contract.commands import TakeSnapshot
from fleet.audit import Entry
from fleet.views import events
from fleet.views.events import Event
from fleet.views.refused import RefusedView
from fleet.views.submissions import SubmissionView

_POSITION_MAX = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=events.LIMIT_MAX, description="The most items in this page.")]
After = Annotated[int | None, Query(ge=0, le=_POSITION_MAX, description="Only what was stored after it.")]
Before = Annotated[int | None, Query(ge=0, le=_POSITION_MAX, description="Only what was stored before it.")]


Item = TypeVar("Item", Event, SubmissionView, RefusedView, Entry)


class Page(BaseModel, Generic[Item]):
    """Some items; `next` is the position from which to ask for more, null where there is no more."""

    items: list[Item]
    next: int | None


def page_of(found: Sequence[Item], *, limit: int) -> Page[Item]:
    """A page; it has a next one unless it is shorter than was asked for."""
    return Page(items=list(found), next=found[-1].position if len(found) == limit else None)


class EventFilter:
    """The filters of events, as query parameters."""

    def __init__(
        self,
        device: Annotated[str | None, Query(description="The device's name.")] = None,
        region: Annotated[str | None, Query(description="The region's code, such as 17.07.")] = None,
        kind: Annotated[
            str | None, Query(description='A kind, or, ending with a dot, a group of them: "vision."')
        ] = None,
        since: Annotated[
            str | None, Query(description="Happened at or after: seconds since 1970, or ISO 8601.")
        ] = None,
        until: Annotated[
            str | None, Query(description="Happened before: seconds since 1970, or ISO 8601.")
        ] = None,
    ) -> None:
        """As FastAPI gives them."""
        self._device = device
        self._region = region
        self._kind = kind
        self._since = since
        self._until = until

    def filter(self) -> events.Filter:
        """As a filter. Raises HTTPException (422) for a time that is none."""
        return events.Filter(
            device=self._device,
            region=self._region,
            kind=self._kind,
            since=_instant(self._since, "since"),
            until=_instant(self._until, "until"),
        )


def _instant(text: str | None, name: str) -> float | None:
    if text is None:
        return None
    try:
        return instant(text)
    except ValueError as error:
        raise HTTPException(422, f"{name}: {error}") from error


def instant(text: str) -> float:
    """Seconds since 1970 of a number or an ISO 8601 time; without an offset it is UTC. Raises ValueError."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("neither seconds since 1970 nor an ISO 8601 time") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


class CommandWanted(BaseModel):
    """A command to give."""

    model_config = ConfigDict(extra="forbid")

    device: Annotated[str, Field(max_length=63)]
    action: TakeSnapshot
    expires_after_s: Annotated[float, Field(gt=0, le=86_400)] = 120.0
