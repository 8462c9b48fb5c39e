"""What a detector found, kept in a file and followed anew: the same settings give the same events.

`recording` is the file's form (docs/reference/recordings.md), `footage` gives pictures with their own times,
`record` looks at them, `play` follows what was found as the unit does, and `film` writes an annotated video.
"""

from edge_agent.vision import VisionError


class RecordingError(VisionError):
    """A recording, or the footage of one, cannot be used; the message names the file, the cause, the cure."""
