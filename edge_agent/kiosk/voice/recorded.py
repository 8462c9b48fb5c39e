"""Recordings by a person, in place of the built-in voice wherever there is one."""

import tomllib
from pathlib import Path

from edge_agent.kiosk import KioskError
from edge_agent.kiosk.voice import Voice


class BadRecordings(KioskError):
    """The folder of recordings cannot be used: the message names the file."""


class RecordedVoice:
    """Plays the recording of a text, if there is one; the other voice speaks the rest.

    The folder has one `LANGUAGE.toml` a language, of lines `"the text" = "file.wav"`: the text as the page
    says it (docs/how-to/record-a-voice.md). Recordings are read once and stay in memory.
    """

    def __init__(self, folder: Path, *, otherwise: Voice) -> None:
        """Raises BadRecordings."""
        self._otherwise = otherwise
        self._sounds: dict[tuple[str, str], bytes] = {}
        for table in sorted(folder.glob("*.toml")):
            try:
                names = tomllib.loads(table.read_text(encoding="utf-8"))
                for text, name in names.items():
                    sound = (folder / str(name)).read_bytes()
                    if sound[:4] != b"RIFF":
                        raise BadRecordings(f'{table}: "{name}" is not a WAV file')
                    self._sounds[table.stem, text] = sound
            except (OSError, tomllib.TOMLDecodeError) as error:
                raise BadRecordings(f"{table}: {error}") from error

    async def speak(self, text: str, language: str) -> bytes:
        """The recording, or what the other voice makes. Raises Mute."""
        sound = self._sounds.get((language, text))
        return sound if sound is not None else await self._otherwise.speak(text, language)
