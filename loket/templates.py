"""Jinja templates in a language: everything that varies is escaped, and a missing name is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from loket.strings import catalogue


def environment(folder: Path, language: str, *, newstyle: bool = True) -> Environment:
    """The templates in `folder/templates` with the words of `folder/strings`.

    `newstyle`: whether words take values by `%(name)s`; without, a percent sign is one. Raises
    FileNotFoundError if the language has no catalogue.
    """
    made = Environment(
        loader=FileSystemLoader(folder / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(  # type: ignore[attr-defined]
        catalogue(folder / "strings", language), newstyle=newstyle
    )
    return made
