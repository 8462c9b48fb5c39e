"""The eye: captures what the compositor shows, by `grim` over wlr-screencopy."""

import asyncio
import os
from pathlib import Path
from typing import Final, Protocol

from edge_agent.kiosk.screen import blocks
from edge_agent.kiosk.screen.blocks import NotAPicture, Picture
from edge_agent.kiosk.screen.nonces import Nonces
from edge_agent.kiosk.screen.truth import Code, NoCode, Nothing, Sight

WAIT_S: Final = 8.0
"""A compositor that does not give a picture within this gives none."""


class Eye(Protocol):
    """Looks at the screen."""

    async def look(self) -> Sight:
        """What is seen now."""
        ...


class GrimEye:
    """Looks through `grim` at the compositor behind a Wayland socket.

    Only the corner with the blocks is captured, so no page's words enter this process. Where there is no
    code, a picture of a twentieth of the size tells a blank screen from another picture.
    """

    def __init__(self, socket: Path, nonces: Nonces, *, program: str = "grim") -> None:
        self._socket = socket
        self._nonces = nonces
        self._program = program

    async def look(self) -> Sight:
        """What is seen now; nothing if grim or the compositor fails."""
        corner = await self._capture("-g", f"0,0 {blocks.WIDTH}x{blocks.HEIGHT}")
        if corner is None:
            return Nothing()
        nonce = blocks.read(corner)
        if nonce is not None:
            return Code(self._nonces.age_s(nonce))
        whole = await self._capture("-s", "0.05")
        return Nothing() if whole is None else NoCode(whole.is_plain)

    async def _capture(self, *arguments: str) -> Picture | None:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "XDG_RUNTIME_DIR": str(self._socket.parent),
            "WAYLAND_DISPLAY": self._socket.name,
        }
        try:
            grim = await asyncio.create_subprocess_exec(
                self._program, *arguments, "-t", "ppm", "-",
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, env=environment,
            )  # fmt: skip
        except OSError:
            return None
        try:
            data, _ = await asyncio.wait_for(grim.communicate(), WAIT_S)
        except TimeoutError:
            return None
        finally:
            if grim.returncode is None:
                grim.kill()
                await grim.wait()
        if grim.returncode != 0:
            return None
        try:
            return Picture.of_ppm(data)
        except NotAPicture:
            return None
