"""How many texts the words in a form take, in a sentence; static/segments.js says the same while they are typed, with
sentences that the page hands it."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.delivery import Segments, segments_of
from outreach.language import _, ngettext

SHOWN = 5
"""Costly characters that are named before the list breaks off."""
Words = dict[str, str | list[str]]


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
        return _("Nothing written yet.")
    over = found.count > most
    room = _too_many(found.count, most) if over else _room(found.count, found.left)
    if not found.costly:
        return room
    return f"{room}{' ' if over else '. '}{_cost(len(found.costly), _listed(found.costly))}"


def script_words() -> Words:
    """The same sentences with their values left open, for the page's script; of several, that for one comes first."""
    return {
        "nothing": _("Nothing written yet."),
        "room": [_room(count, "%(left)s", "%(texts)s") for count in (1, 2)],
        "over": [_too_many(count, "%(most)s", "%(texts)s") for count in (1, 2)],
        "cost": [_cost(count, "%(letters)s") for count in (1, 2)],
        "and": _and("%(first)s", "%(last)s"),
    }


def _room(count: int, left: int | str, texts: int | str | None = None) -> str:
    return ngettext(
        "%(texts)s text · %(left)s left", "%(texts)s texts · %(left)s left", count, texts=texts or count, left=left
    )  # fmt: skip


def _too_many(count: int, most: int | str, texts: int | str | None = None) -> str:
    return ngettext(
        "%(texts)s text, and at most %(most)s may go at once: shorten it.",
        "%(texts)s texts, and at most %(most)s may go at once: shorten it.", count, texts=texts or count, most=most,
    )  # fmt: skip


def _cost(count: int, letters: str) -> str:
    return ngettext(
        "%(letters)s leaves less than half the room.", "%(letters)s leave less than half the room.", count,
        letters=letters,
    )  # fmt: skip


def _and(first: str, last: str) -> str:
    return _("%(first)s and %(last)s", first=first, last=last)


def _listed(letters: tuple[str, ...]) -> str:
    if len(letters) > SHOWN:
        return f"{' '.join(letters[:SHOWN])} …"
    return _and(" ".join(letters[:-1]), letters[-1]) if len(letters) > 1 else letters[0]
