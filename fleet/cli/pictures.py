"""The action of `fleet command snapshot`, with a camera's name checked."""

from pydantic import ValidationError

from edge_agent.contract.commands import TakeSnapshot
from fleet.cli.failure import Failed
from fleet.cli.language import _


def action(camera: str) -> TakeSnapshot:
    """The action. Raises Failed for what cannot be a camera's name."""
    try:
        return TakeSnapshot(camera=camera)
    except ValidationError:
        message = _('"{camera}": a camera\'s name has a-z, 0-9, "-" and "_" only').format(camera=camera)
        raise Failed(message, status=2) from None
