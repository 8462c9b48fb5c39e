"""What a check of a camera found: for a person as rows, for a program as one object."""

import statistics
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_agent.vision.gate.luma import luma_of
from edge_agent.vision.inspection import verdict
from edge_agent.vision.inspection.exposure import Exposure, judge
from edge_agent.vision.inspection.eyes import Seen
from edge_agent.vision.inspection.probe import Measured
from edge_agent.vision.inspection.subject import shown
from edge_agent.vision.settings import CameraSettings


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Of one camera that gave pictures."""

    camera: CameraSettings
    measured: Measured
    exposure: Exposure
    seen: Seen
    labels: tuple[str, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        image = self.measured.image
        return (image.width, image.height) if image is not None else (0, 0)

    @property
    def advice(self) -> list[str]:
        """What is wrong, and what to do; empty where all is well."""
        width, height = self.size
        return verdict.advice(
            self.exposure,
            width=width,
            height=height,
            frame_rate=self.measured.frame_rate,
            arrival_rate=self.measured.arrival_rate,
            key_distance_s=self.measured.key_distance_s,
            longest_wait_s=self.camera.gate.longest_wait_s,
            damaged=self.measured.damaged,
            note=self.measured.note,
        )

    def found(self) -> dict[str, int]:
        """How many of what are sure in the last picture."""
        sure = self.seen.found.labels[self.seen.found.scores >= self.camera.threshold]
        return {self.labels[label]: int(np.sum(sure == label)) for label in sorted(set(sure.tolist()))}

    def rows(self) -> list[tuple[str, str]]:
        """For a person: what, and how it is."""
        told, exposure = self.measured, self.exposure
        width, height = self.size
        pixels = told.image.format.name if told.image is not None else ""
        arrives = f", {told.arrival_rate:.1f} arrive" if told.frame_rate else ""
        keys = "each picture stands alone" if not told.keys else "only one came in this time"
        if told.key_distance_s is not None:
            keys = f"{told.key_distance_s:.2f} s apart at most"
        found = ", ".join(f"{count} {label}" for label, count in self.found().items()) or "nothing"
        rows = [
            ("source", shown(self.camera.source)),
            ("picture", f"{width} x {height} pixels, {' '.join(filter(None, [told.codec, pixels]))}"),
            ("frame rate", f"{told.frame_rate:.1f} a second{arrives}"),
            ("key frames", keys),
            ("bit rate", f"{told.kbits_per_s:.0f} kbit/s" if told.bytes else "not compressed"),
            ("opened", f"in {told.opened_s:.2f} s, first picture {told.first_s:.2f} s later"),
            (
                "brightness",
                f"mean {exposure.mean:.0%}, black {exposure.dark:.0%}, white {exposure.bright:.0%}",
            ),
            ("sharpness", f"{exposure.sharpness:.3f} (blurred below {verdict.BLURRED})"),
        ]
        if told.decode_s:
            rows.append(("decoding", f"{statistics.median(told.decode_s) * 1000:.1f} ms a picture"))
        if self.seen.detect_s is not None:
            rows.append(("detector", f"{found} in {self.seen.detect_s * 1000:.0f} ms"))
        else:
            rows.append(("detector", "none: the whole picture is covered"))
        return rows

    def as_json(self) -> dict[str, Any]:
        """For a program: numbers with their unit in the name."""
        told, (width, height) = self.measured, self.size
        return {
            "camera": self.camera.name,
            "source": shown(self.camera.source),
            "ok": not self.advice,
            "width": width,
            "height": height,
            "codec": told.codec,
            "pixel_format": told.image.format.name if told.image is not None else "",
            "frames_per_s": round(told.frame_rate, 3),
            "arrivals_per_s": round(told.arrival_rate, 3),
            "key_distance_s": None if told.key_distance_s is None else round(told.key_distance_s, 3),
            "kbits_per_s": round(told.kbits_per_s, 1),
            "opened_s": round(told.opened_s, 3),
            "first_picture_s": round(told.first_s, 3),
            "watched_s": round(told.watched_s, 3),
            "damaged": told.damaged,
            "decode_ms": round(statistics.median(told.decode_s) * 1000, 3) if told.decode_s else None,
            "detect_ms": None if self.seen.detect_s is None else round(self.seen.detect_s * 1000, 3),
            "luma_mean": self.exposure.mean,
            "luma_dark": self.exposure.dark,
            "luma_bright": self.exposure.bright,
            "sharpness": self.exposure.sharpness,
            "found": self.found(),
            "advice": self.advice,
        }


def report_on(camera: CameraSettings, measured: Measured, seen: Seen, *, labels: tuple[str, ...]) -> Report:
    """Judge what was measured; `seen` is its latest picture."""
    assert measured.image is not None  # noqa: S101 - `probe.measure` gives none without
    return Report(camera, measured, judge(luma_of(measured.image)), seen, labels)
