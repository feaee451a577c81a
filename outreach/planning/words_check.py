"""Whether words may go to a family as they stand: asked when they are written and approved, not only at sending."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import Channel, Outreach, Student
from outreach.delivery.first_text import is_first_text, names_around, preface, refusal
from outreach.delivery.replies import ask_value, values_of
from outreach.delivery.wording import LOOKS_LIKE_A_MARK, too_long, unfinished
from outreach.language import _, number

from .dispatch import students_of
from .errors import DraftBlocked, MarkInText

LONGEST_EMAIL = 10_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Words:
    """What would go, and to which address about whom."""

    body: str
    title: str | None
    channel: Channel
    address_id: int | None
    family_id: int
    student_ids: Collection[int]
    staff_id: int | None

    @classmethod
    def of(cls, row: Outreach, body: str | None = None, title: str | None = None) -> Words:
        """Those of an outreach; ``body`` and ``title`` where a person is about to change them."""
        return cls(
            body=row.body or "" if body is None else body, title=title or row.title, channel=row.channel,
            address_id=row.address_id, family_id=row.family_id, student_ids=students_of(row), staff_id=row.staff_id,
        )  # fmt: skip


def check_words(session: Session, words: Words, tuning: Tuning, texted: Collection[int] | None = None) -> None:
    """Raises :class:`DraftBlocked` (empty, a gap left open, too long, a surname in a first text) or
    :class:`MarkInText`; the sentence is the one that the gate would give at sending.

    ``texted``: the addresses past their first text, where one statement has asked for many; None: it is asked here.
    """
    body, rules = words.body.strip(), tuning.cadence.sending
    if not body:
        raise DraftBlocked(_("Write at least one sentence."))
    title = words.title if words.channel is Channel.EMAIL else None
    gap = unfinished(body) or (unfinished(title) if title else None)
    if gap:
        raise DraftBlocked(gap)
    if words.channel is not Channel.SMS:
        if len(body) > LONGEST_EMAIL:
            raise DraftBlocked(
                _(
                    "This has %(count)s characters; at most %(most)s fit.",
                    count=number(len(body)), most=number(LONGEST_EMAIL),
                )
            )  # fmt: skip
        return
    long = too_long(body, rules.most_segments)
    if long:
        raise DraftBlocked(long)
    if not rules.grades_in_texts and LOOKS_LIKE_A_MARK.search(body):
        raise MarkInText(_("A text may be read by others, so it carries no mark; say it in an e-mail, or by phone."))
    _check_first(session, words, texted)


def _check_first(session: Session, words: Words, texted: Collection[int] | None) -> None:
    if words.address_id is None:
        return
    past_first = words.address_id in texted if texted is not None else not is_first_text(session, words.address_id)
    if past_first:
        return
    names = names_around(session, words.address_id, words.student_ids, words.family_id, words.staff_id)
    refused = refusal(words.body, names.surnames, names.allowed)
    if refused:
        raise (MarkInText if LOOKS_LIKE_A_MARK.search(words.body) else DraftBlocked)(refused)


def opening_of(session: Session, row: Outreach, public_url: str | None = None) -> str | None:
    """What will stand before the words of this outreach, being the first text to its number; None: nothing will.

    ``public_url``: where this installation is reached from outside, for its link to whom to ask.
    """
    if row.channel is not Channel.SMS or row.address_id is None or not is_first_text(session, row.address_id):
        return None
    return _opening(session, row.language, students_of(row), row.staff_id, public_url)


def opening_by_hand(
    session: Session, numbers: Iterable[tuple[int, str | None]], student_ids: Collection[int], staff_id: int | None,
    public_url: str | None = None,
) -> str | None:  # fmt: skip
    """The same for words not yet kept: ``numbers`` are the addresses that may be texted, with the language read there,
    best first; None where each has had its first text."""
    first = next(((at, language) for at, language in numbers if is_first_text(session, at)), None)
    return _opening(session, first[1], student_ids, staff_id, public_url) if first else None


def _opening(
    session: Session, language: str | None, student_ids: Collection[int], staff_id: int | None, public_url: str | None
) -> str:  # fmt: skip
    school_id = session.scalar(select(Student.school_id).where(Student.id == min(student_ids, default=0)))
    values = values_of(session, school_id, staff_id) | ask_value(session, school_id, language, public_url)
    return preface(language, values)
