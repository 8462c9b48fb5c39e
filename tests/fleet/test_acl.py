"""Who may say what: at the real broker, under mutual TLS."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from edge_agent.contract import topics
from edge_agent.contract.identity import DeviceId
from fleet import enrolment
from fleet.broker.acl import access_list
from fleet.broker.control import running_pid
from fleet.identity.authority import create_authority
from tests.fleet.conftest import REGION, Controller, Papers, Speaker, eventually, expired, health, issue

NOT_AUTHORISED = 0x87


def test_each_device_has_a_block_of_its_own() -> None:
    text = access_list([DeviceId("17.07", "b"), DeviceId("17.07", "a")], readers=["fleet-north-board"])
    blocks = {block.splitlines()[0]: block.splitlines()[1:] for block in text.split("\n\n")[1:]}
    assert list(blocks) == ["user fleet-north", "user fleet-north-board", "user a", "user b"]
    assert blocks["user fleet-north-board"] == ["topic read loket-north/v1/#"]
    assert blocks["user a"] == [
        "topic read loket/v1/17.07/a/stored",
        "topic read loket/v1/17.07/a/cmd/+",
        "topic read loket/v1/17.07/a/notice",
        "topic write loket/v1/17.07/a/state",
        "topic write loket/v1/17.07/a/evt/+",
    ]
    assert "pattern" not in text


def test_reader_must_be_named_as_one() -> None:
    with pytest.raises(ValueError, match="must begin with fleet-north-"):
        access_list([], readers=["fleet-ingest"])


def test_device_may_publish_under_its_own_topics_only(controller: Controller) -> None:
    mine, papers = controller.add_device("lebong-001")
    other, _ = controller.add_device("lebong-002")
    speaker = controller.speaker(papers)
    event = health(1, device=mine)
    assert speaker.publish(topics.event(mine, "device.health"), event) < 0x80
    assert speaker.publish(topics.state(mine), event) < 0x80
    for topic in (
        topics.event(other, "device.health"),
        topics.event(DeviceId("17.08", mine.name), "device.health"),
        topics.stored(mine),
        topics.command(mine, "0d1f7c1e-6a55-4b8e-9d39-2f5f2ad3a001"),
        topics.notice(mine),
        topics.notice(other),
        topics.north(mine, "device.health"),
        "anything",
    ):
        assert speaker.publish(topic, event) == NOT_AUTHORISED, topic


def test_device_hears_nothing_of_others(controller: Controller) -> None:
    _, papers = controller.add_device("lebong-001")
    other, other_papers = controller.add_device("lebong-002")
    spy = controller.speaker(papers, "#", topics.EVERY_EVENT, topics.EVERY_NORTH)
    controller.speaker(other_papers).publish(topics.event(other, "device.health"), health(1, device=other))
    ingest = Papers(controller.layout.certificate("ingest"), controller.layout.key("ingest"))
    reader = controller.speaker(ingest, topics.EVERY_EVENT)
    assert reader.publish(topics.stored(DeviceId(REGION, "lebong-001")), b"for the spy") < 0x80
    eventually(lambda: spy.heard, what="what is meant for it")
    assert [topic for topic, _ in spy.heard] == [topics.stored(DeviceId(REGION, "lebong-001"))]


@pytest.mark.parametrize("why", ["other authority", "expired", "server's", "none"])
def test_refuses_connection(controller: Controller, tmp_path: Path, why: str) -> None:
    controller.add_device("lebong-001")
    layout = controller.layout
    match why:
        case "other authority":
            papers = issue(create_authority(), "lebong-001", tmp_path / "other")
        case "expired":
            papers = issue(controller.authority, "lebong-001", tmp_path / "old", validity=expired())
        case "server's":
            papers = Papers(layout.certificate("server"), layout.key("server"))
        case _:
            papers = None
    before = len(broker_log(controller))
    assert refused_connection(controller, papers)
    eventually(lambda: "rror" in broker_log(controller)[before:], what="the broker says why")


def broker_log(controller: Controller) -> str:
    return (controller.folder / "broker.log").read_text()


def refused_connection(controller: Controller, papers: Papers | None) -> bool:
    """Whether Mosquitto's own client is turned away during the handshake."""
    command = [
        "mosquitto_pub", "-h", "127.0.0.1", "-p", str(controller.fleet.broker.port), "-V", "5", "-q", "1",
        "--cafile", str(controller.layout.root_certificate), "-t", "x", "-m", "x", "-i", "x", "-d",
    ]  # fmt: skip
    if papers is not None:
        command += ["--cert", str(papers.certificate), "--key", str(papers.key)]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    return done.returncode != 0 and b"received CONNACK (0)" not in done.stdout


def test_same_client_accepts_a_good_certificate(controller: Controller) -> None:
    _, papers = controller.add_device("lebong-001")
    assert not refused_connection(controller, papers)


def test_client_id_of_another_takes_nothing_over(controller: Controller) -> None:
    _, papers = controller.add_device("lebong-001")
    _, other_papers = controller.add_device("lebong-002")
    victim = controller.speaker(papers)
    thief = Speaker(controller, other_papers, client_id="lebong-001")
    controller.speakers.append(thief)
    thief.connect()
    assert victim.publish("x", b"") == NOT_AUTHORISED
    assert victim.disconnected is None


def test_device_added_while_the_broker_runs_may_speak_at_once(controller: Controller) -> None:
    _, papers = controller.add_device("lebong-001")
    early = controller.speaker(papers)
    late, late_papers = controller.add_device("lebong-002")
    assert controller.speaker(late_papers).publish(topics.event(late, "x.y"), b"{}") < 0x80
    assert early.disconnected is None


def test_revoked_device_may_say_nothing(controller: Controller) -> None:
    device, papers = controller.add_device("lebong-001")
    speaker = controller.speaker(papers)
    topic = topics.event(device, "device.health")
    assert speaker.publish(topic, b"{}") < 0x80
    assert enrolment.revoke(controller.fleet, controller.engine, "lebong-001", by="test", now=1.0)
    eventually(lambda: speaker.publish(topic, b"{}") == NOT_AUTHORISED, what="rights taken away")


def test_never_signals_a_stranger(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    assert running_pid(file) is None
    file.write_text(str(os.getpid()))
    assert running_pid(file) is None
    file.write_text("nonsense")
    assert running_pid(file) is None


def test_stopped_broker_is_not_told(controller: Controller) -> None:
    controller.stop_broker(signal.SIGKILL)
    assert controller.layout.broker_pid.exists()
    assert not enrolment.update_broker(controller.fleet, controller.engine)
