"""`loket-verify`: says yes to what a kiosk gave, and no to every bit that differs, offline and by itself."""

import base64
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract import receipts
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.receipts import Receipt
from loket_verify import NotGenuine, TrustUnusable, Unverified
from loket_verify.__main__ import main
from loket_verify.checking import verify
from loket_verify.trust import Trust, load
from tests.contract.papers import KEY, Paper

PAGE = "https://layanan.example.go.id/periksa"
DOCUMENT = b'{"salt": "00112233445566778899aabbccddeeff", "text": "Jalan rusak"}'
RECEIPT = Receipt(
    key_id=receipts.key_id(KEY.public_key()),
    code="28T5CY0Y",
    filed_at=1_772_438_400,
    clock_trusted=True,
    commitment=receipts.commitment(DOCUMENT),
    consent_version="complaint-1",
)
SIGNED = receipts.sign(RECEIPT, key=KEY)
ADDRESS = receipts.address(SIGNED, page=PAGE)
PAPER = Paper()


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return loaded(PAPER.trust(pages=(PAGE,)), tmp_path_factory.mktemp("trust"))


def written(document: dict[str, Any], folder: Path) -> Path:
    path = folder / "trust.json"
    path.write_text(json.dumps(document))
    return path


def loaded(document: dict[str, Any], folder: Path) -> Trust:
    return load(written(document, folder))


@pytest.mark.parametrize("text", [ADDRESS, receipts.to_text(SIGNED)])
def test_a_receipt_that_a_kiosk_gave_is_genuine(trust: Trust, text: str) -> None:
    verdict = verify(text, trust=trust)
    assert verdict.key.device == "/17.07/lebong-001"
    for part in ("key_id", "code", "filed_at", "clock_trusted", "commitment", "consent_version"):
        assert getattr(verdict.receipt, part) == getattr(RECEIPT, part)


@given(
    st.builds(
        Receipt,
        key_id=st.just(RECEIPT.key_id),
        code=st.just(RECEIPT.code),
        filed_at=st.integers(0, 253_402_300_799),
        clock_trusted=st.booleans(),
        commitment=st.binary(min_size=32, max_size=32).map(bytes.hex),
        consent_version=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=32),
    )
)
def test_two_programs_read_the_same(receipt: Receipt) -> None:
    trust = Trust(frozenset(), 0.0, PAPER.root, {RECEIPT.key_id: PAPER_ENTRY})
    found = verify(receipts.to_text(receipts.sign(receipt, key=KEY)), trust=trust).receipt
    assert (found.filed_at, found.clock_trusted, found.commitment, found.consent_version) == (
        receipt.filed_at,
        receipt.clock_trusted,
        receipt.commitment,
        receipt.consent_version,
    )


PAPER_ENTRY = PAPER.trust()["keys"][0]


def test_every_bit_of_the_receipt_that_flips_is_refused(trust: Trust) -> None:
    refused = 0
    for place, bit in product(range(len(SIGNED)), range(8)):
        flipped = bytearray(SIGNED)
        flipped[place] ^= 1 << bit
        with pytest.raises(NotGenuine):
            verify(receipts.to_text(bytes(flipped)), trust=trust)
        refused += 1
    assert refused == 8 * len(SIGNED) == 1024


def test_every_bit_of_the_qr_codes_text_that_flips_is_refused(trust: Trust) -> None:
    """The address too: a receipt must not lead a phone to somebody else's page."""
    for place, bit in product(range(len(ADDRESS)), range(8)):
        flipped = bytearray(ADDRESS.encode())
        flipped[place] ^= 1 << bit
        with pytest.raises(NotGenuine):
            verify(flipped.decode("latin-1"), trust=trust)


@pytest.mark.parametrize(("place", "value"), [(0, 0), (0, 2), (1, 2), (1, 3), (1, 0x81)])
def test_a_form_of_receipt_that_is_not_known_is_refused_though_it_is_signed(
    trust: Trust, place: int, value: int
) -> None:
    body = bytearray(SIGNED[:-64])
    body[place] = value
    with pytest.raises(NotGenuine, match="version"):
        verify(receipts.to_text(bytes(body) + KEY.sign(receipts.STATEMENT + body)), trust=trust)


@pytest.mark.parametrize("cut", [1, 2, 5, 13, 64, 127])
def test_a_receipt_with_a_piece_missing_is_refused(trust: Trust, cut: int) -> None:
    for text in (
        receipts.to_text(SIGNED[:-cut]),
        receipts.to_text(SIGNED[cut:]),
        receipts.to_text(SIGNED)[:-cut],
    ):
        with pytest.raises(NotGenuine):
            verify(text, trust=trust)
    with pytest.raises(NotGenuine):
        verify(receipts.to_text(SIGNED + bytes(cut)), trust=trust)


@given(st.text(max_size=300))
def test_never_fails_otherwise_on_any_text(text: str) -> None:
    with pytest.raises(Unverified):
        verify(text, trust=Trust(frozenset(), 0.0, PAPER.root, {}))


def test_a_key_that_nobody_certified_is_refused(trust: Trust) -> None:
    other = Ed25519PrivateKey.generate()
    unknown = Receipt(
        **{
            **{name: getattr(RECEIPT, name) for name in Receipt.__slots__},
            "key_id": receipts.key_id(other.public_key()),
        }
    )
    with pytest.raises(NotGenuine, match="does not know"):
        verify(receipts.to_text(receipts.sign(unknown, key=other)), trust=trust)


def test_a_key_put_into_the_trust_file_without_a_certificate_is_refused(tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    forged = Receipt(
        **{
            **{name: getattr(RECEIPT, name) for name in Receipt.__slots__},
            "key_id": receipts.key_id(other.public_key()),
        }
    )
    document = PAPER.trust(
        id=forged.key_id, key=base64.b64encode(other.public_key().public_bytes_raw()).decode()
    )
    with pytest.raises(TrustUnusable, match="another key"):
        verify(receipts.to_text(receipts.sign(forged, key=other)), trust=loaded(document, tmp_path))


@pytest.mark.parametrize(
    "certificate",
    [
        "",
        "a.b.c",
        Paper().certificate(),
        Paper(name="lebong-002").certificate(device=DeviceId("17.07", "lebong-002")),
        PAPER.certificate(after_days=61),
        PAPER.certificate()[:-8] + "AAAAAAAA",
    ],
    ids=["none", "nonsense", "another authority", "another device", "out of time", "another signature"],
)
def test_a_certificate_that_does_not_stand_is_refused(tmp_path: Path, certificate: str) -> None:
    trust = loaded(PAPER.trust(certificate=certificate), tmp_path)
    with pytest.raises(TrustUnusable, match="does not stand"):
        verify(receipts.to_text(SIGNED), trust=trust)


def test_an_authority_had_by_another_way_has_the_last_word(tmp_path: Path) -> None:
    path, root = written(PAPER.trust(), tmp_path), tmp_path / "root.pem"
    root.write_bytes(PAPER.root.public_bytes(Encoding.PEM))
    assert verify(receipts.to_text(SIGNED), trust=load(path, root=root)).key.label == "Kantor Camat Amen"
    root.write_bytes(Paper().root.public_bytes(Encoding.PEM))
    with pytest.raises(TrustUnusable):
        verify(receipts.to_text(SIGNED), trust=load(path, root=root))


def test_what_was_given_after_the_kiosk_was_put_out_is_refused(tmp_path: Path) -> None:
    trust = loaded(PAPER.trust(until=RECEIPT.filed_at - 1), tmp_path)
    with pytest.raises(NotGenuine, match="put out"):
        verify(receipts.to_text(SIGNED), trust=trust)
    assert verify(receipts.to_text(SIGNED), trust=loaded(PAPER.trust(until=RECEIPT.filed_at), tmp_path))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": "loket-trust-2"}',
        "\x00",
        "[" * 10_000,
        '{"format": "loket-trust-1", "keys": 1}',
    ],
)
def test_a_file_that_is_no_trust_file_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "trust.json"
    path.write_text(content)
    with pytest.raises(TrustUnusable, match="not a trust file"):
        load(path)


# -- the program -------------------------------------------------------------------------------------------


def test_says_yes_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(PAPER.trust(pages=(PAGE,)), tmp_path)
    assert main([ADDRESS, "--trust", str(path)]) == 0
    said = capsys.readouterr().out
    assert "ASLI" in said
    assert "28T5-CY0Y" in said
    assert "2026-03-02 08:00:00 UTC" in said
    assert "Kantor Camat Amen (/17.07/lebong-001)" in said
    assert main([ADDRESS, "--trust", str(path), "--lang", "en"]) == 0
    assert "GENUINE" in capsys.readouterr().out


def test_says_no_with_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(PAPER.trust(pages=(PAGE,)), tmp_path)
    assert main([ADDRESS.replace("layanan", "1ayanan"), "--trust", str(path), "--json"]) == 1
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["genuine"] is False
    assert "address" in verdict["reason"]
    assert main([ADDRESS, "--trust", str(tmp_path / "none"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["genuine"] is None


def test_tells_whether_a_document_is_what_was_filed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, document = written(PAPER.trust(), tmp_path), tmp_path / "opened.json"
    asked = [receipts.to_text(SIGNED), "--trust", str(path), "--document", str(document)]
    document.write_bytes(DOCUMENT)
    assert main(asked) == 0
    assert "sama dengan yang disimpan" in capsys.readouterr().out
    for place, bit in product(range(len(DOCUMENT)), range(8)):
        flipped = bytearray(DOCUMENT)
        flipped[place] ^= 1 << bit
        document.write_bytes(bytes(flipped))
        assert main(asked) == 1
    document.unlink()
    assert main(asked) == 2


def test_a_label_cannot_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(PAPER.trust(label="\x1b[2Jasli"), tmp_path)
    assert main([receipts.to_text(SIGNED), "--trust", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_needs_nothing_of_ours_but_cryptography(tmp_path: Path) -> None:
    """Run where only the program itself and `cryptography` can be imported."""
    path = written(PAPER.trust(pages=(PAGE,)), tmp_path)
    program = (
        "import sys, runpy\n"
        "class Wall:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        top = name.partition('.')[0]\n"
        "        known = {'loket_verify', 'cryptography', '_cffi_backend', 'cffi'}\n"
        "        if top not in known | sys.stdlib_module_names: raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Wall())\n"
        f"sys.argv = ['loket-verify', '-', '--trust', {str(path)!r}]\n"
        "runpy.run_module('loket_verify', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=f"{ADDRESS}\n", capture_output=True, text=True, timeout=60,
        check=False, cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ASLI")
