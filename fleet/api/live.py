"""Events as they are stored, as server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Response
from pydantic import TypeAdapter

from fleet.api.messages import After, EventFilter
from fleet.views import events
from fleet.views.reading import reading
from fleet.web.site import Site
from fleet.web.stream import PAGE, Message, stream

HEARTBEAT_S = 15.0

_event = TypeAdapter(events.Event)


def live_router(site: Site) -> APIRouter:
    """`/live`."""
    made = APIRouter(tags=["events"])

    @made.get("/live", responses={200: {"content": {"text/event-stream": {}}}, 503: {"description": "Full."}})
    def live(
        which: Annotated[EventFilter, Depends()],
        after: After = None,
        last_event_id: Annotated[
            str | None, Header(description="Where to resume; wins over `after`.")
        ] = None,
    ) -> Response:
        """Every event that fits as it is stored, in order, each with its position as id.

        Without `after` it starts with what is stored from now on. A client that was away resumes without
        loss by Last-Event-ID.
        """
        if last_event_id is not None and not last_event_id.isdecimal():
            raise HTTPException(422, "Last-Event-ID: not a position")
        start = int(last_event_id) if last_event_id is not None else after
        return stream(site.tail, Reader(site, which=which.filter(), after=start), tick_s=HEARTBEAT_S)

    return made


class Reader:
    """Reads on from where it was; called by one stream, one call at a time."""

    def __init__(self, site: Site, *, which: events.Filter, after: int | None) -> None:
        """`after` None: from now on."""
        self._site = site
        self._which = which
        self._after = after

    def __call__(self) -> list[Message]:
        """What was stored since the last call, `PAGE` events at most."""
        with reading(self._site.engine) as connection:
            if self._after is None:
                self._after = events.newest_position(connection)
                return []
            found = events.stored_after(connection, self._after, which=self._which, limit=PAGE)
        if found:
            self._after = found[-1].position
        return [
            Message(event="event", id=event.position, data=_event.dump_python(event, mode="json"))
            for event in found
        ]
