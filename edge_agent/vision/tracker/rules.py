"""When a track begins, goes on and ends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Of one camera."""

    threshold: float = 0.4
    """The score from which a detection is sure."""
    unsure: float = 0.2
    """The score from which a detection may continue a track that is already believed."""
    confirm_hits: int = 3
    """How often an object must be seen before it is believed."""
    tentative_s: float = 1.0
    """How long an object that is not yet believed may be out of sight."""
    miss_s: float = 2.0
    """How long a believed object may be out of sight before its track ends; twice that for a sure sight."""
    min_overlap: float = 0.3
    """The least overlap of where a track should be with its next detection."""
    max_inside: float = 0.85
    """A detection that lies so far inside another of its label (or around it) begins no track..."""
    max_inside_unlike: float = 0.75
    """...and so far, if one of the two is less sure than the other by `unlike`: two people are seen alike."""
    unlike: float = 0.7
    """The share of the surer one's score up to which two detections are not equally sure."""
    most: int = 250
    """So many detections of a frame are looked at, the surest first, which bounds the time of a step."""
