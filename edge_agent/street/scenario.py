"""A scenario: the street, who is on it, its light and weather, what befalls the camera; one TOML file."""

import difflib
import itertools
import math
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from edge_agent.street import StreetError
from loket.settings import Section, SettingsError, load

FOLDER = Path(__file__).with_name("scenarios")
NAME = r"^[a-z0-9][a-z0-9_-]{0,47}$"


def _finite_order(pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    if any(later[0] <= sooner[0] for sooner, later in itertools.pairwise(pairs)):
        raise ValueError("times must grow from pair to pair")
    return pairs


Share = Annotated[float, Field(ge=0, le=1)]
FaultKind = Literal["covered", "defocused", "moved", "frozen", "blinded", "black"]
Spot = tuple[float, float]
"""x and y: on the ground in metres, or in shares of a picture."""
Point = tuple[
    Annotated[float, Field(ge=-200, le=200)], Annotated[float, Field(ge=-200, le=200)]
]  # x, y on the ground, metres
Levels = Annotated[list[tuple[float, Share]], Field(min_length=1), AfterValidator(_finite_order)]


class CameraPlace(Section):
    """`[camera]`: where it hangs and where it looks."""

    height_m: float = Field(default=4.5, ge=2, le=15, description="Above the ground.")
    yaw_deg: float = Field(
        default=0.0, ge=-80, le=80, description="To the right of straight across the street."
    )
    pitch_deg: float = Field(default=18.0, ge=0, le=70, description="Downwards.")
    fov_deg: float = Field(default=64.0, ge=20, le=110, description="Horizontal field of view.")


class Ground(Section):
    """`[ground]`: the strips of the street by their y, metres from the camera's foot."""

    pavement_y_m: float = Field(default=3.0, ge=0, le=50, description="Where the near pavement begins.")
    road_y_m: float = Field(default=5.5, ge=1, le=60, description="Where the road begins: two lanes.")
    far_y_m: float = Field(default=12.0, ge=3, le=80, description="Where the far pavement begins.")
    wall_y_m: float = Field(default=18.0, ge=4, le=100, description="Where the wall stands.")
    crossing_x_m: float | None = Field(default=None, description="Middle of a zebra crossing.")
    lamps_every_m: float = Field(default=16.0, ge=5, le=100, description="Lamp posts on the far kerb.")
    trees: list[Point] = Field(
        default=[], max_length=20, description="Trees, which hide what is behind them."
    )
    shelters: list[Point] = Field(default=[], max_length=5, description="Bus shelters, likewise.")
    pillars: list[Point] = Field(default=[], max_length=20, description="Pillars, likewise.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        edges = (self.pavement_y_m, self.road_y_m, self.far_y_m, self.wall_y_m)
        if any(later - sooner < 1 for sooner, later in itertools.pairwise(edges)):
            raise ValueError("pavement_y_m, road_y_m, far_y_m, wall_y_m must grow by at least 1 m each")
        return self


class Counter(Section):
    """`[counter]`: the service counter in the wall, its officer and its queue."""

    x_m: float = Field(default=0.0, ge=-100, le=100, description="Its middle.")
    width_m: float = Field(default=2.6, ge=1, le=8, description="Of its opening.")
    per_minute: float = Field(default=0.0, ge=0, le=30, description="Citizens who come to be served.")
    service_s: float = Field(default=20.0, ge=1, le=600, description="Mean length of a service.")
    gap_m: float = Field(default=0.9, ge=0.5, le=3, description="Between two people in the queue.")
    queue_deg: float = Field(
        default=200.0,
        ge=180,
        le=360,
        description="Direction in which the queue stretches: 270 is to the camera.",
    )
    officer: bool = Field(default=True, description="Whether somebody sits behind the counter.")
    away: list[tuple[float, float]] = Field(
        default=[], max_length=20, description="From when until when the officer is away, seconds."
    )
    most: int = Field(default=12, ge=1, le=40, description="A citizen who sees so many waiting walks on.")


class Crowd(Section):
    """`[crowd]`: people who walk by."""

    per_minute: float = Field(default=12.0, ge=0, le=200, description="Arrivals: of one, or of a group.")
    group_share: Share = Field(default=0.25, description="Of arrivals that are groups of 2 to 4.")
    cross_share: Share = Field(default=0.1, description="Of arrivals that cross the road.")
    loiter_share: Share = Field(default=0.04, description="Of arrivals that stop and stand about.")
    run_share: Share = Field(default=0.04, description="Of arrivals that run.")
    near_share: Share = Field(default=0.3, description="Of arrivals that use the near pavement.")
    child_share: Share = Field(default=0.12, description="Of people who are children.")


class Traffic(Section):
    """`[traffic]`: vehicles; those of the near lane drive to the left, as in Indonesia."""

    per_minute: float = Field(default=8.0, ge=0, le=120, description="Vehicles that come.")
    motorcycle_share: Share = Field(default=0.5, description="Of vehicles that are motorcycles.")
    large_share: Share = Field(default=0.12, description="Lorries and buses among the others.")
    speed_m_s: float = Field(default=8.0, ge=1, le=25, description="Median speed.")
    wrong_way_s: list[float] = Field(default=[], max_length=20, description="When one enters the wrong way.")
    stops: list[tuple[float, float]] = Field(
        default=[], max_length=20, description="When one stops on the road, and for how long, seconds."
    )


class Light(Section):
    """`[light]`: from day to night."""

    daylight: Levels = Field(default=[(0.0, 1.0)], description="Level by time: 1 noon, 0 night.")
    night: Literal["lamps", "infrared"] = Field(default="lamps", description="How the camera sees at night.")
    sun_azimuth_deg: float = Field(
        default=130.0, ge=0, le=360, description="0 is from the right, 90 from behind."
    )
    sun_height_deg: float = Field(default=48.0, ge=8, le=90, description="Above the horizon.")
    clouds: Share = Field(default=0.3, description="0: hard shadows, 1: none.")


class Weather(Section):
    """`[weather]`."""

    rain: Share = Field(default=0.0, description="0: dry, 1: a downpour.")
    wind: Share = Field(default=0.2, description="How far trees sway.")
    fog: Share = Field(default=0.0, description="0: clear, 1: thick.")


class Sensor(Section):
    """`[sensor]`: what the camera itself adds."""

    noise: float = Field(default=1.0, ge=0, le=6, description="1: a common CCTV camera.")
    blur_px: float = Field(default=0.6, ge=0, le=5, description="Of a lens in focus.")
    shake_px: float = Field(default=0.0, ge=0, le=20, description="Of a mast in the wind.")
    bitrate_kbps: int | None = Field(
        default=None, ge=50, le=20000, description="H.264 artefacts of this bit rate; without: none."
    )


class Fault(Section):
    """One of `[[faults]]`: what befalls the camera, from when until when."""

    kind: FaultKind = Field(description="What it is.")
    from_s: float = Field(ge=0, description="When it begins.")
    until_s: float = Field(ge=0, description="When it is over.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until_s <= self.from_s:
            raise ValueError("until_s must be after from_s")
        return self


class Line(Section):
    """One of `[[lines]]`: a line on the ground whose crossings are counted by direction."""

    name: str = Field(pattern=NAME, description="Names it in the ground truth.")
    start: Point = Field(description="x and y on the ground, metres.")
    end: Point = Field(description="Likewise; who crosses from the left of start-to-end goes forward.")

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same point")
        return self


class Zone(Section):
    """One of `[[zones]]`: a convex area of the ground."""

    name: str = Field(pattern=NAME, description="Names it in the ground truth.")
    corners: list[Point] = Field(min_length=3, max_length=12, description="x and y, metres, in their order.")

    @model_validator(mode="after")
    def _is_convex(self) -> Self:
        ways = [
            math.atan2(later[1] - here[1], later[0] - here[0])
            for here, later in zip(self.corners, [*self.corners[1:], self.corners[0]], strict=True)
        ]
        turns = [
            math.remainder(after - before, math.tau)
            for before, after in zip(ways, [*ways[1:], ways[0]], strict=True)
        ]
        if min(turns) <= 0 <= max(turns) or not math.isclose(abs(sum(turns)), math.tau):
            raise ValueError("the corners must go once around a convex area, one way round")
        return self


class Scenario(Section):
    """A scenario's TOML file."""

    about: str = Field(min_length=1, max_length=200, description="One line for people.")
    held_out: bool = Field(default=False, description="Whether the detector is trained without it.")
    duration_s: float = Field(default=120.0, gt=0, le=7200, description="How long it lasts.")
    fps: float = Field(default=15.0, ge=1, le=60, description="Frames a second.")
    width: int = Field(default=640, ge=64, le=1920, multiple_of=2, description="Of a picture, pixels.")
    height: int = Field(default=480, ge=64, le=1080, multiple_of=2, description="Likewise.")
    camera: CameraPlace = CameraPlace()
    ground: Ground = Ground()
    counter: Counter = Counter()
    crowd: Crowd = Crowd()
    traffic: Traffic = Traffic()
    light: Light = Light()
    weather: Weather = Weather()
    sensor: Sensor = Sensor()
    faults: list[Fault] = Field(default=[], max_length=20)
    lines: list[Line] = Field(default=[], max_length=20)
    zones: list[Zone] = Field(default=[], max_length=20)

    @property
    def frames(self) -> int:
        """How many pictures it has."""
        return max(1, round(self.duration_s * self.fps))


def names() -> list[str]:
    """The scenarios that come with Loket, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scenario(which: str) -> Scenario:
    """The scenario of that name, or of that `.toml` file. Raises StreetError."""
    if which.endswith(".toml"):
        path = Path(which)
    elif re.fullmatch(NAME, which) and which in names():
        path = FOLDER / f"{which}.toml"
    else:
        close = difflib.get_close_matches(which, names(), n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"known: {', '.join(names())}"
        raise StreetError(f'no scenario "{which}" ({hint}; or give a .toml file)')
    try:
        if not path.is_file():
            raise StreetError(f"{path}: no such file; give a scenario's name or its .toml file")
        return load(path, Scenario)
    except (SettingsError, OSError) as error:
        raise StreetError(str(error)) from error
