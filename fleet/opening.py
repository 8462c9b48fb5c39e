"""Opening a submission for an officer: recorded in the audit before the words are shown."""

from dataclasses import replace

from sqlalchemy import Engine

from edge_agent.contract.receipts import commitment
from fleet.audit import Action, append
from fleet.intake import Intake, IntakeError, Opened, Recording, read_document
from fleet.store.engine import writing
from fleet.views import submissions
from fleet.views.reading import reading


class NotFound(Exception):
    """There is no such submission."""


class Unopened(Exception):
    """The submission cannot be opened; the message says why and what to do."""


class Forgotten(Unopened):
    """Its words were kept as long as they may be, and are gone."""


def open_submission(
    engine: Engine, intake: Intake, submission: str, *, by: str, now: float, unmasked: bool = False
) -> Opened:
    """The words of the submission with that UUID; NIK and telephone numbers in them only if `unmasked`.

    Raises NotFound or Unopened; then nothing is recorded.
    """
    document, committed = _document(engine, intake, submission)
    try:
        opened = read_document(document)
    except IntakeError as error:
        raise Unopened(str(error)) from error
    if committed is not None:
        opened = replace(opened, commitment_fits=commitment(document) == committed)
    with writing(engine) as connection:
        append(connection, Action.SUBMISSION_OPENED, actor=by, subject=submission, now=now)
        if unmasked:
            append(connection, Action.SUBMISSION_UNMASKED, actor=by, subject=submission, now=now)
    return opened if unmasked else opened.for_staff()


def open_document(engine: Engine, intake: Intake, submission: str, *, by: str, now: float) -> bytes:
    """The submission's document as the kiosk wrote it: for the citizen who asks what is kept of them.

    With it, their receipt shows that not a byte was changed. Raises NotFound or Unopened.
    """
    document, _ = _document(engine, intake, submission)
    with writing(engine) as connection:
        for action in (Action.SUBMISSION_OPENED, Action.SUBMISSION_UNMASKED):
            append(connection, action, actor=by, subject=submission, now=now)
    return document


def open_recording(
    engine: Engine, intake: Intake, submission: str, number: int, *, by: str, now: float
) -> tuple[Recording, bytes]:
    """The submission's recording of that number, from 1: its voice note, its photo.

    Raises NotFound or Unopened; then nothing is audited.
    """
    document, _ = _document(engine, intake, submission)
    with reading(engine) as connection:
        parts = submissions.parts_of(connection, submission)
    try:
        recordings = read_document(document).recordings
        if not 1 <= number <= len(recordings):
            raise NotFound(f"the submission has no recording {number}")
        recording = recordings[number - 1]
        content = intake.open_recording(recording, parts)
    except IntakeError as error:
        raise Unopened(str(error)) from error
    with writing(engine) as connection:
        append(connection, Action.RECORDING_OPENED, actor=by, subject=submission, now=now)
    return recording, content


def _document(engine: Engine, intake: Intake, submission: str) -> tuple[bytes, str | None]:
    """The opened document, and the commitment that came with it. Raises NotFound, Unopened, Forgotten."""
    with reading(engine) as connection:
        position = submissions.position_of(connection, submission)
        filed = submissions.filed_at(connection, position) if position is not None else None
    if filed is None:
        raise NotFound(f'no submission "{submission[:64]}" is stored')
    if not filed.sealed:
        raise Forgotten("its words were kept as long as they may be, and are forgotten")
    try:
        return intake.document(filed.sealed), filed.commitment
    except IntakeError as error:
        raise Unopened(str(error)) from error
