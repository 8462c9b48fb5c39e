"""Issuing: a submission that is committed gets its receipt, and the QR code that carries it."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.clock import Reading
from edge_agent.contract import receipts
from edge_agent.contract.events import SubmissionCreated
from edge_agent.contract.receipts import Receipt
from edge_agent.kiosk.receipts.qr import svg


@dataclass(frozen=True, slots=True)
class Issued:
    """A receipt as a citizen takes it: what its QR code says, what the receipt says, and the code as SVG."""

    address: str
    receipt: Receipt
    qr: str


class Issuer:
    """Signs receipts with the kiosk's dedicated key."""

    def __init__(self, key: Ed25519PrivateKey, *, page: str = "") -> None:
        """`page` is where a phone goes that reads the code; empty: the code holds the receipt alone."""
        self._key = key
        self._page = page
        self.key_id = receipts.key_id(key.public_key())

    def name_key(self, created: SubmissionCreated) -> SubmissionCreated:
        """The event, naming the key that signs its receipt: to be committed in this form."""
        return created.model_copy(update={"receipt_key": self.key_id})

    def issue_receipt(self, created: SubmissionCreated, *, code: str, reading: Reading) -> Issued:
        """The receipt of a submission that is committed under `code`, as it was at `reading`.

        Call it once it is committed, never before. Raises ValueError if the event carries no commitment.
        """
        if created.commitment is None:
            raise ValueError("nothing is committed to")
        receipt = Receipt(
            key_id=self.key_id,
            code=code,
            filed_at=max(0, int(reading.wall.timestamp())),
            clock_trusted=reading.trusted,
            commitment=created.commitment,
            consent_version=created.consent_version,
        )
        signed = receipts.sign(receipt, key=self._key)
        address = receipts.address(signed, page=self._page)
        return Issued(address=address, receipt=receipt, qr=svg(address))
