"""A device whose clock stands in 1970 connects, and says that its clock cannot be trusted."""

from pathlib import Path

import pytest

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))

pytestmark = pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed")


def at(moment):
    """The environment of a process whose wall clock starts at `moment`; its monotonic clock is real."""
    return {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME": f"@{moment}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "FAKETIME_CACHE_DURATION": "1",
    }


def test_connects_in_1970_and_flags_its_events(street, eventually):
    fleet, outbox = street.fleet(), street.outbox()
    uplink = street.uplink(environment=at("1970-01-01 00:05:00"))
    (event,) = eventually(lambda: fleet.events("device.health"))
    assert event.time.year == 1970
    assert event.clocktrusted is False
    eventually(lambda: outbox.status(event.stream).rows == 0)
    assert uplink.stop() == 0
    assert fleet.presences[-1].session > 1_700_000_000, "sessions grow from the proven time, not from 1970"


def test_in_1970_a_broker_whose_certificate_expired_before_the_proven_time_is_still_refused(street):
    street.serve_with(street.authority.issue("localhost", stem="stale", days=0.25, age_days=0.6))
    street.settings["certificate"], street.settings["key"] = map(
        str, street.authority.issue("lebong-001", stem="fresh", age_days=0.1)
    )
    uplink = street.uplink(environment=at("1970-01-01 00:05:00"))
    uplink.log_contains("its certificate expired on")


def test_in_1970_a_broker_of_another_authority_is_still_refused(street, tmp_path):
    other = type(street.authority)(tmp_path / "other", name="Somebody Else")
    street.settings["ca"] = str(other.ca)
    uplink = street.uplink(environment=at("1970-01-01 00:05:00"))
    uplink.log_contains("its certificate was not issued by the authority")


def test_a_clock_that_the_fleet_confirms_is_trusted_from_then_on(street, eventually):
    street.settings["health_every_s"] = 0.5
    fleet = street.fleet()
    street.uplink()
    eventually(lambda: any(event.clocktrusted for event in fleet.events("device.health")))


def test_a_clock_an_hour_behind_what_the_fleet_signed_is_not_trusted(street, eventually):
    street.settings["health_every_s"] = 0.5
    fleet = street.fleet()
    fleet.skew_s = 3600
    street.uplink()
    eventually(lambda: len(fleet.events("device.health")) >= 8)
    assert not any(event.clocktrusted for event in fleet.events("device.health")[4:])
