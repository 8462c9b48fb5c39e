"""The panel: whether it is lit, as far as anything can tell."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from edge_agent.kiosk.screen.truth import Panel


class Lamp(Protocol):
    """Says whether the panel is on."""

    def ask(self) -> Panel:
        """What is known now."""
        ...


class DrmLamp:
    """Asks the kernel's display driver about a connector (Documentation/gpu/drm-kms, sysfs).

    A monitor that is switched off at its button mostly lets go of the hot-plug line, and the connector is
    then `disconnected`. One that does not cannot be told apart from one that is on: set `panel = "none"`
    there, and the screen stays unknown.
    """

    def __init__(self, connector: str, *, folder: Path) -> None:
        """`connector`: such as `HDMI-A-1`, for `cardN-HDMI-A-1` in `folder`, which is `/sys/class/drm`."""
        self._connector = connector
        self._folder = folder

    def ask(self) -> Panel:
        """Off if the connector is unplugged, disabled or in power saving; unknown if there is none of it."""
        for place in sorted(self._folder.glob(f"card*-{self._connector}")):
            try:
                status, enabled, dpms = (
                    (place / name).read_text(encoding="ascii").strip().lower()
                    for name in ("status", "enabled", "dpms")
                )
            except OSError:
                return Panel.UNKNOWN
            if status == "unknown":
                return Panel.UNKNOWN
            return Panel.ON if (status, enabled, dpms) == ("connected", "enabled", "on") else Panel.OFF
        return Panel.UNKNOWN


class NoLamp:
    """Nothing can tell: the panel's light stays unknown."""

    def ask(self) -> Panel:
        """Unknown."""
        return Panel.UNKNOWN


LAMPS: dict[str, Callable[[str, Path], Lamp]] = {
    "drm": lambda connector, folder: DrmLamp(connector, folder=folder),
    "none": lambda _connector, _folder: NoLamp(),
}
"""The lamps by the name that `kiosk.toml` gives them; each is made for a connector in a folder."""
