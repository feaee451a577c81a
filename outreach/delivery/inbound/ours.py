"""Lines of our own messages, told from a person's where a mail program quotes without a mark.

Mail programs wrap anew and lose blanks, but they keep the order: what goes on where the last line of ours ended is ours
however short it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .clauses import plain

LEAST_SHARED = 12
"""Letters from which a line found anywhere in our own words is ours and no chance."""
DRAWN = re.compile(r"[\s\-_=*~.|>]*")
"""Rules, marks of a quotation, the "-- " above a footer."""


class Ours:
    """The messages that one quotation may hold; a line is asked about after the line above it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = [_Text(text) for text in texts]
        self._at = [(text, 0) for text in self._texts]
        """Where in which text the next line goes on: at first, at the beginning of any."""

    def __bool__(self) -> bool:
        return bool(self._texts)

    def says(self, line: str, *, briefly: bool = True) -> bool:
        """Whether ``line`` is one of ours, whole or as a mail program broke it. ``briefly``: so may be one that is
        shorter than :data:`LEAST_SHARED`, where it stands whole in ours or goes on with it."""
        letters = _letters(line)
        if not letters:
            return DRAWN.fullmatch(line) is not None
        for text, ends in self._found(letters, briefly):
            self._at = [(text, ends)]
            return True
        return False

    def _found(self, letters: str, briefly: bool) -> Iterable[tuple[_Text, int]]:
        """The text that holds ``letters``, and where they end in it."""
        if briefly:
            yield from ((text, at + len(letters)) for text, at in self._at if text.goes_on(letters, at))
            yield from ((text, text.lines[letters]) for text in self._texts if letters in text.lines)
        if len(letters) >= LEAST_SHARED:
            found = ((text, text.letters.find(letters)) for text in self._texts)
            yield from ((text, at + len(letters)) for text, at in found if at >= 0)


class _Text:
    def __init__(self, text: str) -> None:
        self.lines: dict[str, int] = {}
        """The letters of each whole line, and where it ends."""
        self._words: set[int] = set()
        """Where words end."""
        parts: list[str] = []
        length = 0
        for line in text.splitlines():
            words = plain(line).split()
            for word in words:
                parts.append(word)
                length += len(word)
                self._words.add(length)
            if words:
                self.lines.setdefault("".join(words), length)
        self.letters = "".join(parts)

    def goes_on(self, letters: str, at: int) -> bool:
        return self.letters.startswith(letters, at) and at + len(letters) in self._words


def _letters(text: str) -> str:
    return plain(text).replace(" ", "")
