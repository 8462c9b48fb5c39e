"""How soon tampering is told, and how often wrongly, on the simulated street, whose truth is known.

    scripts/bench tamper [--seed N] [--seeds N] [--bitrate KBPS] [--scenario NAME ...] [--json]

Every scenario is looked at as the gate looks where nothing moves: at one picture in two seconds, with
`--bitrate` at the key frames of an H.264 stream. `faults` are those that last longer than is asked for
(`after_s` and three looks), `told` how many of them were told under their own name; `delay_s` how long after
their beginning that was, the median and the longest; `cleared_s` how long after their end they were over, the
longest; `false` how many were told that were not there, in `hours` of street. `look_ms` is what a look costs,
`gate_ratio` that in looks of the gate itself.
"""

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
from av import VideoFrame

from edge_agent.street.address import parse_address
from edge_agent.street.export.video import Line, frame_of
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Fault, names
from edge_agent.vision.gate import background
from edge_agent.vision.gate.luma import cells_of, luma_of
from edge_agent.vision.gate.onlooker import stands_alone
from edge_agent.vision.tamper.case import Ended, Started, Telling
from edge_agent.vision.tamper.look import Look, sharpness
from edge_agent.vision.tamper.settings import TamperSettings
from edge_agent.vision.tamper.step import State, step

EVERY_S = 2.0
"""Between two looks: the key frames of most cameras."""
CODED_FPS = 5.0
FIRST_SEED = 501


@dataclass
class Score:
    """What was told of some scenes."""

    faults: int = 0
    told: int = 0
    false: int = 0
    seconds: float = 0.0
    delays: list[float] = field(default_factory=list)
    cleared: list[float] = field(default_factory=list)
    look_s: list[float] = field(default_factory=list)
    gate_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """As the bench prints them."""
        return {
            "faults": self.faults,
            "told": self.told,
            "delay_s": round(statistics.median(self.delays), 1) if self.delays else 0.0,
            "delay_most_s": round(max(self.delays, default=0.0), 1),
            "cleared_most_s": round(max(self.cleared, default=0.0), 1),
            "false": self.false,
            "hours": round(self.seconds / 3600, 2),
            "look_ms": round(statistics.median(self.look_s) * 1000, 3) if self.look_s else 0.0,
            "gate_ratio": round(statistics.median(self.look_s) / statistics.median(self.gate_s), 2)
            if self.gate_s
            else 0.0,
        }


def main() -> None:
    """Watch and print."""
    parser = argparse.ArgumentParser(prog="bench tamper", description=__doc__)
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="the first")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--bitrate", type=int, help="kbit/s of an H.264 stream between; default: none")
    parser.add_argument("--scenario", action="append", choices=names(), help="default: all")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    score = Score()
    for seed in range(arguments.seed, arguments.seed + arguments.seeds):
        for name in arguments.scenario or names():
            address = f"sim:{name}?seed={seed}"
            if arguments.bitrate:
                address += f"&fps={CODED_FPS:g}&bitrate={arguments.bitrate}"
            told, faults = watch(address, score)
            judge(told, faults, score, name=address)
            if not arguments.json:
                lines = [f"{type(one).__name__} {one.tamper} {one.at_s:.1f}" for one in told]
                print(address, lines, flush=True)
    if not arguments.json:
        print("\n".join(score.wrong))
    print(json.dumps(score.figures()))


def watch(
    address: str, score: Score | None = None, *, until_s: float = 1e9
) -> tuple[list[Telling], list[Fault]]:
    """What is told of a street, and its true faults."""
    cv2.setNumThreads(1)
    settings, state = TamperSettings(), State()
    told: list[Telling] = []
    usual: background.Background | None = None
    for image, at_s in _pictures(address):
        if at_s > until_s:
            break
        luma = luma_of(image)
        cells = cells_of(luma)
        usual = usual or background.begin(cells, at_s)
        before = time.perf_counter()
        usual, _ = background.look(usual, cells_of(luma), at_s, teach=True)
        between = time.perf_counter()
        look = Look(cells, sharpness(luma), alone=stands_alone(image))
        state, said = step(state, at_s, look, settings=settings)
        if score is not None:
            score.gate_s.append(between - before)
            score.look_s.append(time.perf_counter() - between)
            score.seconds += EVERY_S
        told += said
    return told, parse_address(address).scenario.faults


def judge(told: Sequence[Telling], faults: Sequence[Fault], score: Score, *, name: str) -> None:
    """Count what was told of one street."""
    settings = TamperSettings()
    for fault in faults:
        mine = [
            one
            for one in told
            if one.tamper == fault.kind and fault.from_s - 1 <= one.since_s <= fault.until_s
        ]
        started = [one for one in mine if isinstance(one, Started)]
        if fault.until_s - fault.from_s > settings.after_s + 3 * EVERY_S:
            score.faults += 1
            score.told += len(started) == 1
            if len(started) != 1:
                score.wrong.append(f"{name}: {fault.kind} told {len(started)} times")
        score.delays += [one.at_s - fault.from_s for one in started]
        score.cleared += [one.at_s - fault.until_s for one in mine if isinstance(one, Ended)]
    for one in told:
        near = [f for f in faults if f.kind == one.tamper and f.from_s - 1 <= one.since_s <= f.until_s]
        if isinstance(one, Started) and not near:
            score.false += 1
            score.wrong.append(f"{name}: {one.tamper} at {one.at_s:.1f} s, which was not there")


def _pictures(address: str) -> Iterator[tuple[VideoFrame, float]]:
    """A street's pictures as they are looked at; with a bit rate, its key frames as they arrive."""
    parsed = parse_address(address)
    scenario = parsed.scenario
    street = Street(scenario, seed=parsed.seed)
    bitrate = scenario.sensor.bitrate_kbps
    every = 1 if bitrate else round(EVERY_S * scenario.fps)
    line = None
    if bitrate:
        line = Line(width=scenario.width, height=scenario.height, fps=scenario.fps, bitrate_kbps=bitrate)
    for number in range(0, scenario.frames, every):
        image = frame_of(street.picture(number))
        image = line.through(image) if line else image
        if line is None or image.key_frame:
            image.time_base = 1 / Fraction(scenario.fps)
            yield image, number / scenario.fps


if __name__ == "__main__":
    main()
