"""What school said to a made-up family, unasked: teachers' contacts, attempts, notices; and whether it helped."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from models import (
    Authored,
    Channel,
    Contact,
    ContactStudent,
    Department,
    Initiator,
    Outcome,
    Purpose,
    Topic,
    Verdict,
)
from outreach.schooltime import local_moment, named_zone

from .frame import Frame
from .households import Home, Person, Pupil
from .rows import Rows
from .spread import ATTEMPTS_A_CONTACT, GIVES_VERDICT, NOTICES_SO_FAR, UNHELPFUL, pick, poisson, so_far
from .words import BY_PURPOSE, HELPED, NOT_HELPED, NOTICES, SUBJECT_NAMES

PURPOSE = {Purpose.PRAISE: 0.35, Purpose.IMPROVE: 0.30, Purpose.CONCERN: 0.20, Purpose.LOGISTICS: 0.15}
CHANNEL_OF_PHONE = {Channel.PHONE: 0.45, Channel.SMS: 0.45, Channel.IN_PERSON: 0.10}
CHANNEL_OF_E_MAIL = {Channel.EMAIL: 0.85, Channel.IN_PERSON: 0.15}
WITHOUT_ADDRESS = {Channel.IN_PERSON: 0.7, Channel.LETTER: 0.3}
OUTCOME_OF_ATTEMPT = {Outcome.LEFT_MESSAGE: 0.5, Outcome.NO_ANSWER: 0.45, Outcome.WRONG_NUMBER: 0.05}
COUNSELOR_CONTACTS = 0.15  # mean, so far
WRITTEN = (Channel.SMS, Channel.EMAIL, Channel.LETTER)
HOURS = (8, 17)
VERDICT_AFTER = timedelta(hours=20)
SILENT = ("failing_and_silent", "high_risk_to_text", "silent")


class Talks:
    def __init__(self, rows: Rows, rng: Random, frame: Frame, share_gone: float) -> None:
        self._rows, self._rng, self._frame, self._share_gone = rows, rng, frame, share_gone
        self._days = frame.year.school_days(frame.today)
        self.until = local_moment(frame.today, time(0), named_zone(frame.schools[0].plan.zone))
        """Nothing that is made up lies after it."""

    def of(self, home: Home) -> None:
        """Everything that school began with this family so far this year."""
        told = [guardian for guardian in home.guardians if guardian.can_be_told]
        if not told:
            return
        contacts = so_far(self._rng, home.plan.teacher_contacts_a_year, self._share_gone)
        if home.plan.special in SILENT:
            contacts = 0
        for _ in range(contacts):
            self._teacher_contact(home, self._rng.choice(told))
        for _ in range(poisson(self._rng, ATTEMPTS_A_CONTACT * (contacts + 0.5))):
            self._attempt(home, self._rng.choice(told))
        if home.plan.special not in SILENT:
            for _ in range(poisson(self._rng, COUNSELOR_CONTACTS)):
                self._counselor_contact(home, self._rng.choice(told))
        if home.plan.gets_notices and home.reachable:
            self._notices(home, home.reachable[0])

    def write(
        self, pupils: tuple[Pupil, ...], at: datetime, guardian: Person | None, *, after: timedelta | None = None,
        **values: object,
    ) -> int:  # fmt: skip
        """One contact about ``pupils``; recorded ``after`` it happened, by default within the hour."""
        recorded = at + (after if after is not None else timedelta(minutes=self._rng.randint(1, 55)))
        made = self._rows.add(
            Contact, occurred_at=at, recorded_at=min(recorded, max(self.until, at)),
            guardian_id=guardian.id if guardian else None, **values,
        )  # fmt: skip
        for pupil in pupils:
            self._rows.add(ContactStudent, contact_id=made, student_id=pupil.id)
        return made

    def moment(self, day: date, pupil: Pupil, hours: tuple[int, int] = HOURS) -> datetime:
        """Some minute of ``day`` between two hours on the clock of the pupil's school."""
        at = time(self._rng.randrange(*hours), self._rng.randrange(60))
        return min(local_moment(day, at, named_zone(pupil.school.plan.zone)), self.until - timedelta(hours=2))

    def day_since(self, pupil: Pupil) -> date:
        """Some school day so far this year since the pupil came."""
        return self._rng.choice(
            [day for day in self._days if day >= pupil.since] if pupil.since > self._days[0] else self._days
        )

    def recent_day(self, school_days_ago: int) -> date:
        """1 is the last school day before today."""
        return self._days[-school_days_ago]

    def verdict(self, home: Home, guardian: Person, at: datetime, *, helped: bool, **about: int) -> None:
        words = self._rng.choice(HELPED if helped else NOT_HELPED)
        self._rows.add(
            Verdict, family_id=home.id, guardian_id=guardian.id, helped=helped, words=words,
            given_at=min(at + VERDICT_AFTER, self.until), **about,
        )  # fmt: skip

    def _teacher_contact(self, home: Home, guardian: Person) -> None:
        rng = self._rng
        pupil = rng.choice(home.pupils)
        subject = rng.choice(tuple(pupil.school_class.teachers))
        purpose = pick(rng, PURPOSE)
        topic, words = rng.choice(BY_PURPOSE[purpose])
        channel = self._channel(guardian)
        at = self.moment(self.day_since(pupil), pupil)
        made = self.write(
            (pupil,), at, guardian, initiator=Initiator.TEACHER, staff_id=pupil.school_class.teachers[subject],
            department=Department.TEACHING, channel=channel, language=home.plan.language,
            interpreter=_needs_interpreter(home, channel), topic=topic, purpose=purpose,
            subject=subject if topic is Topic.ACADEMICS else None, outcome=self._outcome(channel),
            authored=rng.choice((Authored.WRITTEN, Authored.EDITED, Authored.APPROVED_SINGLY))
            if channel in WRITTEN else Authored.WRITTEN,
            summary=words.format(subject=SUBJECT_NAMES[subject]),
        )  # fmt: skip
        if rng.random() < GIVES_VERDICT:
            helped = rng.random() >= UNHELPFUL[home.plan.segment]
            self.verdict(home, guardian, at, helped=helped, contact_id=made)

    def _attempt(self, home: Home, guardian: Person) -> None:
        if not guardian.phones:
            return
        pupil = self._rng.choice(home.pupils)
        self.write(
            (pupil,), self.moment(self.day_since(pupil), pupil), guardian, initiator=Initiator.TEACHER,
            staff_id=pupil.school_class.homeroom_teacher, department=Department.TEACHING, channel=Channel.PHONE,
            language=home.plan.language, topic=Topic.ACADEMICS, purpose=Purpose.IMPROVE,
            outcome=pick(self._rng, OUTCOME_OF_ATTEMPT),
        )  # fmt: skip

    def _counselor_contact(self, home: Home, guardian: Person) -> None:
        pupil = self._rng.choice(home.pupils)
        channel = self._channel(guardian)
        self.write(
            (pupil,), self.moment(self.day_since(pupil), pupil), guardian, initiator=Initiator.SCHOOL,
            staff_id=self._rng.choice(pupil.school.offices[Department.COUNSELING]), department=Department.COUNSELING,
            channel=channel, language=home.plan.language, interpreter=_needs_interpreter(home, channel),
            topic=Topic.WELLBEING, purpose=Purpose.CONCERN, outcome=self._outcome(channel),
            summary="Asked how the child is settling in this year.",
        )  # fmt: skip

    def _notices(self, home: Home, guardian: Person) -> None:
        """What a school sends to everyone: a general notice, never a teacher's contact."""
        channel = Channel.SMS if guardian.phones else Channel.EMAIL
        pupils = tuple(pupil for pupil in home.pupils if pupil.school is home.pupils[0].school)
        number = self._rng.randint(*NOTICES_SO_FAR)
        for place in range(number):
            day = self._days[(place + 1) * (len(self._days) - 2) // number]
            self.write(
                pupils, self.moment(day, pupils[0], (15, 17)), guardian, initiator=Initiator.SCHOOL,
                department=Department.FRONT_OFFICE, channel=channel, language=home.plan.language,
                topic=Topic.LOGISTICS, purpose=Purpose.LOGISTICS, outcome=Outcome.DELIVERED,
                authored=Authored.AUTOMATIC, summary=NOTICES[place], after=timedelta(),
            )  # fmt: skip

    def _channel(self, guardian: Person) -> Channel:
        if guardian.phones:
            return pick(self._rng, CHANNEL_OF_PHONE)
        return pick(self._rng, CHANNEL_OF_E_MAIL if guardian.e_mails else WITHOUT_ADDRESS)

    def _outcome(self, channel: Channel) -> Outcome:
        if channel not in WRITTEN:
            return Outcome.REACHED
        return Outcome.REPLIED if self._rng.random() < 0.3 else Outcome.DELIVERED


def _needs_interpreter(home: Home, channel: Channel) -> bool:
    return home.plan.language not in ("en", None) and channel in (Channel.PHONE, Channel.IN_PERSON)
