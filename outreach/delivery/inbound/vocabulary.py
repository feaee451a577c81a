"""What one clause means by itself: an opt-out, a wrong number, or mere courtesy; in English and Spanish."""

from __future__ import annotations

import re

from models import Channel

from . import english, spanish
from .patterns import set_of

MOST_WORDS = 24
"""In a clause; nobody opts out in more, and a longer one is read by a person."""
CARRIER_STOP = frozenset(("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"))
"""The carriers' words, as Twilio reads them ("Support for opt-out keywords (SMS STOP filtering)" in its help)."""
CARRIER_HELP = frozenset(("help", "info"))
CARRIER_START = frozenset(("start", "unstop"))
"""YES too, of somebody who is opted out."""
LOUD = frozenset(("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "OPTOUT", "OPT OUT", "OPT-OUT"))
"""In capitals, as a sentence of its own, whatever else the message says."""
FIRST_LINE = frozenset(("stop", "stopall", "unsubscribe", "optout", "nomas", "alto"))
"""As a line of its own before all others."""
COURTESY = set_of(
    "please pls plz thanks thank you thx ty tysm ok okay hi hello hey sir maam mr mrs ms miss good morning afternoon"
    " evening night sorry now asap immediately god bless have a nice day regards sincerely best respectfully again"
    " gracias por favor porfavor porfa hola buenas buenos tardes dias noches muchas mil disculpe disculpen perdon"
    " bendiciones saludos atentamente senora senor maestra maestro profe ya ahora lo siento que tenga buen dia bonito"
    " no yes si the and for your time understanding su tiempo comprension everyone all lol"
)
"""Beside an opt-out these ask for nothing."""
LEADS = re.compile(f"{english.LEAD}|{spanish.LEAD}")
OATHS = re.compile(
    r"\b(?:(?:the )?(?:fuck|hell) (?!out\b|off\b)|(?:(?:mother)?f(?:uc)?king?|effing|freaking?|fricking?|frigging?"
    r"|god ?damn|damned|damn|bloody|pinches?|malditos?|malditas?|putos?|putas?|chingados?|chingadas?) )"
)
"""They make an opt-out angrier, and nothing else."""
A_REQUEST = re.compile(
    r"\b(?:how (?:do|can|to|would)|(?:can|could|will|would) (?:you|u|ya|yall)|(?:can|could|may) (?:i|we)|pueden?|puedes"
    r"|podrian?|podrias|como (?:hago|puedo|le hago|me|nos|dejo|cancelo|paro|quito|desactivo)"
    r"|(?:me|nos) (?:quitan?|quitas|sacan?|borran?|eliminan?|dan?|das))\b"
)
"""How a question may ask for the end of messages: "can you stop texting me?". "No more texts?" asks something else."""

MESSAGES_ONLY = re.compile(
    rf"(?: (?:{english.MESSAGES}|{spanish.MENSAJES}|your|our|my|the|these|those|all|school|from|about|list|lists"
    r"|sus|los|las|la|de|escuela|lista|no subject|sin asunto))*"
)
E_MAIL_WORDS = re.compile(r"\b(?:emails?|e mails?|emailing|e mailing|mails?|mailing|correos?|inbox)\b")
TEXT_WORDS = re.compile(
    r"\b(?:texts?|txts?|texting|txting|sms|textos?|textee[ns]?|textear(?:me|nos)?|texteando|number|numero|phone"
    r"|telefono|cell|celular|mensajes? de texto|mensajee[ns]?)\b"
)
CALL_WORDS = re.compile(r"\b(?:call|calls|calling|called|robocalls|llame[ns]?|llamar(?:me|nos)?|llamando|llamadas?)\b")
MAIL_ADDRESS = re.compile(r"\b(?:email|e mail|address|correo)\b")
WRONG = re.compile(r"\b(?:wrong|equivocad[oa]|equivoc\w+|incorrect[oa])\b")
FOR_GOOD = re.compile(
    r"\b(?:again|anymore|any more|ever|never|number|phone|mas|nunca|jamas|numero|otra vez|de nuevo|text|texts|texting"
    r"|message|messages|mensajes|textos|contact|bother)\b"
)


def is_opt_out(words: str, *, question: bool = False) -> str | None:
    """The language of a plain clause that asks for no more messages; None where it does not.

    ``question``: a question mark ends it. Then it counts only as a request.
    """
    if len(words.split()) > MOST_WORDS or (question and not A_REQUEST.search(words)):
        return None
    words = OATHS.sub("", words)
    if english.OPT_OUT.fullmatch(words):
        return "en"
    return "es" if spanish.OPT_OUT.fullmatch(words) else None


def is_stop_alone(words: str) -> str | None:
    """The same for words that mean it only where nothing else is said."""
    if len(words.split()) > MOST_WORDS:
        return None
    if english.ALONE.fullmatch(words):
        return "en"
    return "es" if spanish.ALONE.fullmatch(words) else None


def is_wrong_number(words: str, channel: Channel = Channel.SMS) -> bool:
    """The clause says that who reads this channel is not whom we mean: a wrong e-mail address is no wrong number."""
    if len(words.split()) > MOST_WORDS or (TEXT_WORDS if channel is Channel.EMAIL else MAIL_ADDRESS).search(words):
        return False
    return bool(english.WRONG_PERSON.fullmatch(words) or spanish.WRONG_PERSON.fullmatch(words))


def is_wrong_alone(words: str) -> bool:
    """The same for words that mean it only where nothing else is said."""
    if len(words.split()) > MOST_WORDS:
        return False
    return bool(english.WRONG_ALONE.fullmatch(words) or spanish.WRONG_ALONE.fullmatch(words))


def parted(words: str) -> tuple[str, ...]:
    """A run-on clause in its two parts, "wrong number" and "stop texting me"; any other as it stands."""
    said = words.split()
    if not WRONG.search(words) or len(said) > MOST_WORDS:
        return (words,)
    for cut in range(1, len(said)):
        two = " ".join(said[:cut]), " ".join(said[cut:])
        if any((is_wrong_number(one) or is_wrong_alone(one)) and _ends(other) for one, other in (two, two[::-1])):
            return two
    return (words,)


def _ends(words: str) -> bool:
    return (is_opt_out(words) or is_stop_alone(words)) is not None


def is_about(words: str, channel: Channel) -> bool:
    """Whether an opt-out speaks of this channel: "stop e-mailing me" in a text does not end texts.

    Words that name no way of writing speak of the one they came by. One about calls does where it ends them for good.
    """
    e_mail, text, call = (bool(found.search(words)) for found in (E_MAIL_WORDS, TEXT_WORDS, CALL_WORDS))
    if channel is Channel.EMAIL:
        return e_mail or not (text or call)
    if e_mail and not text:
        return False
    return not call or bool(FOR_GOOD.search(words))


def speaks_of_messages(words: str) -> bool:
    """Nothing but what messages are called, as an e-mail's subject line may: "School messages"."""
    return MESSAGES_ONLY.fullmatch(f" {words}") is not None


def asks_nothing(words: str) -> bool:
    """Nothing but courtesy, or what leads up to an opt-out: "for the last time"."""
    said = words.split()
    if all(word in COURTESY for word in said):
        return True
    return len(said) <= MOST_WORDS and LEADS.fullmatch(f"{words} ") is not None
