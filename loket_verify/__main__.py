"""`loket-verify TEXT --trust FILE`: exit status 0 genuine, 1 not genuine, 2 nothing could be verified."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from loket_verify import NotGenuine, TrustUnusable
from loket_verify.checking import Verdict, verify
from loket_verify.trust import load

_SAID = {
    "id": {
        "genuine": "ASLI: tanda terima ini dibuat oleh kios dan tidak diubah.",
        "false": "TIDAK ASLI",
        "unsure": "TIDAK DAPAT DIPERIKSA",
        "code": "Kode",
        "filed": "Disimpan pada",
        "clock": "(jam kios saat itu belum terbukti benar)",
        "kiosk": "Kios",
        "consent": "Persetujuan",
        "commitment": "Ikatan isi",
        "fits": "Isi berkas ini sama dengan yang disimpan: ya",
        "differs": "isi berkas ini BUKAN yang disimpan di kios",
    },
    "en": {
        "genuine": "GENUINE: a kiosk gave this receipt, and nobody has changed it.",
        "false": "NOT GENUINE",
        "unsure": "CANNOT BE VERIFIED",
        "code": "Code",
        "filed": "Filed at",
        "clock": "(the kiosk's clock was not proven right then)",
        "kiosk": "Kiosk",
        "consent": "Consent",
        "commitment": "Commitment",
        "fits": "The file holds what was filed: yes",
        "differs": "the file does NOT hold what was filed",
    },
}


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="loket-verify", description="Tells offline whether a receipt of a kiosk is genuine."
    )
    parser.add_argument("text", help="what the QR code says, or - to read it from standard input")
    parser.add_argument("--trust", type=Path, required=True, metavar="FILE", help="the office's trust file")
    parser.add_argument(
        "--root", type=Path, metavar="FILE", help="the office's authority (PEM), had by another way"
    )
    parser.add_argument(
        "--document", type=Path, metavar="FILE", help="the opened submission: whether it is what was filed"
    )
    parser.add_argument("--lang", choices=sorted(_SAID), default="id", help="language (default: id)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args(arguments)
    text = sys.stdin.readline().rstrip("\n") if asked.text == "-" else asked.text
    said = _SAID[asked.lang]
    try:
        verdict = verify(text, trust=load(asked.trust, root=asked.root))
        if asked.document is not None and not verdict.receipt.commits_to(_content(asked.document)):
            raise NotGenuine(said["differs"])
    except NotGenuine as error:
        _print({"genuine": False, "reason": str(error)}, f"{said['false']}: {error}", as_json=asked.json)
        return 1
    except TrustUnusable as error:
        _print({"genuine": None, "reason": str(error)}, f"{said['unsure']}: {error}", as_json=asked.json)
        return 2
    lines = _lines(verdict, said) + ([said["fits"]] if asked.document is not None else [])
    _print(_document(verdict), "\n".join(lines), as_json=asked.json)
    return 0


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrustUnusable(f"{path}: {error.strerror}") from error


def _lines(verdict: Verdict, said: dict[str, str]) -> list[str]:
    receipt, key = verdict.receipt, verdict.key
    at = datetime.fromtimestamp(receipt.filed_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    clock = "" if receipt.clock_trusted else f" {said['clock']}"
    place = f"{key.label} ({key.device})" if key.label else key.device
    return [
        said["genuine"],
        f"{said['code']}: {receipt.code[:4]}-{receipt.code[4:]}",
        f"{said['filed']}: {at}{clock}",
        f"{said['kiosk']}: {_plain(place)}",
        f"{said['consent']}: {receipt.consent_version}",
        f"{said['commitment']}: {receipt.commitment}",
    ]


def _document(verdict: Verdict) -> dict[str, object]:
    receipt, key = verdict.receipt, verdict.key
    return {
        "genuine": True,
        "code": receipt.code,
        "filed_at": receipt.filed_at,
        "clock_trusted": receipt.clock_trusted,
        "device": key.device,
        "label": key.label,
        "consent_version": receipt.consent_version,
        "commitment": receipt.commitment,
        "key": key.id,
    }


def _print(document: dict[str, object], lines: str, *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(document) if as_json else lines) + "\n")


def _plain(text: str) -> str:
    """The text without what could command a terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


if __name__ == "__main__":
    sys.exit(main())
