"""Small scenes: random scenarios for properties, and streets on which a test puts whom it likes."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from edge_agent.street.cast.actor import Actor
from edge_agent.street.cast.looks import PersonLook, VehicleLook, person_look
from edge_agent.street.cast.path import Path
from edge_agent.street.painter import Street
from edge_agent.street.planning.plan import Plan
from edge_agent.street.scenario import Scenario

SEEDS = st.integers(0, 2**32)


def scenario(**changes: Any) -> Scenario:
    """A scenario with some tables or values changed."""
    return Scenario.model_validate({"about": "a test", "duration_s": 40, **changes})


@st.composite
def roads(draw: st.DrawFn) -> Scenario:
    """A road by chance, with nobody beside it."""
    stops = draw(st.lists(st.tuples(st.floats(2, 38), st.floats(0.5, 30)), max_size=3))
    traffic = {
        "per_minute": draw(st.floats(0, 60)),
        "motorcycle_share": draw(st.floats(0, 1)),
        "large_share": draw(st.floats(0, 1)),
        "speed_m_s": draw(st.floats(2, 16)),
        "wrong_way_s": draw(st.lists(st.floats(0, 40), max_size=3)),
        "stops": stops,
    }
    return scenario(traffic=traffic, crowd={"per_minute": 0}, camera={"yaw_deg": draw(st.floats(-60, 60))})


@st.composite
def queues(draw: st.DrawFn) -> Scenario:
    """A counter by chance, and nobody else on the street."""
    away = draw(st.lists(st.tuples(st.floats(-50, 40), st.floats(1, 30)), max_size=3))
    counter = {
        "x_m": draw(st.floats(-8, 8)),
        "per_minute": draw(st.floats(0.5, 12)),
        "service_s": draw(st.floats(4, 40)),
        "queue_deg": draw(st.floats(180, 360)),
        "gap_m": draw(st.floats(0.6, 1.4)),
        "most": draw(st.integers(1, 14)),
        "officer": draw(st.booleans()),
        "away": [(from_s, from_s + length_s) for from_s, length_s in away],
    }
    return scenario(
        counter=counter,
        crowd={"per_minute": 0},
        traffic={"per_minute": 0},
        camera={"yaw_deg": draw(st.floats(-40, 40))},
    )


def somebody(number: int = 0, *, height_m: float = 1.65) -> PersonLook:
    """A grown-up without an umbrella."""
    look = person_look(np.random.default_rng(number), child=False)
    return PersonLook(
        **{name: getattr(look, name) for name in look.__slots__ if name not in {"height_m", "bag"}},
        height_m=height_m,
        bag="none",
    )


def lorry() -> VehicleLook:
    """A large one."""
    return VehicleLook("lorry", 8.0, 2.4, 3.2, (200, 40, 40), (90, 90, 90))


def standing(
    number: int, look: PersonLook | VehicleLook, x: float, y: float, *, heading: float = 0.0
) -> Actor:
    """Who stands in one place for all of a scenario."""
    return Actor(number, look, Path((-1.0, 10000.0), ((x, y), (x, y)), heading))


def walking(number: int, *, from_s: float, spots: list[tuple[float, float]], until_s: float) -> Actor:
    """Who walks from spot to spot in equal times."""
    times = np.linspace(from_s, until_s, len(spots))
    return Actor(number, somebody(number), Path(tuple(float(t) for t in times), tuple(spots)))


def staged(of: Scenario, *actors: Actor) -> Street:
    """A street with these on it and nobody else."""
    made = Street(of, seed=1)
    made.plan = Plan(of, 1, actors, ())
    return made
