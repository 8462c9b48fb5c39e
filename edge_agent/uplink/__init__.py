"""The uplink: the one unit that speaks to the fleet (MQTT, commands, snapshots, health).

Errors: `UplinkError`, and below it `Unreachable` ("the broker or the fleet cannot be reached; try again").
"""


class UplinkError(Exception):
    """The uplink cannot do what was asked."""


class Unreachable(UplinkError):
    """The other side cannot be reached; the text says why."""
