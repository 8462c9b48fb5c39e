"""The API over real HTTP, against a running `fleet serve` and its real database."""

import json
import time

import httpx
import pytest
from nacl.public import PrivateKey
from sqlalchemy import select

from fleet.access.roles import Role
from fleet.access.secrets import Use
from fleet.store.tables import audit, commands
from fleet.testing.serving import Served

COMPLAINT = {
    "service": "complaint",
    "class": "pengaduan",
    "text": "Jalan berlubang di depan pasar",
    "contact": None,
    "language": "id",
    "created_at": "2026-11-22T10:00:00+00:00",
    "consent_version": "2026-01",
}

READS = [
    "/devices", "/events", "/streams", "/submissions", "/refused", "/summary", "/commands", "/live",
    "/snapshots/" + "0" * 64,
]  # fmt: skip


@pytest.mark.parametrize("path", READS)
def test_refuses_whoever_has_no_token(served: Served, path: str) -> None:
    assert httpx.get(f"{served.url}/api/v1{path}").status_code == 401
    wrong = {"authorization": "Bearer nonsense"}
    assert httpx.get(f"{served.url}/api/v1{path}", headers=wrong).status_code == 401


def test_refuses_an_expired_token_and_secrets_made_for_another_use(served: Served) -> None:
    url = f"{served.url}/api/v1/devices"
    for secret in (
        served.secret(Use.TOKEN, Role.VIEWER, lifetime_s=-1),
        served.secret(Use.SESSION, Role.OFFICER),
        served.secret(Use.LINK, Role.OFFICER),
    ):
        assert httpx.get(url, headers={"authorization": f"Bearer {secret}"}).status_code == 401


def test_tells_devices_with_what_can_be_proven(served: Served, viewer: httpx.Client) -> None:
    served.seeds.device("api-well", label="Kantor Camat")
    served.seeds.heard("api-well", age_s=2)
    served.seeds.device("api-silent")
    served.seeds.heard("api-silent", age_s=900)
    served.seeds.device("api-gone")
    served.seeds.heard("api-gone", online=False)
    served.seeds.device("api-ill")
    served.seeds.heard("api-ill")
    served.seeds.health("api-ill", reasons=["camera-1: no frame for 20 s"])

    states = {device["name"]: device["state"] for device in viewer.get("/devices").json()}

    assert states["api-well"] == "online"
    assert states["api-silent"] == "unknown"
    assert states["api-gone"] == "offline"
    assert states["api-ill"] == "degraded"
    assert viewer.get("/devices/api-well").json()["label"] == "Kantor Camat"
    assert viewer.get("/devices/nobody").status_code == 404


def test_pages_through_every_event_once_in_both_directions(served: Served, viewer: httpx.Client) -> None:
    served.seeds.device("api-pages")
    stored = [served.seeds.left("api-pages") for _ in range(25)]

    backwards: list[int] = []
    before: dict[str, int] = {}
    while True:
        page = viewer.get("/events", params={"device": "api-pages", "limit": 10, **before}).json()
        backwards += [event["position"] for event in page["items"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    forwards: list[int] = []
    after = 0
    while True:
        page = viewer.get("/events", params={"device": "api-pages", "limit": 10, "after": after}).json()
        forwards += [event["position"] for event in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]

    assert backwards == stored[::-1]
    assert forwards == stored


def test_filters_events(served: Served, viewer: httpx.Client) -> None:
    served.seeds.device("api-east", region="71.01")
    now = time.time()
    old = served.seeds.seen("api-east", time_s=now - 1000)
    new = served.seeds.left("api-east", time_s=now)
    health = served.seeds.health("api-east")

    def positions(**query: str | float) -> list[int]:
        answer = viewer.get("/events", params={"device": "api-east", **query})
        assert answer.status_code == 200, answer.text
        return [event["position"] for event in answer.json()["items"]]

    assert positions() == [health, new, old]
    assert positions(region="71.01") == [health, new, old]
    assert positions(region="17.07") == []
    assert positions(kind="vision.track.started") == [old]
    assert positions(kind="vision.") == [new, old]
    assert positions(kind="vision") == []
    assert positions(until=now - 500) == [old]
    assert positions(since=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - 500))) == [health, new]


@pytest.mark.parametrize(
    "query",
    [{"limit": 501}, {"limit": 0}, {"after": -1}, {"after": "x"}, {"since": "yesterday"}, {"after": 2**70}],
)
def test_refuses_a_question_that_makes_no_sense(viewer: httpx.Client, query: dict[str, str]) -> None:
    assert viewer.get("/events", params=query).status_code == 422


def test_gives_a_picture_by_its_hash_only(served: Served, viewer: httpx.Client, jpeg: bytes) -> None:
    served.seeds.device("api-eye")
    sha256 = served.seeds.picture("api-eye", jpeg)

    answer = viewer.get(f"/snapshots/{sha256}")

    assert answer.content == jpeg
    assert answer.headers["content-type"] == "image/jpeg"
    for other in ("0" * 64, sha256.upper(), "..%2f..%2ffleet.toml", sha256[:-1]):
        assert viewer.get(f"/snapshots/{other}").status_code == 404


def test_lists_submissions_sealed_and_opens_them_for_an_officer_only(
    served: Served, viewer: httpx.Client, officer: httpx.Client
) -> None:
    served.seeds.device("api-kiosk")
    submission = served.seeds.submission("api-kiosk", COMPLAINT)

    listed = viewer.get("/submissions").text
    assert submission in listed
    assert "berlubang" not in listed
    assert viewer.post(f"/submissions/{submission}/open").status_code == 403
    assert _openings(served, submission) == []

    opened = officer.post(f"/submissions/{submission}/open")

    assert opened.json()["text"] == COMPLAINT["text"]
    assert opened.json()["category"] == "pengaduan"
    assert opened.headers["cache-control"] == "no-store"
    assert _openings(served, submission) == ["siti"]
    assert viewer.get(f"/submissions/{submission}").json()["opened_by"] == "siti"
    assert officer.get(f"/submissions/{submission}/open").status_code == 404


def test_says_why_a_submission_cannot_be_opened(served: Served, officer: httpx.Client) -> None:
    served.seeds.device("api-strange")
    stranger = bytes(PrivateKey.generate().public_key)
    submission = served.seeds.submission("api-strange", COMPLAINT, key=stranger)

    answer = officer.post(f"/submissions/{submission}/open")

    assert answer.status_code == 409
    assert "sealed to another intake key" in answer.json()["detail"]
    assert _openings(served, submission) == []
    assert officer.post("/submissions/nothing/open").status_code == 404


def test_gives_a_command_for_an_operator_and_not_for_a_viewer(served: Served, viewer: httpx.Client) -> None:
    served.seeds.device("api-camera")
    served.seeds.device("api-revoked", revoked_at=1.0)
    wanted = {
        "device": "api-camera",
        "action": {"do": "take_snapshot", "camera": "camera-1"},
        "expires_after_s": 60,
    }
    operator = httpx.Client(base_url=f"{served.url}/api/v1", headers=served.bearer(Role.OPERATOR))

    with operator:
        assert viewer.post("/commands", json=wanted).status_code == 403
        answer = operator.post("/commands", json=wanted)
        assert operator.post("/commands", json={**wanted, "device": "nobody"}).status_code == 409
        assert operator.post("/commands", json={**wanted, "device": "api-revoked"}).status_code == 409
        assert operator.post("/commands", json={**wanted, "expires_after_s": 0}).status_code == 422
        assert operator.post("/commands", json={**wanted, "action": {"camera": "../x"}}).status_code == 422

    assert answer.status_code == 202
    command = answer.json()["id"]
    with served.engine.connect() as connection:
        rows = connection.execute(select(commands).where(commands.c.device.like("api-%"))).all()
    assert [row.id for row in rows] == [command]
    assert json.loads(rows[0].action) == {"do": "take_snapshot", "camera": "camera-1"}
    assert rows[0].expires_at - rows[0].issued_at == pytest.approx(60)
    assert (rows[0].issued_by, rows[0].published_at) == ("siti", None)

    served.seeds.finished("api-camera", command, outcome="failed")
    assert viewer.get(f"/commands/{command}").json()["outcome"] == "failed"


def test_tells_how_far_streams_are_settled(served: Served, viewer: httpx.Client) -> None:
    served.seeds.device("api-streams")
    served.seeds.stream("api-streams", through=10, also=[(13, 14), (20, 25)])

    stream = viewer.get("/streams", params={"device": "api-streams"}).json()[0]

    assert stream["through"] == 10
    assert stream["gaps"] == [[11, 12], [15, 19]]


def test_lists_refused_messages_without_their_content(served: Served, viewer: httpx.Client) -> None:
    served.seeds.refusal(topic="loket/v1/17.07/x/evt/y", reason="not JSON")

    refused = viewer.get("/refused").json()["items"][0]

    assert (refused["topic"], refused["reason"], refused["bytes"]) == (
        "loket/v1/17.07/x/evt/y",
        "not JSON",
        1,
    )
    assert "payload" not in refused


def test_counts_exactly(served: Served, viewer: httpx.Client) -> None:
    before = viewer.get("/summary").json()
    served.seeds.device("api-count")
    served.seeds.left("api-count")
    served.seeds.submission("api-count", COMPLAINT)

    after = viewer.get("/summary").json()

    assert after["events"] - before["events"] == 2
    assert after["identities"] == after["events"] == after["event_ids"]
    assert after["submissions"] - before["submissions"] == 1
    assert after["kinds"]["vision.track.ended"] - before["kinds"].get("vision.track.ended", 0) == 1


def test_shows_the_audit_to_officers_only(viewer: httpx.Client, officer: httpx.Client) -> None:
    assert viewer.get("/audit").status_code == 403
    assert officer.get("/audit").status_code == 200


def test_answers_in_json_where_there_is_nothing(viewer: httpx.Client) -> None:
    answer = viewer.get("/nothing")

    assert answer.status_code == 404
    assert answer.json() == {"detail": "no such path"}


def test_describes_itself_in_openapi_3_1(served: Served) -> None:
    document = httpx.get(f"{served.url}/api/v1/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]["/api/v1/events"]["get"]["parameters"][0]) >= {"name", "schema"}
    for path, item in document["paths"].items():
        assert path.startswith("/api/v1/")
        for operation in item.values():
            assert operation["description"], path
            assert operation["security"] == [{"HTTPBearer": []}], path


def test_answers_to_its_own_names_only(served: Served) -> None:
    port = served.fleet.web.port
    for host in ("attacker.example", f"attacker.example:{port}", "", "127.0.0.1.attacker.example"):
        for path in ("/", "/healthz", "/api/v1/openapi.json", "/static/console.js"):
            assert httpx.get(f"{served.url}{path}", headers={"host": host}).status_code == 400
    for host in ("localhost", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert httpx.get(f"{served.url}/healthz", headers={"host": host}).status_code == 200


def test_sends_security_headers_everywhere(served: Served) -> None:
    for path in ("/signin", "/api/v1/devices", "/nothing", "/static/console.css", "/api/docs"):
        headers = httpx.get(f"{served.url}{path}").headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_counts_in_prometheus_format_without_device_names(served: Served) -> None:
    served.seeds.device("api-metrics")
    text = httpx.get(f"{served.url}/metrics").text

    names = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    assert {"loket_events_stored_total", "loket_messages_refused_total", "loket_devices"} <= names
    assert {"loket_snapshots_bytes", "loket_ingest_lag_seconds"} <= names
    assert "api-metrics" not in text


def _openings(served: Served, submission: str) -> list[str]:
    query = select(audit.c.actor).where(audit.c.action == "submission.opened", audit.c.subject == submission)
    with served.engine.connect() as connection:
        return list(connection.execute(query).scalars())
