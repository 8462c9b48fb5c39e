"""Mosquitto, as the fleet wants it: its settings, who may say what, and how it learns of a change.

Errors: `BrokerError`.
"""


class BrokerError(Exception):
    """The broker cannot be told; the message names the thing, the cause and the next step."""
