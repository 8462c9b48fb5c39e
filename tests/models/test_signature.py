"""Signatures of manifests, as minisign makes them."""

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.model_store import Forged, ModelError
from edge_agent.model_store.signature import Minisign, Nobody

PUBLISHED_KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
PUBLISHED = """\
untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
"""
"""From minisign's own documentation, over the four bytes "test"."""

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY_ID = b"loketkey"


def key_file(folder: Path, *, secret: Ed25519PrivateKey = SECRET, key_id: bytes = KEY_ID) -> Path:
    path = folder / "models.pub"
    raw = b"Ed" + key_id + secret.public_key().public_bytes_raw()
    path.write_text(f"untrusted comment: minisign public key\n{base64.b64encode(raw).decode()}\n")
    return path


def signed(message: bytes, *, comment: str = "timestamp:1 file:model.toml", key_id: bytes = KEY_ID) -> str:
    signature = SECRET.sign(hashlib.blake2b(message).digest())
    over_all = SECRET.sign(signature + comment.encode())
    return "\n".join((
        "untrusted comment: of no matter",
        base64.b64encode(b"ED" + key_id + signature).decode(),
        f"trusted comment: {comment}",
        base64.b64encode(over_all).decode(),
    ))  # fmt: skip


def test_the_published_example_is_good(tmp_path: Path) -> None:
    path = tmp_path / "published.pub"
    path.write_text(f"untrusted comment: minisign public key\n{PUBLISHED_KEY}\n")
    assert Minisign.read(path).check(b"test", PUBLISHED) is None
    with pytest.raises(Forged, match="does not fit"):
        Minisign.read(path).check(b"Test", PUBLISHED)


def test_what_the_key_signed_is_good(tmp_path: Path) -> None:
    assert Minisign.read(key_file(tmp_path)).check(b"manifest", signed(b"manifest")) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "no signature"),
        ("", "damaged"),
        ("a\nb\nc\nd", "damaged"),
        (signed(b"another"), "does not fit"),
        (signed(b"manifest").replace("timestamp:1", "timestamp:2"), "does not fit"),
        (signed(b"manifest", key_id=b"otherkey"), "another key"),
    ],
)
def test_anything_else_is_forged(text: str | None, why: str, tmp_path: Path) -> None:
    with pytest.raises(Forged, match=why):
        Minisign.read(key_file(tmp_path)).check(b"manifest", text)


@pytest.mark.parametrize("content", ["", "untrusted comment\nnot base64!", "YWJj", "RWQf6LRC"])
def test_a_file_without_a_key_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "models.pub"
    path.write_text(content)
    with pytest.raises(ModelError, match="public key"):
        Minisign.read(path)


def test_without_a_key_it_is_told_that_nothing_is_checked() -> None:
    assert "not checked" in (Nobody().check(b"manifest", None) or "")
