"""Every text of the page is there in Indonesian."""

import re

from edge_agent.vision.calibration.web.site import FOLDER
from loket.strings import catalogue


def test_every_text_is_translated_and_none_is_left_over() -> None:
    asked = set()
    for path in FOLDER.rglob("*"):
        if path.suffix in {".html", ".py"}:
            text = path.read_text(encoding="utf-8")
            asked |= {found[2] for found in re.finditer(r"""_\((["'])(.*?)\1\)""", text)}
            asked |= set(re.findall(r'says\(request, "(.*?)"\)', text))
    assert len(asked) > 40
    indonesian = catalogue(FOLDER / "strings", "id")
    for text in asked:
        assert indonesian.gettext(text) != text, text
    kept = (FOLDER / "strings/id.po").read_text(encoding="utf-8")
    known = set(re.findall(r'^msgid "(.+)"$', kept, re.MULTILINE))
    assert known == asked
