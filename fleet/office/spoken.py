"""How a hall hears a call: a chime, then the number in Indonesian, as one WAV file.

The voice is espeak-ng, run for each new text and kept; where it is missing the chime comes alone, and the
page can say so. Nothing but numbers and counters is ever spoken here.
"""

import array
import io
import math
import shutil
import subprocess
import threading
import wave
from collections import OrderedDict

from loket import log

_log = log.get(__name__)

RATE_HZ = 22_050
"""Mono, 16 bits: what espeak-ng speaks."""
_TONES = ((659.25, 0.35), (523.25, 0.55))
_PAUSE_S = 0.15
_SPEAKS_WITHIN_S = 5.0
_KEPT = 256


class Voice:
    """Makes calls audible. Threads may share it."""

    def __init__(self, program: str = "espeak-ng") -> None:
        """`program` is found on the PATH, or it is not there."""
        self._program = shutil.which(program)
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def can_speak(self) -> bool:
        """Whether more than the chime is heard."""
        return self._program is not None

    def call(self, number: str, *, counter: str) -> bytes:
        """The WAV of a call of `number` (such as A20) to `counter`, as it is called in Indonesian."""
        text = spoken(number, counter=counter)
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
        speech = self._speak(text)
        made = _wav(_chime() + speech)
        if speech or self._program is None:
            with self._lock:
                self._kept[text] = made
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return made

    def _speak(self, text: str) -> bytes:
        if self._program is None:
            return b""
        try:
            done = subprocess.run(
                [self._program, "-v", "id", "-s", "140", "--stdin", "--stdout"],
                input=text.encode(), capture_output=True, timeout=_SPEAKS_WITHIN_S, check=True,
            )  # fmt: skip
            return _frames(done.stdout)
        except (OSError, subprocess.SubprocessError, wave.Error, EOFError) as error:
            _log.warning("call_not_spoken", why=type(error).__name__)
            return b""


def spoken(number: str, *, counter: str) -> str:
    """What is said: letters and digits apart, so that A20 is not read as a word."""
    letters = "".join(sign for sign in number if sign.isalpha())
    digits = "".join(sign for sign in number if sign.isdigit())
    return f"Nomor antrean {' '.join(letters)}, {int(digits or 0)}. Silakan ke {counter}."


def _chime() -> bytes:
    samples = array.array("h")
    for hertz, seconds in _TONES:
        for index in range(int(seconds * RATE_HZ)):
            fades = math.exp(-5 * index / RATE_HZ)
            samples.append(int(12_000 * fades * math.sin(2 * math.pi * hertz * index / RATE_HZ)))
    samples.extend([0] * int(_PAUSE_S * RATE_HZ))
    return samples.tobytes()


def _frames(wav: bytes) -> bytes:
    """The samples of what the voice wrote to a pipe, whose header does not know its length."""
    with wave.open(io.BytesIO(wav)) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE_HZ, 1, 2):
            raise wave.Error("not 22 050 Hz, mono, 16 bits")
    start = wav.index(b"data") + 8
    return wav[start : start + (len(wav) - start) // 2 * 2]


def _wav(samples: bytes) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples)
    return made.getvalue()
