"""Figures and enums as a person reads them, in the reader's language; the only place where pages turn values into
words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import phonenumbers
from flask import Flask

from models import (
    AccountRole,
    Authored,
    Band,
    Channel,
    Department,
    MessageState,
    Outcome,
    OutreachState,
    Purpose,
    StaffRole,
    Subject,
    Topic,
)
from outreach import language as spoken
from outreach.language import N_, _, language_name, said, zone_name
from outreach.risk import Code

from . import asking

CHANNELS = {
    Channel.PHONE: (N_("phone"), "telephone"),
    Channel.IN_PERSON: (N_("in person"), "people"),
    Channel.SMS: (N_("text"), "chat-dots"),
    Channel.EMAIL: (N_("e-mail"), "envelope"),
    Channel.VIDEO: (N_("video"), "play-circle"),
    Channel.LETTER: (N_("letter"), "mailbox"),
    Channel.APP: (N_("app"), "inbox"),
}
OUTCOMES = {
    Outcome.REACHED: (N_("Reached"), "check-circle"),
    Outcome.LEFT_MESSAGE: (N_("Left a message"), "voicemail"),
    Outcome.NO_ANSWER: (N_("No answer"), "telephone-x"),
    Outcome.WRONG_NUMBER: (N_("Wrong number"), "slash-circle"),
    Outcome.DECLINED: (N_("Did not want to talk"), "x-circle"),
    Outcome.SENT: (N_("Sent"), "send"),
    Outcome.DELIVERED: (N_("Arrived"), "check2"),
    Outcome.REPLIED: (N_("Replied"), "reply"),
}
BANDS: dict[str, str] = {Band.HIGH: N_("Now"), Band.ELEVATED: N_("Soon"), Band.LOW: N_("On track")}
WORDS: dict[str, str] = {
    **{channel.value: words for channel, (words, _) in CHANNELS.items()},
    **{outcome.value: words for outcome, (words, _) in OUTCOMES.items()},
    **BANDS,
    Topic.ACADEMICS: N_("School work"), Topic.BEHAVIOR: N_("Behavior"), Topic.ATTENDANCE: N_("Attendance"),
    Topic.WELLBEING: N_("Well-being"), Topic.SERVICES: N_("Services"), Topic.LOGISTICS: N_("Everyday matters"),
    Purpose.PRAISE: N_("Something good"), Purpose.IMPROVE: N_("Something to work on"), Purpose.CONCERN: N_("A concern"),
    Purpose.LOGISTICS: N_("Everyday matters"),
    Subject.READING: N_("Reading"), Subject.MATH: N_("Math"), Subject.SOCIAL_STUDIES: N_("Social studies"),
    Subject.SCIENCE: N_("Science"), Subject.OTHER: N_("Another subject"),
    Department.TEACHING: N_("Teachers"), Department.COUNSELING: N_("Counseling"),
    Department.ADMINISTRATION: N_("Administration"),
    Department.SPECIAL_EDUCATION: N_("Special Education"), Department.FRONT_OFFICE: N_("Front office"),
    Department.DISTRICT: N_("District office"),
    StaffRole.TEACHER: N_("Teacher"), StaffRole.COUNSELOR: N_("Counselor"),
    StaffRole.ADMINISTRATOR: N_("Administrator"),
    StaffRole.SPECIAL_EDUCATION: N_("Special Education"), StaffRole.FRONT_OFFICE: N_("Front office"),
    StaffRole.DISTRICT: N_("District office"),
    AccountRole.TEACHER: N_("Teacher"), AccountRole.COUNSELOR: N_("Counselor"),
    AccountRole.ADMINISTRATOR: N_("Administrator"),
    AccountRole.RECORDER: N_("Recorder"), AccountRole.DISTRICT_ADMINISTRATOR: N_("District administrator"),
    Code.GRADE_C_OR_BELOW: N_("Overall grade C or lower"), Code.WORK_BELOW_AVERAGE: N_("A subject below average"),
    Code.WORK_AVERAGE: N_("A subject average"), Code.ABSENCES_6_10: N_("Absent 6 to 10 days"),
    Code.ABSENCES_11_UP: N_("Absent 11 days or more"), Code.NO_PERSONAL_CONTACT: N_("Not reached this year"),
    Code.NO_GENERAL_NOTICE: N_("No notice reached it"), Code.CONTACT_DEFICIT: N_("Fewer contacts than our goal"),
    Code.UNANSWERED_REQUEST: N_("Question unanswered"), Code.UNHELPFUL_OUTCOME: N_("Said it did not help"),
    Code.NO_FOLLOW_THROUGH: N_("Concern raised, nothing since"), Code.INBOUND_SURGE: N_("Wrote often, we did not"),
    Code.SURVEY_DETRACTOR: N_("Would not recommend us"), Code.SURVEY_PROMOTER: N_("Would recommend us"),
    Code.UNREACHABLE: N_("Nobody can be reached"),
    Authored.AUTOMATIC: N_("sent by the system"), Authored.APPROVED_IN_BULK: N_("a notice to many"),
}  # fmt: skip
STATES = {
    OutreachState.SUGGESTED: N_("Suggested"), OutreachState.APPROVED: N_("Approved"),
    OutreachState.SCHEDULED: N_("Waits for its time"), OutreachState.SENDING: N_("Leaving now"),
    OutreachState.ACCEPTED: N_("On its way"), OutreachState.DELIVERED: N_("Arrived"),
    OutreachState.FAILED: N_("Did not arrive"),
    OutreachState.EXPIRED: N_("Too late to send"), OutreachState.CANCELLED: N_("Called off"),
    OutreachState.SKIPPED: N_("Not sent"), OutreachState.UNKNOWN: N_("Not known whether it arrived"),
    OutreachState.DONE: N_("Done"), OutreachState.DISMISSED: N_("Not now"),
}  # fmt: skip
STATES_BY_VALUE = {state.value: said for state, said in STATES.items()}
STATE_ICONS = {
    "suggested": "pencil", "approved": "check2", "scheduled": "clock", "sending": "send", "accepted": "send",
    "delivered": "check-circle", "failed": "x-circle", "expired": "slash-circle", "cancelled": "slash-circle",
    "skipped": "slash-circle", "unknown": "question-circle", "done": "check-circle", "dismissed": "pause-circle",
}  # fmt: skip


def init_app(app: Flask) -> None:
    filters = (
        words, day, moment, weekday, grade, span, plural, clock_hour, state_words, state_icon, channel_icon,
        outcome_icon, phone, said,
    )  # fmt: skip
    for one in filters:
        app.add_template_filter(one)
    app.add_template_filter(language_name, "language")
    app.add_template_filter(zone_name, "zone_words")
    app.add_template_filter(spoken.number, "number")


def words(value: StrEnum | None) -> str:
    """An enum's member as a person reads it; None is nothing. Members of one value have one meaning in every enum."""
    if value is None:
        return ""
    return _(WORDS.get(value.value) or STATES_BY_VALUE.get(value.value) or value.value.replace("_", " "))


def state_words(state: OutreachState | MessageState) -> str:
    return _(STATES[OutreachState(state.value)])


def state_icon(state: OutreachState | MessageState) -> str:
    return STATE_ICONS[state.value]


def channel_icon(channel: Channel) -> str:
    return CHANNELS[channel][1]


def outcome_icon(outcome: Outcome) -> str:
    return OUTCOMES[outcome][1]


def day(value: date | datetime | None, zone: str | None = None) -> str:
    """``Tue 17 Nov`` by the reader's clock, or by ``zone``; with the year where it is not this one."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = _local(value, zone).date()
    return spoken.day(value, asking.now().astimezone(asking.zone()).date())


def moment(value: datetime | None, zone: str | None = None) -> str:
    """``Tue 17 Nov, 6:12 pm`` by the reader's clock, or by ``zone``; a time without zone is shown as it stands."""
    if value is None:
        return ""
    return spoken.moment(_local(value, zone), asking.now().astimezone(asking.zone()).date())


def _local(value: datetime, zone: str | None) -> datetime:
    return value.astimezone(ZoneInfo(zone) if zone else asking.zone()) if value.tzinfo else value


def weekday(value: date) -> str:
    """``Friday``."""
    return spoken.weekday(value)


def clock_hour(hour: int) -> str:
    """``7`` as ``7 am``."""
    return spoken.clock(time(hour))


def span(value: timedelta | None) -> str:
    """A length of time in its one largest unit: ``2 days``, ``3 h``, ``5 min``; nothing where there is none."""
    return "" if value is None else spoken.span(value)


def grade(value: str | None) -> str:
    """``09`` as ``grade 9``, ``KG`` as ``kindergarten``."""
    if not value:
        return ""
    if value.upper() in ("KG", "K"):
        return _("kindergarten")
    return _("grade %(grade)s", grade=value.lstrip("0") or "0")


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 family``, ``2 families``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def phone(value: str) -> str:
    """``+13125550142`` as ``(312) 555-0142``; a number from elsewhere with its country in front."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    at_home = number.country_code == 1
    shape = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, shape)
