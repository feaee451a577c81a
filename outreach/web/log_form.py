"""The form by which a contact is logged or corrected: read as typed, kept as typed, and turned into a NewContact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from secrets import token_hex
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from models import Channel, Contact, Initiator, Outcome, Purpose, Subject, Topic
from outreach.contacts import OUTCOMES_OF_CHANNEL, OUTCOMES_WHERE_FAMILY_BEGAN, NewContact
from outreach.language import _

from .typed import number_or_none

FIRST_CHANNELS = (Channel.PHONE, Channel.IN_PERSON, Channel.SMS, Channel.EMAIL)
OTHER_CHANNELS = (Channel.VIDEO, Channel.LETTER, Channel.APP)
OUTCOMES_IN_ORDER = (
    Outcome.REACHED, Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER, Outcome.SENT, Outcome.REPLIED, Outcome.DELIVERED,
    Outcome.WRONG_NUMBER, Outcome.DECLINED,
)  # fmt: skip
"""As the form offers them: by each channel what happens most comes first."""
US, FAMILY, OTHER = "me", "family", "other"
NOON = time(12)
LONGEST_KEPT = timedelta(days=8)
"""A browser keeps what could not be sent for seven days; whatever says that it is older is not believed."""


@dataclass(frozen=True)
class LogForm:
    """What stands in the form, as text; every field named as in the page."""

    client_key: str = field(default_factory=lambda: token_hex(16))
    guardian_id: str = ""
    student_ids: tuple[str, ...] = ()
    channel: str = Channel.PHONE.value
    began: str = US
    staff_id: str = ""
    outcome: str = ""
    """Nothing, until somebody taps it."""
    helped: str = ""
    topic: str = ""
    purpose: str = ""
    subject: str = ""
    summary: str = ""
    day: str = ""
    clock: str = ""
    interpreter: str = ""
    language: str = ""
    answers_request_id: str = ""
    question: str = ""
    outreach_id: str = ""
    age: str = ""
    """How many seconds ago the form was saved on its device, where it could not be sent at once."""
    next: str = ""
    """The page to come back to."""
    seen: str = ""
    """In a correction: which revision was the newest when the form was made."""

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> LogForm:
        names = set(cls.__dataclass_fields__) - {"student_ids", "client_key"}
        return cls(
            client_key=sent.get("client_key", "")[:64] or token_hex(16),
            student_ids=tuple(sent.getlist("student_ids")),
            **{name: sent.get(name, "") for name in names},
        )

    @classmethod
    def of_a_call(cls, sent: MultiDict[str, str]) -> LogForm:
        """What the sheet after a call tells: whom, and what came of it."""
        form = cls.read(sent)
        return replace(form, channel=form.channel or Channel.PHONE.value, began=US)

    @classmethod
    def of(cls, contact: Contact, new: NewContact, zone: ZoneInfo, viewer_staff_id: int | None) -> LogForm:
        """A kept contact as its form."""
        local = contact.occurred_at.astimezone(zone)
        family_began = contact.initiator is Initiator.FAMILY
        mine = contact.staff_id == viewer_staff_id
        helped = {True: "yes", False: "no", None: ""}[new.said_it_helped]
        return cls(
            guardian_id=_text(new.guardian_id), student_ids=tuple(str(each) for each in new.student_ids),
            channel=new.channel.value, began=FAMILY if family_began else US if mine else OTHER,
            staff_id="" if mine else _text(new.staff_id), outcome=new.outcome.value, helped=helped,
            topic=_text(new.topic), purpose=_text(new.purpose), subject=_text(new.subject), summary=new.summary or "",
            day=f"{local:%Y-%m-%d}", clock=f"{local:%H:%M}", interpreter="yes" if new.interpreter else "",
            language=new.language or "",
            answers_request_id=_text(new.answers_request_id),
        )  # fmt: skip

    @property
    def opened(self) -> bool:
        """Something under "topic, purpose, note, time" is filled, so that part stands open."""
        folded = (
            self.topic, self.purpose, self.subject, self.summary, self.day, self.clock, self.interpreter, self.language,
            self.helped,
        )  # fmt: skip
        return any(folded)

    def problems(self, *, choose_students: bool, unnamed: bool = False) -> list[tuple[str, str]]:
        """What is missing or cannot be read: the field's id and a sentence. The verb checks the rest.

        ``unnamed``: the contact names nobody at school (an import brought it), and may stay so.
        """
        found = []
        if self.channel not in list(Channel):
            found.append(("channel-phone", _("Say how it was: by phone, in person, by text …")))
        if self.outcome not in list(Outcome):
            found.append(("outcome-reached", _("Say what came of it.")))
        if choose_students and not self.student_ids:
            found.append(("student-first", _("Say which child it was about.")))
        if self._lacks_staff(unnamed):
            found.append(("staff_id", _("Say who at school it was.")))
        if self.day and _date(self.day) is None:
            found.append(("day", _("The day must look like 2026-11-24.")))
        if self.clock and _time(self.clock) is None:
            found.append(("clock", _("The time must look like 14:30.")))
        return found

    def _lacks_staff(self, unnamed: bool) -> bool:
        if self.began not in (FAMILY, OTHER):
            return False
        if not self.staff_id:
            return self.began == OTHER and not unnamed
        return number_or_none(self.staff_id) is None

    def _staff(self, viewer_staff_id: int | None, unnamed: bool) -> int | None:
        """What the list of colleagues names counts only where it is shown: "I did" is the viewer, whatever it holds."""
        if self.began not in (FAMILY, OTHER):
            return viewer_staff_id
        return number_or_none(self.staff_id) if self.staff_id or unnamed else viewer_staff_id

    def as_new(
        self, now: datetime, zone: ZoneInfo, viewer_staff_id: int | None, students: tuple[int, ...],
        *, unnamed: bool = False,
    ) -> NewContact:  # fmt: skip
        """The contact that the form describes; call it only where :meth:`problems` found none."""
        family_began = self.began == FAMILY
        chosen = {number_or_none(each) for each in self.student_ids}
        return NewContact(
            student_ids=tuple(each for each in students if each in chosen) or students,
            channel=Channel(self.channel), outcome=Outcome(self.outcome),
            occurred_at=occurred_at(self.day, self.clock, now - self.kept_for, zone),
            initiator=Initiator.FAMILY if family_began else None,
            staff_id=self._staff(viewer_staff_id, unnamed),
            guardian_id=number_or_none(self.guardian_id), interpreter=self.interpreter == "yes",
            language=self.language or None,
            topic=Topic(self.topic) if self.topic in list(Topic) else None,
            purpose=Purpose(self.purpose) if self.purpose in list(Purpose) else None,
            subject=Subject(self.subject) if self.subject in list(Subject) else None,
            summary=self.summary.strip() or None, said_it_helped={"yes": True, "no": False}.get(self.helped),
            answers_request_id=number_or_none(self.answers_request_id),
            question=(self.question.strip() or None) if family_began else None, client_key=self.client_key,
        )  # fmt: skip

    @property
    def kept_for(self) -> timedelta:
        """How long the form waited on its device for a network: right, whatever the clock of a phone shows."""
        seconds = number_or_none(self.age) or 0
        return timedelta(seconds=seconds) if 0 < seconds <= LONGEST_KEPT.total_seconds() else timedelta()


def occurred_at(day: str, clock: str, told_at: datetime, zone: ZoneInfo) -> datetime:
    """When it happened: as said; an earlier day without a time at noon; nothing said, when it was told."""
    local = told_at.astimezone(zone)
    on, at = _date(day) or local, _time(clock)
    if at is None and on.date() == local.date():
        return told_at
    return datetime.combine(on.date(), at or NOON, tzinfo=zone)


def outcome_sides() -> Mapping[Outcome, str]:
    """For each outcome, the sides and channels it may come of, as the page's script reads them: ``us:phone``."""
    found: dict[Outcome, list[str]] = {}
    for side, table in (("us", OUTCOMES_OF_CHANNEL), ("family", OUTCOMES_WHERE_FAMILY_BEGAN)):
        for channel, outcomes in table.items():
            for outcome in outcomes:
                found.setdefault(outcome, []).append(f"{side}:{channel.value}")
    return {outcome: " ".join(sides) for outcome, sides in found.items()}


def _date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day as typed; its zone is added with the time
    except ValueError:
        return None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None


def _text(value: object | None) -> str:
    return "" if value is None else str(value)
