"""What is wrong with a camera's pictures, and what to do about it; pure."""

from edge_agent.vision.inspection.exposure import Exposure

TOO_DARK, TOO_BRIGHT = 0.06, 0.92
CLIPPED = 0.35
BLURRED = 0.012
FAR_KEYS_S = 4.0
SLOW_FPS = 3.0
SHORT_OF = 0.8
"""Arriving at less than this share of its rate, a stream loses pictures on the way."""
SMALLEST = 320


def advice(
    exposure: Exposure,
    *,
    width: int,
    height: int,
    frame_rate: float,
    arrival_rate: float,
    key_distance_s: float | None,
    longest_wait_s: float,
    damaged: int,
    note: str = "",
) -> list[str]:
    """One line for each thing: what, why it matters, what to do. Empty: nothing is wrong."""
    said = [note] if note else []
    if exposure.mean < TOO_DARK:
        said.append("the picture is almost black; remove a lens cap, or give light")
    elif exposure.mean > TOO_BRIGHT:
        said.append("the picture is almost white; turn the camera from the sun, or lower its exposure")
    elif exposure.dark > CLIPPED:
        said.append(
            f"{exposure.dark:.0%} of it is black, and nobody is seen there; raise the exposure, or give light"
        )
    elif exposure.bright > CLIPPED:
        said.append(
            f"{exposure.bright:.0%} of it is white, and nobody is seen there; lower the exposure, "
            "or turn the camera"
        )
    if exposure.sharpness < BLURRED and TOO_DARK <= exposure.mean <= TOO_BRIGHT:
        said.append("the picture is blurred; clean the lens, then set the focus")
    if max(width, height) < SMALLEST:
        said.append(f"{width}x{height} is too small to find people in; choose a larger stream in the camera")
    if 0 < frame_rate < SLOW_FPS:
        said.append(
            f"{frame_rate:.1f} pictures a second are few: who passes quickly is missed; "
            "set 5 or more in the camera"
        )
    if frame_rate and arrival_rate < SHORT_OF * frame_rate:
        said.append(
            f"only {arrival_rate:.1f} of {frame_rate:.1f} pictures a second arrive; "
            "lower the camera's bit rate, or mend the line"
        )
    if key_distance_s is not None and key_distance_s > longest_wait_s:
        said.append(
            f"key frames are {key_distance_s:.1f} s apart, so that all pictures must be decoded even while "
            "nothing moves; set one every 2 s in the camera"
        )
    if damaged:
        said.append(f"{damaged} pictures came damaged; check the line to the camera, then the camera")
    return said
