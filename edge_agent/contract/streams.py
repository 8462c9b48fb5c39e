"""Streams: each is ordered by itself, numbered without gaps, and acknowledged by itself."""

from enum import StrEnum


class Stream(StrEnum):
    """What a device says, in the order in which it goes out: citizens first."""

    SUBMISSIONS = "submissions"
    EVENTS = "events"
    TELEMETRY = "telemetry"
