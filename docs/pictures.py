"""The README's pictures: the simulated street as a device follows it, and the console of a site that sees it.

`scripts/pictures` makes both anew in `docs/images`; nothing but this repository and a browser is needed.
"""

import base64
import html
import io
import re
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import simplejpeg
from av import VideoFrame
from playwright.sync_api import Browser, Page, sync_playwright

from demo.choice import OWN_STREET, STREET
from demo.layout import Layout
from demo.site import Site, free_port_base, running
from edge_agent.model_store.manifest import load_manifest, manifests_folder
from edge_agent.model_store.store import ModelStore, default_folder
from edge_agent.street.address import SCHEME, parse_address
from edge_agent.street.camera.lens import lens_of
from edge_agent.street.outline import line_in_picture, zone_in_picture
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture
from edge_agent.vision import tracker
from edge_agent.vision.detector import Detector
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.resize import Resizer
from edge_agent.vision.tracker import Rules, State, Track

FOLDER = Path(__file__).with_name("images")
CHROMIUM = "/usr/bin/chromium"

ADDRESS = f"{OWN_STREET}&size=960x720"
MOMENT_S = 46.0
BEFORE_S = 8.0
"""How long the street is followed before the moment of the picture."""
TRAIL_S = 3.0
RULES = Rules(threshold=0.5, unsure=0.375)
"""Surer than a camera's default: the detector's card tells why."""

COLOURS = {"person": "#2ee6a8", "vehicle": "#ffb347"}
LINE, ZONE = "#ffe14d", "#ff7ad9"

CONSOLE = {"width": 1180, "height": 1060}
CAMERAS = [
    f"{SCHEME}{scenario}&fps=4" for scenario in ("rush_hour?seed=7", "queue?seed=3", "rain_dusk?seed=2")
]
COMPLAINT = "Lampu jalan di depan loket padam sejak Senin."
WAIT_S = 120.0


@dataclass(slots=True)
class Followed:
    """The street up to one moment, as the vision unit's own detector and tracker follow it."""

    picture: Picture
    tracks: list[Track] = field(default_factory=list)
    trails: dict[int, deque[tuple[float, float]]] = field(default_factory=dict)
    """The last foot points of each track, in shares of the picture."""


def street_detector() -> SsdDetector:
    """The detector that comes with Loket, verified."""
    manifest = load_manifest(STREET, folder=manifests_folder())
    path = ModelStore(default_folder(), ()).resolve(manifest, manifest.weights)
    return SsdDetector(path, labels=manifest.labels)


def follow(street: Street, detector: Detector, *, from_s: float, until_s: float) -> Followed:
    """Detect and track on every picture of a stretch of time."""
    resize, rules, state = Resizer(detector.input_size), RULES, State()
    fps = street.scenario.fps
    trails: dict[int, deque[tuple[float, float]]] = {}
    picture = street.picture(round(from_s * fps))
    for frame in range(round(from_s * fps), round(until_s * fps) + 1):
        picture = street.picture(frame)
        found = detector.detect(resize(VideoFrame.from_ndarray(picture, format="rgb24")))
        state, _ = tracker.step(state, frame / fps, found, rules=rules)
        for track in _current(state, now_s=frame / fps):
            trail = trails.setdefault(track.number, deque(maxlen=round(TRAIL_S * fps)))
            left, _, right, bottom = track.box
            trail.append(((left + right) / 2, bottom))
    return Followed(picture, list(_current(state, now_s=until_s)), trails)


def _current(state: State, *, now_s: float) -> Iterator[Track]:
    """The believed tracks that were seen just now."""
    for row in range(len(state)):
        if state.number[row] > 0 and now_s - state.last_s[row] < 0.1:
            yield state.track(row)


def page(followed: Followed, scenario: Scenario, labels: Sequence[str]) -> str:
    """The frame with what was found drawn over it, as a page for a browser."""
    height, width = followed.picture.shape[:2]
    frame = base64.b64encode(simplejpeg.encode_jpeg(followed.picture, quality=95)).decode()
    drawn = "".join([
        *_places(scenario), *(_trail(track, followed, labels) for track in followed.tracks),
        *(_box(track, scenario, labels) for track in sorted(followed.tracks, key=lambda one: one.box[3])),
    ])  # fmt: skip
    return (
        f"<!doctype html><style>*{{margin:0}} svg{{position:absolute;inset:0}} "
        f"text{{font-weight:600;font-family:'DejaVu Sans',sans-serif}}</style>"
        f'<img src="data:image/jpeg;base64,{frame}" width="{width}" height="{height}">'
        f'<svg width="{width}" height="{height}" fill="none">{drawn}</svg>'
    )


def _places(scenario: Scenario) -> Iterator[str]:
    """Zones and lines of the scenario."""
    lens = lens_of(scenario)
    for zone in scenario.zones:
        corners = _pixels(zone_in_picture(zone, lens), scenario)
        if corners:
            yield f'<polygon points="{_points(corners)}" fill="{ZONE}" fill-opacity=".16" stroke="{ZONE}"/>'
            left, bottom = max(corners, key=lambda corner: corner[1])
            yield _tag(zone.name, left, bottom + 17, ZONE)
    for line in scenario.lines:
        ends = line_in_picture(line, lens)
        if ends is not None:
            start, end = _pixels(ends, scenario)
            yield f'<polyline points="{_points((start, end))}" stroke="{LINE}" stroke-width="3"/>'
            yield _tag(line.name, start[0] + 6, start[1], LINE)


def _trail(track: Track, followed: Followed, labels: Sequence[str]) -> str:
    height, width = followed.picture.shape[:2]
    feet = [(x * width, y * height) for x, y in followed.trails.get(track.number, ())]
    colour = COLOURS[labels[track.label]]
    return f'<polyline points="{_points(feet)}" stroke="{colour}" stroke-width="2" stroke-dasharray="2 4"/>'


def _box(track: Track, scenario: Scenario, labels: Sequence[str]) -> str:
    [(left, top), (right, bottom)] = _pixels((track.box[:2], track.box[2:]), scenario)
    label = labels[track.label]
    near = right - left > 45
    words = f"{label} {track.number}" if near else str(track.number)
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" rx="3" '
        f'stroke="{COLOURS[label]}" stroke-width="2"/>'
        + _tag(words, left - 1, top, COLOURS[label], size=13 if near else 10)
    )


def _tag(words: str, left: float, bottom: float, colour: str, *, size: float = 13) -> str:
    """Words on a plate of their colour; `size` in pixels."""
    width, height = size * (0.64 * len(words) + 0.6), size + 4
    top = max(bottom - height, 0)
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height}" rx="3" fill="{colour}"/>'
        f'<text x="{left + 0.3 * size:.1f}" y="{top + size:.1f}" font-size="{size}" fill="#10151c">'
        f"{html.escape(words)}</text>"
    )


def _pixels(shares: Sequence[Sequence[float]], scenario: Scenario) -> list[tuple[float, float]]:
    return [(x * scenario.width, y * scenario.height) for x, y in shares]


def _points(pixels: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)


def street(browser: Browser, detector: Detector) -> bytes:
    """`street.jpg`."""
    address = parse_address(ADDRESS)
    followed = follow(
        Street(address.scenario, seed=address.seed), detector, from_s=MOMENT_S - BEFORE_S, until_s=MOMENT_S
    )
    size = {"width": address.scenario.width, "height": address.scenario.height}
    shown = browser.new_page(viewport=size)
    shown.set_content(page(followed, address.scenario, detector.labels))
    return shown.screenshot(type="jpeg", quality=84)


def console(browser: Browser, root: Path) -> bytes:
    """`console.png`: the command centre of a site with three cameras, and a complaint that was filed."""
    layout = Layout(root=root, port_base=free_port_base())
    layout.write_device_settings(
        cameras=CAMERAS, model=STREET, models_folder=manifests_folder(), labels=tuple(COLOURS)
    )
    site = Site(layout, env={"LOKET_MIRROR": ""})
    site.prepare()
    with running(site):
        file_complaint(browser.new_page(), f"http://127.0.0.1:{layout.kiosk_port}/")
        context = browser.new_context(viewport=CONSOLE, color_scheme="light", bypass_csp=True)
        centre = f"http://127.0.0.1:{layout.web_port}"
        context.add_cookies([{"name": "loket_language", "value": "en", "url": centre}])
        shown = context.new_page()
        shown.goto(site.fleet("signin", "--role", "officer", "--name", "Duty desk")["link"])
        shown.locator("#cameras figure").nth(len(CAMERAS) - 1).wait_for(timeout=WAIT_S * 1000)
        shown.locator("#devices .state-online").wait_for(timeout=WAIT_S * 1000)
        shown.locator("#events .event", has_text="vehicle").first.wait_for(timeout=WAIT_S * 1000)
        shown.wait_for_function(
            "document.querySelectorAll('#events .event:nth-child(-n+2) img').length == 2 && "
            "[...document.images].filter(i => i.getBoundingClientRect().top < innerHeight)"
            ".every(i => i.complete && i.naturalWidth)",
            timeout=WAIT_S * 1000,
        )
        return few_colours(shown.screenshot(type="png"))


def few_colours(png: bytes) -> bytes:
    """The picture with a palette of 256 colours: half the size, and hardly a difference."""
    with av.open(io.BytesIO(png)) as container:
        frame = next(container.decode(video=0)).reformat(format="rgb24")
    frame.pts, second = 0, Fraction(1)
    graph = av.filter.Graph()
    entry = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=second)
    split, palette = graph.add("split"), graph.add("palettegen", "reserve_transparent=0")
    painted, exit_ = graph.add("paletteuse", "dither=sierra2_4a"), graph.add("buffersink")
    for start, out, end, into in (
        (entry, 0, split, 0), (split, 0, painted, 0), (split, 1, palette, 0), (palette, 0, painted, 1),
        (painted, 0, exit_, 0),
    ):  # fmt: skip
        start.link_to(end, out, into)
    graph.configure()
    graph.push(frame)
    graph.push(None)
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "pal8"
    encoder.time_base, encoder.options = second, {"compression_level": "9", "pred": "none"}
    return b"".join(bytes(packet) for packet in [*encoder.encode(graph.pull()), *encoder.encode(None)])


def file_complaint(kiosk: Page, url: str) -> None:
    """As a citizen files one: a question a page."""
    kiosk.goto(url)
    forward(kiosk)
    kiosk.locator("label.option").first.click()
    forward(kiosk)
    kiosk.locator("textarea").fill(COMPLAINT)
    forward(kiosk)
    forward(kiosk)
    kiosk.locator("label.agree").click()
    forward(kiosk)


def forward(kiosk: Page) -> None:
    """To the next page."""
    with kiosk.expect_navigation():
        kiosk.get_by_role("button", name=re.compile("Sampaikan|Lanjut|Kirim")).first.click()


def main() -> None:
    """Make both pictures."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as root:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        )
        made = {"street.jpg": street(browser, street_detector()), "console.png": console(browser, Path(root))}
        browser.close()
    FOLDER.mkdir(exist_ok=True)
    for name, content in made.items():
        (FOLDER / name).write_bytes(content)
        print(f"docs/images/{name}: {len(content) // 1024} KiB")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
