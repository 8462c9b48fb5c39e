"""A small memory of sounds that are needed again: those of the kiosk's own texts, and of no other."""

from collections import OrderedDict
from collections.abc import Mapping, Set
from typing import Final

from edge_agent.kiosk.voice import Voice

MOST_BYTES: Final = 4 * 1024 * 1024


class RememberedVoice:
    """Remembers the sounds of texts that stand in the catalogues word for word, as no citizen's words do.

    At most 4 MiB; the sound that was not needed for longest makes room.
    """

    def __init__(self, own_texts: Mapping[str, Set[str]], *, otherwise: Voice) -> None:
        """`own_texts` are the texts of each language that may be remembered."""
        self._own = own_texts
        self._otherwise = otherwise
        self._sounds: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self.size = 0

    async def speak(self, text: str, language: str) -> bytes:
        """The sound. Raises Mute."""
        if text not in self._own.get(language, frozenset()):
            return await self._otherwise.speak(text, language)
        key = (language, text)
        if key not in self._sounds:
            sound = await self._otherwise.speak(text, language)
            self.size += len(sound) - len(self._sounds.pop(key, b""))
            self._sounds[key] = sound
            while self.size > MOST_BYTES:
                self.size -= len(self._sounds.popitem(last=False)[1])
            return sound
        self._sounds.move_to_end(key)
        return self._sounds[key]
