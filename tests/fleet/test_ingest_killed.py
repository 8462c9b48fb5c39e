"""Killed at any moment, under load: nothing is lost, nothing is stored twice, and the device is told all."""

import json
import random
import signal
import threading
import time

import pytest

from edge_agent.contract import topics
from edge_agent.contract.identity import DeviceId
from tests.fleet.conftest import INCARNATION, Controller, Papers, Speaker, eventually, health

KIND = "device.health"
RESEND_AFTER_S = 1.0
WINDOW = 200


class Outbox(threading.Thread):
    """What a device does, in small: it sends what was not acknowledged, in order, and again after a while."""

    def __init__(self, controller: Controller, device: DeviceId, papers: Papers) -> None:
        super().__init__(name="outbox")
        self.device, self.made, self.stopping = device, 0, threading.Event()
        self.waiting: dict[int, float] = {}
        self.lock = threading.Lock()
        self.speaker = Speaker(controller, papers)

    def make(self, count: int) -> None:
        with self.lock:
            for seq in range(self.made + 1, self.made + count + 1):
                self.waiting[seq] = 0.0
            self.made += count

    @property
    def is_told_all(self) -> bool:
        with self.lock:
            return not self.waiting

    def run(self) -> None:
        topic = topics.event(self.device, KIND)
        while not self.stopping.wait(0.005):
            self._forget()
            now = time.monotonic()
            with self.lock:
                window = sorted(self.waiting)[:WINDOW]
                due = [seq for seq in window if now - self.waiting[seq] > RESEND_AFTER_S]
                self.waiting.update(dict.fromkeys(due, now))
            for seq in due if self.speaker.client.is_connected() else ():
                self.speaker.publish(topic, health(seq, device=self.device), wait=False)

    def _forget(self) -> None:
        said = self.speaker.take_statements(self.device)
        with self.lock:
            for seq in [seq for seq in self.waiting if any(one.settles(seq) for one in said)]:
                del self.waiting[seq]


def run_under_fire(controller: Controller, *, kills: int, broker_kills: int, seed: int) -> None:
    device, papers = controller.add_device()
    chance = random.Random(seed)
    controller.start_ingest()
    outbox = Outbox(controller, device, papers)
    controller.speakers.append(outbox.speaker)
    outbox.speaker.connect(topics.stored(device))
    outbox.start()
    what = ["ingest"] * kills + ["broker"] * broker_kills
    chance.shuffle(what)
    try:
        for target in what:
            outbox.make(600)
            before = len(controller.seqs())
            eventually(lambda before=before: len(controller.seqs()) > before, within_s=40, what="goes on")
            time.sleep(chance.uniform(0, 0.4))  # a random moment is what is tested
            if target == "ingest":
                controller.stop_ingest(signal.SIGKILL)
                controller.start_ingest()
            else:
                controller.stop_broker(signal.SIGKILL)
                controller.start_broker()
        outbox.make(300)
        eventually(lambda: outbox.is_told_all, within_s=90, what="all acknowledged")
    finally:
        outbox.stopping.set()
        outbox.join(10)
    assert sorted(controller.seqs()) == list(range(1, outbox.made + 1))
    data = {row.seq: json.loads(row.data)["metrics"]["number"] for row in controller.rows()}
    assert all(seq == number for seq, number in data.items())
    assert {row.incarnation for row in controller.rows()} == {INCARNATION}


@pytest.mark.timeout(240)
def test_killed_under_load_loses_and_doubles_nothing(controller: Controller) -> None:
    run_under_fire(controller, kills=4, broker_kills=1, seed=11)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_twenty_times_under_load(controller: Controller, seed: int) -> None:
    run_under_fire(controller, kills=20, broker_kills=5, seed=seed)
