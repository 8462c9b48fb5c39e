"""How a hall hears a call: the number in Indonesian, as a WAV file. The chime before it is the page's own.

The voice is espeak-ng, run for each new text and kept; where it is missing the chime comes alone, and the
page can say so. Nothing but numbers and counters is ever spoken here.
"""

import io
import shutil
import subprocess
import threading
import wave
from collections import OrderedDict

from loket import log

_log = log.get(__name__)

RATE_HZ = 22_050
"""Mono, 16 bits: what espeak-ng speaks."""
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
        """Whether there is a voice at all."""
        return self._program is not None

    def call(self, number: str, *, counter: str) -> bytes | None:
        """The WAV of a call of `number` (such as A20) to `counter`, as it is called in Indonesian.

        None where there is no voice, or it does not speak now.
        """
        text = spoken(number, counter=counter)
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
        speech = self._speak(text)
        if not speech:
            return None
        made = _wav(speech)
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
