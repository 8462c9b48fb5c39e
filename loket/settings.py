"""Settings from a TOML file, checked at start; a mistake is told with its line and the likely cure."""

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


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
    first = error.errors(include_url=False)[0]
    location = first["loc"]
    where = ".".join(f"[{part}]" if isinstance(part, int) else str(part) for part in location).replace(
        ".[", "["
    )
    line = _line_of(text, location)
    place = f"{name}:{line}" if line else name
    if first["type"] == "extra_forbidden":
        known = _fields_at(model, location[:-1])
        close = difflib.get_close_matches(str(location[-1]), known, n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"known here: {', '.join(sorted(known))}"
        return f"{place}: {where}: unknown key ({hint})"
    if first["type"] == "missing":
        return f"{place}: {where}: missing; add it"
    message = _PLAIN.get(first["type"], first["msg"]).removeprefix("Value error, ")
    shown = repr(first["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return f"{place}: {where} = {shown}: {message[:1].lower()}{message[1:]}"


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed at `location` inside `model`."""
    current: type[BaseModel] | None = model
    for part in location:
        if current is None:
            return []
        if isinstance(part, str):
            field = current.model_fields.get(part)
            current = _model_in(field.annotation) if field else None
    return list(current.model_fields) if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None


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
