"""A message as the family will read it, before it goes: the opening of a first text, the words, what stands under an
e-mail. Made of the same parts as what leaves (:mod:`outreach.delivery.final_words`)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Channel, Outreach, School, Staff, Student
from outreach.delivery.first_text import is_first_text
from outreach.delivery.replies import RepliesWrong, Reply, ask_value, replies_of, reply_words, values_of

from .words_check import Words


@dataclass(frozen=True, slots=True)
class Preview:
    channel: Channel
    language: str | None
    """Of the family, a tag; the opening and what stands below are in it as far as we have words there."""
    sender: str
    """Who writes, as the family reads it."""
    opening: str | None
    """Before the words, being the first text to this number; None: nothing is."""
    title: str | None
    """The subject line of an e-mail."""
    body: str
    below: str | None
    """Under an e-mail: why it came, and how to stop it; None where there is no link to give."""


def preview_of(
    session: Session, row: Outreach, body: str, title: str | None, link: str | None, public_url: str | None = None
) -> Preview:  # fmt: skip
    """A suggestion with the ``body`` and ``title`` that its form holds. ``link``: where its e-mails can be stopped;
    ``public_url``: where this installation is reached from outside."""
    return preview(session, Words.of(row, body, title), row.language, link, public_url)


def preview(
    session: Session, words: Words, language: str | None, link: str | None, public_url: str | None = None
) -> Preview:  # fmt: skip
    """Nothing is kept by it, and nothing is refused: that the words may go is asked when they are sent."""
    school_id = session.scalar(
        select(Student.school_id).where(Student.id.in_(words.student_ids)).order_by(Student.id).limit(1)
    )
    values = values_of(session, school_id, words.staff_id) | ask_value(session, school_id, language, public_url)
    by_mail = words.channel is Channel.EMAIL
    return Preview(
        channel=words.channel, language=language, sender=_sender(session, words.staff_id, school_id),
        opening=_opening(session, words, language, values), title=words.title if by_mail else None,
        body=words.body.strip(), below=_below(language, values, link) if by_mail and link else None,
    )  # fmt: skip


def _opening(session: Session, words: Words, language: str | None, values: dict[str, str]) -> str | None:
    first = words.channel is Channel.SMS and words.address_id is not None and is_first_text(session, words.address_id)
    try:
        return reply_words(Reply.FIRST_TEXT, language, values) if first else None
    except RepliesWrong:  # a district without a name, which its own page asks for
        return None


def _below(language: str | None, values: dict[str, str], link: str) -> str | None:
    try:
        return replies_of(language).footer({**values, "unsubscribe": link})
    except RepliesWrong:
        return None


def _sender(session: Session, staff_id: int | None, school_id: int | None) -> str:
    name = session.scalar(select(Staff.display_name).where(Staff.id == staff_id)) if staff_id is not None else None
    return name or session.scalar(select(School.name).where(School.id == school_id)) or ""
