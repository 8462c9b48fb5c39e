"""What a region says to people, by language. Indonesian is always there; another falls back to it."""

from typing import Annotated

from pydantic import Field

from loket.settings import Section

Line = Annotated[str, Field(max_length=500)]


class Said(Section):
    """One text in each language that somebody has written it in."""

    id: Annotated[str, Field(min_length=1, max_length=500)] = Field(description="In Indonesian.")
    en: Line = Field(default="", description="In English.")
    rej: Line = Field(default="", description="In Rejang (ISO 639-3 rej), reviewed by a native speaker.")

    def by(self, language: str) -> tuple[str, str]:
        """The text and the language that it is in: `language` where it was written, else Indonesian."""
        text = str(getattr(self, language, ""))
        return (text, language) if text else (self.id, "id")
