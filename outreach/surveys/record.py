"""Record what a family said, given as figures and words."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contact, Guardian, Request, Segment, SurveyResponse, Verdict
from outreach.contacts import families_of_contact, lock_family, rescore
from outreach.errors import OutreachError
from outreach.language import _

PROMOTER_FROM = 9
PASSIVE_FROM = 7
CLOCKS_DIFFER = timedelta(minutes=5)


class VerdictRefused(OutreachError):
    """A verdict that is about nothing we keep, or not this family's to give."""


class SurveyRefused(OutreachError):
    """A survey answer that is none."""


def segment_of(score: int) -> Segment:
    """Net Promoter's own cuts: 9 and 10 promoter, 7 and 8 passive, 0 to 6 detractor."""
    if score >= PROMOTER_FROM:
        return Segment.PROMOTER
    return Segment.PASSIVE if score >= PASSIVE_FROM else Segment.DETRACTOR


def record_verdict(
    session: Session, *, family_id: int, helped: bool, now: datetime, contact_id: int | None = None,
    request_id: int | None = None, guardian_id: int | None = None, words: str | None = None,
    given_at: datetime | None = None,
) -> Verdict:  # fmt: skip
    """Keep the family's own word on a contact, on the answer to its request, or both, and score it at once.

    Never what staff heard (``Contact.said_it_helped``). ``given_at`` defaults to ``now``. A family that says it again
    at the same moment about the same thing is heard once; a later word stands beside the earlier, and the latest
    counts. Raises :class:`VerdictRefused`.
    """
    given_at = given_at or now
    _check_family(session, family_id, guardian_id, at=given_at, now=now, refused=VerdictRefused)
    _check_subject(session, family_id, contact_id, request_id)
    same = select(Verdict).where(
        Verdict.family_id == family_id, Verdict.given_at == given_at,
        Verdict.contact_id.is_(None) if contact_id is None else Verdict.contact_id == contact_id,
        Verdict.request_id.is_(None) if request_id is None else Verdict.request_id == request_id,
        Verdict.guardian_id.is_(None) if guardian_id is None else Verdict.guardian_id == guardian_id,
    )  # fmt: skip
    kept = session.scalar(same.limit(1))
    if kept is not None:
        return kept
    verdict = Verdict(
        family_id=family_id, guardian_id=guardian_id, contact_id=contact_id, request_id=request_id, helped=helped,
        words=_tidy(words), given_at=given_at,
    )  # fmt: skip
    session.add(verdict)
    session.flush()
    rescore(session, now, [family_id])
    return verdict


def record_survey_response(
    session: Session, *, family_id: int, score: int, now: datetime, guardian_id: int | None = None,
    words: str | None = None, answered_at: datetime | None = None,
) -> SurveyResponse:  # fmt: skip
    """Keep a family's 0 to 10 and its words, with the segment that follows, and score it at once.

    ``answered_at`` defaults to ``now``; the same guardian's answer of the same moment is kept once. Raises
    :class:`SurveyRefused`.
    """
    answered_at = answered_at or now
    if not 0 <= score <= 10:
        raise SurveyRefused(_("%(score)s is no answer to this survey; it runs from 0 to 10.", score=score))
    _check_family(session, family_id, guardian_id, at=answered_at, now=now, refused=SurveyRefused)
    same = select(SurveyResponse).where(
        SurveyResponse.family_id == family_id, SurveyResponse.answered_at == answered_at,
        SurveyResponse.guardian_id.is_(None) if guardian_id is None else SurveyResponse.guardian_id == guardian_id,
    )  # fmt: skip
    kept = session.scalar(same.limit(1))
    if kept is not None:
        return kept
    response = SurveyResponse(
        family_id=family_id, guardian_id=guardian_id, score=score, segment=segment_of(score), words=_tidy(words),
        answered_at=answered_at,
    )  # fmt: skip
    session.add(response)
    session.flush()
    rescore(session, now, [family_id])
    return response


def _check_family(
    session: Session, family_id: int, guardian_id: int | None, *, at: datetime, now: datetime,
    refused: type[OutreachError],
) -> None:  # fmt: skip
    if lock_family(session, family_id) is None:
        raise refused(_("The family that said this does not exist."))
    if guardian_id is not None and session.get(Guardian, guardian_id) is None:
        raise refused(_("The guardian who said this does not exist."))
    if at > now + CLOCKS_DIFFER:
        raise refused(_("This was said at a time still to come; give the time at which the family said it."))


def _check_subject(session: Session, family_id: int, contact_id: int | None, request_id: int | None) -> None:
    if contact_id is None and request_id is None:
        raise VerdictRefused(_("Say which contact or which question the family spoke about."))
    if contact_id is not None:
        contact = session.get(Contact, contact_id)
        if contact is None or family_id not in families_of_contact(session, contact_id):
            raise VerdictRefused(_("The contact that this is about was not with this family."))
    if request_id is not None:
        request = session.get(Request, request_id)
        if request is None or request.family_id != family_id:
            raise VerdictRefused(_("The question that this is about was not asked by this family."))


def _tidy(words: str | None) -> str | None:
    return (words or "").replace("\x00", "").strip() or None
