"""What citizens filed among rows: which one a row carries, so that the kiosk can be told how far it came."""

import json
from collections.abc import Iterable

from edge_agent.contract.events import (
    CodeAsked,
    EmergencyRaised,
    SubmissionCreated,
    SurveyAnswered,
    TicketTaken,
)
from edge_agent.contract.stored import Stored
from edge_agent.inbox.store import SubmissionState
from edge_agent.outbox.row import Row

NAMED_BY = {
    SubmissionCreated.kind: "submission",
    TicketTaken.kind: "ticket",
    SurveyAnswered.kind: "survey",
    EmergencyRaised.kind: "emergency",
    CodeAsked.kind: "inquiry",
}
"""Which field of an event names what was filed, by the event's kind."""


def submissions_in(rows: Iterable[Row]) -> dict[int, str]:
    """What each row files, by seq; rows that file nothing are left out."""
    found = {}
    for row in rows:
        field = NAMED_BY.get(row.kind)
        if field is None:
            continue
        try:
            data = json.loads(row.data)
        except ValueError:
            continue
        name = data.get(field) if isinstance(data, dict) else None
        if isinstance(name, str):
            found[row.seq] = name
    return found


def outcome(rows: Iterable[Row], stored: Stored) -> dict[str, SubmissionState]:
    """What an acknowledgement says of what was filed in `rows`, which it settles."""
    refused = set(stored.refused)
    return {
        submission: SubmissionState.REFUSED if seq in refused else SubmissionState.STORED
        for seq, submission in submissions_in(rows).items()
    }
