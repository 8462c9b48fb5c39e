"""`loket-verify`: tells offline whether a receipt of a kiosk is genuine. It needs Python and `cryptography`.

It shares no code with the kiosk: it is written against docs/reference/receipts.md, so that whoever doubts the
kiosk need not trust its program. Errors: `Unverified`, with the leaves `NotGenuine` (the receipt does not
stand) and `TrustUnusable` (the trust file cannot be used, so nothing can be said).
"""


class Unverified(Exception):
    """Nothing was verified; the message says why."""


class NotGenuine(Unverified):
    """The receipt does not stand."""


class TrustUnusable(Unverified):
    """The trust file cannot be used."""
