"""A small clip that needs no camera, no mirror and no simulator."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange

WIDTH, HEIGHT, FPS = 320, 240, 10


def picture(number: int, *, brightness: float = 1.0) -> av.VideoFrame:
    """A street of plain shapes, in which a light square walks from left to right."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    pixels = np.where(rows < HEIGHT // 2, 150, 90)[..., np.newaxis] * np.ones(3)
    pixels[(columns // 16 + rows // 16) % 2 == 0] *= 0.8
    left = 20 + 6 * number
    pixels[110:200, left : left + 30] = (230, 225, 215)
    return av.VideoFrame.from_ndarray((pixels * brightness).clip(0, 255).astype(np.uint8), format="rgb24")


def write_clip(path: Path, *, seconds: float = 2.0, brightness: float = 1.0, key_every: int = 5) -> Path:
    """Write an H.264 clip, ten pictures a second, a key frame every `key_every` of them."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = key_every
        stream.codec_context.max_b_frames = 0
        stream.codec_context.color_range = ColorRange.MPEG
        stream.codec_context.options = {"preset": "ultrafast", "sc_threshold": "0"}
        for number in range(round(seconds * FPS)):
            frame = picture(number, brightness=brightness).reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
