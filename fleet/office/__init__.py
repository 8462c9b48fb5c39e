"""The office: what becomes of what citizens filed, who waits in which queue, and what devices are told of it.

`states`, `clocks` and `queueing` decide (pure); `cases`, `tickets`, `surveys` and `notices` keep; the
`clerk` follows the table of events and acts on what it finds there.

Errors: `OfficeError`, with the leaves `NotPossible` (the step does not follow from the state: look again)
and `NotKnown` (there is no such case, queue or ticket).
"""


class OfficeError(Exception):
    """It cannot be done; the message names the thing, the cause and the next step."""


class NotPossible(OfficeError):
    """It does not follow from how things stand, perhaps because somebody else was quicker."""


class NotKnown(OfficeError):
    """There is no such thing."""
