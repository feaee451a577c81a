"""Which of the core subjects a course belongs to: by its subject code, else by the words of its title.

The table is ``config/subjects.toml``; a district's own file of that name in ``OUTREACH_CONFIG_DIR`` goes over it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from models import JsonObject, Subject
from outreach.effective import table
from outreach.language import N_

from .rejection import RosterError

FILE = "subjects.toml"
SCED_LENGTH = 5


@dataclass(frozen=True)
class Subjects:
    """The table, ready to ask."""

    codes: dict[str, Subject]
    """By whole code or by its beginning, in capitals; the longest beginning counts."""
    words: tuple[tuple[str, Subject], ...]
    """Phrases in lower case without accents, the longest first; ``*`` at the end stands for any ending."""

    def of(self, codes: Iterable[str], *titles: str) -> Subject:
        """The subject of a course: the first of ``codes`` that the table knows, else the first of ``titles`` of which
        it knows a word, else ``other``."""
        for code in codes:
            if found := self._by_code(code):
                return found
        for title in titles:
            if found := self._by_words(title):
                return found
        return Subject.OTHER

    def _by_code(self, code: str) -> Subject | None:
        code = code.strip().upper()
        for length in range(len(code), 0, -1):
            found = self.codes.get(code[:length])
            if found and (length == len(code) or _may_begin(code, length)):
                return found
        return None

    def _by_words(self, title: str) -> Subject | None:
        words = f" {' '.join(_plain(title).split())} "
        for phrase, subject in self.words:
            if (f" {phrase[:-1]}" if phrase.endswith("*") else f" {phrase} ") in words:
                return subject
        return None


def _may_begin(code: str, length: int) -> bool:
    """Whether the first ``length`` signs of ``code`` say its subject: of digits only in a SCED code, which has five or
    more (a district's own 0210 is none); of letters only where the letters end there (ENG of ENG-1, not of ENGR)."""
    if code[:length].isdigit():
        return len(code) >= SCED_LENGTH and code[:SCED_LENGTH].isdigit()
    return not code[length].isalpha()


def load_subjects() -> Subjects:
    """The table in force. Raises :class:`~outreach.roster.rejection.RosterError` where a district's own names a
    subject that there is not."""
    values = table(FILE)
    codes: dict[str, Subject] = {}
    words: list[tuple[str, Subject]] = []
    for name, listed in _lists(values, "codes"):
        codes |= dict.fromkeys((code.upper() for code in listed), _subject(name))
    for name, listed in _lists(values, "words"):
        words += [(_plain(phrase, keep="*"), _subject(name)) for phrase in listed]
    words.sort(key=lambda entry: (-len(entry[0]), entry[0]))
    return Subjects(codes, tuple(words))


def _lists(values: JsonObject, part: str) -> list[tuple[str, Sequence[str]]]:
    section = values.get(part)
    if not isinstance(section, dict):
        raise RosterError(N_("%(file)s has no part [%(part)s]."), file=FILE, part=part)
    lists: list[tuple[str, Sequence[str]]] = []
    for name, listed in section.items():
        if not isinstance(listed, list) or not all(isinstance(entry, str) and entry for entry in listed):
            raise RosterError(
                N_("%(file)s, [%(part)s] %(name)s: must be a list of words in quotes."), file=FILE, part=part, name=name
            )
        lists.append((name, [str(entry) for entry in listed]))
    return lists


def _subject(name: str) -> Subject:
    try:
        return Subject(name)
    except ValueError:
        raise RosterError(
            N_("%(file)s: %(name)s is no subject; there are %(subjects)s."),
            file=FILE,
            name=name,
            subjects=", ".join(Subject),
        ) from None


@lru_cache(maxsize=2048)
def _plain(text: str, keep: str = "") -> str:
    """Lower case, without accents; all but letters and digits becomes a blank."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(re.sub(rf"[^\w{re.escape(keep)}]|_", " ", bare).split())
