"""Names compared without case and without marks, the same on both databases."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import Computed, String, case, func, literal_column
from sqlalchemy.sql.elements import ColumnElement, SQLColumnExpression

STROKES = str.maketrans({
    "đ": "d", "ð": "d", "ł": "l", "ø": "o", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "þ": "t", "ß": "s",
    "æ": "a", "œ": "o",
})  # fmt: skip
"""Letters that Unicode does not take apart. A pair counts as its first."""
LETTERS = (*range(0xC0, 0x180), 0x218, 0x219, 0x21A, 0x21B, *range(0x1EA0, 0x1EFA))
"""Of western, central and northern Europe, Turkey, Romania and Vietnam, by their numbers in Unicode."""
COMPARED_PLAINLY = 3
"""Letters from the front that are freed of their marks; ranges are drawn on the first few."""
LEFT_TO_THE_DATABASE: dict[str, Any] = {"eager_defaults": False}
"""For the mapper of a table with a column of :func:`kept_plain`: read back after each insert it would be written again
by whoever merges the row into another session, which no database takes."""


def plain_word(word: str) -> str:
    """A word that somebody typed, as :func:`plain_letters` compares."""
    bare = (sign for sign in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(sign))
    return "".join(bare).translate(STROKES)


def _marked() -> dict[str, str]:
    found: dict[str, str] = {}
    for letter in map(chr, LETTERS):
        plain = plain_word(letter)[:1]
        if plain.isascii() and plain.isalpha():
            found[plain] = found.get(plain, "") + letter
    return found


PLAIN_LETTERS = _marked()
"""SQLite lowers ASCII only, and collations differ between databases: a caseload A to L must hold Évora on both."""


def plain_letters(name: SQLColumnExpression[str] | SQLColumnExpression[str | None]) -> ColumnElement[str]:
    """``name`` in lower case, its first letters without marks; NULL becomes the empty string.

    A flat CASE a letter: nested replacements of every mark overflow SQLite's parser. What it says is always the same
    and stands in the statement as text: as bound values it was some 800 of them in each statement about a set of
    students, all to be named, sent and read anew.
    """
    given = func.coalesce(name, literal_column("''"))
    folded: ColumnElement[str] = func.lower(func.substr(given, literal_column(str(COMPARED_PLAINLY + 1))))
    for position in range(COMPARED_PLAINLY, 0, -1):
        letter = func.substr(given, literal_column(str(position)), literal_column("1"))
        plain = case(*((_one_of(letter, marks), _text(base)) for base, marks in PLAIN_LETTERS.items()), else_=letter)
        folded = func.lower(plain).concat(folded)
    return folded


def kept_plain(name: str) -> Computed:
    """What :func:`plain_letters` says of this table's column ``name``, kept beside it by the database itself.

    Asked in every statement about a set of students it was most of that statement, and to plan one took longer than to
    run it.
    """
    return Computed(plain_letters(literal_column(name, String)), persisted=True)


def _one_of(letter: ColumnElement[str], marks: str) -> ColumnElement[bool]:
    return letter.bool_op("IN")(literal_column(f"({', '.join(map(repr, marks))})"))


def _text(base: str) -> ColumnElement[str]:
    return literal_column(repr(base), String)
