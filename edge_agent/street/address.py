"""The address of a simulated camera: `sim:SCENARIO?seed=7&fps=10&size=320x240&bitrate=300&from=30`."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge_agent.street import StreetError
from edge_agent.street.scenario import Scenario, load_scenario

SCHEME = "sim:"
FORM = "sim:SCENARIO"
FIRST_SEED = 1

_OPTIONS = {
    "seed": (r"\d{1,9}", "a whole number, such as seed=7"),
    "fps": (r"\d{1,4}(\.\d{1,3})?", "frames a second, such as fps=10"),
    "size": (r"\d{1,5}x\d{1,5}", "width and height in pixels, such as size=320x240"),
    "bitrate": (r"\d{1,7}", "kilobits a second, such as bitrate=300"),
    "from": (r"\d{1,5}(\.\d{1,3})?", "seconds from the scenario's beginning, such as from=30"),
}
"""Every option: how it is written, and that in words."""
_FIELDS = {"fps": "fps", "width": "size", "height": "size", "bitrate_kbps": "bitrate"}
"""The option that a scenario's setting comes from."""


@dataclass(frozen=True, slots=True)
class Address:
    """What to show: a scenario with the address's options applied, of which seed, from where."""

    scenario: Scenario
    seed: int = FIRST_SEED
    from_s: float = 0.0


def parse_address(address: str) -> Address:
    """Read an address. Raises StreetError: no such scenario, or an option that is unknown or malformed."""
    if not address.isprintable():
        raise StreetError("has a character that cannot be printed; write it anew")
    which, _, query = address.removeprefix(SCHEME).partition("?")
    scenario = load_scenario(which)
    options = _options(query)
    scenario = _changed(scenario, options)
    from_s = float(options.get("from", "0"))
    if from_s >= scenario.duration_s:
        raise StreetError(f"from={options['from']}: {which} ends after {scenario.duration_s:g} s")
    return Address(scenario=scenario, seed=int(options.get("seed", FIRST_SEED)), from_s=from_s)


def mistake_in(address: str) -> str:
    """What is wrong with an address, in one line, or ""."""
    try:
        parse_address(address)
    except StreetError as error:
        return str(error)
    return ""


def placed(address: str, folder: Path) -> str:
    """The address with a scenario's relative path starting from `folder`."""
    which, question, query = address.removeprefix(SCHEME).partition("?")
    if not which.endswith(".toml"):
        return address
    return f"{SCHEME}{folder / Path(which).expanduser()}{question}{query}"


def _options(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in query.split("&") if query else []:
        name, _, value = part.partition("=")
        if name not in _OPTIONS:
            close = difflib.get_close_matches(name, _OPTIONS, n=1)
            hint = f'did you mean "{close[0]}"?' if close else f"known: {', '.join(_OPTIONS)}"
            raise StreetError(f'no option "{name}" ({hint})')
        if name in found:
            raise StreetError(f"{name} is given twice; give it once")
        pattern, words = _OPTIONS[name]
        if not re.fullmatch(pattern, value, flags=re.ASCII):
            raise StreetError(f'{name}="{value}": write {words}')
        found[name] = value
    return found


def _changed(scenario: Scenario, options: Mapping[str, str]) -> Scenario:
    """The scenario with options applied, held to the same bounds as its file."""
    changes: dict[str, Any] = {}
    if "fps" in options:
        changes["fps"] = float(options["fps"])
    if "size" in options:
        changes["width"], changes["height"] = (int(side) for side in options["size"].split("x"))
    if "bitrate" in options:
        changes["sensor"] = scenario.sensor.model_dump() | {"bitrate_kbps": int(options["bitrate"])}
    if not changes:
        return scenario
    try:
        return Scenario.model_validate(scenario.model_dump() | changes)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = _FIELDS[str(first["loc"][-1])]
        why = first["msg"][:1].lower() + first["msg"][1:]
        raise StreetError(f"{option}={options[option]}: {first['loc'][-1]}: {why}") from error
