"""The first text to an address says who writes and how to stop; it carries no mark and no surname (DESIGN §7.6)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session

from models import (
    Audience,
    Channel,
    ContactPoint,
    FamilyMember,
    Guardian,
    Guardianship,
    Message,
    MessageState,
    School,
    Staff,
    Student,
)
from outreach.language import N_, kept, said

from .gate import BARE_REPLIES
from .replies import Reply, reply_words
from .wording import LOOKS_LIKE_A_MARK, plain

REACHED = (MessageState.ACCEPTED, MessageState.DELIVERED)
WORD = re.compile(r"[^\W\d_]+")
ENDS_A_SENTENCE = re.compile(r"(?:^|[.!?:;¡¿\n])[\s\"'“”‘’(«]*$")
PARTICLES = frozenset(
    re.findall(r"\w+", "de del la las los el y e i da do das dos di du van von der den ter bin al san st mc mac")
)
"""Parts of surnames that are no name by themselves."""
ORDINARY = frozenset(
    re.findall(
        r"\w+",
        """
        an as at be best bell bird black brown bush case cash church cook cross day do early fish flowers ford fox gay
        good grant gray green grey he hill hope hunter in it joy king lamb land lane law little long love low lucky
        major many mark marsh may me mills moon moore more my noble no north on page park parks penny pope price rain
        read reed rice rich rivers rock rose school see sharp short silver small snow so song south spring steel stone
        street strong summer summers swift to true walker wall ward waters way we wells west white will winter winters
        wise wolf wood woods yes you young
        alegre amor barrios blanco bravo bueno calle campo campos casas castillo cruz cuevas delgado feliz fierro
        flores franco fuentes gallo guerra hermosa iglesias le leal leon lo luna malo mar mas mata mayo mesa mora
        moreno nieves palma parra paz pena prado puente rico rios robles rosa rubio santos se sierra sol su te torres
        toro trigo tu valle vega vela verde viva ya
        """,
    )
)
"""Surnames that are also words: they count only with a capital, and not as the first word of a sentence."""


def is_first_text(session: Session, address_id: int) -> bool:
    """Whether no text of a person's or the plan's has reached this address yet, as far as the provider has said.

    What failed, and what we do not know to have arrived, does not count: a second introduction does no harm. Nor do
    the system's own replies (to STOP, START and HELP, at night): they name no sender. Per address: a shared phone has
    one first.
    """
    return session.scalar(texts_that_reached().where(Message.address_id == address_id).limit(1)) is None


def addresses_texted(session: Session) -> frozenset[int]:
    """Every address that is past its first text."""
    return frozenset(one for one in session.scalars(texts_that_reached().distinct()) if one is not None)


def texts_that_reached() -> Select[int | None]:
    """The addresses of such texts, to narrow down."""
    return select(Message.address_id).where(
        Message.channel == Channel.SMS, Message.audience == Audience.FAMILY, Message.sent_at.is_not(None),
        Message.state.in_(REACHED), Message.kind.not_in(BARE_REPLIES),
    )  # fmt: skip


def preface(language: str | None, values: Mapping[str, str]) -> str:
    """What goes before the words: district, school and sender, how to stop, and that nights are not watched.

    ``values`` as :func:`~outreach.delivery.replies.values_of` gathers them.
    """
    return reply_words(Reply.FIRST_TEXT, language, values)


def with_preface(before: str | None, body: str) -> str:
    """The text as it leaves."""
    return f"{before}\n{body}" if before else body


@dataclass(frozen=True, slots=True)
class Names:
    """Whose surnames a first text may not carry, and the names that may stand in it all the same."""

    surnames: frozenset[str]
    """Of the students, of their guardians, and of those who share the address."""
    allowed: frozenset[str]
    """The sender's, the schools', and first names: whoever is called Santiago stays Santiago."""


def names_around(
    session: Session, address_id: int, student_ids: Collection[int] | Select[int], family_id: int | None,
    staff_id: int | None,
) -> Names:  # fmt: skip
    """What :func:`refusal` needs to know about a text to this address; no students named means the whole family's."""
    named = select(Student.id).where(Student.id.in_(student_ids))
    members = select(FamilyMember.student_id).where(
        FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None)
    )
    about = or_(Student.id.in_(student_ids), and_(~named.exists(), Student.id.in_(members)))
    held = select(ContactPoint.guardian_id).where(ContactPoint.address_id == address_id)
    theirs = select(Guardianship.guardian_id).where(Guardianship.student_id.in_(select(Student.id).where(about)))
    people = session.execute(
        union_all(
            select(Student.given_name, Student.preferred_name, Student.family_name, School.name)
            .join(School, School.id == Student.school_id)
            .where(about),
            select(Guardian.given_name, Guardian.preferred_name, Guardian.family_name, literal("")).where(
                or_(Guardian.id.in_(theirs), Guardian.id.in_(held))
            ),
        )
    ).all()
    sender = session.get(Staff, staff_id) if staff_id is not None else None
    own = {sender.display_name, f"{sender.given_name} {sender.family_name}"} if sender is not None else set()
    stands = {name for given, preferred, _, school in people for name in (given, preferred, school) if name}
    return Names(frozenset(surname for _, _, surname, _ in people), frozenset(own | stands))


MARK = N_("This is the first text to this number, so it carries no mark; say it in an e-mail, or by phone.")
SURNAME = N_(
    "This is the first text to this number, and others may read it, so it carries no surname: leave out “%(surname)s”."
)


def refusal(body: str, surnames: Collection[str], allowed: Collection[str] = ()) -> str | None:
    """:func:`why_not_first`, said now to who writes."""
    return said(why_not_first(body, surnames, allowed)) or None


def why_not_first(body: str, surnames: Collection[str], allowed: Collection[str] = ()) -> str | None:
    """Why ``body`` may not be the first text to an address, in a kept sentence; None where it may.

    It carries no mark, and none of ``surnames`` as a whole word, whatever its accents and capitals; of a surname with
    several parts none but particles ("de la"). What stands in one of ``allowed`` (the school's name) does not count.
    A surname that is also a word ("Price", "Flores") counts with a capital inside a sentence only.
    """
    if LOOKS_LIKE_A_MARK.search(body):
        return MARK
    parts = {part for surname in surnames for part in _parts(surname)}
    hidden = _without(body, allowed)
    found = next((word for word in _named(hidden, parts)), None)
    return kept(SURNAME, surname=found) if found else None


def _parts(surname: str) -> Iterator[str]:
    for part in WORD.findall(surname):
        folded = plain(part)
        if len(folded) > 1 and folded not in PARTICLES:
            yield folded


def _without(body: str, allowed: Collection[str]) -> str:
    """``body`` with each allowed name, as written, replaced by a mark that ends no sentence."""
    for name in sorted((name.strip() for name in allowed if name.strip()), key=len, reverse=True):
        body = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "-", body)
    return body


def _named(body: str, parts: Collection[str]) -> Iterator[str]:
    for match in WORD.finditer(body):
        word = match[0]
        folded = plain(word)
        if folded not in parts:
            continue
        begins = ENDS_A_SENTENCE.search(body[: match.start()]) is not None
        if folded not in ORDINARY or (word[0].isupper() and not begins):
            yield word
