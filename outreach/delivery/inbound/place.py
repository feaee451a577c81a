"""What becomes of one message: an end of messages, a contact, an answer that we asked for, or a place to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from models import Channel, InboundMessage, InboundReading, InboundState, InboundWait
from outreach.effective import effective_config
from outreach.language import N_

from .. import safety
from ..links import Links
from ..providers.base import Providers
from ..replies import Reply
from . import stopping, their_words
from .as_sent import words_of_thread
from .at_once import reply_at_once
from .automatic import is_about_mail, is_automatic
from .clauses import readable
from .keep import HandedIn, handed_in
from .quoted import strip_quoted
from .reactions import reaction_to
from .reading import Reading, night
from .route import Origin
from .telling import tell_sender
from .words import Said, is_reply_subject, read_words

SETTLED = {
    InboundReading.STOP: N_("Asked for no more messages: done."),
    InboundReading.START: N_("Asked for messages again: done."),
    InboundReading.HELP: N_("Asked for help with these messages: answered."),
    InboundReading.WRONG_NUMBER: N_("Has the number of somebody else now: nothing more goes to it."),
    InboundReading.AUTOMATIC: N_("No person wrote this."),
}
"""Why what a stranger wrote needs no person."""


def place(
    session: Session, inbound: InboundMessage, origin: Origin, providers: Providers, now: datetime,
    *, by_hand: bool = False,
) -> None:  # fmt: skip
    """Take ``inbound``, which came from ``origin``, for what it is, and give it its place. Does not commit.

    Words of danger raise their alert first, so that what is made of the message is kept for the safety list from its
    first moment. ``by_hand``: a person has said whose it is.
    """
    handed = handed_in(inbound)
    _note(session, inbound, origin, providers.links)
    out = not by_hand and stopping.is_out(session, origin.address_id, inbound.channel)
    said = _said(inbound, handed, opted_out=out)
    reaction = reaction_to(inbound) is not None
    automatic = not reaction and is_automatic(
        inbound.body, inbound.title, inbound.from_value, says_so=handed.automatic
    )  # fmt: skip
    if (automatic and not said.by_word) or reaction or not inbound.from_value:
        said = Said()
    elif origin.waits is InboundWait.UNPROVED_SENDER:
        said = Said(stop=said.stop, asks=said.asks, language=said.language)  # anybody may end e-mails, and do no more
    danger = watch(session, inbound, origin.school_id, now)
    _sort(Reading(session, inbound, origin, providers, now, handed, said, automatic, danger, by_hand))
    session.flush()


def _note(session: Session, inbound: InboundMessage, origin: Origin, links: Links) -> None:
    inbound.address_id, inbound.family_id, inbound.guardian_id = origin.address_id, origin.family_id, origin.guardian_id
    inbound.staff_id, inbound.school_id = origin.staff_id, origin.school_id
    inbound.answers_message_id = origin.answers.id if origin.answers is not None else None
    inbound.body = own_words(session, inbound, origin, links)


def own_words(session: Session, inbound: InboundMessage, origin: Origin, links: Links) -> str:
    """What the person wrote: of an e-mail without what it quotes."""
    if inbound.channel is not Channel.EMAIL:
        return inbound.body
    return strip_quoted(handed_in(inbound).body, *words_of_thread(session, inbound, origin, links))


def _said(inbound: InboundMessage, handed: HandedIn, *, opted_out: bool) -> Said:
    said = read_words(readable(inbound.body), inbound.channel, opted_out=opted_out, title=inbound.title)
    if handed.taken_as is None:
        return said
    return replace(
        said, stop=handed.taken_as is InboundReading.STOP, start=handed.taken_as is InboundReading.START,
        help=handed.taken_as is InboundReading.HELP, carrier_word=True, by_word=True, wrong_number=False,
    )  # fmt: skip


def watch(session: Session, inbound: InboundMessage, school_id: int | None, now: datetime) -> bool:
    """Raise the alert where listed words of danger stand in what was written; whether they do. ``school_id`` None: it
    is not known whose it is, and every safety list is told. Does not commit."""
    if is_about_mail(inbound.from_value, inbound.title, says_so=handed_in(inbound).automatic):
        return False
    subject = "" if inbound.title is None or is_reply_subject(inbound.title) else inbound.title
    reaction = reaction_to(inbound)
    written = inbound.body if reaction is None else reaction.words
    found = safety.words_found(f"{subject}\n{written}", effective_config(session, now).safety)
    if found:
        safety.raise_for_inbound(session, inbound, school_id, found, now)
    return bool(found)


def _sort(reading: Reading) -> None:
    said, before = reading.said, reading.inbound.read_as
    if reading.by_hand and before in (InboundReading.STOP, InboundReading.START, InboundReading.HELP):
        _settled(reading, before)  # what the machine did then stays done
    elif said.wrong_number and not reading.by_hand:
        _wrong_number(reading)  # not the family's words, whatever it asks for besides
    elif said.stop:
        _stopped(reading)
    elif said.start:
        _started(reading)
    elif said.help:
        _helped(reading)
    elif reading.automatic:
        _automatic(reading)
    elif reading.origin.waits is not None:
        _wait(reading, InboundReading.QUESTION)
    elif not their_words.answered(reading):
        their_words.wrote(reading)


def _stopped(reading: Reading) -> None:
    """STOP ends every category; one confirmation, where the provider gives none. A question beside it is kept.

    Where its own words speak of danger, it gets the reply of the night instead.
    """
    answered = reading.danger and not reading.said.by_word and night(reading)
    was_in = stopping.stop(reading.session, reading.inbound, reading.origin, reading.now)
    if was_in and not answered:
        _reply(reading, Reply.OPT_OUT, InboundReading.STOP)
    _settled(reading, InboundReading.STOP)


def _started(reading: Reading) -> None:
    was_out = stopping.start(reading.session, reading.inbound, reading.now)
    if was_out:
        _reply(reading, Reply.OPT_IN, InboundReading.START)
    _settled(reading, InboundReading.START)


def _helped(reading: Reading) -> None:
    """HELP is answered by us, with the district's name, also where the carrier has a sentence of its own."""
    if reading.handed.taken_as is not InboundReading.HELP and not reading.by_hand:
        reply_at_once(
            reading.session, reading.inbound, reading.origin, Reply.HELP, reading.language, reading.now,
            public_url=reading.providers.links.public_url,
        )  # fmt: skip
    _settled(reading, InboundReading.HELP)


def _reply(reading: Reading, reply: Reply, taken_as: InboundReading) -> None:
    provider = reading.providers.of(reading.inbound.channel)
    theirs = reading.handed.taken_as is taken_as or (reading.said.carrier_word and provider.confirms_opt_out)
    if not theirs and not reading.by_hand:
        reply_at_once(reading.session, reading.inbound, reading.origin, reply, reading.language, reading.now)


def _wrong_number(reading: Reading) -> None:
    """Not the family's words: they stand in no timeline. What else was written is for a person."""
    inbound = reading.inbound
    sent = stopping.wrong_number(reading.session, inbound, reading.origin, reading.now)
    inbound.family_id = inbound.guardian_id = inbound.staff_id = None
    inbound.answers_message_id = sent[0].id if sent else None
    tell_sender(reading.session, inbound, sent, reading.providers.links, reading.now)
    inbound.read_as = InboundReading.WRONG_NUMBER
    if reading.said.asks or reading.danger:
        inbound.waits_because, inbound.state = InboundWait.WRONG_NUMBER, InboundState.NEW
    else:
        _set_aside(inbound, InboundReading.WRONG_NUMBER)


def _automatic(reading: Reading) -> None:
    reading.inbound.read_as = InboundReading.AUTOMATIC
    if reading.origin.family_id is not None:
        their_words.contact(reading, question=False, automatic=True)
    elif reading.danger:
        _wait(reading, InboundReading.AUTOMATIC)
    else:
        _set_aside(reading.inbound, InboundReading.AUTOMATIC)


def _settled(reading: Reading, read_as: InboundReading) -> None:
    """What the machine could do is done. A family's own words stand in its timeline, and are a question where they say
    more; a stranger's that do wait for a person."""
    inbound, said = reading.inbound, reading.said
    inbound.read_as = read_as
    beyond = said.asks or reading.danger
    if reading.origin.family_id is not None:
        inbound.state = InboundState.MATCHED
        if beyond or not said.by_word or inbound.pictures:
            their_words.contact(reading, question=beyond)
    elif beyond:
        _wait(reading, read_as)
    else:
        _set_aside(inbound, read_as)


def _set_aside(inbound: InboundMessage, read_as: InboundReading) -> None:
    inbound.state, inbound.note = InboundState.DISMISSED, SETTLED[read_as]


def _wait(reading: Reading, read_as: InboundReading) -> None:
    """A person must say whose it is. A stranger's text gets the reply of the night too; a stranger's e-mail, which may
    be anybody's, gets none."""
    inbound = reading.inbound
    inbound.state, inbound.waits_because = InboundState.NEW, reading.origin.waits or InboundWait.UNKNOWN_SENDER
    if inbound.channel is Channel.SMS and read_as is InboundReading.QUESTION:
        night(reading)
    inbound.read_as = read_as
