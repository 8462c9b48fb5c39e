"""Keys and signatures as minisign makes them."""

import base64
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY_ID = b"loketkey"


def key_file(folder: Path, *, secret: Ed25519PrivateKey = SECRET, key_id: bytes = KEY_ID) -> Path:
    """A public key's file."""
    path = folder / "models.pub"
    raw = b"Ed" + key_id + secret.public_key().public_bytes_raw()
    path.write_text(f"untrusted comment: minisign public key\n{base64.b64encode(raw).decode()}\n")
    return path


def sign(message: bytes, *, comment: str = "timestamp:1 file:model.toml", key_id: bytes = KEY_ID) -> str:
    """The text of a signature over `message`."""
    signature = SECRET.sign(hashlib.blake2b(message).digest())
    over_all = SECRET.sign(signature + comment.encode())
    return "\n".join((
        "untrusted comment: of no matter",
        base64.b64encode(b"ED" + key_id + signature).decode(),
        f"trusted comment: {comment}",
        base64.b64encode(over_all).decode(),
    ))  # fmt: skip
