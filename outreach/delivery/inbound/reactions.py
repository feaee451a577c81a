"""A tap on one of our texts ("Liked “…”", "👍 to “…”"): phones send it as a text that repeats ours in full.

How iPhones (English, and Spanish of both sides of the ocean) and Google's Messages word them. What they quote stands in
the same conversation: it is ours, or was read when the family wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from models import Channel, InboundMessage

UNSEEN = re.compile("[\u200b\u2060\ufeff]")
"""Google's Messages puts them around the sign."""
QUOTATION = (
    r"(?P<opens>[“\"«])(?P<quoted>.*)[”\"»]"
    r"|an? (?:image|photo|movie|video|attachment)|una? (?:imagen|foto|video|archivo)"
)
VERBS = (
    r"liked|loved|disliked|laughed at|emphasi[sz]ed|removed (?:an? [a-z ]{3,20}|\S{1,20}) from"
    r"|(?:no )?le (?:gust[oó]|encant[oó]|dio risa|ha gustado|ha encantado|ha hecho gracia)(?: a)?"
    r"|se (?:ri[oó]|ha re[ií]do) (?:de|con)|(?:exclam[oó]|ha exclamado) (?:por|con)|(?:enfatiz|destac|subray)[oó]"
    r"|ha (?:enfatizado|destacado|subrayado)|(?:quit|elimin|retir)[oó] (?:una? [a-zó ]{3,20}|\S{1,20}) (?:de|a)"
)
QUESTIONS = (
    r"questioned|(?:dud[oó]|pregunt[oó]|ha dudado|ha preguntado)(?: (?:sobre|de|por))?|cuestion[oó]|ha cuestionado"
)
WITH_A_SIGN = r"(?:reacted |reaccion[oó] con |ha reaccionado con )?(?P<sign>\S{1,20}) (?:to|a|en|con)"
REACTION = re.compile(
    rf"\s*(?:(?P<asks>{QUESTIONS})|{VERBS}|{WITH_A_SIGN})\s+(?:{QUOTATION})\s*", re.IGNORECASE | re.DOTALL
)
ASKING = frozenset("?¿❓❔⁉")


@dataclass(frozen=True, slots=True)
class Reaction:
    words: str
    """Those of the reaction itself, without what it quotes."""
    asks: bool
    """A question mark: a person should look."""


def reaction_in(text: str) -> Reaction | None:
    """What ``text`` is, where it is nothing but a reaction to one message; None for what a person wrote.

    ``Liked “your note” but is he safe, “really”?`` is a person's.
    """
    found = REACTION.fullmatch(UNSEEN.sub("", text))
    if found is None or not _is_one(found["opens"], found["quoted"] or ""):
        return None
    sign = found["sign"]
    if sign is not None and not _is_sign(sign):
        return None
    begins, ends = found.span("quoted")
    words = found[0] if begins < 0 else found.string[:begins] + found.string[ends:]
    return Reaction(" ".join(words.split()), found["asks"] is not None or (sign is not None and sign[0] in ASKING))


def reaction_to(inbound: InboundMessage) -> Reaction | None:
    """The same of a message; only texts come so."""
    return reaction_in(inbound.body) if inbound.channel is Channel.SMS else None


def _is_one(opens: str | None, quoted: str) -> bool:
    """Quotations inside it are closed again, so that its last mark closes its first."""
    if opens == '"' and '"' in quoted:
        return False
    depth = 0
    for mark in quoted:
        depth += (mark in "“«") - (mark in "”»")
        if depth < 0:
            return False
    return depth == 0


def _is_sign(sign: str) -> bool:
    """An emoji, and not a word."""
    return any(unicodedata.category(one) in ("So", "Po") for one in sign) and not any(one.isalnum() for one in sign)
