"""The voice: a WAV from memory, recordings in its place, and a memory for our own texts only."""

import asyncio
import io
import shutil
import wave
from pathlib import Path

import pytest

from edge_agent.kiosk.fittings import NoVoice, own_texts, voice_of
from edge_agent.kiosk.settings import VoiceSettings
from edge_agent.kiosk.voice import Mute
from edge_agent.kiosk.voice.espeak import EspeakVoice, whole
from edge_agent.kiosk.voice.recorded import BadRecordings, RecordedVoice
from edge_agent.kiosk.voice.remembered import MOST_BYTES, RememberedVoice
from edge_agent.kiosk.web.pages import FOLDER

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


class Parrot:
    """A voice that says a text as its bytes, and counts."""

    def __init__(self, size: int = 10) -> None:
        self.said: list[tuple[str, str]] = []
        self.size = size

    async def speak(self, text: str, language: str) -> bytes:
        self.said.append((text, language))
        return b"RIFF" + bytes(self.size)


def speak(voice: object, text: str, language: str = "id") -> bytes:
    return asyncio.run(voice.speak(text, language))  # type: ignore[attr-defined, no-any-return]


def seconds(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as opened:
        return opened.getnframes() / opened.getframerate()


@needs_espeak
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_built_in_voice_speaks(language: str) -> None:
    short = seconds(speak(EspeakVoice(), "satu", language))
    long = seconds(
        speak(EspeakVoice(), "Tekan satu untuk menyampaikan pengaduan kepada pemerintah.", language)
    )
    assert 0.2 < short < long < 15


@needs_espeak
def test_what_looks_like_an_option_is_spoken_and_not_obeyed(tmp_path: Path) -> None:
    file = tmp_path / "kanari.wav"
    assert seconds(speak(EspeakVoice(), f"-w {file}\n<audio src='/etc/passwd'/> $(touch {file})")) > 1
    assert not file.exists()


def test_without_the_program_it_is_mute() -> None:
    with pytest.raises(Mute, match="no-such-voice"):
        speak(EspeakVoice(program="no-such-voice"), "satu")
    with pytest.raises(Mute):
        speak(EspeakVoice(), "satu", "rej")
    with pytest.raises(Mute):
        speak(EspeakVoice(program="false"), "satu")
    with pytest.raises(Mute):
        speak(NoVoice(), "satu")


@pytest.mark.parametrize("sound", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt ", b"OggS" + bytes(40)])
def test_what_is_no_wav_is_refused(sound: bytes) -> None:
    with pytest.raises(Mute):
        whole(sound)


def test_a_recording_is_played_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "id.toml").write_text('"Terima kasih." = "terima.wav"\n')
    (tmp_path / "terima.wav").write_bytes(b"RIFF by a person")
    parrot = Parrot()
    voice = RecordedVoice(tmp_path, otherwise=parrot)
    assert speak(voice, "Terima kasih.") == b"RIFF by a person"
    assert parrot.said == []
    speak(voice, "Terima kasih.", "en")
    speak(voice, "Tekan satu.")
    assert parrot.said == [("Terima kasih.", "en"), ("Tekan satu.", "id")]


@pytest.mark.parametrize("wrong", ['"x" = "missing.wav"', "not toml", '"x" = "text.wav"'])
def test_recordings_that_cannot_be_used_are_named(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "id.toml").write_text(wrong)
    (tmp_path / "text.wav").write_text("not sound")
    with pytest.raises(BadRecordings, match=r"id\.toml"):
        RecordedVoice(tmp_path, otherwise=Parrot())


def test_only_our_own_texts_are_remembered() -> None:
    parrot = Parrot()
    voice = RememberedVoice({"id": {"Terima kasih."}}, otherwise=parrot)
    for _ in range(3):
        speak(voice, "Terima kasih.")
        speak(voice, "kanari 1707")
    assert [text for text, _ in parrot.said].count("Terima kasih.") == 1
    assert [text for text, _ in parrot.said].count("kanari 1707") == 3
    assert voice.size == 14


def test_the_memory_is_bounded() -> None:
    texts = [f"text {number}" for number in range(8)]
    parrot = Parrot(size=MOST_BYTES // 4)
    voice = RememberedVoice({"id": set(texts)}, otherwise=parrot)
    for text in texts:
        speak(voice, text)
    assert voice.size <= MOST_BYTES
    speak(voice, texts[-1])
    assert len(parrot.said) == len(texts)


def test_our_own_texts_are_those_of_the_catalogues() -> None:
    texts = own_texts(FOLDER / "strings")
    assert "Terima kasih." in texts["id"]
    assert "Thank you" in texts["en"]


def test_settings_choose_the_voice(tmp_path: Path) -> None:
    assert isinstance(voice_of(VoiceSettings(program=""), {}), NoVoice)
    assert isinstance(voice_of(VoiceSettings(), {}), RememberedVoice)
    assert isinstance(voice_of(VoiceSettings(recordings=tmp_path), {}), RecordedVoice)
