"""The file of what a detector found: a header, a line for each picture that was looked at, and an end."""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from edge_agent.contract.events import Name, Sha256
from edge_agent.vision.detector import Detections
from edge_agent.vision.replay import RecordingError
from edge_agent.vision.settings import CameraSettings

VERSION = 1
MARK = b'{"loket_recording":'
"""How every recording begins, so that it is told from a video."""
FOLLOWED = ("name", "labels", "threshold", "confirm_hits", "miss_s", "lines", "zones", "rules")
"""The settings of a camera by which events are made from what was found."""


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Place = Annotated[int, Field(ge=0, le=9999)]


class Header(BaseModel):
    """What was looked at, and with what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    loket_recording: Literal[1] = Field(description="The version of this form.")
    camera: Name = Field(description="The camera's name.")
    footage: str = Field(description="Where the pictures came from; no user, no password.")
    width: int = Field(ge=1, description="Of the pictures, pixels.")
    height: int = Field(ge=1, description="Likewise.")
    began: AwareDatetime | None = Field(
        default=None, description="The wall clock's time at 0 seconds, if known: rules with `hours` need it."
    )
    run: str = Field(pattern=r"^[0-9a-f]{8}$", description="Stands in events for the run of the unit.")
    model: Name = Field(description="The model, by its manifest's name.")
    model_sha256: Sha256 = Field(description="Of the model's weights.")
    labels: list[str] = Field(description="What the numbers of labels mean.")
    settings: dict[str, Any] = Field(description="The camera's settings that events depend on.")
    settings_sha256: Sha256 = Field(description="Of `settings`, as JSON with sorted keys and no spaces.")


class Look(BaseModel):
    """One picture that was looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_s: float = Field(ge=0, allow_inf_nan=False, description="Seconds since the first picture.")
    picture: int = Field(ge=0, description="Its number in the footage, from 0.")
    found: list[tuple[Share, Share, Share, Share, Share, Place]] = Field(
        description="Each as left, top, right, bottom (shares of the picture), score, label's number."
    )
    full: bool = Field(default=False, description="Whether the detector could not have told of more.")
    doubt: Share | None = Field(
        default=None, description="Score below which objects may have been left out, where it is known."
    )

    def detections(self) -> Detections:
        """As the detector told them."""
        table = np.array(self.found, np.float64).reshape(-1, 6)
        return Detections(
            table[:, :4].astype(np.float32),
            table[:, 4].astype(np.float32),
            table[:, 5].astype(np.intp),
            self.full,
            self.doubt,
        )


class End(BaseModel):
    """The last line; without it, the recording was cut."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    end_s: float = Field(ge=0, allow_inf_nan=False, description="When the last picture was, seconds.")
    looks: int = Field(ge=0, description="How many lines there are between this and the header.")


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole file."""

    header: Header
    looks: tuple[Look, ...]
    whole: bool
    """Whether it ends as it should; one that was cut can be followed as far as it goes."""


def settings_of(camera: CameraSettings) -> dict[str, Any]:
    """The part of a camera's settings by which events are made."""
    return camera.model_dump(mode="json", include=set(FOLLOWED))


def digest_of(settings: Mapping[str, Any]) -> str:
    """The hash by which settings are told to be the same."""
    text = json.dumps(settings, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def look_of(at_s: float, picture: int, found: Detections) -> Look:
    """What was found in a picture, as it is kept: every number exactly."""
    boxes, scores = _exactly(found.boxes), _exactly(found.scores)
    rows = zip(zip(*[iter(boxes)] * 4, strict=True), scores, found.labels.tolist(), strict=True)
    return Look(
        at_s=at_s,
        picture=picture,
        found=[(*box, score, label) for box, score, label in rows],
        full=found.saturated,
        doubt=found.doubt,
    )


def _exactly(numbers: NDArray[np.float32]) -> list[float]:
    """The numbers with as few digits as tell them from their neighbours: half as many as of a double."""
    short = [float(str(number)) for number in numbers.ravel()]
    same = np.array(short).astype(np.float32) == numbers.ravel()
    return [
        few if equal else float(all_) for few, equal, all_ in zip(short, same, numbers.ravel(), strict=True)
    ]


def write(file: TextIO, part: Header | Look | End) -> None:
    """Append a line."""
    file.write(_line(part.model_dump(mode="json")) + "\n")


def is_recording(path: Path) -> bool:
    """Whether a file begins like a recording."""
    try:
        with path.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False


def read(path: Path) -> Recording:
    """A recording from its file. Raises RecordingError."""
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(_parts(path, file))
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: cannot be read: {error}") from error
    header, rest = (lines[0], lines[1:]) if lines else (None, [])
    if not isinstance(header, Header):
        raise RecordingError(f"{path}: is no recording; make one with: edge-agent replay VIDEO --detections")
    looks = tuple(part for part in rest if isinstance(part, Look))
    end = rest[-1] if rest and isinstance(rest[-1], End) else None
    for place, (before, after) in enumerate(itertools.pairwise(looks), start=3):
        if after.at_s < before.at_s:
            raise RecordingError(f"{path}:{place}: its time goes back; record the footage anew")
    worst = max((row[5] for look in looks for row in look.found), default=-1)
    if worst >= len(header.labels):
        raise RecordingError(f"{path}: label {worst} is none of its {len(header.labels)}; record it anew")
    return Recording(header, looks, whole=end is not None and end.looks == len(looks))


def _parts(path: Path, file: TextIO) -> Iterator[Header | Look | End]:
    for number, line in enumerate(file, start=1):
        if not line.endswith("\n"):
            return  # cut in the middle of a line
        try:
            document = json.loads(line)
            kind = _KINDS[next(iter(document), "") if isinstance(document, dict) else ""]
            yield kind.model_validate(document)
        except (ValueError, KeyError, ValidationError) as error:
            raise RecordingError(f"{path}:{number}: {_told(error)}") from error


def _told(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg'].lower()}; it was made by another version, or changed by hand"
    return "is no line of a recording; it was changed by hand, or is no recording"


_KINDS: Mapping[str, type[Header | Look | End]] = {
    "loket_recording": Header, "at_s": Look, "end_s": End,
}  # fmt: skip


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
