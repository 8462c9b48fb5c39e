"""Receipts: what is signed comes back; every single bit that differs is refused, in bytes and in text."""

import base64
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract import BadSignature, ContractError, Malformed, receipt_keys, receipts
from edge_agent.contract.events import ReceiptKeyCertified
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.receipts import Receipt
from loket import codes
from tests.contract.papers import DEVICE, KEY, Paper

PUBLIC = KEY.public_key()

made = st.builds(
    Receipt,
    key_id=st.just(receipts.key_id(PUBLIC)),
    code=st.uuids().map(codes.code_of),
    filed_at=st.integers(0, 253_402_300_799),
    clock_trusted=st.booleans(),
    commitment=st.binary(min_size=32, max_size=32).map(bytes.hex),
    consent_version=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=32),
)

RECEIPT = Receipt(
    key_id=receipts.key_id(PUBLIC),
    code="28T5CY0Y",
    filed_at=1_772_438_400,
    clock_trusted=True,
    commitment="ab" * 32,
    consent_version="complaint-1",
)
SIGNED = receipts.sign(RECEIPT, key=KEY)


@given(made)
def test_what_is_signed_comes_back(receipt: Receipt) -> None:
    signed = receipts.sign(receipt, key=KEY)
    assert receipts.verify(signed, key=PUBLIC) == receipt
    assert receipts.from_text(receipts.to_text(signed)) == signed


def test_every_bit_that_flips_is_refused() -> None:
    for place, bit in product(range(len(SIGNED)), range(8)):
        flipped = bytearray(SIGNED)
        flipped[place] ^= 1 << bit
        with pytest.raises(ContractError):
            receipts.verify(bytes(flipped), key=PUBLIC)


def test_every_bit_that_flips_in_the_text_is_refused() -> None:
    text = receipts.to_text(SIGNED).encode()
    for place, bit in product(range(len(text)), range(8)):
        flipped = bytearray(text)
        flipped[place] ^= 1 << bit
        with pytest.raises(ContractError):
            receipts.verify(receipts.from_text(flipped.decode("latin-1")), key=PUBLIC)


def test_another_key_of_the_same_name_does_not_prove_it() -> None:
    other = Ed25519PrivateKey.generate()
    forged = SIGNED[:-64] + other.sign(receipts.STATEMENT + SIGNED[:-64])
    with pytest.raises(BadSignature):
        receipts.verify(forged, key=PUBLIC)
    with pytest.raises(BadSignature):
        receipts.verify(SIGNED, key=other.public_key())


def test_a_signature_of_the_same_key_for_another_purpose_is_refused() -> None:
    with pytest.raises(BadSignature):
        receipts.verify(SIGNED[:-64] + KEY.sign(SIGNED[:-64]), key=PUBLIC)


@pytest.mark.parametrize(("place", "value"), [(0, 0), (0, 2), (1, 2), (1, 3), (1, 0x81)])
def test_a_form_of_receipt_that_is_not_known_is_refused_though_it_is_signed(place: int, value: int) -> None:
    body = bytearray(SIGNED[:-64])
    body[place] = value
    with pytest.raises(Malformed):
        receipts.verify(bytes(body) + KEY.sign(receipts.STATEMENT + body), key=PUBLIC)


@given(st.binary(max_size=300))
def test_never_fails_otherwise_on_any_bytes(message: bytes) -> None:
    with pytest.raises(ContractError):
        receipts.verify(message, key=PUBLIC)


@given(st.text(max_size=400))
def test_never_fails_otherwise_on_any_text(text: str) -> None:
    try:
        signed = receipts.from_text(text)
    except Malformed:
        return
    assert receipts.to_text(signed) == text


@pytest.mark.parametrize(
    "change",
    [
        {"key_id": "xyz"},
        {"code": "28T5CY0Z"},
        {"filed_at": -1},
        {"filed_at": 253_402_300_800},
        {"commitment": "AB" * 32},
        {"consent_version": ""},
        {"consent_version": "versi kedua"},
        {"consent_version": "x" * 33},
    ],
)
def test_a_receipt_of_wrong_parts_cannot_be_made(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Receipt(**{**{name: getattr(RECEIPT, name) for name in Receipt.__slots__}, **change})


def test_the_receipt_of_a_known_key_stays_what_it_is() -> None:
    """Receipts outlive releases: this text was issued by the first one."""
    assert receipts.to_text(SIGNED) == GOLDEN
    assert receipts.verify(receipts.from_text(GOLDEN), key=PUBLIC) == RECEIPT


GOLDEN = (
    "AEAVMR22U5KGGR2MCI2FM6A6ABU2KQ4AVOV2XK5LVOV2XK5LVOV2XK5LVOV2XK5LVOV2XK"
    "5LVOV2XK5LVOVQWY3PNVYGYYLJNZ2C2MOGMTJRZVRT7CITQNHACHMS7MNBESIO42IQ2GNN"
    "56ZOVFXUA6RAMHSZQKP5BH7GLF3FXSBITA2GE5IXDHF6HAJUJ3324IQP5SISXY5QM"
)


# -- the certificate of the key ----------------------------------------------------------------------------


PAPER = Paper()


def test_a_certified_key_is_the_devices() -> None:
    certificate = PAPER.certificate()
    ReceiptKeyCertified(certificate=certificate)
    assert len(certificate) < 3_000
    assert PAPER.verify(certificate).key.public_bytes_raw() == PUBLIC.public_bytes_raw()


def test_it_holds_long_after_the_devices_certificate_has_gone() -> None:
    assert PAPER.verify(PAPER.certificate(), after_days=3_650).device == DEVICE


@pytest.mark.parametrize("after_days", [-1, 61])
def test_it_must_be_signed_while_the_certificate_is_in_force(after_days: float) -> None:
    with pytest.raises(BadSignature, match="not in force"):
        PAPER.verify(PAPER.certificate(after_days=after_days), after_days=100)


def test_the_future_is_refused() -> None:
    with pytest.raises(BadSignature, match="future"):
        PAPER.verify(PAPER.certificate(after_days=5), after_days=4)


def test_another_device_is_refused() -> None:
    other = DeviceId("17.07", "lebong-002")
    with pytest.raises(BadSignature, match="not made out"):
        PAPER.verify(PAPER.certificate(), device=other)
    with pytest.raises(BadSignature, match="not made out"):
        PAPER.verify(PAPER.certificate(device=other), device=other)
    with pytest.raises(BadSignature, match="made for"):
        PAPER.verify(PAPER.certificate(device=other))


def test_another_authority_is_refused() -> None:
    with pytest.raises(BadSignature, match="authority"):
        Paper().verify(PAPER.certificate())


def test_a_key_that_the_device_does_not_hold_is_refused() -> None:
    stolen = receipt_keys.prove(Ed25519PrivateKey.generate(), device=DeviceId("17.07", "lebong-002"))
    certificate = receipt_keys.certify(
        stolen, device=DEVICE, identity=PAPER.key, chain=[PAPER.own], now=PAPER.at.timestamp() + 60
    )
    with pytest.raises(BadSignature, match="not proven"):
        PAPER.verify(certificate)


def test_another_signer_with_the_certificate_is_refused() -> None:
    certificate = receipt_keys.certify(
        receipt_keys.prove(KEY, device=DEVICE),
        device=DEVICE,
        identity=ec.generate_private_key(ec.SECP256R1()),
        chain=[PAPER.own],
        now=PAPER.at.timestamp() + 60,
    )
    with pytest.raises(BadSignature, match="identity"):
        PAPER.verify(certificate)


def test_every_letter_that_changes_in_the_certificate_is_refused() -> None:
    """All but the last letter's unused bits of each part, which decode to the same bytes."""
    certificate = PAPER.certificate()
    ends = {at - 1 for at, letter in enumerate(certificate) if letter == "."} | {len(certificate) - 1}
    for place in range(0, len(certificate), 7):
        if place in ends:
            continue
        other = "A" if certificate[place] != "A" else "B"
        with pytest.raises(ContractError):
            PAPER.verify(certificate[:place] + other + certificate[place + 1 :])


@pytest.mark.parametrize(
    "certificate",
    ["", ".", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", base64.b64encode(b"{" * 3000).decode(), "x" * 9_000],
)
def test_what_is_no_certificate_is_refused(certificate: str) -> None:
    with pytest.raises(ContractError):
        PAPER.verify(certificate)
