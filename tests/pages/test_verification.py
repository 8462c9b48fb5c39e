"""The page that verifies receipts, in headless Chromium: from the fleet, and as a file without any server."""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import insert

from edge_agent.contract import receipts
from edge_agent.contract.receipts import Receipt
from fleet.receipts import page as served_page
from fleet.store.engine import writing
from fleet.store.tables import receipt_keys
from fleet.testing.serving import Served, serving
from tests.contract.papers import KEY, Paper

pytestmark = [pytest.mark.page, pytest.mark.timeout(180)]

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 360, "height": 740}
FILE = served_page.FILE
PAPER = Paper()
RECEIPT = Receipt(
    key_id=receipts.key_id(KEY.public_key()), code="28T5CY0Y", filed_at=1_772_438_400, clock_trusted=True,
    commitment="ab" * 32, consent_version="complaint-2",
)  # fmt: skip
SIGNED = receipts.sign(RECEIPT, key=KEY)


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, and what it asked for and went wrong in it."""

    page: Page
    wrong: list[str]
    asked: list[str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("fleet")) as running:
        running.seeds.device("lebong-001", label="Kantor Camat Amen")
        entry = PAPER.trust()["keys"][0]
        with writing(running.engine) as connection:
            connection.execute(
                insert(receipt_keys).values(
                    key_id=entry["id"], device="lebong-001", public_key=entry["key"],
                    certificate=entry["certificate"], certified_at=time.time(), received_at=time.time(),
                )
            )  # fmt: skip
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


@contextlib.contextmanager
def visiting(browser: Browser, **how: Any) -> Iterator[Visit]:
    context = browser.new_context(viewport=PHONE, locale="id-ID", timezone_id="Asia/Jakarta", **how)
    page, wrong, asked = context.new_page(), list[str](), list[str]()
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    page.on("request", lambda request: asked.append(request.url))
    try:
        yield Visit(page, wrong, asked)
    finally:
        context.close()


def flipped(place: int, bit: int) -> str:
    changed = bytearray(SIGNED)
    changed[place] ^= 1 << bit
    return receipts.to_text(bytes(changed))


def test_a_phone_that_reads_the_code_sees_that_it_is_genuine(browser: Browser, served: Served) -> None:
    with visiting(browser) as visit:
        visit.page.goto(receipts.address(SIGNED, page=f"{served.url}/periksa"))
        verdict = visit.page.locator("#verdict")
        expect(verdict).to_have_attribute("data-verdict", "genuine")
        expect(verdict).to_contain_text("asli")
        expect(visit.page.locator("#code")).to_have_text("28T5-CY0Y")
        expect(visit.page.locator("#kiosk")).to_have_text("Kantor Camat Amen (17.07/lebong-001)")
        expect(visit.page.locator("#filed")).to_contain_text("2 Maret 2026")
        expect(visit.page.locator("#filed")).to_contain_text("15.00")
        expect(visit.page.locator("#follow")).to_be_visible()
        assert visit.wrong == []


def test_the_receipt_leaves_the_phone_only_by_its_button(browser: Browser, served: Served) -> None:
    with visiting(browser) as visit:
        visit.page.goto(receipts.address(SIGNED, page=f"{served.url}/periksa"))
        expect(visit.page.locator("#verdict")).to_have_attribute("data-verdict", "genuine")
        text = receipts.to_text(SIGNED)
        paths = [url.removeprefix(served.url).partition("#")[0] for url in visit.asked]
        assert f"/periksa/kunci/{RECEIPT.key_id}" in paths
        assert all(text[:20] not in path and RECEIPT.code not in path for path in paths)
        assert all(url.startswith(served.url) for url in visit.asked)
        with visit.page.expect_request("**/lacak") as asked:
            visit.page.locator("#follow button").click()
        assert asked.value.method == "POST"
        assert asked.value.post_data == f"code={RECEIPT.code}"
    assert text[:20] not in served.log.read_text()


def test_every_bit_that_flips_is_refused_by_the_browser(browser: Browser, served: Served) -> None:
    texts = [flipped(place, bit) for place, bit in product(range(len(SIGNED)), range(8))]
    with visiting(browser) as visit:
        visit.page.goto(f"{served.url}/periksa")
        accepted = visit.page.evaluate(
            """async ([texts, entry]) => {
                let accepted = 0;
                for (const text of texts) {
                    try { await loketReceipt.prove(loketReceipt.read(text), entry); accepted += 1; }
                    catch (error) { if (!error.verdict) throw error; }
                }
                return accepted;
            }""",
            [[*texts, receipts.to_text(SIGNED)], PAPER.trust()["keys"][0]],
        )
        assert accepted == 1, "the whole one, and none of the 1024 others"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (flipped(40, 3), "Tanda tangannya tidak cocok"),
        (flipped(4, 0), "tidak dikenal di sini"),
        (receipts.to_text(SIGNED)[:-3], "bukan tanda terima"),
        (receipts.to_text(SIGNED).lower(), "bukan tanda terima"),
        ("<img src=x onerror=alert(1)>", "bukan tanda terima"),
        ("https://palsu.example/periksa#" + receipts.to_text(SIGNED), "bukan alamat halaman ini"),
        (
            receipts.to_text(receipts.sign(RECEIPT, key=KEY)[:-64] + Ed25519PrivateKey.generate().sign(b"x")),
            "Tanda tangannya tidak cocok",
        ),
    ],
)
def test_what_is_not_genuine_is_told_with_the_reason(
    browser: Browser, served: Served, text: str, why: str
) -> None:
    with visiting(browser) as visit:
        visit.page.goto(f"{served.url}/periksa")
        visit.page.locator("#text").fill(text)
        visit.page.get_by_role("button", name="Periksa").click()
        expect(visit.page.locator("#verdict")).to_have_attribute("data-verdict", "false")
        expect(visit.page.locator("#why")).to_contain_text(why)
        expect(visit.page.locator("#details")).to_be_hidden()
        assert visit.wrong == []


def test_without_the_office_it_says_that_it_cannot_tell(browser: Browser, served: Served) -> None:
    with visiting(browser) as visit:
        visit.page.goto(f"{served.url}/periksa")
        visit.page.route("**/periksa/kunci/*", lambda route: route.abort())
        visit.page.locator("#text").fill(receipts.to_text(SIGNED))
        visit.page.get_by_role("button", name="Periksa").click()
        expect(visit.page.locator("#verdict")).to_have_attribute("data-verdict", "unsure")
        expect(visit.page.locator("#verdict")).not_to_contain_text("asli")


@pytest.mark.parametrize(
    ("without", "why"),
    [
        ("Object.defineProperty(globalThis, 'isSecureContext', {value: false})", "https"),
        ("SubtleCrypto.prototype.importKey = async () => { throw new DOMException('', 'NotSupportedError') }",
         "Ed25519"),
    ],
)  # fmt: skip
def test_a_browser_that_cannot_check_says_so(
    browser: Browser, served: Served, without: str, why: str
) -> None:
    with visiting(browser) as visit:
        visit.page.add_init_script(without)
        visit.page.goto(receipts.address(SIGNED, page=f"{served.url}/periksa"))
        expect(visit.page.locator("#verdict")).to_have_attribute("data-verdict", "unsure")
        expect(visit.page.locator("#why")).to_contain_text(why)
        expect(visit.page.locator("#why")).to_contain_text("loket-verify")


def test_works_as_a_file_with_the_trust_file(browser: Browser, tmp_path: Path) -> None:
    trust = tmp_path / "trust.json"
    trust.write_text(json.dumps(PAPER.trust()))
    with visiting(browser, offline=True) as visit:
        visit.page.goto(f"{FILE.as_uri()}#{receipts.to_text(SIGNED)}")
        expect(visit.page.locator("#why")).to_contain_text("berkas kepercayaan")
        visit.page.locator("#trust").set_input_files(trust)
        expect(visit.page.locator("#verdict")).to_have_attribute("data-verdict", "genuine")
        expect(visit.page.locator("#follow")).to_be_hidden()
        visit.page.locator("#text").fill(flipped(60, 1))
        visit.page.get_by_role("button", name="Periksa").click()
        expect(visit.page.locator("#verdict")).to_have_attribute("data-verdict", "false")
        other = tmp_path / "other.json"
        other.write_text("{}")
        visit.page.locator("#trust").set_input_files(other)
        expect(visit.page.locator("#why")).to_contain_text("bukan berkas kepercayaan")
        assert visit.wrong == []


def test_what_a_kiosk_put_out_gave_later_is_refused(browser: Browser, tmp_path: Path) -> None:
    trust = tmp_path / "trust.json"
    trust.write_text(json.dumps(PAPER.trust(until=RECEIPT.filed_at - 1)))
    with visiting(browser, offline=True) as visit:
        visit.page.goto(f"{FILE.as_uri()}#{receipts.to_text(SIGNED)}")
        visit.page.locator("#trust").set_input_files(trust)
        expect(visit.page.locator("#why")).to_contain_text("dikeluarkan")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_nothing_bars_anybody_from_reading_it(
    browser: Browser, served: Served, scheme: str, language: str
) -> None:
    with visiting(browser, color_scheme=scheme, bypass_csp=True) as visit:
        for text in (receipts.to_text(SIGNED), flipped(70, 2), ""):
            visit.page.goto("about:blank")
            visit.page.goto(f"{served.url}/periksa?bahasa={language}#{text}")
            if text:
                expect(visit.page.locator("#verdict")).not_to_have_attribute("data-verdict", "working")
            expect(visit.page.locator("html")).to_have_attribute("lang", language)
            visit.page.add_script_tag(path=AXE)
            found = visit.page.evaluate(
                "rules => axe.run({runOnly: {type: 'tag', values: rules}}).then(r => r.violations)", RULES
            )
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
            wide = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0


def test_the_language_changes_in_place(browser: Browser, served: Served) -> None:
    with visiting(browser) as visit:
        visit.page.goto(receipts.address(SIGNED, page=f"{served.url}/periksa"))
        expect(visit.page.locator("#said")).to_contain_text("asli")
        visit.page.get_by_role("button", name="English").click()
        expect(visit.page.locator("#said")).to_contain_text("genuine")
        visit.page.get_by_role("button", name="Bahasa Indonesia").click()
        expect(visit.page.locator("#said")).to_contain_text("asli")


def test_the_fleet_serves_the_file_as_it_is_and_the_trust_file(served: Served) -> None:
    import httpx

    with httpx.Client(base_url=served.url) as client:
        answer = client.get("/periksa")
        assert answer.text == FILE.read_text()
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
        assert client.get("/periksa/kunci/" + "0" * 16).status_code == 404
        assert client.get("/periksa/kunci/..%2f..").status_code in {404, 400}
        trust = client.get("/periksa/kepercayaan.json").json()
        assert trust["format"] == "loket-trust-1"
        assert [key["id"] for key in trust["keys"]] == [RECEIPT.key_id]
