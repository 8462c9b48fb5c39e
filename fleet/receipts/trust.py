"""The trust file: all that somebody needs who verifies receipts without us. Nothing in it is secret."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from fleet.receipts.keys import ReceiptKey

FORMAT = "loket-trust-1"


def trust(
    keys: Iterable[ReceiptKey], *, root: x509.Certificate, pages: Sequence[str], now: float
) -> dict[str, Any]:
    """The document, as of `now` (s since 1970); see docs/reference/receipts.md."""
    return {
        "format": FORMAT,
        "issued_at": now,
        "pages": list(pages),
        "root": root.public_bytes(Encoding.PEM).decode(),
        "keys": [entry(key) for key in keys],
    }


def entry(key: ReceiptKey) -> dict[str, Any]:
    """One key in it."""
    return {
        "id": key.key_id,
        "key": key.public_key,
        "device": f"/{key.region}/{key.device}",
        "label": key.label,
        "until": key.ended_at,
        "certificate": key.certificate,
    }


def to_text(document: dict[str, Any]) -> str:
    """The file's text."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
