"""Strings: everything that the kiosk says is translated, and nothing else is in the catalogue."""

import hashlib
import re

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from edge_agent.kiosk.services import offered
from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.service import Form
from edge_agent.kiosk.web.pages import FOLDER
from loket.region import load_region
from tests.kiosk.unit import REGION

ID = FOLDER / "strings" / "id.po"


def said() -> set[str]:
    """The message ids in the code and the templates."""
    found = extract_from_dir(
        str(FOLDER),
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"N_": None, "_": None},
    )
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def translated() -> dict[str, str]:
    with ID.open("rb") as file:
        catalogue = read_po(file, locale="id", abort_invalid=True)
    assert not catalogue.obsolete
    assert not [message.id for message in catalogue if message.fuzzy and message.id]
    return {str(message.id): str(message.string) for message in catalogue if message.id}


def test_everything_said_is_translated() -> None:
    catalogue = translated()
    assert len(said()) > 80
    assert sorted(message for message in said() if not catalogue.get(message)) == []


def test_nothing_else_is_in_the_catalogue() -> None:
    assert sorted(set(translated()) - said()) == []


def test_translations_name_the_same_values() -> None:
    for message, translation in translated().items():
        places = re.compile(r"%\((\w+)\)s")
        assert sorted(places.findall(message)) == sorted(places.findall(translation)), message


def test_templates_say_nothing_untranslated() -> None:
    """Text between tags of a template is an expression, a number or a sign, never words."""
    for template in sorted((FOLDER / "templates").glob("*.html")):
        bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<!doctype html>", "", template.read_text(), flags=re.S)
        bare = re.sub(r"<[^>]*>", "", bare)
        assert re.findall(r"[A-Za-z]{2,}", bare) == [], template.name


CONSENTS = {"complaint-2": "e41bf14c26011446", "aspiration-1": "e41bf14c26011446"}
SERVICES = offered(Hall(load_region(REGION), office="mpp"))


def test_a_consent_keeps_its_words_or_changes_its_version() -> None:
    """Whoever changes a word of a consent, in either language, gives it a new version here."""
    catalogue = translated()
    consents = [one.consent for one in SERVICES if isinstance(one, Form) and one.consent is not None]
    assert len(consents) == len(CONSENTS)
    for consent in consents:
        words = [*consent.points, consent.agreement]
        both = "\n".join([*words, *(catalogue[word] for word in words)])
        assert CONSENTS[consent.version] == hashlib.sha256(both.encode()).hexdigest()[:16]


def test_paths_and_names_of_services_are_unique() -> None:
    assert len({service.path for service in SERVICES}) == len(SERVICES.all) == 7
    assert len({service.name for service in SERVICES}) == len(SERVICES.all)
