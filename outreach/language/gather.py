"""Bring the catalogues up to date with what the sources say: ``python -m outreach.language.gather``.

New sentences come in without a translation (a test fails until each has one), those that nobody says any more go out,
and what was translated stays. Files are sorted by sentence and name no places, so that a change of one sentence is a
change of one entry.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from .catalogs import LANGUAGES, SOURCE, catalog

ROOT = Path(__file__).parent.parent.parent
SOURCES = ("outreach", "jobs", "models", "config", "templates")
METHODS = [("**/generate/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}, "**.txt": {"trimmed": "true", "silent": "false"}}
WIDTH = 110
HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {tag}\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def sentences() -> Catalog:
    """Every sentence that the sources mark, once."""
    found = Catalog(project="Outreach")
    for one, comments, context in _marked():
        found.add(one, auto_comments=comments, context=context)
    return found


def _marked() -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    for folder in SOURCES:
        for _file, _line, message, comments, context in extract_from_dir(
            str(ROOT / folder), METHODS, OPTIONS, comment_tags=("Translators:",), strip_comment_tags=True
        ):
            yield message, comments, context


def updated(tag: str) -> Catalog:
    """One language's catalogue with exactly the sentences of the sources, its translations kept."""
    stands, made = catalog(tag), catalog(tag)
    for message in list(stands):
        if message.id:
            made.delete(message.id, message.context)
    for message in sentences():
        if not message.id:
            continue
        before = stands.get(message.id, message.context)
        same_shape = before is not None and isinstance(before.id, tuple) == isinstance(message.id, tuple)
        made.add(
            message.id, before.string if before is not None and same_shape else None,
            auto_comments=message.auto_comments, context=message.context,
        )  # fmt: skip
    return made


def main() -> None:
    for tag in LANGUAGES:
        if tag == SOURCE:
            continue
        made = updated(tag)
        with (Path(__file__).parent / tag / "outreach.po").open("wb") as file:
            file.write(HEADER.format(tag=tag, plural_forms=made.plural_forms).encode())
            write_po(file, made, width=WIDTH, no_location=True, omit_header=True, sort_output=True)
        missing = sum(1 for message in made if message.id and not _translated(message.string))
        sys.stdout.write(f"{tag}: {len(made)} sentences, {missing} without a translation\n")


def _translated(said: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(said) if isinstance(said, tuple | list) else bool(said)


if __name__ == "__main__":
    main()
