"""How to reach the family of a suggestion, and what to begin with: sentences in the language of whoever reads them."""

from __future__ import annotations

from models import Channel, Guardian, Outreach
from outreach.language import N_, _, language_name

from .wording import STAFF_LANGUAGE, base_language

SPEAKS_AND_READS = {
    (Channel.SMS, True): N_("Speaks %(language)s, reads texts %(wish)s."),
    (Channel.SMS, False): N_("Speaks %(language)s, reads texts."),
    (Channel.EMAIL, True): N_("Speaks %(language)s, reads e-mail %(wish)s."),
    (Channel.EMAIL, False): N_("Speaks %(language)s, reads e-mail."),
    (Channel.PHONE, True): N_("Speaks %(language)s, takes calls %(wish)s."),
    (Channel.PHONE, False): N_("Speaks %(language)s, takes calls."),
}
READS = {
    (Channel.SMS, True): N_("Reads texts %(wish)s."),
    (Channel.SMS, False): N_("Reads texts."),
    (Channel.EMAIL, True): N_("Reads e-mail %(wish)s."),
    (Channel.EMAIL, False): N_("Reads e-mail."),
    (Channel.PHONE, True): N_("Takes calls %(wish)s."),
    (Channel.PHONE, False): N_("Takes calls."),
}
"""By channel, and by whether the guardian said when; those words are the guardian's own, and stay as they are."""


def how(row: Outreach, guardian: Guardian | None) -> str:
    """ "Speaks Spanish, reads texts after 5 pm." and, for a call, what to begin with, in the caller's language."""
    opening = row.body_in_staff_language or row.body
    if row.channel is not Channel.PHONE or not opening:
        return reached(row, guardian)
    return " ".join([*_sentences(row, guardian), _("To begin with: “%(words)s”", words=opening)])


def reached(row: Outreach, guardian: Guardian | None) -> str:
    """The same without what to begin with."""
    return " ".join(_sentences(row, guardian))


def _sentences(row: Outreach, guardian: Guardian | None) -> list[str]:
    sentences = _reads(row, guardian)
    if row.channel is Channel.LETTER:
        sentences.append(_("No phone or e-mail that works: a printed note."))
    if row.channel is Channel.IN_PERSON:
        found = guardian is not None
        sentences.append(
            _("Best face to face.") if found else _("No guardian is on record: find out whom to ask.")
        )  # fmt: skip
    return sentences


def _reads(row: Outreach, guardian: Guardian | None) -> list[str]:
    """The language of the home, and when it is reached."""
    wish = (guardian.best_time or "").strip() if guardian else ""
    spoken = base_language(guardian.language if guardian else None)
    language = language_name(spoken) if spoken and spoken != STAFF_LANGUAGE else ""
    key = (row.channel, bool(wish))
    if language and not row.interpreter and key in SPEAKS_AND_READS:
        return [_(SPEAKS_AND_READS[key], language=language, wish=wish)]
    said: list[str] = []
    if language and row.interpreter:
        said.append(_("Speaks %(language)s: ask for an interpreter.", language=language))
    elif language:
        said.append(_("Speaks %(language)s.", language=language))
    elif row.interpreter:
        said.append(_("Ask for an interpreter."))
    if key in READS:
        said.append(_(READS[key], wish=wish))
    elif wish:
        said.append(_("Best time: %(wish)s.", wish=wish))
    return said
