"""Whether a manifest was signed by whom we trust: minisign's signatures (https://jedisct1.github.io/minisign/).

A manifest pins its files by their SHA-256, so that its signature covers them.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from edge_agent.model_store import Forged, ModelError

SUFFIX = ".minisig"
_PLAIN, _HASHED = b"Ed", b"ED"


class Signature(Protocol):
    """Who vouches for manifests."""

    def check(self, manifest: bytes, signature: str | None) -> str | None:
        """What is to be told of a manifest that may be used all the same; None if it is signed.

        `signature`: the text of the file beside it, None where there is none. Raises Forged.
        """


@dataclass(frozen=True, slots=True)
class Nobody:
    """No key was named: whatever is pinned may be used, which is told."""

    def check(self, manifest: bytes, signature: str | None) -> str | None:  # noqa: ARG002 - the port
        """That it is unsigned."""
        return "no key is named (slots.key in vision.toml), so that its signature is not checked"


@dataclass(frozen=True, slots=True)
class Minisign:
    """One Ed25519 key, as `minisign -G` makes it."""

    key_id: bytes
    key: Ed25519PublicKey

    @classmethod
    def read(cls, path: Path) -> "Minisign":
        """From a public key's file. Raises ModelError."""
        try:
            line = path.read_text(encoding="ascii").strip().splitlines()[-1]
            raw = base64.b64decode(line, validate=True)
        except (OSError, UnicodeDecodeError, IndexError, binascii.Error) as error:
            raise ModelError(f"{path}: no public key can be read from it ({error})") from error
        if len(raw) != 42 or raw[:2] != _PLAIN:
            raise ModelError(f"{path}: is no minisign public key; make a pair with: minisign -G")
        return cls(raw[2:10], Ed25519PublicKey.from_public_bytes(raw[10:]))

    def check(self, manifest: bytes, signature: str | None) -> str | None:
        """Raise Forged unless `signature` is this key's over `manifest`."""
        if signature is None:
            raise Forged(f"it has no signature; sign it with: minisign -S -m model.toml (writes {SUFFIX})")
        try:
            _, line, trusted, over_all = signature.strip().splitlines()
            raw, last = base64.b64decode(line, validate=True), base64.b64decode(over_all, validate=True)
            comment = trusted.removeprefix("trusted comment: ").encode()
        except (ValueError, binascii.Error) as error:
            raise Forged("its signature file is damaged; sign it again") from error
        if len(raw) != 74 or raw[:2] not in {_PLAIN, _HASHED}:
            raise Forged("its signature file is damaged; sign it again")
        if raw[2:10] != self.key_id:
            raise Forged("another key signed it; name that key, or sign it with ours")
        message = hashlib.blake2b(manifest).digest() if raw[:2] == _HASHED else manifest
        try:
            self.key.verify(raw[10:], message)
            self.key.verify(last, raw[10:] + comment)
        except InvalidSignature:
            raise Forged("its signature does not fit: one of the two was changed after signing") from None
        return None
