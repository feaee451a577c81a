"""What somebody types of a name, as a pattern that finds it: from two letters, without case, marks or apostrophes."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain
from typing import Any

from sqlalchemy import Boolean, ColumnElement, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import SQLColumnExpression
from sqlalchemy.sql.functions import FunctionElement

FEWEST_LETTERS = 2
LONGEST = 60
MOST_WORDS = 4
WITHOUT_A_MARK = {"d": "đĐðÐ", "h": "ħĦ", "i": "ıİ", "l": "łŁ", "o": "øØ", "t": "ŧŦ"}
"""Letters that Unicode does not take apart into a plain one and its mark."""
APOSTROPHES = "'’ʼ`"
"""Need not be typed: O'Brien."""


def _marked_letters() -> Mapping[str, str]:
    """``e`` to every e with a mark, in both cases."""
    found: dict[str, set[str]] = defaultdict(set)
    for code in chain(range(0xC0, 0x250), range(0x1E00, 0x1F00)):
        letter = chr(code)
        plain = unicodedata.normalize("NFKD", letter)[0].lower()
        if letter.isalpha() and plain.isascii() and plain.isalpha():
            found[plain].add(letter)
    for plain, letters in WITHOUT_A_MARK.items():
        found[plain].update(letters)
    return {plain: "".join(sorted(letters)) for plain, letters in found.items()}


MARKED = _marked_letters()


class begins_a_word(FunctionElement[bool]):  # noqa: N801 - reads as a function of SQL, which it is
    """Whether a word of the first argument, :func:`plain_names`, begins as the second, one of :func:`patterns`."""

    type = Boolean()
    inherit_cache = True


@compiles(begins_a_word, "sqlite")
def _by_glob(element: begins_a_word, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite's own; its REGEXP would ask Python about every row."""
    names, pattern = (compiler.process(part, **options) for part in element.clauses)
    return f"({names} GLOB '* ' || {pattern} || '*')"


@compiles(begins_a_word)
def _by_expression(element: begins_a_word, compiler: SQLCompiler, **options: Any) -> str:
    names, pattern = (compiler.process(part, **options) for part in element.clauses)
    return f"({names} ~ (' ' || {pattern}))"


def plain_names(*names: SQLColumnExpression[str] | SQLColumnExpression[str | None]) -> ColumnElement[str]:
    """Several names as one text, a blank before each word and in place of hyphens, without apostrophes."""
    joined: ColumnElement[str] = literal_column("''")
    for name in names:
        joined = joined.concat(" ").concat(func.coalesce(name, ""))
    joined = func.replace(joined, "-", " ")
    for apostrophe in APOSTROPHES:
        joined = func.replace(joined, apostrophe, "")
    return joined


def patterns(typed: str) -> list[str]:
    """One pattern for each word of ``typed``: a class of letters for each letter, understood alike by both databases.

    Names are kept composed (NFC), as every import brings them. Empty where fewer than ``FEWEST_LETTERS`` letters were
    typed in all.
    """
    words = [_letters(word) for word in typed[:LONGEST].replace("-", " ").split()]
    words = [word for word in words if word][:MOST_WORDS]
    if sum(map(len, words)) < FEWEST_LETTERS:
        return []
    return ["".join(_any_case(letter) for letter in word) for word in words]


def _letters(word: str) -> str:
    """The letters and digits of a word, their marks left away."""
    plain = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in plain if letter.isalnum())


def _any_case(letter: str) -> str:
    lower, upper = letter.lower(), letter.upper()
    known = next((plain for plain, marked in MARKED.items() if letter in marked), lower)
    both = f"{known}{known.upper()}" if known.isascii() else f"{lower}{upper}"
    return f"[{both}{MARKED.get(known, '')}]"
