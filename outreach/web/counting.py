"""How many texts the words in a form take, in a sentence; static/segments.js says the same while they are typed."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.delivery import Segments, segments_of

SHOWN = 5
"""Costly characters that are named before the list breaks off."""


@dataclass(frozen=True, slots=True)
class Counted:
    words: str
    over: bool
    """More than may go at once."""
    most: int


def counted(text: str, most: int) -> Counted:
    """What stands under the field: texts, room left, which characters cost, and the limit of ``most`` texts."""
    found = segments_of(text.replace("\r\n", "\n").strip())
    return Counted(segment_words(found, most), found.count > most, most)


def segment_words(found: Segments, most: int) -> str:
    if not found.count:
        return "Nothing written yet."
    said = "1 text" if found.count == 1 else f"{found.count} texts"
    over = found.count > most
    said += f", and at most {most} may go at once: shorten it." if over else f" · {found.left} left"
    if not found.costly:
        return said
    verb = "leave" if len(found.costly) > 1 else "leaves"
    return f"{said}{' ' if over else '. '}{_listed(found.costly)} {verb} less than half the room."


def _listed(letters: tuple[str, ...]) -> str:
    if len(letters) > SHOWN:
        return f"{' '.join(letters[:SHOWN])} …"
    return " and ".join([" ".join(letters[:-1]), letters[-1]] if len(letters) > 1 else letters)
