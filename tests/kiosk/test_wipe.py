"""After a visit nothing of what was typed is left in clear: not in a file, not in the kiosk's memory."""

import time

import pytest

from bench._traces import in_files, in_memory
from tests.kiosk.robot import Robot, services_of
from tests.kiosk.unit import RunningKiosk, Visitor

WORDS = "kanari-" + "9f27c1 lampu jalan di depan pasar padam"
PHONE, NIK = "0812770" + "04413", "170701" + "4505900001"
TYPED = ["kanari-" + "9f27c1", PHONE, NIK]
WIPE_MOST_S = 1.0


@pytest.mark.parametrize("last", [False, True], ids=["first options", "last options"])
def test_nothing_is_left_of_a_visit_to_any_service(kiosk: RunningKiosk, last: bool) -> None:
    assert kiosk.process is not None
    pid, typed = kiosk.process.pid, set[str]()
    with Visitor(kiosk) as visitor:
        services = services_of(visitor)
        for service in services:
            robot = Robot(visitor, words=WORDS, others=(PHONE, NIK), last=last)
            robot.walk(service)
            typed |= robot.typed
            begun = time.monotonic()
            visitor.client.post("/akhiri", data={"csrf": visitor.csrf})
            assert time.monotonic() - begun < WIPE_MOST_S
            assert in_memory(pid, TYPED) == [], service
            assert in_files(kiosk.root, TYPED) == [], service
    assert typed == {WORDS, PHONE, NIK}
    assert len(services) >= 8


def test_the_scan_sees_what_is_there(kiosk: RunningKiosk) -> None:
    assert kiosk.process is not None
    with Visitor(kiosk) as visitor:
        visitor.press("complaint", path="/").press("next", **{"class": "pengaduan"}).press("next", text=WORDS)
        assert in_memory(kiosk.process.pid, TYPED)
        visitor.client.post("/akhiri", data={"csrf": visitor.csrf})
    assert not in_memory(kiosk.process.pid, TYPED)


def test_a_long_text_and_one_that_is_cut_off_leave_nothing(kiosk: RunningKiosk) -> None:
    assert kiosk.process is not None
    with Visitor(kiosk) as visitor:
        visitor.press("complaint", path="/").press("next", **{"class": "pengaduan"})
        visitor.press("next", text=WORDS * 90)  # accepted
        visitor.press("next", text=WORDS * 400, path="/pengaduan/isi")  # longer than a text may be
        visitor.press("next", text=WORDS * 5_000, path="/pengaduan/isi")  # larger than a form may be
        visitor.client.post("/akhiri", data={"csrf": visitor.csrf})
    assert not in_memory(kiosk.process.pid, TYPED)
    assert not in_files(kiosk.root, TYPED)


@pytest.mark.long
def test_a_visit_that_times_out_leaves_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        RunningKiosk(tmp_path_factory.mktemp("idle"), session_timeout_s=60, warning_s=20) as kiosk,
        Visitor(kiosk) as visitor,
    ):
        assert kiosk.process is not None
        visitor.press("complaint", path="/").press("next", **{"class": "pengaduan"}).press("next", text=WORDS)
        deadline = time.monotonic() + 75
        while in_memory(kiosk.process.pid, TYPED) and time.monotonic() < deadline:
            time.sleep(2)
        assert not in_memory(kiosk.process.pid, TYPED)
