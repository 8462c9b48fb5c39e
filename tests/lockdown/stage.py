"""The kiosk's session on a stage: cage on wlroots' headless backend, headed Chromium, fingers and keys."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from edge_agent.kiosk.screen import blocks
from edge_agent.kiosk.screen.blocks import Picture

LOCKDOWN = Path(__file__).parents[2] / "edge_agent" / "kiosk" / "lockdown"
HANDS = Path(__file__).with_name("hands.c")
PROGRAMS = ("cage", "grim", "cc", "unshare", "setpriv", "Xwayland", "chromium")
NOBODY, NOGROUP = 65534, 65534
START_S = 60.0

KEYS = {
    "esc": 1, "1": 2, "2": 3, "3": 4, "4": 5, "5": 6, "6": 7, "7": 8, "8": 9, "9": 10, "0": 11,
    "minus": 12, "equal": 13, "backspace": 14, "tab": 15, "q": 16, "w": 17, "e": 18, "r": 19, "t": 20,
    "y": 21, "u": 22, "i": 23, "o": 24, "p": 25, "enter": 28, "ctrl": 29, "a": 30, "s": 31, "d": 32,
    "f": 33, "g": 34, "h": 35, "j": 36, "k": 37, "l": 38, "shift": 42, "z": 44, "x": 45, "c": 46,
    "v": 47, "b": 48, "n": 49, "m": 50, "kpstar": 55, "alt": 56, "space": 57, "f1": 59, "f2": 60,
    "f3": 61, "f4": 62, "f5": 63, "f6": 64, "f7": 65, "f8": 66, "f9": 67, "f10": 68, "kp7": 71,
    "kp8": 72, "kp9": 73, "kp4": 75, "kp5": 76, "kp6": 77, "kp1": 79, "kp2": 80, "kp3": 81, "kp0": 82,
    "f11": 87, "f12": 88, "kpenter": 96, "home": 102, "up": 103, "pageup": 104, "left": 105,
    "right": 106, "end": 107, "down": 108, "pagedown": 109, "insert": 110, "delete": 111, "super": 125,
    "menu": 127, "back": 158, "forward": 159, "refresh": 173, "homepage": 172, "f13": 183, "f14": 184,
    "f15": 185, "f16": 186, "f17": 187, "print": 99, "search": 217, "www": 150, "mail": 155,
}  # fmt: skip
"""Keys by name, as evdev numbers them (linux/input-event-codes.h)."""


def missing() -> str:
    """What the stage lacks on this machine, in words; empty if nothing."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"{', '.join(absent)}: not installed (scripts/setup dev)"
    if os.geteuid() != 0:
        return "policies are mounted over /etc/chromium: that needs root"
    done = subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True, timeout=30)
    return "" if done.returncode == 0 else "no namespace for mounts: unshare -m is refused"


class Sink:
    """A proxy for everything that is not loopback: it answers nothing, and notes that somebody called."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.2)
        self.port = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="sink")
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._listener.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError, OSError):
                caller, _ = self._listener.accept()
                with caller:
                    caller.settimeout(1)
                    self.calls.append(caller.recv(300))


class Stage:
    """The session of `edge_agent/kiosk/lockdown`, as an unprivileged user. A context manager."""

    def __init__(
        self, url: str, *, size: tuple[int, int] = (1024, 600), own_layout: bool = True, policies: bool = True
    ) -> None:
        """`own_layout`: with the kiosk's keyboard layout; without, the usual one with Control and F-keys."""
        self.size = size
        self.url = url
        self.root = Path(tempfile.mkdtemp(prefix="lk", dir="/tmp"))
        self.run = self.root / "run"
        self.wayland = self.run / "wayland-0"
        self.sink = Sink()
        self._own_layout = own_layout
        self._policies = policies
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def __enter__(self) -> "Stage":
        hands = self.root / "hands.so"
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", hands, HANDS], check=True
        )
        managed = self.root / "etc" / "policies" / "managed"
        managed.mkdir(parents=True)
        port = self.url.split(":")[2].split("/")[0]
        if self._policies:
            policies = (
                (LOCKDOWN / "policies.json")
                .read_text()
                .replace("8701", port)
                .replace('127.0.0.1:9"', f'127.0.0.1:{self.sink.port}"')
            )
            (managed / "loket.json").write_text(policies)
        lockdown = self.root / "lockdown"
        shutil.copytree(LOCKDOWN, lockdown)
        if not self._own_layout:
            session = lockdown / "session"
            session.write_text(
                session.read_text().replace(" XKB_DEFAULT_RULES=loket XKB_DEFAULT_LAYOUT=loket", "")
            )
        self.run.mkdir()
        os.chown(self.run, NOBODY, NOGROUP)
        self.root.chmod(0o755)
        self.start()
        return self

    def start(self) -> None:
        """Start the session, and wait until its compositor is there."""
        for name in ("wayland-0", "wayland-0.lock", "hands"):
            (self.run / name).unlink(missing_ok=True)
        script = (
            'mount --bind "$0" /etc/chromium && exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"'
        )
        log = (self.root / "log").open("ab")
        self._process = subprocess.Popen(
            ["unshare", "-m", "bash", "-c", script, self.root / "etc",
             "env", f"LD_PRELOAD={self.root / 'hands.so'}", self.root / "lockdown" / "session"],
            env={
                "PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(self.run), "LOKET_URL": self.url,
                "LOKET_HANDS": str(self.run / "hands"), "LOKET_SIZE": f"{self.size[0]}x{self.size[1]}",
                "LOKET_EXTRA_FLAGS": "--disable-gpu", "LANG": "C.UTF-8",
            },
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        log.close()
        self.eventually(self.wayland.exists, within_s=START_S)
        self.eventually((self.run / "hands").exists, within_s=START_S)
        mine = self.run / f"finger-{time.monotonic_ns()}"
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._channel.bind(str(mine))
        mine.chmod(0o777)
        self._channel.settimeout(10)
        self._channel.connect(str(self.run / "hands"))

    def stop(self) -> None:
        """End the session with all that it started."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and (keep := os.environ.get("LOKET_SCREENSHOTS")):
            with contextlib.suppress(AssertionError, subprocess.SubprocessError):
                self.png(Path(keep) / f"stage-{kind.__name__}.png")
        self.stop()
        self.sink.close()
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def is_alive(self) -> bool:
        """Whether the session still runs: it ends with its browser."""
        return self._process is not None and self._process.poll() is None

    def browsers(self) -> list[int]:
        """The browser's processes of this session."""
        found = []
        for place in Path("/proc").iterdir():
            if place.name.isdecimal():
                with contextlib.suppress(OSError):
                    words = (place / "cmdline").read_bytes().replace(b"\0", b" ")  # a renderer has none
                    program = words.partition(b" ")[0]
                    if b"chromium" in program and str(self.run).encode() in words:  # not the compositor
                        found.append(int(place.name))
        return sorted(found)

    # -- Hands -----------------------------------------------------------------------------------------------

    def do(self, *orders: str) -> None:
        """Send orders to the hands, and wait until all are done."""
        assert self._channel is not None
        self._channel.send("\n".join(orders).encode())
        self._channel.recv(8)

    def press(self, chord: str) -> None:
        """Press keys together, such as `ctrl+t`, and let go of them."""
        keys = [KEYS[name] for name in chord.split("+")]
        self.do(*(f"k {key} 1" for key in keys), *(f"k {key} 0" for key in reversed(keys)))

    def touch(self, *fingers: list[tuple[float, float]], step_s: float = 0.01) -> None:
        """Each finger goes along its points (px), all at the same time."""
        width, height = self.size
        longest = max(len(path) for path in fingers)
        for number in range(longest):
            places = [path[min(number, len(path) - 1)] for path in fingers]
            kind = "d" if number == 0 else "m"
            self.do(*(f"{kind} {at} {x / width:.5f} {y / height:.5f}" for at, (x, y) in enumerate(places)))
            time.sleep(step_s)
        self.do(*(f"u {finger}" for finger in range(len(fingers))))

    def tap(self, x: float, y: float, *, for_s: float = 0.01) -> None:
        """A short touch."""
        self.touch([(x, y)], step_s=for_s)

    def swipe(self, start: tuple[float, float], end: tuple[float, float], *, steps: int = 12) -> None:
        """A finger that goes from one place to another."""
        self.touch(line(start, end, steps))

    # -- Eyes ------------------------------------------------------------------------------------------------

    def capture(self, *arguments: str) -> Picture | None:
        """What the compositor shows, or None."""
        done = subprocess.run(
            ["grim", *arguments, "-t", "ppm", "-"],
            check=False,
            capture_output=True,
            timeout=20,
            env=self._client(),
        )
        return Picture.of_ppm(done.stdout) if done.returncode == 0 else None

    def code(self) -> int | None:
        """The nonce on the screen."""
        corner = self.capture("-g", f"0,0 {blocks.WIDTH}x{blocks.HEIGHT}")
        return None if corner is None else blocks.read(corner)

    def below(self) -> bytes:
        """All of the picture but the strip with the code."""
        picture = self.capture()
        assert picture is not None
        return picture.pixels[16 * picture.width * 3 :]

    def png(self, path: Path) -> None:
        """Keep a picture."""
        subprocess.run(["grim", path], check=True, timeout=20, env=self._client())

    def eventually(self, check: object, *, within_s: float = 15.0) -> None:
        """Wait until `check()` holds."""
        deadline = time.monotonic() + within_s
        while not check():  # type: ignore[operator]
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {within_s} s: {check}; log: {self._log_tail()}")
            time.sleep(0.05)

    def follows(self, *, within_s: float = 15.0) -> None:
        """The screen shows our page, and it is alive: its code changes."""
        before = self.code()
        self.eventually(lambda: self.code() not in (None, before), within_s=within_s)

    def _client(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "XDG_RUNTIME_DIR": str(self.run),
            "WAYLAND_DISPLAY": self.wayland.name,
        }

    def _log_tail(self) -> str:
        log = self.root / "log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-8:]) if log.exists() else ""


def line(start: tuple[float, float], end: tuple[float, float], steps: int) -> list[tuple[float, float]]:
    """Points on the way from one to another."""
    return [
        (start[0] + (end[0] - start[0]) * at / (steps - 1), start[1] + (end[1] - start[1]) * at / (steps - 1))
        for at in range(steps)
    ]


def random_events(seed: int, size: tuple[int, int]) -> Iterator[tuple[str, object]]:
    """Touches, swipes, pinches and keys without end, the same for the same seed."""
    chance = random.Random(seed)
    names = sorted(KEYS)
    modifiers = ["ctrl", "alt", "shift", "super", "ctrl+shift", "ctrl+alt"]

    def place() -> tuple[float, float]:
        return chance.uniform(0, size[0] - 1), chance.uniform(0, size[1] - 1)

    while True:
        kind = chance.random()
        if kind < 0.35:
            yield "tap", place()
        elif kind < 0.45:
            yield "swipe", (place(), place())
        elif kind < 0.5:
            yield "pinch", (place(), place(), place(), place())
        elif kind < 0.8:
            yield "press", chance.choice(names)
        else:
            yield "press", f"{chance.choice(modifiers)}+{chance.choice(names)}"


def settings_toml(stage_run: Path, folder: Path, *, every_s: float = 5) -> str:
    """The `[screen]` of a kiosk on this stage; its display driver is a folder that the test writes."""
    connector = folder / "card1-HDMI-A-1"
    connector.mkdir(parents=True, exist_ok=True)
    for name, value in (("status", "connected"), ("enabled", "enabled"), ("dpms", "On")):
        (connector / name).write_text(f"{value}\n")
    values = {
        "wayland": str(stage_run / "wayland-0"),
        "drm": str(folder),
        "every_s": every_s,
        "restart_file": str(folder / "restart"),
    }
    return "\n[screen]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
