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
from edge_agent.kiosk.recordings import Media, seal_recording
from edge_agent.kiosk.sealing import IntakeKey
from fleet.access.roles import Role
from fleet.access.secrets import Use
from fleet.store.tables import audit
from fleet.testing.serving import Served, serving

TEXT = "NIK saya 1707014103900001, hp 0812-3456-7890."
MASKED = "NIK saya ••••••••••••••••, hp ••••-••••-••90."
SOUND = b"\x1aE\xdf\xa3" + bytes(range(256)) * 400
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 200
MEDIA: dict[Media, bytes] = {"audio/webm": SOUND, "image/jpeg": JPEG}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("fleet")) as running:
        running.seeds.device("lebong-001")
        yield running


def filed(office: Served, *, recorded: bool = False, whole: bool = True) -> str:
    """A submission, with a voice note and a photo if `recorded`; of the photo not all, unless `whole`."""
    document: dict[str, object] = {"class": "pengaduan", "text": TEXT, "contact": "0812-3456-7890"}
    public = base64.b64decode(office.fleet.layout.intake_public_key.read_text())
    key = IntakeKey.of(bytes(PublicKey(public)))
    attachments = [
        seal_recording(content, media=media, submission=str(uuid4()), key=key)
        for media, content in (MEDIA.items() if recorded else ())
    ]
    submission = office.seeds.submission(
        "lebong-001", document | {"recordings": [attachment.described() for attachment in attachments]}
    )
    parts = [part for attachment in attachments for part in attachment.parts]
    for part in parts if whole else parts[:-1]:
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
        assert api.post(f"/submissions/{submission}/recordings/1").status_code == 403
    assert actions(office, submission) == []
    with client(office, Role.OFFICER) as api:
        answers = [api.post(f"/submissions/{submission}/recordings/{number}") for number in (1, 2)]
        assert api.post(f"/submissions/{submission}/recordings/3").status_code == 404
        assert api.post(f"/submissions/{filed(office)}/recordings/1").status_code == 404
        late = api.post(f"/submissions/{filed(office, recorded=True, whole=False)}/recordings/2")
    assert {answer.headers["content-type"]: answer.content for answer in answers} == MEDIA
    assert answers[0].headers["cache-control"] == "no-store"
    assert actions(office, submission) == ["recording.opened"] * 2
    assert late.status_code == 409
    assert "not come yet" in late.json()["detail"]


def test_the_console_plays_and_shows_them_in_its_page_and_nowhere_else(office: Served) -> None:
    submission = filed(office, recorded=True)
    cookie = {f"loket_session_{office.fleet.web.port}": office.secret(Use.SESSION, Role.OFFICER)}
    with httpx.Client(base_url=office.url, cookies=cookie, headers={"origin": office.url}) as browser:
        page = browser.post(f"/submissions/{submission}/open")
        assert "media-src data:" in page.headers["content-security-policy"]
        for media, content in MEDIA.items():
            assert f'src="data:{media};base64,{base64.b64encode(content).decode()}"' in page.text
        assert MASKED in page.text
        assert "1707014103900001" not in page.text
        assert "media-src" not in browser.get("/submissions").headers["content-security-policy"]
        late = browser.post(f"/submissions/{filed(office, recorded=True, whole=False)}/open")
        assert "<audio" in late.text
        assert '<img class="recorded"' not in late.text
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
