"""MQTT topics, built and read here and nowhere else.

`loket/v1/<region>/<device>/...` is spoken between a device and the fleet;
`loket-north/v1/<region>/<device>/<kind>` republishes stored events for the command centre's other systems.
"""

import re

from edge_agent.contract.identity import DeviceId

ROOT = "loket/v1"
NORTH_ROOT = "loket-north/v1"


def state(device: DeviceId) -> str:
    """Retained presence; also the last will's topic."""
    return f"{_device(device)}/state"


def event(device: DeviceId, kind: str) -> str:
    """Where events of `kind` ("vision.track.started") are published. Raises ValueError if it is no level."""
    return f"{_device(device)}/evt/{_level(kind)}"


def events(device: DeviceId) -> str:
    """The filter of all events of one device."""
    return f"{_device(device)}/evt/+"


def stored(device: DeviceId) -> str:
    """Where the fleet acknowledges what it has stored of this device."""
    return f"{_device(device)}/stored"


def command(device: DeviceId, command_id: str) -> str:
    """Where one command is given to a device. Raises ValueError if the id is no level."""
    return f"{_device(device)}/cmd/{_level(command_id)}"


def commands(device: DeviceId) -> str:
    """The filter of all commands to one device."""
    return f"{_device(device)}/cmd/+"


def notice(device: DeviceId) -> str:
    """Where the fleet tells a device what became of what was filed there."""
    return f"{_device(device)}/notice"


def north(device: DeviceId, kind: str) -> str:
    """Where a stored event is republished for other systems. Raises ValueError if `kind` is no level."""
    return f"{NORTH_ROOT}/{device.region}/{device.name}/{_level(kind)}"


EVERY_EVENT = f"{ROOT}/+/+/evt/+"
EVERY_STATE = f"{ROOT}/+/+/state"
EVERY_NORTH = f"{NORTH_ROOT}/#"


def device_of(topic: str) -> DeviceId:
    """The device that a topic of ours belongs to. Raises ValueError if it is none of ours."""
    match topic.split("/"):
        case ["loket" | "loket-north", "v1", region, name, *_]:
            return DeviceId(region=region, name=name)
        case _:
            raise ValueError(f"topic {topic!r} is not under {ROOT}")


def kind_of(topic: str) -> str:
    """The kind of event that a topic carries. Raises ValueError if it carries none."""
    match topic.split("/"):
        case ["loket", "v1", _, _, "evt", kind]:
            return _level(kind)
        case _:
            raise ValueError(f"topic {topic!r} carries no event")


def _device(device: DeviceId) -> str:
    return f"{ROOT}/{device.region}/{device.name}"


def _level(text: str) -> str:
    """`text` as one topic level: no wildcard and no further level can be smuggled in."""
    if not re.fullmatch(r"[a-z0-9._-]{1,96}", text):
        raise ValueError(f"{text[:96]!r} cannot be a topic level: 1 to 96 of a-z, 0-9, '.', '_' and '-'")
    return text
