"""Who is refused, and that both sides' logs say why; mistakes of a person are one clear line."""

import shutil

import pytest

from edge_agent.contract.events import Health
from edge_agent.contract.streams import Stream


def append(street):
    outbox = street.outbox()
    outbox.append(Health(unit="vision", status="ok"))
    return outbox


def use(street, pair):
    street.settings["certificate"], street.settings["key"] = map(str, pair)


def test_a_device_of_another_authority_is_refused(street, tmp_path, eventually):
    other = type(street.authority)(tmp_path / "other", name="Somebody Else")
    use(street, other.issue("lebong-001"))
    outbox = append(street)
    uplink = street.uplink()
    uplink.log_contains("it does not know the authority that issued our certificate")
    uplink.log_contains("was not issued by the authority")
    assert outbox.status(Stream.TELEMETRY).rows >= 1
    assert uplink.process.poll() is None, "it goes on trying"


def test_an_expired_certificate_is_refused(street, eventually):
    use(street, street.authority.issue("lebong-001", stem="old", days=0.25, age_days=0.5))
    append(street)
    uplink = street.uplink()
    uplink.log_contains("old.pem expired on")
    uplink.log_contains("it says that our certificate has expired")


def test_a_broker_of_another_authority_is_refused(street, tmp_path, eventually):
    other = type(street.authority)(tmp_path / "other", name="Somebody Else")
    street.settings["ca"] = str(other.ca)
    uplink = street.uplink()
    uplink.log_contains(f"its certificate was not issued by the authority in {other.ca}")


def test_a_broker_whose_certificate_has_expired_is_refused(street, eventually):
    street.serve_with(street.authority.issue("localhost", stem="stale", days=0.25, age_days=0.5))
    fleetless = street.uplink()
    fleetless.log_contains("its certificate expired on")


def test_a_broker_of_another_name_is_refused(street, eventually):
    street.settings["broker_host"] = "127.0.0.2"
    street.serve_with(street.authority.issue("localhost", stem="server2"), address="127.0.0.2")
    uplink = street.uplink()
    uplink.log_contains("its certificate is for another name")


def test_a_port_without_tls_is_told(street, eventually):
    street.settings["broker_port"] = street.plain_port()
    uplink = street.uplink()
    uplink.log_contains("it does not speak TLS on this port")


def test_nobody_there_is_told(street):
    street.broker.kill()
    uplink = street.uplink()
    uplink.log_contains("Connection refused")
    assert uplink.log().count("broker_not_connected") == 1, "transitions are logged, not attempts"


def test_topics_of_another_device_are_refused_and_nothing_is_lost(street, eventually):
    text = (street.folder / "device.toml").read_text().replace('region = "17.07"', 'region = "17.08"')
    (street.folder / "device.toml").write_text(text)
    outbox = append(street)
    uplink = street.uplink()
    uplink.log_contains("publication_refused_by_the_broker")
    assert "Not authorized" in uplink.log()
    assert "is this certificate for another device" in uplink.log()
    assert "17.08/lebong-001" in street.broker.log()
    assert outbox.status(Stream.TELEMETRY).rows >= 1


def exits(street, *, says):
    uplink = street.uplink()
    assert uplink.process.wait(20) == 2
    (line,) = [line for line in uplink.log().splitlines() if line.startswith("edge-uplink: ")]
    for text in says:
        assert text in line
    assert "Traceback" not in uplink.log()


def test_a_certificate_of_another_device_is_a_mistake(street):
    use(street, street.authority.issue("lebong-002"))
    exits(street, says=['made out to "lebong-002"', 'device.toml says "lebong-001"'])


def test_a_key_of_another_certificate_is_a_mistake(street):
    street.settings["key"] = str(street.authority.issue("lebong-002")[1])
    exits(street, says=["the key does not belong to the certificate"])


@pytest.mark.parametrize("name", ["ca", "certificate", "key", "statement_key"])
@pytest.mark.parametrize("how", ["missing", "not PEM"])
def test_an_unusable_file_is_a_mistake(street, tmp_path, name, how):
    path = tmp_path / "unusable.pem"
    if how == "not PEM":
        path.write_text("this is not PEM")
    street.settings[name] = str(path)
    exits(street, says=[str(path)])


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("windows", 5, 'unknown key (did you mean "window"?)'),
        ("window", "many", "window"),
        ("fleet_url", "http://fleet", "https"),
        ("broker_port", 70000, "broker_port"),
    ],
)
def test_a_wrong_setting_is_a_mistake(street, name, value, says):
    street.settings[name] = value
    exits(street, says=["uplink.toml:", says])


def test_missing_settings_are_a_mistake(street):
    shutil.rmtree(street.folder)
    street.folder.mkdir()
    exits(street, says=["device.toml: no such file"])


def test_a_locked_key_does_not_wait_at_a_prompt(street):
    street.lock_key()
    exits(street, says=["locked with a password"])
