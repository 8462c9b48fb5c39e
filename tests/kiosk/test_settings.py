"""kiosk.toml: every mistake is told with its line and the next step."""

from pathlib import Path

import pytest

from edge_agent.kiosk.settings import KioskSettings
from loket.settings import SettingsError, parse


def read(text: str) -> KioskSettings:
    return parse(text, KioskSettings, name="kiosk.toml", folder=Path("/etc/loket"))


def test_only_the_key_and_the_region_are_needed() -> None:
    settings = read('intake_key = "intake.pub"\nregion = "region"')
    assert settings.region == Path("/etc/loket/region")
    assert settings.intake_key == Path("/etc/loket/intake.pub")
    assert settings.default_language == "id"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("prot = 1", 'kiosk.toml:2: prot: unknown key (did you mean "port"?)'),
        ('port = "a"', "kiosk.toml:2: port = 'a': input should be a valid integer"),
        ("port = 70000", "kiosk.toml:2: port = 70000: input should be less than or equal to 65535"),
        ('host = "0.0.0.0"', "the kiosk serves its own screen only: use 127.0.0.1 or ::1"),
        ('host = "kiosk.example"', "the kiosk serves its own screen only"),
        ('default_language = "rej"', "kiosk.toml:2: default_language = 'rej'"),
        ('languages = ["en"]', 'default_language "id" is not in languages'),
        ("warning_s = 19", "kiosk.toml:2: warning_s = 19: input should be greater than or equal to 20"),
        ("warning_s = 100", "warning_s must be at most half of session_timeout_s"),
        ('emergency_number = "call us"', "kiosk.toml:2: emergency_number"),
        ('hall = "MPP Lebong"', "kiosk.toml:2: hall = 'MPP Lebong'"),
        ('series = "AB"', "kiosk.toml:2: series = 'AB'"),
        ('receipt_page = "http://example.id/periksa"', "kiosk.toml:2: receipt_page"),
        ('receipt_page = "https://example.id/#x"', "kiosk.toml:2: receipt_page"),
    ],
)
def test_a_mistake_is_told(line: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(f'intake_key = "intake.pub"\n{line}\nregion = "region"\n')
    assert told in str(error.value)


def test_a_missing_key_is_told() -> None:
    with pytest.raises(SettingsError, match="intake_key: missing"):
        read("port = 1")


def test_every_setting_says_what_it_is() -> None:
    for name, field in KioskSettings.model_fields.items():
        assert field.description or name == "help", name
