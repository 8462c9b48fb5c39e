"""The uplink on a device whose disk has not one byte left."""

import os
import subprocess
from uuid import UUID

import pytest

from edge_agent.contract.events import Health, SubmissionCreated
from edge_agent.contract.streams import Stream
from edge_agent.device import load_device
from edge_agent.inbox.store import open_inbox

SUBMISSIONS = 20


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mounting a small disk needs root: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk):
    with (disk / "junk").open("ab", buffering=0) as junk:
        for size in (1024 * 1024, 4096):
            try:
                while junk.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    found = os.statvfs(disk)
    assert found.f_bavail == 0


def test_what_citizens_wrote_still_leaves_a_full_disk(disk, street, eventually):
    path = street.folder / "device.toml"
    path.write_text(path.read_text().replace(f'"{street.device.data}"', f'"{disk / "data"}"'))
    street.device = load_device(street.folder)
    assert street.device.data == disk / "data"
    fleet, outbox = street.fleet(acknowledges=False), street.outbox()
    for number in range(SUBMISSIONS):
        outbox.append(
            SubmissionCreated(
                submission=str(UUID(int=number)), service="complaint", sealed="A" * 400,
                intake_key="0" * 64, consent_version="1",
            )
        )  # fmt: skip
    for _ in range(50):
        outbox.append(Health(unit="vision", status="ok"))
    uplink = street.uplink()
    eventually(lambda: fleet.count("kiosk.submission.created") == SUBMISSIONS)
    fill(disk)
    street.broker.kill()  # and the connection is made anew on the full disk
    street.broker.start()
    fleet.acknowledges = True
    inbox = open_inbox(street.device)
    try:
        eventually(
            lambda: all(
                inbox.submission_state(str(UUID(int=number))) == "stored" for number in range(SUBMISSIONS)
            ),
            within_s=40,
        )
        eventually(lambda: outbox.status(Stream.SUBMISSIONS).rows == 0, within_s=40)
    finally:
        inbox.close()
    assert uplink.process.poll() is None
    (disk / "junk").unlink()
    before = fleet.count("device.health")
    outbox.append(Health(unit="vision", status="ok"))
    eventually(lambda: fleet.count("device.health") > before, within_s=40)
    assert uplink.stop() == 0
