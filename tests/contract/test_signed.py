"""Signed statements: only what the fleet signed, as this kind, for this device, is believed."""

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ConfigDict

from edge_agent.contract import MAX_MESSAGE_BYTES, BadSignature, ContractError, Malformed
from edge_agent.contract.commands import Command, TakeSnapshot
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.signed import Statement, sign, verify
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream

UUID = "0b9f2c52-6f0b-4d43-9d0c-6a3f6f1f7c11"


@pytest.fixture
def command(device: DeviceId) -> Command:
    return Command(
        device=device.source, issued_at=1000.0, expires_at=1060.0, id=UUID, action=TakeSnapshot(camera="gate")
    )


@pytest.fixture
def stored(device: DeviceId) -> Stored:
    return Stored(
        device=device.source, issued_at=1000.0, stream=Stream.EVENTS, incarnation=UUID, through=40,
        also=[(42, 50), (52, 52)], refused=[44],
    )  # fmt: skip


def segment(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def forge(header: object, payload: bytes, signature: bytes = b"") -> bytes:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return b".".join([segment(head), segment(payload), segment(signature)])


def test_what_is_signed_is_read(
    command: Command, stored: Stored, device: DeviceId, key: Ed25519PrivateKey
) -> None:
    for statement in (command, stored):
        message = sign(statement, key=key)
        assert verify(message, type(statement), key=key.public_key(), device=device) == statement


def test_a_reader_ignores_fields_of_the_next_release(
    command: Command, device: DeviceId, key: Ed25519PrivateKey
) -> None:
    class Command2(Command):
        priority: int = 3

    Command2.__name__ = "Command"
    message = sign(Command2(**dict(command)), key=key)
    assert b"priority" in base64.urlsafe_b64decode(message.split(b".")[1] + b"==")
    assert verify(message, Command, key=key.public_key(), device=device) == command


def test_every_flipped_bit_is_refused(command: Command, device: DeviceId, key: Ed25519PrivateKey) -> None:
    message = sign(command, key=key)
    for place in range(len(message)):
        for bit in range(8):
            flipped = bytearray(message)
            flipped[place] ^= 1 << bit
            with pytest.raises(BadSignature):
                verify(bytes(flipped), Command, key=key.public_key(), device=device)


def test_every_cut_is_refused(command: Command, device: DeviceId, key: Ed25519PrivateKey) -> None:
    message = sign(command, key=key)
    for length in range(len(message)):
        with pytest.raises(BadSignature):
            verify(message[:length], Command, key=key.public_key(), device=device)


def test_another_key_is_refused(command: Command, device: DeviceId, key: Ed25519PrivateKey) -> None:
    with pytest.raises(BadSignature):
        verify(sign(command, key=Ed25519PrivateKey.generate()), Command, key=key.public_key(), device=device)


@pytest.mark.parametrize(
    "other", [DeviceId(region="17.07", name="lebong-002"), DeviceId(region="17.08", name="lebong-001")]
)
def test_a_statement_for_another_device_is_refused(
    other: DeviceId, command: Command, key: Ed25519PrivateKey
) -> None:
    with pytest.raises(BadSignature, match="meant for"):
        verify(sign(command, key=key), Command, key=key.public_key(), device=other)


def test_a_statement_of_another_kind_is_refused(
    command: Command, stored: Stored, device: DeviceId, key: Ed25519PrivateKey
) -> None:
    with pytest.raises(BadSignature, match="something else"):
        verify(sign(stored, key=key), Command, key=key.public_key(), device=device)
    with pytest.raises(BadSignature, match="something else"):
        verify(sign(command, key=key), Stored, key=key.public_key(), device=device)


def test_no_algorithm_is_refused(command: Command, device: DeviceId, key: Ed25519PrivateKey) -> None:
    for name in ("none", "None", "", None, ["EdDSA"], {"EdDSA": 1}):
        for signature in (b"", b"\0" * 64):
            header = {"alg": name, "typ": "Command"}
            message = forge(header, command.model_dump_json().encode(), signature)
            with pytest.raises(BadSignature):
                verify(message, Command, key=key.public_key(), device=device)


def test_the_public_key_is_no_secret(command: Command, device: DeviceId, key: Ed25519PrivateKey) -> None:
    public = key.public_key()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    for secret in (
        public.public_bytes_raw(),
        public.public_bytes(serialization.Encoding.PEM, spki),
        public.public_bytes(serialization.Encoding.DER, spki),
    ):
        head = segment(json.dumps({"alg": "HS256", "typ": "Command"}).encode())
        told = head + b"." + segment(command.model_dump_json().encode())
        message = told + b"." + segment(hmac.digest(secret, told, hashlib.sha256))
        with pytest.raises(BadSignature):
            verify(message, Command, key=public, device=device)


@pytest.mark.parametrize(
    "header",
    [b"", b"[]", b"null", b"{", b"\xff", b"[" * 20_000, b'{"a":' * 5_000, b'{"alg":"EdDSA","crit":["x"]}',
     b'{"alg":"EdDSA","b64":false,"crit":["b64"]}', b'{"alg":"EdDSA","kid":7}'],
)  # fmt: skip
def test_a_hostile_header_is_refused(header: bytes, device: DeviceId, key: Ed25519PrivateKey) -> None:
    with pytest.raises(BadSignature):
        verify(forge(header, b"{}", b"\0" * 64), Command, key=key.public_key(), device=device)


@given(message=st.binary(max_size=200) | st.text("abAB01-_.=", max_size=200).map(str.encode))
def test_any_bytes_are_refused(message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
    with pytest.raises(BadSignature):
        verify(message, Stored, key=key.public_key(), device=DeviceId(region="17", name="a"))


def test_a_statement_beyond_the_size_is_refused(
    command: Command, device: DeviceId, key: Ed25519PrivateKey
) -> None:
    with pytest.raises(BadSignature, match="bytes"):
        verify(b"x" * (MAX_MESSAGE_BYTES + 1), Command, key=key.public_key(), device=device)


def test_the_largest_acknowledgement_fits(device: DeviceId, key: Ed25519PrivateKey) -> None:
    top = 2**53 - 1
    largest = Stored(
        device=device.source, issued_at=2e9, stream=Stream.TELEMETRY, incarnation=UUID, through=top,
        also=[(top, top)] * 512, refused=[top] * 512,
    )  # fmt: skip
    assert verify(sign(largest, key=key), Stored, key=key.public_key(), device=device) == largest


@pytest.mark.parametrize(
    "spoiled",
    [{"through": "40"}, {"through": -1}, {"stream": "gossip"}, {"also": [[1]]}, {"also": [["1", 2]]},
     {"refused": [1.5]}, {"incarnation": "x"}, {"through": None}, {"also": [[1, 2]] * 513}],
)  # fmt: skip
def test_a_signed_statement_that_does_not_fit_is_malformed(
    spoiled: dict[str, object], stored: Stored, device: DeviceId, key: Ed25519PrivateKey
) -> None:
    class Loose(Statement):
        model_config = ConfigDict(extra="allow")

    Loose.__name__ = "Stored"
    message = sign(Loose(**(stored.model_dump(mode="json") | spoiled)), key=key)
    with pytest.raises(Malformed) as caught:
        verify(message, Stored, key=key.public_key(), device=device)
    assert isinstance(caught.value, ContractError)


def test_a_command_is_in_force_until_it_expires(command: Command) -> None:
    assert command.in_force(1000.0)
    assert command.in_force(1060.0)
    assert not command.in_force(1060.1)


def test_a_command_from_the_future_waits_but_for_a_little_skew(command: Command) -> None:
    assert command.in_force(970.0)
    assert not command.in_force(969.9)
    assert not command.in_force(0.0)


def test_an_acknowledgement_never_expires(stored: Stored) -> None:
    assert stored.in_force(1e12)


@given(
    through=st.integers(0, 60),
    also=st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), max_size=6),
    seq=st.integers(1, 120),
)
def test_settles_what_it_names_and_nothing_else(through: int, also: list[tuple[int, int]], seq: int) -> None:
    named = set(range(1, through + 1)).union(*(range(first, last + 1) for first, last in also))
    told = Stored(
        device="/17/a", issued_at=0.0, stream=Stream.EVENTS, incarnation=UUID, through=through, also=also
    )
    assert told.settles(seq) is (seq in named)
