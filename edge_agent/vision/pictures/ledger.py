"""The privacy ledger: how many pictures were let out, of which camera, on which day, what for; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from edge_agent.contract.events import PicturesReleased
from edge_agent.vision.pictures.release import Released

Purpose = Literal["track", "alert", "command", "preview"]
_COUNTED: Mapping[Purpose, str] = {
    "track": "tracks", "alert": "alerts", "command": "commands", "preview": "previews",
}  # fmt: skip

Page = tuple[str, str | None]
"""A camera and a day of the device's own calendar; None where its clock is not trusted."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that one run has let out. Its numbers only grow, so that telling them twice does no harm."""

    run: str
    pages: Mapping[Page, PicturesReleased] = field(default_factory=dict)
    told: frozenset[Page] = frozenset()
    """The pages that were told as they stand."""

    def after(self, released: Released, *, camera: str, day: str | None, purpose: Purpose) -> "Ledger":
        """The ledger with one more picture."""
        page = (camera, day)
        before = self.pages.get(page) or PicturesReleased(camera=camera, run=self.run, day=day)
        counted = _COUNTED[purpose]
        more = before.model_copy(
            update={
                counted: getattr(before, counted) + 1,
                "heads": before.heads + released.heads,
                "whole": before.whole + released.whole,
                "masked": before.masked + (released.masks > 0),
            }
        )
        return replace(self, pages={**self.pages, page: more}, told=self.told - {page})

    @property
    def untold(self) -> list[PicturesReleased]:
        """What is to be told, in the order of its days."""
        pages = [page for page in self.pages if page not in self.told]
        return [self.pages[page] for page in sorted(pages, key=lambda page: (page[1] or "", page[0]))]

    def all_told(self, *, day: str | None) -> "Ledger":
        """After it was told on `day`: the days before it are over, and forgotten."""
        pages = {page: row for page, row in self.pages.items() if page[1] in (day, None)}
        return replace(self, pages=pages, told=frozenset(pages))
