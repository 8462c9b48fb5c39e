"""The verdict on a receipt: from its text and the trust file alone, without a network and without a clock."""

from dataclasses import dataclass

from loket_verify import NotGenuine
from loket_verify.receipt import Receipt, read, split
from loket_verify.trust import Key, Trust


@dataclass(frozen=True, slots=True)
class Verdict:
    """A genuine receipt, and who gave it."""

    receipt: Receipt
    key: Key


def verify(text: str, *, trust: Trust) -> Verdict:
    """What a receipt proves: the text of its QR code, or what stands after the #.

    Raises NotGenuine, TrustUnusable.
    """
    page, written = split(text)
    if page is not None and page not in trust.pages:
        raise NotGenuine(f"its address is none of this office's: {page[:120]!r}")
    receipt = read(written)
    key = trust.key(receipt.key_id)
    receipt.check(key.public)
    if key.until is not None and receipt.filed_at > key.until:
        raise NotGenuine("given after its kiosk had been put out of the fleet")
    return Verdict(receipt=receipt, key=key)
