"""How a visit looks and sounds: size of the text, theme, whether the pages are spoken.

Like the language it is asked for by a button of the page, belongs to the visit, and ends with it: the next
person begins with the plain look.
"""

from dataclasses import dataclass, replace
from typing import Final

SIZES: Final = (100, 150, 200)
"""Sizes of the text, per cent of the plain one."""

THEMES: Final = ("plain", "contrast")
"""Colours on white, or white and yellow on black."""


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one visit; `text` is one of `SIZES` (%), `theme` one of `THEMES`."""

    text: int = 100
    theme: str = "plain"
    spoken: bool = False

    def asked(self, button: str) -> "Look | None":
        """The look that a button (`text-150`, `theme-contrast`, `audio-on`) asks for, or None."""
        kind, _, value = button.partition("-")
        if kind == "text" and value in map(str, SIZES):
            return replace(self, text=int(value))
        if kind == "theme" and value in THEMES:
            return replace(self, theme=value)
        if kind == "audio" and value in ("on", "off"):
            return replace(self, spoken=value == "on")
        return None

    @property
    def larger(self) -> int:
        """The size that the button for it leads to: the next one, and from the last back to the first."""
        return SIZES[(SIZES.index(self.text) + 1) % len(SIZES)]

    @property
    def other_theme(self) -> str:
        """The theme that the button for it leads to."""
        return THEMES[(THEMES.index(self.theme) + 1) % len(THEMES)]

    @property
    def short(self) -> str:
        """All of it as a word for an address, such as `150-contrast-on`: the last page has no visit."""
        return f"{self.text}-{self.theme}-{'on' if self.spoken else 'off'}"

    @classmethod
    def of(cls, short: str) -> "Look":
        """The look that `short` writes; what is not one is the plain look."""
        text, _, rest = short.partition("-")
        theme, _, audio = rest.partition("-")
        look: Look | None = cls()
        for button in (f"text-{text}", f"theme-{theme}", f"audio-{audio}"):
            look = look.asked(button) if look is not None else None
        return look or cls()


PLAIN: Final = Look()
"""The look that a visit begins with."""
