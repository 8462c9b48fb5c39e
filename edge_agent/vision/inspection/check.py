"""A check from beginning to end: opened, measured, looked at; and its annotated picture."""

import threading
from collections.abc import Callable

from edge_agent.vision import CameraImpossible, CameraLost
from edge_agent.vision.drawing.canvas import Overlay
from edge_agent.vision.drawing.files import drawn_over, enlarged_for_words
from edge_agent.vision.drawing.found import marks_over
from edge_agent.vision.drawing.places import sheet_of
from edge_agent.vision.inspection import probe
from edge_agent.vision.inspection.eyes import Eyes, marks_of, places_of
from edge_agent.vision.inspection.probe import Measured
from edge_agent.vision.inspection.report import Report, report_on
from edge_agent.vision.inspection.subject import ADDRESSED, opener, shown
from edge_agent.vision.pictures.release import Covered
from edge_agent.vision.settings import CameraSettings

Progress = Callable[[str, float], None]


def measure(
    camera: CameraSettings, *, seconds: float, progress: Progress = lambda _step, _share: None
) -> Measured:
    """Open a camera and watch it, in bounded time. Raises CameraLost, CameraImpossible."""
    stopping = threading.Event()
    try:
        open_source = opener(camera)
        return probe.within(
            lambda: probe.measure(open_source, seconds=seconds, stopping=stopping, progress=progress),
            seconds=2 * probe.OPENING_S + seconds + probe.GRACE_S,
            what=shown(camera.source),
        )
    except CameraLost as lost:
        if camera.name == ADDRESSED:
            raise
        raise type(lost)(f"camera {camera.name}: {lost}") from lost
    finally:
        stopping.set()


def check(
    camera: CameraSettings, eyes: Eyes, *, seconds: float, progress: Progress = lambda _step, _share: None
) -> Report:
    """Measure a camera and look at its last picture. Raises CameraLost, DetectorError, Unreleasable."""
    measured = measure(camera, seconds=seconds, progress=progress)
    if measured.image is None:
        raise CameraImpossible(f"camera {camera.name}: no picture came")
    return report_on(camera, measured, eyes.look(measured.image), labels=tuple(eyes.labels))


def annotated(report: Report) -> Covered:
    """The last picture with what was found in it, zones and lines."""
    covered = enlarged_for_words(report.seen.covered)
    height, width = covered.picture.shape[:2]
    marks = marks_of(report.seen.found, report.labels, threshold=report.camera.threshold)
    sheets: list[Overlay] = []
    places = places_of(report.camera)
    if not places.empty:
        sheets.append(sheet_of(places, width=width, height=height, numbered=False))
    sheets.append(marks_over(marks, width=width, height=height, fine=2))
    return drawn_over(covered, *sheets)


def with_places(camera: CameraSettings, covered: Covered) -> Covered:
    """A covered picture with the camera's places over it, corners numbered."""
    covered = enlarged_for_words(covered)
    height, width = covered.picture.shape[:2]
    return drawn_over(covered, sheet_of(places_of(camera), width=width, height=height))
