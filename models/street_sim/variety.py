"""What is learned from: scenarios by chance, and now and then one of those that come with Loket."""

import numpy as np

from edge_agent.street.scenario import (
    CameraPlace,
    Counter,
    Crowd,
    Ground,
    Light,
    Scenario,
    Sensor,
    Traffic,
    Weather,
    load_scenario,
    names,
)

NAMED_EVERY = 5
"""One street in so many is of a scenario with a name, of those that are not held out and have no faults."""


def scenario(seed: int) -> Scenario:
    """The scenario of the street number `seed`."""
    turn, rest = divmod(seed, NAMED_EVERY)
    if rest == NAMED_EVERY - 1:
        every = [load_scenario(name) for name in names()]
        named = [one for one in every if not one.held_out and not one.faults]
        return named[turn % len(named)]
    chance = np.random.default_rng([seed, 4])
    ground = _ground(chance)
    return Scenario(
        about=f"Chance {seed}",
        duration_s=120,
        camera=_camera(chance),
        ground=ground,
        counter=_counter(chance),
        crowd=Crowd(
            per_minute=float(np.exp(chance.uniform(np.log(4), np.log(75)))),
            group_share=chance.uniform(0.1, 0.5),
            cross_share=chance.uniform(0, 0.35),
            loiter_share=chance.uniform(0, 0.15),
            run_share=chance.uniform(0, 0.1),
            near_share=chance.uniform(0.1, 0.6),
            child_share=chance.uniform(0.02, 0.3),
        ),
        traffic=Traffic(
            per_minute=float(np.exp(chance.uniform(np.log(10), np.log(80)))),
            motorcycle_share=chance.uniform(0.3, 0.75),
            large_share=chance.uniform(0.05, 0.3),
            speed_m_s=chance.uniform(2, 10),
        ),
        light=_light(chance),
        weather=Weather(
            rain=chance.uniform(0.2, 1.0) if chance.random() < 0.25 else 0.0,
            wind=chance.uniform(0, 0.8),
            fog=chance.uniform(0.1, 0.6) if chance.random() < 0.15 else 0.0,
        ),
        sensor=Sensor(
            noise=chance.uniform(0.3, 2.5),
            blur_px=chance.uniform(0.3, 1.3),
            shake_px=chance.uniform(0.5, 4.0) if chance.random() < 0.15 else 0.0,
        ),
    )


def _camera(chance: np.random.Generator) -> CameraPlace:
    height = chance.uniform(2.6, 8.5)
    fov = chance.uniform(45, 90)
    yaw = float(np.clip(chance.normal(0, 28), -65, 65))
    pitch = float(np.clip(chance.normal(9 + 1.6 * height, 5), 2, 38))
    return CameraPlace(height_m=height, yaw_deg=yaw, fov_deg=fov, pitch_deg=pitch)


def _ground(chance: np.random.Generator) -> Ground:
    pavement = chance.uniform(1.5, 5.0)
    road = pavement + chance.uniform(1.5, 4.0)
    far = road + chance.uniform(5.0, 9.0)
    wall = far + chance.uniform(3.0, 9.0)

    def along(most: int, near: float, deep: float) -> list[tuple[float, float]]:
        return [
            (chance.uniform(-16, 16), chance.uniform(near, deep))
            for _ in range(int(chance.integers(most + 1)))
        ]

    return Ground(
        pavement_y_m=pavement,
        road_y_m=road,
        far_y_m=far,
        wall_y_m=wall,
        crossing_x_m=chance.uniform(-10, 10) if chance.random() < 0.5 else None,
        lamps_every_m=chance.uniform(9, 25),
        trees=along(3, far + 0.2, far + 1.2) + along(1, road - 0.8, road - 0.3),
        shelters=along(1, far + 0.6, far + 1.6),
        pillars=along(4, far + 0.5, wall - 1.0),
    )


def _counter(chance: np.random.Generator) -> Counter:
    return Counter(
        x_m=chance.uniform(-7, 7),
        width_m=chance.uniform(1.6, 4.0),
        per_minute=chance.uniform(1, 10) if chance.random() < 0.6 else 0.0,
        service_s=chance.uniform(10, 40),
        gap_m=chance.uniform(0.6, 1.3),
        queue_deg=chance.uniform(185, 355),
        officer=chance.random() < 0.8,
        most=int(chance.integers(4, 16)),
    )


def _light(chance: np.random.Generator) -> Light:
    begin = float(
        chance.choice([1.0, chance.uniform(0.5, 1.0), chance.uniform(0.1, 0.6), chance.uniform(0.0, 0.1)])
    )
    end = float(np.clip(begin + chance.normal(0, 0.3), 0, 1)) if chance.random() < 0.5 else begin
    return Light(
        daylight=[(0.0, begin), (120.0, end)],
        night="infrared" if chance.random() < 0.45 else "lamps",
        sun_azimuth_deg=chance.uniform(0, 360),
        sun_height_deg=chance.uniform(15, 85),
        clouds=chance.uniform(0, 1),
    )
