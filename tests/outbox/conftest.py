"""A device with folders of its own, and things to say."""

from pathlib import Path
from uuid import UUID

import pytest

from edge_agent.contract.events import Box, CommandFinished, Health, SubmissionCreated, TrackStarted
from edge_agent.device import Device


class Say:
    """Makes events."""

    @staticmethod
    def event(number: int = 1) -> TrackStarted:
        box = Box(left=0.1, top=0.1, right=0.2, bottom=0.2)
        return TrackStarted(camera="gate", track=number, run="0a1b2c3d", label="person", score=0.9, box=box)

    @staticmethod
    def health(number: float = 0) -> Health:
        return Health(unit="vision", status="ok", metrics={"number": number})

    @staticmethod
    def submission(number: int = 1, *, size: int = 200) -> SubmissionCreated:
        return SubmissionCreated(
            submission=str(UUID(int=number)),
            service="complaint",
            sealed="A" * size,
            intake_key="0" * 64,
            consent_version="1",
        )

    @staticmethod
    def finished() -> CommandFinished:
        return CommandFinished(command="c", outcome="done")


@pytest.fixture
def say() -> type[Say]:
    return Say


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(region="17.07", name="lebong-001", data=tmp_path / "data", run=tmp_path / "run")
