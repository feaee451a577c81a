"""How many SMS segments a text takes, as carriers count them (3GPP TS 23.038 and 23.040).

A text whose every character is in the GSM 7-bit alphabet holds 160 septets in one segment, 153 in each of several;
a character of the extension table takes two septets, which are never parted. Any other character makes the whole text
UCS-2: 70 UTF-16 units in one segment, 67 in each of several; the two units of a surrogate pair are never parted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")


class Alphabet(StrEnum):
    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


SINGLE = {Alphabet.GSM_7: 160, Alphabet.UCS_2: 70}
EACH_OF_SEVERAL = {Alphabet.GSM_7: 153, Alphabet.UCS_2: 67}


@dataclass(frozen=True, slots=True)
class Segments:
    count: int
    """Segments that the text takes; an empty text takes none."""
    alphabet: Alphabet
    units: int
    """Septets (GSM-7) or UTF-16 units (UCS-2) in all."""
    left: int
    """Units that still fit into the last segment."""
    costly: tuple[str, ...]
    """The characters that make it UCS-2, each once, in order."""


def segments_of(text: str) -> Segments:
    """Count ``text`` as a carrier would. No letter is changed to save a segment; the page shows which ones cost."""
    if 0 < len(text) <= SINGLE[Alphabet.GSM_7] and BASIC.issuperset(text):  # most texts; a worker counts many a second
        return Segments(1, Alphabet.GSM_7, len(text), SINGLE[Alphabet.GSM_7] - len(text), ())
    costly = tuple(dict.fromkeys(letter for letter in text if letter not in BASIC and letter not in EXTENSION))
    alphabet = Alphabet.UCS_2 if costly else Alphabet.GSM_7
    widths = list(_widths(text, alphabet))
    units = sum(widths)
    if units <= SINGLE[alphabet]:
        return Segments(min(units, 1), alphabet, units, SINGLE[alphabet] - units if units else 0, costly)
    count, used = 1, 0
    for width in widths:
        if used + width > EACH_OF_SEVERAL[alphabet]:
            count, used = count + 1, 0
        used += width
    return Segments(count, alphabet, units, EACH_OF_SEVERAL[alphabet] - used, costly)


def _widths(text: str, alphabet: Alphabet) -> Iterator[int]:
    for letter in text:
        if alphabet is Alphabet.GSM_7:
            yield 2 if letter in EXTENSION else 1
        else:
            yield 2 if ord(letter) > 0xFFFF else 1
