"""Sentences in the language that is spoken now."""

from __future__ import annotations

from .catalogs import translations
from .speaking import tongue

Value = str | int | float


class Marked(str):
    """A sentence or word of ours, as told from what people are called: :func:`~.stored.kept` keeps the difference."""

    __slots__ = ()


def N_(sentence: str) -> str:  # noqa: N802 - the name by which extraction knows it
    """``sentence`` itself, marked for the catalogues: for tables made at import, said later with ``_``."""
    return Marked(sentence)


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
