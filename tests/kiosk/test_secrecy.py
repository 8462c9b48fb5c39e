"""Nothing that a citizen wrote reaches the disk, the log or an event in clear."""

import base64
import os
from pathlib import Path

import pytest

from tests.kiosk.unit import RunningKiosk, Visitor

TEXT = "kanari-isi-7f3a"
CONTACT = "kanari-kontak-7f3a@contoh.id"
CLASS = "kanari-jenis-7f3a"
CODE = "kanari-kode-7f3a"
FIELD = "kanari-bidang-7f3a"
NAME = "kanari-nama-7f3a"
CANARIES = [NAME, TEXT, CONTACT, CLASS, CODE, FIELD, "kanari"]


def hits(root: Path, needle: str) -> list[str]:
    """The files under `root` that hold `needle` in clear, in UTF-16 or as Base64."""
    needles = {
        needle.encode(),
        needle.encode("utf-16-le"),
        base64.b64encode(needle.encode()).rstrip(b"=")[:-1],
    }
    found = []
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [str(path) for wanted in needles if wanted in content]
    return found


def use_every_field(visitor: Visitor) -> None:
    """Type a canary wherever something can be typed, in ways that succeed and in ways that fail."""
    visitor.press("complaint").press("next", **{"class": CLASS})
    visitor.press("next", **{"class": "pengaduan"})
    visitor.press("next", text=TEXT * 400)
    visitor.press("next", text=TEXT, **{FIELD: FIELD})
    visitor.press("next", topic=FIELD).press("next", topic="jalan").press("next", place=FIELD)
    visitor.press("next", place="17.07.01").press("next", identity="named").press("next", name=NAME)
    visitor.press("next", contact="kanari")
    visitor.client.post("/pengaduan/kontak", data={"csrf": "wrong", "contact": CONTACT})
    visitor.client.post("/pengaduan/kontak", data={"csrf": visitor.csrf, "contact": CONTACT * 20_000})
    visitor.client.post("/pengaduan/kontak", files={"contact": ("kanari", CONTACT.encode())})
    visitor.client.post("/pengaduan/isi/simpan", data={"csrf": visitor.csrf, "text": TEXT})
    visitor.client.get("/kanari-7f3a", params={"kanari": TEXT})
    visitor.press("next", contact=CONTACT)


def test_no_canary_is_found_in_clear(tmp_path: Path) -> None:
    with RunningKiosk(tmp_path) as kiosk, Visitor(kiosk) as visitor:
        use_every_field(visitor)
        assert visitor.path == "/pengaduan/periksa"
        assert TEXT in visitor.text
        visitor.consent()
        visitor.press("", path="/akhiri")
        with Visitor(kiosk) as other:
            use_every_field(other)
            other.press("", path="/akhiri")
        visitor.go("/").press("track").press("next", code=CODE)
        assert [kiosk.open_sealed(data)["contact"] for _, data in kiosk.rows()] == [CONTACT]
        live = [hit for canary in CANARIES for hit in hits(tmp_path, canary)]  # write-ahead logs included
        assert live == []
    assert [hit for canary in CANARIES for hit in hits(tmp_path, canary)] == []
    assert (tmp_path / "data" / "kiosk.db").exists()


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "clear").write_text(f"...{TEXT}...")
    (tmp_path / "coded").write_bytes(base64.b64encode(TEXT.encode()))
    assert len(hits(tmp_path, TEXT)) == 2


def test_a_crash_is_logged_without_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in our own code: an exception whose text holds what was typed must not reach the log."""
    fault = tmp_path / "fault"
    fault.mkdir()
    (fault / "sitecustomize.py").write_text(
        "import edge_agent.kiosk.web.questions as questions\n"
        "def clean(text, *, lines):\n"
        "    raise LookupError(text)\n"
        "questions.clean = clean\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(fault), str(Path(__file__).parents[2])]))
    with RunningKiosk(tmp_path / "kiosk") as kiosk, Visitor(kiosk) as visitor:
        visitor.press("complaint").press("next", **{"class": TEXT})
        assert visitor.page.status_code == 500
        assert "Kiosk sedang terganggu" in visitor.text
        assert TEXT not in visitor.text
    failed = [line for line in kiosk.log_lines() if line["event"] == "request_failed"]
    assert failed[0]["kind"] == "LookupError"
    assert hits(tmp_path / "kiosk", TEXT) == []


def test_health_tells_numbers_only(tmp_path: Path) -> None:
    with RunningKiosk(tmp_path) as kiosk, Visitor(kiosk) as visitor:
        visitor.write(TEXT).consent()
    rows = [data for _, data in kiosk.rows("machine/telemetry")]
    last = rows[-1]
    assert set(last) == {"unit", "status", "reasons", "metrics"}
    metrics = last["metrics"]
    assert isinstance(metrics, dict)
    assert metrics["submissions_total"] == 1
    assert metrics["sessions_active"] == 0
    assert metrics["rss_bytes"] > 1e6
