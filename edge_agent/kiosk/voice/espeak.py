"""The built-in voice: espeak-ng, one short process a sentence."""

import asyncio
from typing import Final

from edge_agent.kiosk.voice import Mute

VOICES: Final = {"id": "id", "en": "en-gb"}
"""espeak-ng's voice of each language of ours."""

_WAIT_S: Final = 10.0
_AT_ONCE: Final = 2


class EspeakVoice:
    """Speaks through `espeak-ng`. The text goes in by standard input: no list of processes shows it."""

    def __init__(self, *, program: str = "espeak-ng", words_per_minute: int = 150) -> None:
        self._program = program
        self._speed = words_per_minute
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def speak(self, text: str, language: str) -> bytes:
        """A WAV file of the text (22,050 Hz, one channel). Raises Mute."""
        voice = VOICES.get(language)
        if voice is None:
            raise Mute(f'espeak-ng has no voice for "{language}"')
        async with self._free:
            sound = await self._run("-v", voice, "-s", str(self._speed), "--stdin", "--stdout", text=text)
        return whole(sound)

    async def _run(self, *arguments: str, text: str) -> bytes:
        try:
            espeak = await asyncio.create_subprocess_exec(
                self._program, *arguments,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        except OSError as error:
            raise Mute(f"{self._program}: {error.strerror}") from error
        try:
            sound, _ = await asyncio.wait_for(espeak.communicate(text.encode()), _WAIT_S)
        except TimeoutError:
            raise Mute(f"{self._program} took longer than {_WAIT_S:.0f} s") from None
        finally:
            if espeak.returncode is None:
                espeak.kill()
                await espeak.wait()
        if espeak.returncode != 0:
            raise Mute(f"{self._program} ended with status {espeak.returncode}")
        return sound


def whole(sound: bytes) -> bytes:
    """A WAV with its true lengths: written to a pipe, espeak-ng cannot know them. Raises Mute if it is none.

    The layout is that of RIFF/WAVE: "RIFF", the length of the rest, "WAVE", then chunks of a name, a length
    and their bytes; the sound is the chunk "data", the last one here.
    """
    data = sound.find(b"data", 12)
    if sound[:4] != b"RIFF" or sound[8:12] != b"WAVE" or data < 0:
        raise Mute("what came is not a WAV")
    start = data + 8
    body = sound[start:]
    return (
        sound[:4] + (start - 8 + len(body)).to_bytes(4, "little") + sound[8 : data + 4]
        + len(body).to_bytes(4, "little") + body
    )  # fmt: skip
