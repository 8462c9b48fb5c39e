"""What a kiosk is fitted with besides a screen: voice, printer, board, and an eye on the screen."""

from collections.abc import Awaitable, Callable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.pofile import read_po

from edge_agent.contract.events import ScreenChanged
from edge_agent.kiosk.board import Board, NoBoard
from edge_agent.kiosk.printer import NoPrinter, Printer
from edge_agent.kiosk.screen.eye import GrimEye
from edge_agent.kiosk.screen.keeper import Bell, ScreenKeeper
from edge_agent.kiosk.screen.nonces import Nonces
from edge_agent.kiosk.screen.panel import LAMPS
from edge_agent.kiosk.settings import KioskSettings, ScreenSettings, VoiceSettings
from edge_agent.kiosk.voice import Mute, Voice
from edge_agent.kiosk.voice.espeak import EspeakVoice
from edge_agent.kiosk.voice.recorded import RecordedVoice
from edge_agent.kiosk.voice.remembered import RememberedVoice


class NoVoice:
    """A kiosk that cannot speak."""

    async def speak(self, text: str, language: str) -> bytes:
        """Raises Mute."""
        raise Mute(f"no voice is configured ({len(text)} characters, {language})")


@dataclass(frozen=True, slots=True)
class Fittings:
    """Each is there, in a variant that does nothing where the kiosk has none; `nonces` is None then."""

    voice: Voice = field(default_factory=NoVoice)
    printer: Printer = field(default_factory=NoPrinter)
    board: Board = field(default_factory=NoBoard)
    nonces: Nonces | None = None


def fittings_of(settings: KioskSettings, *, strings: Path, monotonic: Callable[[], float]) -> Fittings:
    """What the settings ask for; `strings` is the folder of catalogues. Raises BadRecordings."""
    return Fittings(
        voice=voice_of(settings.voice, own_texts(strings)),
        nonces=None if settings.screen is None else Nonces(monotonic),
    )


def keeper_of(
    settings: ScreenSettings | None,
    fittings: Fittings,
    tell: Callable[[ScreenChanged], Awaitable[None]],
    *,
    monotonic: Callable[[], float],
) -> ScreenKeeper | None:
    """Who watches the screen, or None where nobody does."""
    if settings is None or fittings.nonces is None:
        return None
    return ScreenKeeper(
        GrimEye(settings.wayland, fittings.nonces),
        LAMPS[settings.panel](settings.connector, settings.drm),
        Bell(settings.restart_file),
        tell,
        monotonic=monotonic,
        every_s=settings.every_s,
    )


def voice_of(settings: VoiceSettings, own_texts: Mapping[str, Set[str]]) -> Voice:
    """The voice that the settings ask for; `own_texts` may be remembered. Raises BadRecordings."""
    if not settings.program:
        return NoVoice()
    voice: Voice = EspeakVoice(program=settings.program, words_per_minute=settings.words_per_minute)
    voice = RememberedVoice(own_texts, otherwise=voice)
    return voice if settings.recordings is None else RecordedVoice(Path(settings.recordings), otherwise=voice)


def own_texts(strings: Path) -> dict[str, set[str]]:
    """The texts of the catalogues in a folder by language, with and without a full stop at their end."""
    texts: dict[str, set[str]] = {"en": set()}
    for file in sorted(strings.glob("*.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale=file.stem):
                texts["en"].add(str(message.id))
                texts.setdefault(file.stem, set()).add(str(message.string))
    return {language: said | {f"{text}." for text in said} for language, said in texts.items()}
