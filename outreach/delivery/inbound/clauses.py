"""A message cut into clauses, each made plain, so that the same words are the same however they are typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

APOSTROPHES = re.compile("['’‘‛ʼ′`´＇]")
PLUS = re.compile(r"(?<!\S)\+(?!\S)")
"""Spanish texts write "no + mensajes"."""
NUMBER_SIGN = re.compile(r"(?<!\S)#(?!\w)")
"""And English ones "wrong #"."""
SENTENCE_ENDS = r"[.!?¡¿;…\n\r\u2028\u2029]+"
CUT = re.compile(
    rf"({SENTENCE_ENDS})|[,:()\"“”«»]+|\s[-–—]+\s|\s(?:and|but|because|cuz|y|pero|porque|pues)(?=\s)", re.IGNORECASE
)
SHORT_FOR = re.compile(r"\b(mrs?|ms|dr|sra?|srta|prof|st)\.", re.IGNORECASE)
"""A point after these ends no sentence."""
LONGEST = 20_000
"""Signs of a message that are read by machine; all of it is kept."""
MANY_BLANKS = re.compile(r"\s{50,}")
"""Nobody writes so many, and what looks for the beginning of a line would go over them from each anew."""


@dataclass(frozen=True, slots=True)
class Clause:
    text: str
    """As it was written."""
    words: str
    """Plain: lower-case letters and figures, no marks, one space between words."""
    alone: bool
    """A sentence or a line of its own."""
    question: bool
    """A question mark ends it."""


def readable(text: str) -> str:
    """What of a message is read by machine."""
    return MANY_BLANKS.sub("\n\n", text[:LONGEST])


def plain(text: str) -> str:
    """Lower-case words without accents, apostrophes, punctuation, emoji or invisible signs, one space between them.

    Compatibility forms (full-width or bold letters, ligatures) become the plain letters they stand for.
    """
    shown = NUMBER_SIGN.sub(" number ", PLUS.sub(" mas ", APOSTROPHES.sub("", text[:LONGEST])))
    letters = unicodedata.normalize("NFKD", shown).casefold()
    kept = (
        "" if unicodedata.category(sign) in ("Mn", "Me", "Cf") else sign if sign.isalnum() else " " for sign in letters
    )
    return " ".join("".join(kept).split())


def squashed(text: str) -> str:
    """The same without any space: ``S.T.O.P.``, ``s t o p`` and ``Stop!`` are all ``stop``."""
    return plain(text).replace(" ", "")


def clauses(text: str) -> list[Clause]:
    """The clauses of a message in its order; those without a word (only emoji, only signs) are left out."""
    found: list[Clause] = []
    begins_sentence, start = True, 0
    shown = SHORT_FOR.sub(r"\1 ", text[:LONGEST])
    for cut in CUT.finditer(shown):
        ends_sentence = cut[1] is not None
        question = ends_sentence and "?" in cut[0]
        _add(found, shown[start : cut.start()], alone=begins_sentence and ends_sentence, question=question)
        begins_sentence, start = ends_sentence, cut.end()
    _add(found, shown[start:], alone=begins_sentence, question=False)
    return found


def _add(found: list[Clause], text: str, *, alone: bool, question: bool) -> None:
    words = plain(text)
    if words:
        found.append(Clause(text.strip(), words, alone, question))
