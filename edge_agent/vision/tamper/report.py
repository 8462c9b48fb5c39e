"""What is wrong with a camera's picture, in words: thing, cause, next step."""

from collections.abc import Iterable

from edge_agent.contract.events import Tamper

_WORDS: dict[Tamper, str] = {
    "covered": "something covers its lens; take it away, or wipe the lens",
    "defocused": "its picture is out of focus; focus or wipe the lens",
    "moved": "it was moved and shows something else; turn it back, or draw its lines, zones and masks anew",
    "blinded": "light shines into its lens; shade it, or turn the camera",
    "frozen": "its picture stands still although pictures come; restart the camera",
    "black": "its picture is black; check its light, then its cable",
}
"""But for a lost signal, which the camera's own state tells."""


def tamper_faults(camera: str, found: Iterable[Tamper]) -> list[str]:
    """What a person should know."""
    return [f"camera {camera}: {_WORDS[tamper]}" for tamper in sorted(found) if tamper in _WORDS]
