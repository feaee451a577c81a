"""A family's own words: the figure or the yes that we asked for, or what it writes by itself."""

from __future__ import annotations

from models import (
    Channel,
    InboundMessage,
    InboundReading,
    InboundState,
    InboundWait,
    Message,
    MessageKind,
    Outcome,
)
from outreach.contacts import is_only_thanks, lock_family, log_inbound_contact, log_message_contact
from outreach.surveys import record_survey_response, record_verdict

from .. import safety
from .answers import Score, YesNo, survey_answer, verdict_answer
from .asked import ASKS, Subject, others_asked, still_open, subject_of
from .reactions import reaction_to
from .reading import Reading, night
from .words import is_reply_subject

ONE_PICTURE, PICTURES = "(sent a picture; we do not keep it)", "(sent {} pictures; we do not keep them)"
ONE_FILE, FILES = "(sent a file; we do not keep it)", "(sent {} files; we do not keep them)"


def answered(reading: Reading) -> bool:
    """Take a figure or a yes for the answer to what we asked last. False where it is none, or nothing was asked."""
    asked = reading.origin.answers
    if reaction_to(reading.inbound) is not None:
        return False  # a thumb on our question is no yes to it: the same thumb says that it was read
    if asked is None or asked.kind not in ASKS or not still_open(reading.session, reading.inbound, asked):
        return False
    if asked.kind is MessageKind.SURVEY:
        score = survey_answer(reading.inbound.body)
        return score is not None and (_is_anothers(reading) or _scored(reading, asked, score))
    word = verdict_answer(reading.inbound.body)
    subject = subject_of(reading.session, asked) if word is not None else None
    if word is None or subject is None:
        return False
    return _is_anothers(reading) or _judged(reading, asked, word, subject)


def _is_anothers(reading: Reading) -> bool:
    """It may answer what another family of this phone was asked: then a person says whose it is."""
    if reading.by_hand or not others_asked(reading.session, reading.inbound, reading.origin):
        return False
    inbound = reading.inbound
    inbound.family_id = inbound.guardian_id = inbound.staff_id = inbound.answers_message_id = None
    inbound.waits_because, inbound.read_as = InboundWait.SHARED_ADDRESS, InboundReading.QUESTION
    return True


def _scored(reading: Reading, asked: Message, score: Score) -> bool:
    assert reading.origin.family_id is not None
    _hold(reading, asked)
    record_survey_response(
        reading.session, family_id=reading.origin.family_id, score=score.figure, now=reading.now,
        guardian_id=reading.origin.guardian_id, words=score.words, answered_at=reading.inbound.received_at,
    )  # fmt: skip
    return _heard(reading, asked, asks=score.asks)


def _judged(reading: Reading, asked: Message, word: YesNo, subject: Subject) -> bool:
    assert reading.origin.family_id is not None
    _hold(reading, asked)
    record_verdict(
        reading.session, family_id=reading.origin.family_id, helped=word.helped, now=reading.now,
        contact_id=subject.contact_id, request_id=subject.request_id, guardian_id=reading.origin.guardian_id,
        words=word.words, given_at=reading.inbound.received_at,
    )  # fmt: skip
    return _heard(reading, asked, asks=word.asks)


def _heard(reading: Reading, asked: Message, *, asks: bool) -> bool:
    """The answer is kept; what it says beyond that, if it wants a person, is a question as well."""
    log_message_contact(reading.session, message=asked, outcome=Outcome.REPLIED, now=reading.now)
    if asks or reading.danger:
        night(reading)
        contact(reading)
    reading.inbound.read_as, reading.inbound.state = ASKS[asked.kind], InboundState.MATCHED
    return True


def wrote(reading: Reading) -> None:
    """A contact that the family began, and a question unless it is only thanks; our message that it replies to has
    come across."""
    inbound, answers = reading.inbound, reading.origin.answers
    if answers is not None:
        _hold(reading, answers)
        log_message_contact(reading.session, message=answers, outcome=Outcome.REPLIED, now=reading.now)
    reaction = reaction_to(inbound)
    kind = is_only_thanks(_words(inbound)) if reaction is None else not reaction.asks
    thanks = not reading.danger and inbound.pictures == 0 and kind
    inbound.read_as = InboundReading.THANKS if thanks else InboundReading.QUESTION
    contact(reading, only_thanks=thanks, question=bool(words_of(inbound)))
    night(reading)


def contact(
    reading: Reading, *, question: bool = True, only_thanks: bool = False, automatic: bool = False
) -> None:  # fmt: skip
    """Keep the message in the timeline of the family that it is certain to be from."""
    assert reading.origin.family_id is not None
    kept = log_inbound_contact(
        reading.session, inbound=reading.inbound, family_id=reading.origin.family_id, now=reading.now,
        student_ids=reading.origin.student_ids, staff_id=reading.origin.staff_id, question=question,
        only_thanks=only_thanks, automatic=automatic, words=words_of(reading.inbound),
    )  # fmt: skip
    safety.link_contact(reading.session, reading.inbound.id, kept.contact.id)


def words_of(inbound: InboundMessage) -> str:
    """What staff read: an e-mail's own subject line, the words, and that pictures came; empty where nothing did."""
    one, many = (ONE_PICTURE, PICTURES) if inbound.channel is Channel.SMS else (ONE_FILE, FILES)
    came = "" if inbound.pictures == 0 else one if inbound.pictures == 1 else many.format(inbound.pictures)
    return "\n".join(part for part in (_words(inbound), came) if part)


def _words(inbound: InboundMessage) -> str:
    title = inbound.title.strip() if inbound.title is not None and not is_reply_subject(inbound.title) else ""
    return "\n\n".join(part for part in (title, inbound.body.strip()) if part)


def _hold(reading: Reading, message: Message) -> None:
    """Rows in the order in which whoever sends, and whoever applies a receipt, takes them: message, then family."""
    reading.session.flush()
    reading.session.get(Message, message.id, with_for_update=True, populate_existing=True)
    if message.family_id is not None:
        lock_family(reading.session, message.family_id)
