"""What a made-up family began itself: questions with their clock and what came of them, thanks, survey answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from config.tuning import RequestRules
from models import (
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    Department,
    Initiator,
    Outcome,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
    SurveyResponse,
)
from outreach.contacts.clock import DueTimes
from outreach.schooltime import HoursBook, add_business_days

from .family_plan import family_contacts_so_far
from .frame import Frame
from .households import Home, Person, Pupil
from .rows import Rows
from .special import SCRIPTED, Ask, Fate
from .spread import (
    ANSWER_UNHELPFUL,
    ANSWERED_SURVEY,
    ASKS,
    DEPARTMENT,
    NO_ANSWER,
    SURVEY_SCORES,
    WROTE_AGAIN,
    pick,
)
from .talks import Talks
from .words import ANSWERS, ASKED_AGAIN, IN_SPANISH, QUESTIONS, SURVEY_WORDS, THANKS

MEAN_ANSWER_DAYS = 0.8  # business days, of an exponential
CLOSED_AFTER = timedelta(days=14)
WROTE_AGAIN_AFTER = timedelta(hours=26)
FAMILY_HOURS = (7, 21)
ANSWER_CHANNEL = {Channel.SMS: Outcome.REPLIED, Channel.EMAIL: Outcome.REPLIED, Channel.PHONE: Outcome.REACHED}


@dataclass
class Question:
    """One request as it grows; written when the family's story is told."""

    id: int
    guardian: Person
    pupil: Pupil
    fate: Fate
    owner: int
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.values["state"] is RequestState.OPEN


class Asking:
    def __init__(
        self, rows: Rows, rng: Random, frame: Frame, talks: Talks, *, book: HoursBook, rules: RequestRules
    ) -> None:
        self._rows, self._rng, self._frame, self._talks = rows, rng, frame, talks
        self._book, self._rules = book, rules
        self._share_gone = 0.0

    def of(self, home: Home, share_gone: float) -> None:
        """All that this family wrote, called or answered so far this year, in its order."""
        voices = [guardian for guardian in home.guardians if guardian.can_be_told]
        if not voices:
            return
        asks = SCRIPTED.get(home.plan.special or "", None)
        if asks is None:
            asks = self._drawn(home, share_gone)
        else:
            voices = voices[:1]
        open_now: dict[int, Question] = {}
        told: list[Question] = []
        for at, pupil, ask in self._in_order(home, asks):
            self._hear(home, self._rng.choice(voices), pupil, at, ask=ask, open_now=open_now, told=told)
        for question in told:
            self._rows.add(Request, id=question.id, **question.values)
        self._survey(home, voices[0])

    def _drawn(self, home: Home, share_gone: float) -> tuple[Ask, ...]:
        asks = []
        for _ in range(family_contacts_so_far(self._rng, home.plan, share_gone)):
            department = pick(self._rng, DEPARTMENT)
            fate = Fate.THANKS if self._rng.random() >= ASKS else self._fate(department)
            asks.append(Ask(None, department, fate))
        return tuple(asks)

    def _fate(self, department: Department) -> Fate:
        rest = 1 - NO_ANSWER[department] - ANSWER_UNHELPFUL[department]
        return pick(
            self._rng,
            {
                Fate.WAITS: NO_ANSWER[department],
                Fate.DID_NOT_HELP: ANSWER_UNHELPFUL[department],
                Fate.ASKED_AGAIN: rest * WROTE_AGAIN,
                Fate.HELPED: rest * 0.3,
                Fate.ANSWERED: rest * (0.7 - WROTE_AGAIN),
            },
        )

    def _in_order(self, home: Home, asks: tuple[Ask, ...]) -> list[tuple[datetime, Pupil, Ask]]:
        moments = []
        for place, ask in enumerate(asks):
            pupil = self._rng.choice(home.pupils)
            day = self._talks.recent_day(ask.school_days_ago) if ask.school_days_ago else self._talks.day_since(pupil)
            moments.append((self._talks.moment(day, pupil, FAMILY_HOURS), place, pupil, ask))
        return [(at, pupil, ask) for at, _, pupil, ask in sorted(moments, key=lambda each: each[:2])]

    def _hear(
        self, home: Home, guardian: Person, pupil: Pupil, at: datetime, *, ask: Ask, open_now: dict[int, Question],
        told: list[Question],
    ) -> None:  # fmt: skip
        owner = self._owner(pupil, ask.department)
        words = self._rng.choice(THANKS) if ask.fate is Fate.THANKS else self._question(home, ask.department)
        contact = self._from_family(home, guardian, pupil, at, department=ask.department, owner=owner, words=words)
        if ask.fate is Fate.THANKS:
            return
        waiting = open_now.get(guardian.id)
        if waiting is not None and waiting.is_open:
            self._event(waiting, RequestEventKind.JOINED, at, contact)
            return
        if waiting is not None and waiting.values["answered_at"] > at:
            return  # asked again before our answer came; the answer was to both
        question = self._open(home, guardian, pupil, at, ask=ask, owner=owner, words=words, contact=contact)
        open_now[guardian.id] = question
        told.append(question)
        if ask.fate is not Fate.WAITS:
            self._answer(home, question, at)

    def _from_family(
        self,
        home: Home,
        guardian: Person,
        pupil: Pupil,
        at: datetime,
        *,
        department: Department,
        owner: int,
        words: str,
    ) -> int:
        channel = self._channel(guardian)
        outcome = Outcome.LEFT_MESSAGE if channel is Channel.PHONE else Outcome.DELIVERED
        if channel is Channel.IN_PERSON:
            outcome = Outcome.REACHED
        return self._talks.write(
            (pupil,), at, guardian, initiator=Initiator.FAMILY, staff_id=owner, department=department,
            channel=channel, language=home.plan.language, outcome=outcome, summary=words,
        )  # fmt: skip

    def _open(
        self,
        home: Home,
        guardian: Person,
        pupil: Pupil,
        at: datetime,
        *,
        ask: Ask,
        owner: int,
        words: str,
        contact: int,
    ) -> Question:
        question = Question(self._rows.reserve(Request), guardian, pupil, ask.fate, owner)
        due = self._due(pupil, ask.department, at)
        question.values = {
            "family_id": home.id, "guardian_id": guardian.id, "student_id": pupil.id, "school_id": pupil.school.id,
            "department": ask.department, "question": words, "opened_by_contact_id": contact, "opened_at": at,
            "goal_at": due.goal_at, "due_at": due.due_at, "counselor_at": due.counselor_at,
            "first_due_at": due.due_at, "owner_staff_id": owner, "state": RequestState.OPEN, "answered_at": None,
        }  # fmt: skip
        self._event(question, RequestEventKind.OPENED, at, contact, due)
        return question

    def _answer(self, home: Home, question: Question, asked_at: datetime) -> None:
        """A person's answer some open hours later, unless that would be later than now; then what the family said."""
        hours = self._book.of(question.pupil.school.id, question.values["department"])
        assert hours is not None
        at = add_business_days(hours, asked_at, self._rng.expovariate(1 / MEAN_ANSWER_DAYS))
        if at is None or at >= self._talks.until:
            return
        teaching = question.values["department"] is Department.TEACHING
        channel = self._channel(question.guardian)
        contact = self._talks.write(
            (question.pupil,), at, question.guardian, staff_id=question.owner,
            initiator=Initiator.TEACHER if teaching else Initiator.SCHOOL, department=question.values["department"],
            channel=channel, language=home.plan.language, outcome=ANSWER_CHANNEL.get(channel, Outcome.REACHED),
            summary=self._rng.choice(ANSWERS),
        )  # fmt: skip
        self._rows.answer(contact, question.id)
        question.values |= {"state": RequestState.ANSWERED, "answered_at": at, "answered_by_contact_id": contact}
        question.values.setdefault("first_response_at", at)
        self._event(question, RequestEventKind.ANSWERED, at, contact)
        if question.fate is Fate.ASKED_AGAIN:
            self._ask_again(home, question, at + WROTE_AGAIN_AFTER)
            return
        if question.fate in (Fate.HELPED, Fate.DID_NOT_HELP):
            helped = question.fate is Fate.HELPED
            self._talks.verdict(home, question.guardian, at, helped=helped, request_id=question.id)
        if at + CLOSED_AFTER < self._talks.until:
            question.values |= {"state": RequestState.CLOSED, "closed_at": at + CLOSED_AFTER}
            self._event(question, RequestEventKind.CLOSED, at + CLOSED_AFTER, None)

    def _ask_again(self, home: Home, question: Question, at: datetime) -> None:
        """The family writes again: the same question, open again, with a new due time and the first kept."""
        if at >= self._talks.until:
            return
        department = question.values["department"]
        contact = self._from_family(
            home, question.guardian, question.pupil, at, department=department, owner=question.owner, words=ASKED_AGAIN
        )
        due = self._due(question.pupil, department, at)
        question.values |= {
            "state": RequestState.OPEN, "reopened_at": at, "goal_at": due.goal_at, "due_at": due.due_at,
            "counselor_at": due.counselor_at, "answered_at": None, "answered_by_contact_id": None,
        }  # fmt: skip
        self._event(question, RequestEventKind.REOPENED, at, contact, due)
        question.fate = Fate.ANSWERED
        if home.plan.special != "reopened_request":
            self._answer(home, question, at)

    def _due(self, pupil: Pupil, department: Department, at: datetime) -> DueTimes:
        hours = self._book.of(pupil.school.id, department)
        assert hours is not None
        rules = self._rules
        return DueTimes(
            *(
                add_business_days(hours, at, days)
                for days in (rules.goal_business_days, rules.due_business_days, rules.counselor_business_days)
            )
        )

    def _event(
        self, question: Question, kind: RequestEventKind, at: datetime, contact: int | None, due: DueTimes | None = None
    ) -> None:
        self._rows.add(
            RequestEvent, request_id=question.id, kind=kind, at=at, contact_id=contact,
            detail=due.as_evidence() if due else None,
        )  # fmt: skip

    def _survey(self, home: Home, guardian: Person) -> None:
        special = home.plan.special in ("survey_detractor", "survey_promoter")
        if not special and self._rng.random() >= ANSWERED_SURVEY:
            return
        at = self._talks.moment(self._talks.recent_day(self._rng.randint(2, 30)), home.pupils[0], (17, 21))
        score = self._rng.randint(*SURVEY_SCORES[home.plan.segment])
        self._rows.add(
            SurveyResponse, family_id=home.id, guardian_id=guardian.id, score=score, segment=home.plan.segment,
            words=self._rng.choice(SURVEY_WORDS[home.plan.segment.value]), answered_at=at,
        )  # fmt: skip
        for address, channel in ((guardian.phones, Channel.SMS), (guardian.e_mails, Channel.EMAIL)):
            if address:
                self._rows.add(
                    Consent, address_id=address[0], channel=channel, category=ConsentCategory.SURVEY,
                    state=ConsentState.IN, source=ConsentSource.FAMILY_WROTE, at=at - timedelta(days=1),
                )  # fmt: skip
                return

    def _owner(self, pupil: Pupil, department: Department) -> int:
        if department is Department.TEACHING:
            return self._rng.choice(tuple(pupil.school_class.teachers.values()))
        return self._rng.choice(pupil.school.offices[department])

    def _question(self, home: Home, department: Department) -> str:
        if home.plan.language == "es" and self._rng.random() < 0.5:
            return self._rng.choice(IN_SPANISH)
        return self._rng.choice(QUESTIONS[department])

    def _channel(self, guardian: Person) -> Channel:
        if guardian.phones:
            return Channel.SMS if self._rng.random() < 0.6 else Channel.PHONE
        return Channel.EMAIL if guardian.e_mails else Channel.IN_PERSON
