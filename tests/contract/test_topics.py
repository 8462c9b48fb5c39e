"""Topics: built and read by the same functions, and nobody smuggles a level or a wildcard in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract import topics
from edge_agent.contract.events import KINDS
from edge_agent.contract.identity import DeviceId

DEVICES = st.builds(
    DeviceId,
    region=st.from_regex(r"[0-9]{2}(\.[0-9]{2}){0,3}", fullmatch=True),
    name=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True),
)
UUID = "0b9f2c52-6f0b-4d43-9d0c-6a3f6f1f7c11"


@given(device=DEVICES, kind=st.sampled_from(sorted(KINDS)))
def test_every_topic_names_its_device(device: DeviceId, kind: str) -> None:
    built = [
        topics.state(device), topics.event(device, kind), topics.stored(device),
        topics.command(device, UUID), topics.north(device, kind),
    ]  # fmt: skip
    assert len(set(built)) == len(built)
    assert all(topics.device_of(topic) == device for topic in built)
    assert topics.kind_of(topics.event(device, kind)) == kind
    assert DeviceId.from_source(device.source) == device


@given(device=DEVICES, kind=st.sampled_from(sorted(KINDS)))
def test_the_filters_take_their_own_topics_only(device: DeviceId, kind: str) -> None:
    def matches(pattern: str, topic: str) -> bool:
        wanted, given_ = pattern.split("/"), topic.split("/")
        if wanted[-1] == "#":
            return given_[: len(wanted) - 1] == wanted[:-1]
        return len(wanted) == len(given_) and all(
            part in {"+", level} for part, level in zip(wanted, given_, strict=True)
        )

    filters = {
        topics.EVERY_EVENT: topics.event(device, kind),
        topics.EVERY_STATE: topics.state(device),
        topics.EVERY_NORTH: topics.north(device, kind),
        topics.commands(device): topics.command(device, UUID),
    }
    for pattern, own in filters.items():
        assert [topic for topic in filters.values() if matches(pattern, topic)] == [own]


HOSTILE = ["", "+", "#", "/", "a/b", "../x", "$SYS", "a\0b", "a b", "A", "é", "a\n", "x" * 97, "+/+"]


@pytest.mark.parametrize("level", HOSTILE)
def test_no_level_is_smuggled_in(level: str, device: DeviceId) -> None:
    for build in (topics.event, topics.command, topics.north):
        with pytest.raises(ValueError, match="topic level"):
            build(device, level)


@pytest.mark.parametrize(
    "name", [*HOSTILE[:-2], "-a", "a-", "a.b", "a_b", "x" * 64, "lebong-001\n", "ａ", "а"]
)
def test_no_device_has_a_name_that_is_more_than_a_level(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        DeviceId(region="17.07", name=name)


@pytest.mark.parametrize(
    "region", ["", "1", "170", "17.7", "17.", ".17", "17.07.", "17/07", "+", "17.07\n", "١٧", "17.07.04.2001"]
)
def test_no_region_is_anything_but_a_code(region: str) -> None:
    with pytest.raises(ValueError, match="region"):
        DeviceId(region=region, name="a")


@pytest.mark.parametrize(
    "topic",
    ["", "loket", "loket/v1", "loket/v1/17.07", "loket/v2/17.07/a/state", "other/v1/17.07/a/state",
     "loket/v1/+/a/state", "loket/v1/17.07/#", "/loket/v1/17.07/a/state", "$share/g/loket/v1/17.07/a/state"],
)  # fmt: skip
def test_a_topic_that_is_not_ours_names_no_device(topic: str) -> None:
    with pytest.raises(ValueError, match=r"topic|device name|region"):
        topics.device_of(topic)


@pytest.mark.parametrize(
    "topic",
    ["loket/v1/17.07/a/state", "loket/v1/17.07/a/evt", "loket/v1/17.07/a/evt/x/y", "loket/v1/17.07/a/evt/+",
     "loket/v1/17.07/a/evt/", "loket-north/v1/17.07/a/device.health"],
)  # fmt: skip
def test_a_topic_without_an_event_has_no_kind(topic: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        topics.kind_of(topic)


@given(text=st.text(max_size=40))
def test_any_source_is_a_device_or_refused(text: str) -> None:
    try:
        device = DeviceId.from_source(text)
    except ValueError:
        return
    assert device.source == text
