"""What the detector made of one camera's frames: what the inference loop tells the reader's gate."""

from edge_agent.vision.gate.audit import Audits


class Interest:
    """Written by the inference loop's thread, read by the reader's: each value is replaced as a whole."""

    def __init__(self) -> None:
        self.subject_s: float | None = None
        """When, by capture time, the latest frame with a subject was taken."""
        self.subjects = 0
        """Frames with a subject."""
        self.audits = Audits()

    def saw(self, captured_s: float) -> None:
        """A frame had a subject, or one is believed to be there still."""
        self.subjects += 1
        self.beckon(captured_s)

    def beckon(self, now_s: float) -> None:
        """A frame is wanted although nothing may move."""
        self.subject_s = now_s if self.subject_s is None else max(self.subject_s, now_s)

    def audited(self, captured_s: float, *, missed: bool) -> None:
        """A frame that the gate would not have shown was looked at: whether it had a subject."""
        self.audits.note(missed=missed)
        if missed:
            self.saw(captured_s)
