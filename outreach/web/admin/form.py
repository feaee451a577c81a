"""The fields of a form that was sent, read one by one; what is wrong is gathered, so that a page says all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from outreach.language import _

from ..typed import number_or_none

Choice = TypeVar("Choice", bound=StrEnum)
Problem = tuple[str, str]
EARLIEST, LATEST = 1990, 2100
UNREAD = {"csrf_token", "do", "looked", "seen"}


class Form:
    """``problems`` holds the field's name and a sentence, in the order in which they were read."""

    def __init__(self, fields: MultiDict[str, str]) -> None:
        self._fields = fields
        self.problems: list[Problem] = []

    def wrong(self, field: str, sentence: str) -> None:
        self.problems.append((field, sentence))

    def text(self, field: str) -> str:
        return self._fields.get(field, "").strip()

    def number(self, field: str) -> int | None:
        """None where it is empty or no number that a row can have."""
        return number_or_none(self.text(field))

    def numbers(self, field: str) -> list[int]:
        return [found for text in self._fields.getlist(field) if (found := number_or_none(text)) is not None]

    def ticked(self, field: str) -> bool:
        return self._fields.get(field) == "yes"

    def choice(self, kind: type[Choice], field: str) -> Choice | None:
        """None where nothing of ``kind`` was chosen."""
        text = self.text(field)
        return kind(text) if text in set(kind) else None

    def choices(self, kind: type[Choice], field: str) -> list[Choice]:
        return [kind(text) for text in self._fields.getlist(field) if text in set(kind)]

    def day(self, field: str, *, needed: str = "") -> date | None:
        """A day; None where it is empty. ``needed``: what to say then."""
        text = self.text(field)
        if not text:
            if needed:
                self.wrong(field, needed)
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            self.wrong(field, _("The day must look like 2026-11-24."))
            return None
        if not EARLIEST <= found.year <= LATEST:
            self.wrong(field, _("The year %(year)s cannot be right.", year=found.year))
            return None
        return found

    def clock(self, field: str, of: str = "") -> time | None:
        """A time of day; None where it is empty. ``of``: the field that a problem is said at."""
        text = self.text(field)
        if not text:
            return None
        try:
            return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            self.wrong(of or field, _("A time must look like 08:30."))
            return None

    def digest(self) -> str:
        """Names what was typed: a page that told what a change would do saves exactly that change, or tells anew."""
        return digest_of((name, value) for name, value in self._fields.items(multi=True) if name not in UNREAD)


def digest_of(pairs: Iterable[tuple[str, str]]) -> str:
    told = "\n".join(f"{name}={value}" for name, value in sorted(pairs))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
