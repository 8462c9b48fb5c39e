"""The photo of a document in memory, and what was found wrong with it."""

from edge_agent.kiosk.document_photo import Verdict
from edge_agent.kiosk.secret import Secret


class Photo(Secret):
    """A JPEG that a citizen took, with its `verdict`: advice to them, and to nobody else."""

    __slots__ = ("verdict",)

    def __init__(self, jpeg: bytes | bytearray, *, verdict: Verdict) -> None:
        super().__init__(jpeg)
        self.verdict = verdict

    def wipe(self) -> None:
        """Overwrite and forget the photo and the verdict."""
        super().wipe()
        self.verdict = Verdict(is_judged=False)
