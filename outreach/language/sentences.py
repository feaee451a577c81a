"""Sentences in the language that is spoken now, and sentences kept for a reader of another day."""

from __future__ import annotations

import json

from .catalogs import translations
from .speaking import tongue

Value = str | int | float


def N_(sentence: str) -> str:  # noqa: N802 - the name by which extraction knows it
    """``sentence`` itself, marked for the catalogues: for tables made at import, said later with ``_``."""
    return sentence


def _(sentence: str, **values: Value) -> str:
    """``sentence`` in the language spoken now, its ``%(name)s`` filled."""
    found: str = translations(tongue()).gettext(sentence) if sentence else ""
    return found % values if values else found


def ngettext(one: str, many: str, count: int, **values: Value) -> str:
    """The form for ``count`` things, in the language spoken now; ``%(count)s`` is the number itself."""
    found: str = translations(tongue()).ngettext(one, many, count)
    return found % {"count": count, **values}


def pgettext(context: str, sentence: str, **values: Value) -> str:
    """Like ``_``, for a word that means different things in different places; ``context`` says which."""
    found = str(translations(tongue()).pgettext(context, sentence))
    return found % values if values else found


def kept(sentence: str, **values: Value) -> str:
    """How ``sentence`` (marked with ``N_``) is stored, its values beside it. A value may be a kept sentence itself."""
    return json.dumps([sentence, values], ensure_ascii=False) if values else sentence


def said(stored: str | None) -> str:
    """A stored sentence in the language spoken now. What a person wrote, and what an older release stored as plain
    text, is said as it stands."""
    if not stored:
        return ""
    if not stored.startswith('["'):
        return _(stored)
    try:
        sentence, values = json.loads(stored)
    except ValueError:
        return stored
    if not isinstance(sentence, str) or not isinstance(values, dict):
        return stored
    return _(sentence, **{name: said(value) if isinstance(value, str) else value for name, value in values.items()})
