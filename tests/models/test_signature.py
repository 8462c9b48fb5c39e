"""Signatures of manifests, as minisign makes them."""

from pathlib import Path

import pytest

from edge_agent.model_store import Forged, ModelError
from edge_agent.model_store.signature import Minisign, Nobody
from tests.models.minisign import key_file, sign

PUBLISHED_KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
PUBLISHED = """\
untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
"""
"""From minisign's own documentation, over the four bytes "test"."""


def test_the_published_example_is_good(tmp_path: Path) -> None:
    path = tmp_path / "published.pub"
    path.write_text(f"untrusted comment: minisign public key\n{PUBLISHED_KEY}\n")
    assert Minisign.read(path).check(b"test", PUBLISHED) is None
    with pytest.raises(Forged, match="does not fit"):
        Minisign.read(path).check(b"Test", PUBLISHED)


def test_what_the_key_signed_is_good(tmp_path: Path) -> None:
    assert Minisign.read(key_file(tmp_path)).check(b"manifest", sign(b"manifest")) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "no signature"),
        ("", "damaged"),
        ("a\nb\nc\nd", "damaged"),
        (sign(b"another"), "does not fit"),
        (sign(b"manifest").replace("timestamp:1", "timestamp:2"), "does not fit"),
        (sign(b"manifest", key_id=b"otherkey"), "another key"),
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
