"""Opening a submission for an officer: recorded in the audit before the words are shown."""

from sqlalchemy import Engine

from fleet.audit import Action, append
from fleet.intake import Intake, IntakeError, Opened
from fleet.store.engine import writing
from fleet.views import submissions
from fleet.views.reading import reading


class NotFound(Exception):
    """There is no such submission."""


class Unopened(Exception):
    """The submission cannot be opened; the message says why and what to do."""


def open_submission(engine: Engine, intake: Intake, submission: str, *, by: str, now: float) -> Opened:
    """The words of the submission with that UUID. Raises NotFound or Unopened; then nothing is recorded."""
    with reading(engine) as connection:
        position = submissions.position_of(connection, submission)
        sealed = submissions.sealed(connection, position) if position is not None else None
    if sealed is None:
        raise NotFound(f'no submission "{submission[:64]}" is stored')
    try:
        opened = intake.open(sealed)
    except IntakeError as error:
        raise Unopened(str(error)) from error
    with writing(engine) as connection:
        append(connection, Action.SUBMISSION_OPENED, actor=by, subject=submission, now=now)
    return opened
