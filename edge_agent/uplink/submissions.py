"""Submissions among rows: which one a row carries, so that the kiosk can be told how far it has come."""

import json
from collections.abc import Iterable

from edge_agent.contract.events import SubmissionCreated
from edge_agent.contract.stored import Stored
from edge_agent.inbox.store import SubmissionState
from edge_agent.outbox.row import Row


def submissions_in(rows: Iterable[Row]) -> dict[int, str]:
    """The submission that each row carries, by seq; rows that carry none are left out."""
    found = {}
    for row in rows:
        if row.kind != SubmissionCreated.kind:
            continue
        try:
            match json.loads(row.data):
                case {"submission": str(submission)}:
                    found[row.seq] = submission
        except ValueError:
            continue
    return found


def outcome(rows: Iterable[Row], stored: Stored) -> dict[str, SubmissionState]:
    """What an acknowledgement says of the submissions in `rows`, which it settles."""
    refused = set(stored.refused)
    return {
        submission: SubmissionState.REFUSED if seq in refused else SubmissionState.STORED
        for seq, submission in submissions_in(rows).items()
    }
