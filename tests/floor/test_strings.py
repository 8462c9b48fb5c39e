"""What people read, in their language."""

from pathlib import Path

import pytest

from loket.strings import LANGUAGES, catalogue, choose

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Send"
msgstr "Kirim"
"""


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("id", "id"), ("en", "en"), ("EN", "en"), ("en-GB", "en"), ("en;q=0.8,id", "en"), (" en , id", "en"),
        ("id-ID,id;q=0.9", "id"), ("fr", "id"), ("", "id"), (None, "id"), (";;,,", "id"), ("../../x", "id"),
    ],
)  # fmt: skip
def test_chooses_a_language_that_we_have(wanted: str | None, chosen: str) -> None:
    assert choose(wanted) == chosen
    assert choose("xx", default="en") == "en"


def test_translates_from_a_po_file(tmp_path: Path) -> None:
    (tmp_path / "id.po").write_text(PO, encoding="utf-8")
    assert catalogue(tmp_path, "id").gettext("Send") == "Kirim"
    assert catalogue(tmp_path, "id").gettext("Not there") == "Not there"
    assert catalogue(tmp_path, "en").gettext("Send") == "Send"


def test_a_language_without_a_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        catalogue(tmp_path, "id")


def test_every_catalogue_of_ours_is_complete() -> None:
    """A sentence that is missing in Indonesian would meet a citizen in English."""
    repository = Path(__file__).parents[2]
    found = [path for room in ("edge_agent", "fleet") for path in (repository / room).rglob("*.po")]
    for path in found:
        assert path.stem in LANGUAGES
        translations = catalogue(path.parent, path.stem)
        entries: dict[str, str] = getattr(translations, "_catalog", {})
        assert [text for text, translated in entries.items() if text and not translated] == []
