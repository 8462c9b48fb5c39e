"""The office by the API alone: cases, queues, emergencies, promises, permits and the survey."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from edge_agent.contract.events import EmergencyRaised, EventData, Scores, SubmissionCreated, SurveyAnswered
from edge_agent.contract.events import TicketTaken as Taken
from fleet.access.roles import Role
from fleet.access.secrets import Use
from fleet.office.clerk import DEALS, Clerk
from fleet.office.regions import load_regions
from fleet.testing.serving import Served, serving
from fleet.web.rate import Rate, asker

REGION_FOLDER = Path(__file__).parents[2] / "demo" / "region"
REGIONS = load_regions([REGION_FOLDER])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("fleet"), more=f'[office]\nfolders = ["{REGION_FOLDER}"]\n') as made:
        made.seeds.device("lebong-001")
        yield made


@pytest.fixture
def client(town: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{town.url}/api/v1", headers=town.bearer(Role.OFFICER), timeout=30) as made:
        yield made


def say(town: Served, data: EventData) -> None:
    town.seeds.event("lebong-001", data)
    clerk = Clerk(town.engine, regions=REGIONS, deals=DEALS, now=time.time)
    while clerk.deal():
        pass


def filed(town: Served, service: str = "complaint") -> str:
    data = SubmissionCreated(
        submission=str(uuid4()), service=service, sealed="", intake_key="0" * 64, consent_version="1",
        topic="jalan", agency="dpupr",
    )  # fmt: skip
    say(town, data)
    return data.submission


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/cases/x/steps", {"after": "forwarded"}),
        ("/permits", {"subject": str(uuid4()), "region": "17.07", "permit": "x"}),
        ("/queues/mpp/umum/counters/1", {"do": "next"}),
        ("/emergencies/x/steps", {"after": "acknowledged"}),
    ],
)
def test_a_viewer_changes_nothing(town: Served, path: str, body: dict[str, str]) -> None:
    answer = httpx.post(f"{town.url}/api/v1{path}", json=body, headers=town.bearer(Role.VIEWER))
    assert answer.status_code == 403


def test_a_case_is_listed_taken_on_and_found_by_its_code(town: Served, client: httpx.Client) -> None:
    subject = filed(town)
    assert subject in {case["subject"] for case in client.get("/cases").json()}
    taken = client.post(f"/cases/{subject}/steps", json={"after": "forwarded", "expect": "received"})
    assert taken.status_code == 200
    assert taken.json()["due_at"] > time.time()
    again = client.post(f"/cases/{subject}/steps", json={"after": "forwarded", "expect": "received"})
    assert again.status_code == 409
    assert "by now" in again.json()["detail"]
    found = client.get(f"/cases/{subject}").json()
    assert [step["state"] for step in found["steps"]] == ["received", "forwarded"]
    by_code = client.get(f"/codes/{found['case']['code']}").json()
    assert [one["case"]["subject"] for one in by_code] == [subject]
    assert client.get("/codes/12345678").status_code in {200, 422}
    assert client.get(f"/cases/{uuid4()}").status_code == 404
    assert client.post(f"/cases/{uuid4()}/steps", json={"after": "closed"}).status_code == 404
    assert client.post(f"/cases/{subject}/steps", json={"after": "closed", "x": 1}).status_code == 422


def test_an_application_for_a_permit_is_registered_once(town: Served, client: httpx.Client) -> None:
    permit = next(iter(REGIONS.all[0].permits))
    wanted = {"subject": str(uuid4()), "region": "17.07", "permit": permit}
    made = client.post("/permits", json=wanted)
    assert made.status_code == 201
    assert client.post("/permits", json=wanted).json() == made.json()
    assert made.json()["state"] == "awaiting_verification"
    assert client.post("/permits", json=wanted | {"permit": "nothing"}).status_code == 409
    other = filed(town)
    assert client.post("/permits", json=wanted | {"subject": other}).status_code == 409


def test_a_queue_is_worked_through_the_api(town: Served, client: httpx.Client) -> None:
    day = REGIONS.today("17.07", time.time()).isoformat()
    for number in ("C1", "C2"):
        say(town, Taken(ticket=str(uuid4()), queue="umum", number=number, day=day))

    def at(do: str, ticket: str | None = None, **more: str) -> httpx.Response:
        return client.post("/queues/mpp/umum/counters/1", json={"do": do, "ticket": ticket, **more})

    first = at("next").json()
    assert first["number"] == "C1"
    assert at("next").status_code == 409
    assert at("begin", first["ticket"]).json()["state"] == "serving"
    second = at("next", first["ticket"]).json()
    assert second["number"] == "C2"
    assert at("transfer", second["ticket"], to="perizinan").json()["queue"] == "perizinan"
    assert at("next").json() is None
    stands = {one["queue"]: one for one in client.get("/queues").json()}
    assert stands["umum"]["done"] == 1
    assert [one["number"] for one in stands["perizinan"]["waiting"]] == ["C2"]
    assert client.post("/queues/none/umum/counters/1", json={"do": "next"}).status_code == 404
    assert client.post("/queues/mpp/umum/counters/9", json={"do": "next"}).status_code == 404


def test_a_hall_that_another_system_runs_is_shown_and_not_called_from_here(tmp_path: Path) -> None:
    settings = f'[office]\nfolders = ["{REGION_FOLDER}"]\nhalls = "simulator"\n'
    with serving(tmp_path, more=settings) as served:
        served.seeds.device("lebong-001")
        day = REGIONS.today("17.07", time.time()).isoformat()
        say(served, Taken(ticket=str(uuid4()), queue="umum", number="C1", day=day))
        path, headers = f"{served.url}/api/v1/queues/mpp/umum/counters/1", served.bearer(Role.OPERATOR)
        refused = httpx.post(path, json={"do": "next"}, headers=headers)
        assert refused.status_code == 409
        assert "another system calls" in refused.json()["detail"]
        cookies = {f"loket_session_{served.fleet.web.port}": served.secret(Use.SESSION, Role.OPERATOR)}
        desk = httpx.get(f"{served.url}/desk/mpp/umum/1", cookies=cookies).text
        assert "dipanggil oleh sistem lain" in desk
        assert "C1" in desk
        assert 'id="desk-next"' not in desk


def test_emergencies_promises_and_the_survey(town: Served, client: httpx.Client) -> None:
    emergency, aspiration = str(uuid4()), filed(town, "aspiration")
    say(town, EmergencyRaised(emergency=emergency, sort="polisi"))
    assert [one["subject"] for one in client.get("/emergencies").json()] == [emergency]
    assert client.post(f"/emergencies/{aspiration}/steps", json={"after": "closed"}).status_code == 404
    ended = {"after": "closed", "reason": "Selesai."}
    assert client.post(f"/emergencies/{emergency}/steps", json=ended).status_code == 200
    assert client.get("/emergencies").json() == []
    for state in ("village_verified", "district_verified", "agency_verified", "in_plan"):
        assert client.post(f"/cases/{aspiration}/steps", json={"after": state}).status_code == 200
    assert [one["case"]["subject"] for one in client.get("/promised").json()] == [aspiration]
    scores = Scores(
        persyaratan=4, prosedur=4, waktu=4, biaya=4, produk=4, kompetensi=4, perilaku=4, sarana=4, pengaduan=4
    )
    day = REGIONS.today("17.07", time.time()).isoformat()
    say(town, SurveyAnswered(survey=str(uuid4()), agency="dinkes", day=day, scores=scores))
    found = {one["agency"]: one for one in client.get("/survey").json()}
    assert found["dinkes"]["n"] == 1
    assert (found["dinkes"]["ikm"], found["dinkes"]["grade"]) == (None, None)
    assert found["dinkes"]["missing"] == found["dinkes"]["required"] - 1


def test_a_phone_that_asks_too_often_is_asked_to_wait_and_others_are_not(town: Served) -> None:
    def ask(address: str) -> int:
        headers = {"x-forwarded-for": f"203.0.113.9, {address}"}
        return httpx.get(f"{town.url}/lacak/00000000", headers=headers).status_code

    answers = [ask("198.51.100.1") for _ in range(10)]
    assert answers == [404] * 10
    assert any(ask("198.51.100.1") == 429 for _ in range(90)), "a slow machine asks more slowly"
    assert ask("198.51.100.2") == 404


def test_a_form_of_a_megabyte_is_refused(town: Served) -> None:
    answer = httpx.post(
        f"{town.url}/lacak", content=b"code=" + b"x" * 1_000_000, headers={"origin": town.url}
    )
    assert answer.status_code == 413


def test_a_bucket_fills_again_and_forgets_the_oldest_address() -> None:
    now = [0.0]
    rate = Rate(per_minute=60, burst=2, now=lambda: now[0])
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]
    now[0] = 1.0
    assert [rate.allows("a") for _ in range(2)] == [True, False]
    for number in range(10_001):
        rate.allows(str(number))
    assert len(rate._left) == 10_000


def test_who_asks_is_who_our_proxy_says() -> None:
    assert asker("127.0.0.1", "1.1.1.1, 2.2.2.2") == "2.2.2.2"
    assert asker("127.0.0.1", None) == "127.0.0.1"
    assert asker(None, "") == "nobody"
