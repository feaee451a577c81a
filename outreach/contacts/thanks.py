"""Whether a family's message says nothing but thanks, in English or Spanish. The clock ignores such a message."""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 12
LONGEST = 1_000
"""Signs. A longer message, by either, is read by a person, whatever its words."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


THANKS = _words(
    "thanks thank thankyou thx ty tysm tks thnx gracias grax mil appreciate appreciated agradezco agradecida agradecido"
)
KINDLY = _words(
    """
    a again ahora all alright amable and atencion avisar avisarme be bendiciones bendiga best bien bless
    blessings buen buena buenas bueno buenos care claro con cool day de del dia dias dios el en entendido
    enterada enterado es esta everything excelente for getting god good got great ha have hello helping hi hola
    i igualmente info informacion information is it jaja just know la las le letting lo lot ma'am maam maestra
    maestro me mensaje message mis miss mister mr mrs ms much mucha muchas muchisimas mucho muy my nice noche
    noches nos ok okay okey oki okie para perfect perfecto por profe profesor profesora que quick reply response
    respuesta se si sir so sounds su sure take tarde tardes teacher that the this todo tu tus u understood usted
    ustedes vale very we welcome wonderful y ya yep yes you your yours yup
    """
)
"""Words that ask for nothing, beside which thanks are still only thanks."""
ACKNOWLEDGING = _words(
    "ok okay okey oki okie got entendido enterada enterado perfect perfecto understood vale great excelente"
)
CONTRARY = _words("no not nothing never but pero nada nunca sin ni without")
PERSONS_NAME = re.compile(r"\b(?:mr|mrs|ms|miss|sra|sr|srta)\b\.?\s+[^\W\d_]+")
KIND_PHRASE = re.compile(
    r"\b(?:your|the|su|tu|la|el) (?:\w+ )?(?:help|ayuda|time|tiempo|patience|paciencia|support|apoyo|update)\b"
)
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
THANKFUL_SIGNS = ("🙏", "👍", "❤", "😊", "🙂", "👌", "💕", "🥰", "😀")


def is_only_thanks(text: str) -> bool:
    """True for "Thank you!", "ok muchas gracias profe 🙏", "👍"; False wherever a person should read on.

    A question mark, a figure, a word of no, or any word that is not known to be harmless makes it more than thanks:
    the mistake to avoid is a question that nobody answers.
    """
    if len(text) > LONGEST:
        return False
    plain = _plain(text)
    if "?" in plain or "¿" in plain or any(sign.isdigit() for sign in plain):
        return False
    words = WORD.findall(KIND_PHRASE.sub(" ", PERSONS_NAME.sub(" ", plain)))
    if not words:
        return any(sign in text for sign in THANKFUL_SIGNS)
    if len(words) > MOST_WORDS or CONTRARY.intersection(words):
        return False
    return all(word in THANKS or word in KINDLY for word in words) and bool(
        THANKS.intersection(words) or _acknowledges(words)
    )


def _acknowledges(words: list[str]) -> bool:
    """ "Ok", "got it", "entendido": no thanks in so many words, and yet nothing to answer."""
    return len(words) <= 3 and bool(ACKNOWLEDGING.intersection(words))


def _plain(text: str) -> str:
    """Lower-case, straight apostrophes, no marks on letters."""
    folded = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    return "".join(sign for sign in folded if not unicodedata.combining(sign))
