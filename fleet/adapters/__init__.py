"""Adapters to systems of others: LAPOR! for complaints, a one-stop office for permits, a hall for queues.

The ports are `holder.Holder` and `halls.HallSystem`, each with simulators behind it; with "own" in fleet.toml
nothing is outside. The real systems need accounts that no test has: whoever has one writes one more class,
which passes the same conformance suite (tests/fleet/test_adapters.py), and names it in `outside`.

Errors: `AdapterError`, with the leaves `Away` (try again later) and `Declined` (the other side will not).
"""


class AdapterError(Exception):
    """The other system cannot do it; the message names it, the cause and the next step."""


class Away(AdapterError):
    """It cannot be reached now; trying again later is right."""


class Declined(AdapterError):
    """It will not do that; trying again is in vain."""
