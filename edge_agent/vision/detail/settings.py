"""`[cameras.detail]`: whether and how parts of a picture are looked at enlarged."""

from typing import Annotated, Literal

from pydantic import Field

from loket.settings import Section

Side = Annotated[int, Field(ge=1, le=6)]


class DetailSettings(Section):
    """`[cameras.detail]`."""

    tiles: Literal["none", "auto"] | tuple[Side, Side] = Field(
        default="none",
        description="Parts that are looked at enlarged beside the whole: none; as needed; or always, columns "
        "and rows.",
    )
    overlap: float = Field(
        default=0.25, ge=0.05, le=0.6, description="Share of a tile that its neighbour has."
    )
    small: float = Field(
        default=0.02, gt=0, le=0.5, description="Share of the picture under which a subject is small (auto)."
    )
    most: int = Field(default=8, ge=1, le=36, description="Most parts of one picture.")
