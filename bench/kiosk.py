"""The kiosk as a citizen meets it: how quick a tap is, what a visit leaves, who can use it, what is lost.

    scripts/bench kiosk [--filings N] [--json]

A real browser (CPU throttled four times) walks through every service by touch, with a canary in every field;
after each visit the device's files, the browser's profile and the kiosk's memory are searched for it.
axe-core judges every page in every language, theme and size of text. Then submissions are filed over thirty
simulated offline days, killed before every statement that SQLite is given, and a real uplink, broker and
ingest carry them to the fleet, where they are counted.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright
from sqlalchemy import select

from bench import _citizen
from bench._site import CHECKOUT, bench_site
from bench._thirty_days import submission_of
from bench._traces import in_files, in_memory
from demo.process import eventually
from demo.site import Site
from edge_agent.contract.events import SubmissionCreated
from fleet.store.engine import open_store
from fleet.store.tables import events

WORDS = "kanari-" + "4c81d7 lampu jalan di depan pasar padam"
OTHERS = ("0812770" + "04413", "170701" + "4505900001")
CANARIES = ["kanari-" + "4c81d7", *OTHERS]
AXE_RUN = """() => axe.run(document, {
  rules: {'color-contrast-enhanced': {enabled: true}, 'target-size': {enabled: true}},
}).then(found => found.violations.map(one => one.id + ': ' + one.nodes[0].html.slice(0, 120)))"""

LOOKS = [["plain", "100"], ["contrast", "100"], ["plain", "200"], ["contrast", "200"]]
WEAR = """([theme, text]) => Object.assign(document.documentElement.dataset, {theme, text})"""
"""Puts a page into a look, as the visit's buttons would."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench kiosk", description=__doc__)
    parser.add_argument("--filings", type=int, default=1000, help="submissions of the thirty days")
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as root:
        site = bench_site(Path(root))
        try:
            site.start_one("edge-kiosk")
            with sync_playwright() as playwright:
                result = visits(playwright, site, Path(root))
                tell(json.dumps(result) + "\n")
                result |= screens(playwright, site)
            result["rss_mb"] = round(site.children["edge-kiosk"].rss_mb(), 1)
            site.children["edge-kiosk"].stop()
            result |= thirty_days(site, arguments.filings)
        finally:
            for child in site.children.values():
                child.kill()
    if not arguments.json:
        print("\n".join(f"{name}: {value}" for name, value in result.items()))
        return
    print(json.dumps(result))


def tell(what: str) -> None:
    """Say on the terminal what is being done, each over the one before."""
    sys.stderr.write(f"\r\x1b[K{what}" if sys.stderr.isatty() else f"{what}\n")
    sys.stderr.flush()


def browser(playwright: Playwright, profile: Path) -> BrowserContext:
    """A browser with a finger, whose profile lies in `profile`."""
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=os.environ.get("LOKET_CHROMIUM", "/usr/bin/chromium"),
        args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        viewport={"width": 1080, "height": 1920},
        has_touch=True,
    )
    context.set_default_timeout(60_000)
    return context


def visits(playwright: Playwright, site: Site, root: Path) -> dict[str, Any]:
    """Walk through every service; how quick it was, and what it left."""
    url = f"http://127.0.0.1:{site.layout.kiosk_port}/"
    profile = root / "profile"
    wipes: list[float] = []
    left: list[str] = []
    context = browser(playwright, profile)
    try:
        taps = _citizen.Taps(context)
        page = context.pages[0]
        throttle(context, page, 4)
        page.goto(url)
        for service in _citizen.services_of(page):
            tell(f"visits {service}")
            for _ in _citizen.walk(page, url, service, words=WORDS, others=OTHERS, taps=taps):
                pass
            finish = page.locator("button[form=finish]:visible")
            if finish.count():
                taps.tap(page, finish.first)
                wipes.append(taps.taken_ms[-1])
            left += traces(site, profile)
    finally:
        context.close()
    left += traces(site, profile)
    return {
        "tap_paint_p50_ms": round(statistics.median(taps.taken_ms), 1),
        "tap_paint_p95_ms": round(statistics.quantiles(taps.taken_ms, n=20)[-1], 1),
        "taps": len(taps.taken_ms),
        "wipe_ms": round(max(wipes), 1),
        "canary_bytes": sum(len(line.rsplit(": ", 1)[-1]) for line in left),
        "canaries_at": sorted({line.split(":")[0] for line in left}),
    }


def traces(site: Site, profile: Path) -> list[str]:
    """Where a canary lies: in the device's files, logs, the browser's profile, the kiosk's memory."""
    return (
        in_files(site.layout.settings.parent, CANARIES)
        + in_files(site.layout.logs, CANARIES)
        + in_files(profile, CANARIES)
        + in_memory(site.children["edge-kiosk"].pid, CANARIES)
    )


def screens(playwright: Playwright, site: Site) -> dict[str, Any]:
    """What axe-core finds on every page in every language, theme and size of text."""
    url = f"http://127.0.0.1:{site.layout.kiosk_port}/"
    axe = (CHECKOUT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    seen: set[tuple[str, ...]] = set()
    found: Counter[str] = Counter()
    started = playwright.chromium.launch(
        executable_path=os.environ.get("LOKET_CHROMIUM", "/usr/bin/chromium"),
        args=["--no-sandbox", "--disable-gpu"],
    )
    try:
        for language in ("id", "en"):
            page = started.new_page(viewport={"width": 1080, "height": 1920}, has_touch=True)
            page.set_default_timeout(60_000)
            page.goto(url)
            speak(page, language)
            tell(f"judges every page in every look: {language}")
            for service in _citizen.services_of(page):
                for path in _citizen.walk(page, url, service, words=WORDS, others=OTHERS):
                    page.evaluate(axe)
                    for theme, text in LOOKS:
                        page.evaluate(WEAR, [theme, text])
                        found.update(page.evaluate(AXE_RUN))
                        seen.add((path, language, theme, text))
                    page.evaluate(WEAR, LOOKS[0])
                finish = page.locator("button[form=finish]:visible")
                if finish.count():
                    _citizen.tap(page, finish.first)
                page.goto(url)
                speak(page, language)
            page.close()
    finally:
        started.close()
    return {"axe_violations": sum(found.values()), "screens": len(seen), "axe_first": found.most_common(5)}


def speak(page: Page, language: str) -> None:
    """Press the button of a language, where it is not the page's already."""
    button = page.locator(f"button.language[value={language}]")
    if button.get_attribute("aria-pressed") != "true":
        _citizen.tap(page, button.first)


def throttle(context: BrowserContext, page: Page, times: int) -> None:
    """Slow the page's processor down."""
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})


def thirty_days(site: Site, filings: int) -> dict[str, int]:
    """File offline, killed before every statement; then let the uplink carry it all, and count."""
    told: set[str] = set()
    kills = cut = 0
    while True:
        cut += 1
        tell(f"files, killed before statement {cut}")
        lines, status = _file(site, len(told), len(told) + 4, total=filings, cut=cut)
        told |= lines
        if status == 0:
            break
        kills += 1
    lines, _ = _file(site, len(told), filings, total=filings)
    told |= lines
    tell("carries them to the fleet")
    for name in ("broker", "fleet-ingest", "edge-uplink"):
        site.start_one(name)
    eventually(lambda: not site.waiting(), within_s=600, what="an empty outbox")
    engine = open_store(f"sqlite:///{site.layout.fleet / 'fleet.db'}")
    try:
        with engine.connect() as connection:
            stored = connection.execute(
                select(events.c.data).where(events.c.kind == SubmissionCreated.kind)
            ).scalars()
            counted = Counter(json.loads(data)["submission"] for data in stored)
    finally:
        engine.dispose()
    return {
        "filed": len(told),
        "kills": kills,
        "lost": sum(1 for submission in told if submission not in counted),
        "duplicated": sum(counted[submission] - 1 for submission in told if submission in counted),
    }


def _file(site: Site, first: int, last: int, *, total: int, cut: int | None = None) -> tuple[set[str], int]:
    """File the submissions `first` to `last`; those that the citizen was told of, and the exit status."""
    command = [sys.executable, "-m", "bench._thirty_days", str(site.layout.settings), str(first), str(last)]
    done = subprocess.run(
        command + ([str(cut)] if cut else []),
        capture_output=True, text=True, timeout=1800, check=False,
        env={**os.environ, "THIRTY_DAYS_TOTAL": str(total)},
    )  # fmt: skip
    if done.returncode not in (0, -9):
        raise RuntimeError(done.stderr)
    lines = [line.split() for line in done.stdout.splitlines()]
    return {submission_of(int(parts[0])) for parts in lines if len(parts) == 3}, done.returncode


if __name__ == "__main__":
    main()
