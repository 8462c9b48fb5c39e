"""Openings by API, console and command: masked for most, recordings whole, each act recorded."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from nacl.public import PublicKey
from sqlalchemy import select

from edge_agent.contract.receipts import commitment
from edge_agent.kiosk.recordings import seal_recording
from edge_agent.kiosk.sealing import IntakeKey
from fleet.access.roles import Role
from fleet.access.secrets import Use
from fleet.store.tables import audit
from fleet.testing.serving import Served, serving

TEXT = "NIK saya 1707014103900001, hp 0812-3456-7890."
MASKED = "NIK saya ••••••••••••••••, hp ••••-••••-••90."
SOUND = b"\x1aE\xdf\xa3" + bytes(range(256)) * 400


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("fleet")) as running:
        running.seeds.device("lebong-001")
        yield running


def filed(office: Served, *, recorded: bool = False, whole: bool = True) -> str:
    """A submission, with a voice note if `recorded`."""
    document: dict[str, object] = {"class": "pengaduan", "text": TEXT, "contact": "0812-3456-7890"}
    public = base64.b64decode(office.fleet.layout.intake_public_key.read_text())
    attachment = seal_recording(
        SOUND, media="audio/webm", submission=str(uuid4()), key=IntakeKey.of(bytes(PublicKey(public)))
    )
    submission = office.seeds.submission(
        "lebong-001", document | ({"recording": attachment.described()} if recorded else {})
    )
    for part in attachment.parts[: None if whole else 1] if recorded else ():
        data = part.model_copy(update={"submission": submission})
        office.seeds.event("lebong-001", data, subject=submission)
    return submission


def actions(office: Served, submission: str) -> list[str]:
    query = select(audit.c.action).where(audit.c.subject == submission).order_by(audit.c.position)
    with office.engine.connect() as connection:
        return list(connection.execute(query).scalars())


def client(office: Served, role: Role) -> httpx.Client:
    return httpx.Client(base_url=f"{office.url}/api/v1", headers=office.bearer(role))


@pytest.mark.parametrize(
    ("role", "text", "done"),
    [
        (Role.OFFICER, MASKED, ["submission.opened"]),
        (Role.DATA_OFFICER, TEXT, ["submission.opened", "submission.unmasked"]),
    ],
)
def test_the_role_decides_who_sees_numbers(office: Served, role: Role, text: str, done: list[str]) -> None:
    submission = filed(office)
    with client(office, role) as api:
        opened = api.post(f"/submissions/{submission}/open").json()
    assert (opened["text"], opened["masked"]) == (text, role is Role.OFFICER)
    assert opened["contact"] == "0812-3456-7890"
    assert actions(office, submission) == done


def test_a_recording_is_an_officers_to_open(office: Served) -> None:
    submission = filed(office, recorded=True)
    with client(office, Role.VIEWER) as api:
        assert api.post(f"/submissions/{submission}/recording").status_code == 403
    assert actions(office, submission) == []
    with client(office, Role.OFFICER) as api:
        answer = api.post(f"/submissions/{submission}/recording")
        assert api.post(f"/submissions/{filed(office)}/recording").status_code == 404
        late = api.post(f"/submissions/{filed(office, recorded=True, whole=False)}/recording")
    assert (answer.content, answer.headers["content-type"]) == (SOUND, "audio/webm")
    assert answer.headers["cache-control"] == "no-store"
    assert actions(office, submission) == ["recording.opened"]
    assert late.status_code == 409
    assert "not come yet" in late.json()["detail"]


def test_the_console_plays_it_in_its_page_and_nowhere_else(office: Served) -> None:
    submission = filed(office, recorded=True)
    cookie = {f"loket_session_{office.fleet.web.port}": office.secret(Use.SESSION, Role.OFFICER)}
    with httpx.Client(base_url=office.url, cookies=cookie, headers={"origin": office.url}) as browser:
        page = browser.post(f"/submissions/{submission}/open")
        assert "media-src data:" in page.headers["content-security-policy"]
        assert f"data:audio/webm;base64,{base64.b64encode(SOUND).decode()}" in page.text
        assert MASKED in page.text
        assert "1707014103900001" not in page.text
        assert "media-src" not in browser.get("/submissions").headers["content-security-policy"]
        late = browser.post(f"/submissions/{filed(office, recorded=True, whole=False)}/open")
        assert "<audio" not in late.text
        assert "belum tiba seluruhnya" in late.text


def test_the_command_masks_unless_it_is_told_otherwise_and_writes_the_document(
    office: Served, tmp_path: Path
) -> None:
    submission, out = filed(office), tmp_path / "filed.json"

    def run(*more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "fleet.cli", "submissions", "--config", str(office.fleet.data),
             "--open", submission, *more],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert MASKED in run()
    assert TEXT in run("--unmasked")
    run("--document", str(out))
    assert json.loads(out.read_bytes())["text"] == TEXT
    assert out.stat().st_mode & 0o777 == 0o600
    assert len(commitment(out.read_bytes())) == 64
    opened = "submission.opened"
    assert actions(office, submission) == [
        opened, opened, "submission.unmasked", opened, "submission.unmasked"
    ]  # fmt: skip
