"""A camera on the Pi's ribbon connector, through picamera2 (Debian's package, present on a Pi only)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray
from picamera2 import Picamera2

from edge_agent.vision import CameraLost, Damaged
from edge_agent.vision.camera import Still

SIZE = (1280, 720)
LOOK_SIZE = (320, 180)
"""The image processor makes this small picture beside the large one, at no cost to the CPU."""
READ_TIMEOUT_S = 5.0
_FORMATS = ("YUV420", "NV12")
"""The first is what the Pi's pipelines give; the second all that libcamera's virtual pipeline has."""


def check(address: str) -> None:
    """A camera may be plugged in at any start."""


class CsiSource:
    """One camera, by its number."""

    def __init__(self, number: int) -> None:
        self.note = ""
        self._name = f"picamera2:{number}"
        try:
            self._camera = Picamera2(number)
        except (IndexError, RuntimeError) as error:
            raise CameraLost(
                f"{self._name}: no such camera ({error}); check the ribbon, then: rpicam-hello --list-cameras"
            ) from error
        try:
            self._main = self._configure()
            self._camera.start()
        except RuntimeError as error:
            self._camera.close()
            raise CameraLost(f"{self._name}: cannot be started: {error}") from error

    def _configure(self) -> Mapping[str, Any]:
        for pixel_format in _FORMATS:
            wanted = self._camera.create_video_configuration(
                main={"size": SIZE, "format": pixel_format},
                lores={"size": LOOK_SIZE, "format": "YUV420"},
                buffer_count=4,
            )
            self._camera.configure(wanted)
            made = self._camera.camera_configuration()
            self._lores: Mapping[str, Any] = made["lores"]
            main: Mapping[str, Any] = made["main"]
            if main["format"] in _FORMATS:
                return main
        raise RuntimeError(f"it offers {main['format']}, not one of {', '.join(_FORMATS)}")

    def frames(self) -> Iterator[Still]:
        """Pictures as the camera makes them; each is valid until the next is asked for. Raises CameraLost.

        The large buffer is copied only for a picture that is wanted. *Unverified on hardware*: tests put a
        stand-in in picamera2's place.
        """
        while True:
            try:
                request = self._camera.capture_request(wait=READ_TIMEOUT_S)
            except (TimeoutError, RuntimeError) as error:
                raise CameraLost(
                    f"{self._name}: no picture within {READ_TIMEOUT_S:.0f} s {error}".strip()
                ) from error
            try:
                yield self._still(request)
            finally:
                request.release()

    def _still(self, request: Any) -> Still:
        def look() -> NDArray[np.uint8]:
            return luma_in(_buffer(request, "lores"), self._lores)

        return Still(look=look, picture=lambda: picture_of(_buffer(request, "main"), self._main))

    def close(self) -> None:
        """Let go of the camera: `stop` alone would keep it from the next opening."""
        self._camera.close()


def _buffer(request: Any, name: str) -> NDArray[np.uint8]:
    try:
        buffer: NDArray[np.uint8] = request.make_buffer(name)
    except RuntimeError as error:
        raise Damaged(f"no {name} buffer: {error}") from error
    return buffer


def luma_in(
    buffer: Annotated[NDArray[np.uint8], "stream's bytes, with padding at the right"],
    stream: Mapping[str, Any],
) -> Annotated[NDArray[np.uint8], "H W"]:
    """The brightness in a buffer of picamera2's; `stream` tells its size and stride."""
    (width, height), stride = stream["size"], stream["stride"]
    return buffer[: stride * height].reshape(height, stride)[:, :width]


def picture_of(
    buffer: Annotated[NDArray[np.uint8], "stream's bytes, with padding at the right"], main: Mapping[str, Any]
) -> VideoFrame:
    """The picture in a buffer of picamera2's; `main` tells its size, stride and format.

    The chroma rows of YUV420 are half a stride apart, those of NV12 a whole one (libcamera pixel formats).
    """
    (width, height), stride = main["size"], main["stride"]
    luma = luma_in(buffer, main)
    chroma = buffer[stride * height : stride * height * 3 // 2]
    if main["format"] == "NV12":
        rows = chroma.reshape(height // 2, stride)[:, :width]
        return VideoFrame.from_ndarray(np.ascontiguousarray(np.vstack([luma, rows])), format="nv12")
    halves = chroma.reshape(height, stride // 2)[:, : width // 2]
    planes = np.concatenate([luma.ravel(), halves.ravel()]).reshape(height * 3 // 2, width)
    return VideoFrame.from_ndarray(planes, format="yuv420p")


def open_source(address: str, *, loop: bool, wait: Callable[[float], bool]) -> CsiSource:  # noqa: ARG001
    """Open the camera. Raises CameraLost."""
    return CsiSource(int(address.partition(":")[2]))
