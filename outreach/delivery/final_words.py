"""The words of a message to a family as they leave: refused where they may not go, with what goes around them.

Asked in the transaction that writes ``sending``: whether it is the first text is true only there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.tuning import SendingRules
from models import Audience, Channel, MessageKind, MessageStudent
from outreach.language import N_

from .claimed import AnyMessage
from .first_text import is_first_text, names_around, why_not_first, with_preface
from .gate import BARE_REPLIES
from .links import Links
from .replies import Replies, Reply, ask_value, replies_of, values_of
from .wording import LOOKS_LIKE_A_MARK, gap_in, over_long

MARK = N_("A text may be read by others, so it carries no mark.")


@dataclass(frozen=True, slots=True)
class FinalWords:
    body: str
    body_html: str | None
    preface: str | None
    """What of ``body`` goes before the message's own words, being the first text to this address."""
    unsubscribe_url: str | None = None
    """Where e-mails to this family's address can be stopped; None where it is none, or there is no link to give."""


def words_refused(
    session: Session, message: AnyMessage, rules: SendingRules, *, first: bool | None = None
) -> str | None:  # fmt: skip
    """Why a message to a family may not go as it is worded, in a kept sentence for its sender; None where it may.

    A gap never filled, more segments than ``rules.most_segments`` (of its own words), a mark where the district allows
    none, a mark or surname in a first text. The system's own replies pass. ``first``: whether
    this would be the first text to its address, where the caller knows.
    """
    if message.audience is not Audience.FAMILY or message.kind in BARE_REPLIES:
        return None
    gap = gap_in(message.body) or (gap_in(message.title) if message.title else None)
    if gap or message.channel is not Channel.SMS:
        return gap
    long = over_long(message.body, rules.most_segments)
    if long:
        return long
    if not rules.grades_in_texts and LOOKS_LIKE_A_MARK.search(message.body):
        return MARK
    if not _introduces(session, message, first):
        return None
    assert message.address_id is not None
    students = select(MessageStudent.student_id).where(MessageStudent.message_id == message.id)
    names = names_around(session, message.address_id, students, message.family_id, message.staff_id)
    return why_not_first(message.body, names.surnames, names.allowed)


def final_words(
    session: Session, message: AnyMessage, links: Links, *, first: bool | None = None,
    values: Mapping[str, str] | None = None, replies: Callable[[str | None], Replies] = replies_of,
    ask: Callable[[Session, int | None, str | None, str | None], Mapping[str, str]] = ask_value,
) -> FinalWords:  # fmt: skip
    """What the provider is handed: a first text behind its preface, a family's e-mail over its footer.

    ``first``, ``values`` (as :func:`~outreach.delivery.replies.values_of` gathers them), the ``replies`` of a language
    and where to ``ask`` (:func:`~outreach.delivery.replies.ask_value`), where they are known.
    Raises :class:`~outreach.delivery.replies.RepliesWrong` where the district or the school has no name.
    """
    body, page = message.body, message.body_html
    if message.audience is not Audience.FAMILY or message.address_id is None:
        return FinalWords(body, page, None)
    link = links.unsubscribe(message.address_id) if message.channel is Channel.EMAIL else None
    if message.kind is MessageKind.OPT_OUT_CONFIRMATION:  # "you get no more" needs no way to stop it
        return FinalWords(body, page, None, link)
    if message.channel is Channel.EMAIL:
        known = values or values_of(session, message.school_id, message.staff_id)
        around = {**known, **({"unsubscribe": link} if link else {})}
        if link:
            around |= ask(session, message.school_id, message.language, links.public_url)
        body, page = replies(message.language).under(body, page, around)
        return FinalWords(body, page, None, link)
    before = None
    if message.kind not in BARE_REPLIES and _introduces(session, message, first):
        known = values or values_of(session, message.school_id, message.staff_id)
        whom = ask(session, message.school_id, message.language, links.public_url)
        before = replies(message.language).say(Reply.FIRST_TEXT, {**known, **whom})
    return FinalWords(with_preface(before, body), page, before)


def _introduces(session: Session, message: AnyMessage, known: bool | None) -> bool:
    if known is not None:
        return known
    return message.address_id is not None and is_first_text(session, message.address_id)
