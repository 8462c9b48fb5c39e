"""Settings from a TOML file, checked at start; a mistake is told with its line and the likely cure."""

import difflib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails


class SettingsError(Exception):
    """A settings file cannot be used; the message names the file, the line, the cause and the next step."""


_PLAIN = {
    "model_type": "should be a table",
    "dict_type": "should be a table",
    "list_type": "should be a list",
    "tuple_type": "should be a list",
}
"""pydantic's words for a Python programmer, by the kind of mistake, in those of TOML."""


class Section(BaseModel):
    """A table of a settings file: frozen; unknown keys are refused, and TOML's nan and inf."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Settings = TypeVar("Settings", bound=Section)


def load(path: Path, model: type[Settings]) -> Settings:
    """Read the TOML file `path` as `model`; relative paths inside are the model's business.

    Raises SettingsError with one line for the first mistake found.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file (name another with --config)") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from error
    return parse(text, model, name=str(path), folder=path.parent)


def parse(text: str, model: type[Settings], *, name: str, folder: Path | None = None) -> Settings:
    """Read TOML `text` as `model`; `name` stands before messages, relative paths start from `folder`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: not TOML: {error}") from error
    try:
        return model.model_validate(document, context={"folder": folder})
    except ValidationError as error:
        raise SettingsError(_explain(error, text, model, name)) from error


def _explain(error: ValidationError, text: str, model: type[BaseModel], name: str) -> str:
    first = _telling(error.errors(include_url=False))
    location, tables = _walk(model, first["loc"])
    if first["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        location = (*location, str(first["ctx"]["discriminator"]).strip("'"))
    where = ".".join(f"[{part}]" if isinstance(part, int) else str(part) for part in location).replace(
        ".[", "["
    )
    line = _line_of(text, location)
    place = f"{name}:{line}" if line else name
    if first["type"] == "extra_forbidden":
        known = [key for table in tables for key in table.model_fields]
        return f"{place}: {where}: unknown key ({_hint(str(location[-1]), known, 'known here')})"
    if first["type"] in {"missing", "union_tag_not_found"}:
        return f"{place}: {where}: missing; add it"
    if first["type"] == "union_tag_invalid":
        tag, known = first["ctx"]["tag"], re.findall(r"'([^']*)'", first["ctx"]["expected_tags"])
        return f"{place}: {where} = {tag!r}: there is no such {location[-1]} ({_hint(tag, known, 'known')})"
    message = _PLAIN.get(first["type"], first["msg"]).removeprefix("Value error, ")
    shown = repr(first["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return f"{place}: {where} = {shown}: {message[:1].lower()}{message[1:]}"


def _telling(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    """The first mistake; where it is a missing key, rather an unknown one that stands in the same table."""
    first = errors[0]
    if first["type"] == "missing":
        for other in errors:
            if other["type"] == "extra_forbidden" and other["loc"][:-1] == first["loc"][:-1]:
                return other
    return first


def _hint(name: str, known: Sequence[str], listed: str) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"{listed}: {', '.join(sorted(known))}"


def _walk(
    model: type[BaseModel], location: tuple[int | str, ...]
) -> tuple[tuple[int | str, ...], list[type[BaseModel]]]:
    """`location` as the file has it, and the table (or tables, by kind) in which its last key stands.

    Where tables of several kinds may stand, pydantic puts the kind into the location; it is no key.
    """
    place: list[int | str] = []
    tables: list[type[BaseModel]] = []
    here: list[type[BaseModel]] = [model]
    for part in location:
        chosen = [kind for kind in here if part in _kinds(kind)] if len(here) > 1 else []
        if chosen:
            here = chosen
            continue
        place.append(part)
        if isinstance(part, str):
            tables = here
            fields = [table.model_fields[part] for table in here if part in table.model_fields]
            here = _models_in(fields[0].annotation) if fields else []
    return tuple(place), tables


def _kinds(model: type[BaseModel]) -> set[object]:
    """The words that tell this table from others that may stand in its place."""
    return {word for field in model.model_fields.values() for word in _words(field.annotation)}


def _words(annotation: Any) -> tuple[object, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


def _line_of(text: str, location: tuple[int | str, ...]) -> int | None:
    """The line of the key at `location`, else of the innermost table around it, as plain TOML shows it."""
    wanted = _dotted(location)
    index_of = {_dotted(location[:at]): part for at, part in enumerate(location) if isinstance(part, int)}
    table, seen, around = "", dict[str, int](), None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([\w.\"'-]+)\s*\]", line):
            here = table = re.sub("[\"']", "", header.group(2))
            if header.group(1) == "[[":
                seen = {name: count for name, count in seen.items() if not name.startswith(f"{table}.")}
                seen[table] = seen.get(table, -1) + 1
        elif key := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            here = ".".join(filter(None, [table, re.sub("[\"']", "", key.group(1))]))
        else:
            continue
        if any(seen.get(name, index) != index for name, index in index_of.items()):
            continue
        if here == wanted:
            return number
        if wanted.startswith(f"{here}."):
            around = number
    return around


def _dotted(location: tuple[int | str, ...]) -> str:
    return ".".join(part for part in location if isinstance(part, str))
