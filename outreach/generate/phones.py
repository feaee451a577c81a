"""Telephone numbers that can never ring: 555-0100 to 555-0199 of real area codes, given out one by one."""

from __future__ import annotations

from collections.abc import Iterator

from .names import AREA_CODES

LINES = range(100, 200)
NOWHERE = range(290, 300)
"""Area codes kept free for a longer numbering plan: such a number is possible, and nobody's."""


class Phones:
    """Hands out each number once; nearest zone first, then the others, until all some 30,000 are used."""

    def __init__(self) -> None:
        self._free = {zone: self._numbers(codes) for zone, codes in AREA_CODES.items()}
        self._doubtful = self._numbers(NOWHERE)

    def take(self, zone: str) -> str | None:
        """A number in E.164, of ``zone`` as long as there is one; None when all are given out."""
        for place in (zone, *self._free):
            value = next(self._free[place], None)
            if value is not None:
                return value
        return None

    def take_doubtful(self) -> str | None:
        """A number that has the right length and yet is in no numbering plan."""
        return next(self._doubtful, None)

    @staticmethod
    def _numbers(codes: range | tuple[int, ...]) -> Iterator[str]:
        return (f"+1{code}5550{line}" for code in codes for line in LINES)
