"""The receipt on the kiosk's screen: whole without scrolling, read back from the screen, and genuine."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from playwright.sync_api import Browser, sync_playwright

from edge_agent.contract import receipts
from edge_agent.receipt_key import public_path
from tests.kiosk.unit import RunningKiosk, Visitor

pytestmark = [pytest.mark.page, pytest.mark.timeout(180)]

CHROMIUM = Path("/usr/bin/chromium")
PAGE = "https://layanan.example.go.id/periksa"


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKiosk]:
    with RunningKiosk(tmp_path_factory.mktemp("kiosk"), receipt_page=PAGE) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium here")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        yield launched
        launched.close()


@pytest.mark.parametrize(("width", "height"), [(1024, 600), (1080, 1920), (1920, 1080)])
def test_a_phone_reads_a_genuine_receipt_off_the_screen(
    kiosk: RunningKiosk, browser: Browser, width: int, height: int
) -> None:
    with Visitor(kiosk) as somebody:
        somebody.write("Jalan rusak di depan pasar.").consent()
        code = somebody.code.replace("-", "")
        cookies = [
            {"name": each.name, "value": str(each.value), "url": kiosk.url}
            for each in somebody.client.cookies.jar
        ]
        context = browser.new_context(viewport={"width": width, "height": height})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{kiosk.url}/tersimpan")
        box = page.locator(".qr svg").bounding_box()
        bar = page.locator(".actions").first.bounding_box()
        screen = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
        context.close()
    assert box is not None
    assert bar is not None
    assert box["y"] + box["height"] <= bar["y"], "the buttons do not lie over it"
    top, left = int(box["y"]), int(box["x"])
    seen = screen[top : top + int(box["height"]) + 1, left : left + int(box["width"]) + 1]
    text, *_ = cv2.QRCodeDetector().detectAndDecode(seen)
    address, _, receipt = text.partition("#")
    assert address == PAGE
    key = Ed25519PublicKey.from_public_bytes(
        base64.b64decode(json.loads(public_path(kiosk.data).read_text())["key"])
    )
    proven = receipts.verify(receipts.from_text(receipt), key=key)
    assert proven.code == code
    committed = [data for _, data in kiosk.rows() if data.get("commitment")]
    assert proven.commitment in {data["commitment"] for data in committed}
    assert {data["receipt_key"] for data in committed} == {proven.key_id}
