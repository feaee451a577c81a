"""The catalogues, read from their ``.po`` files when first asked for: nothing has to be compiled before a start."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE = "en"
LANGUAGES = {SOURCE: "English", "es": "Español"}
"""By tag, each language by its own name."""
LOCALES = {SOURCE: Locale("en", "US"), "es": Locale("es", "US")}
"""Whose months, hours and decimal marks are used."""


@cache
def translations(tag: str) -> NullTranslations:
    """What this language says for each English sentence; the sentence itself where the catalogue has none.

    Raises ``KeyError`` for a language that pages are not written in.
    """
    LANGUAGES[tag]
    if tag == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalog(tag))
    compiled.seek(0)
    return Translations(compiled)


@cache
def _sentences() -> frozenset[str]:
    return frozenset(one for entry in catalog("es") for one in ([entry.id] if isinstance(entry.id, str) else entry.id))


def is_ours(sentence: str) -> bool:
    """Whether pages say it, by the catalogues: each of them holds every sentence. Raises ``TypeError`` for what is no
    text."""
    return sentence in _sentences()


def catalog(tag: str) -> Catalog:
    """The entries of one language's file as they stand, untranslated ones too."""
    with (files(__package__) / tag / "outreach.po").open("rb") as file:
        return read_po(file, locale=tag)
