"""Figures and enums as a person reads them; the only place where pages turn values into words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
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
from outreach.risk import Code

from . import asking

LANGUAGES = {
    "ar": "Arabic", "en": "English", "es": "Spanish", "fr": "French", "hi": "Hindi", "hmn": "Hmong",
    "ht": "Haitian Creole", "ko": "Korean", "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "so": "Somali",
    "tl": "Tagalog", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
ZONES = {
    "America/New_York": "Eastern time", "America/Chicago": "Central time", "America/Denver": "Mountain time",
    "America/Phoenix": "Arizona time", "America/Los_Angeles": "Pacific time", "America/Anchorage": "Alaska time",
    "Pacific/Honolulu": "Hawaii time",
}  # fmt: skip

CHANNELS = {
    Channel.PHONE: ("phone", "telephone"),
    Channel.IN_PERSON: ("in person", "people"),
    Channel.SMS: ("text", "chat-dots"),
    Channel.EMAIL: ("e-mail", "envelope"),
    Channel.VIDEO: ("video", "play-circle"),
    Channel.LETTER: ("letter", "mailbox"),
    Channel.APP: ("app", "inbox"),
}
OUTCOMES = {
    Outcome.REACHED: ("Reached", "check-circle"),
    Outcome.LEFT_MESSAGE: ("Left a message", "voicemail"),
    Outcome.NO_ANSWER: ("No answer", "telephone-x"),
    Outcome.WRONG_NUMBER: ("Wrong number", "slash-circle"),
    Outcome.DECLINED: ("Did not want to talk", "x-circle"),
    Outcome.SENT: ("Sent", "send"),
    Outcome.DELIVERED: ("Arrived", "check2"),
    Outcome.REPLIED: ("Replied", "reply"),
}
BANDS: dict[str, str] = {Band.HIGH: "Now", Band.ELEVATED: "Soon", Band.LOW: "On track"}
WORDS: dict[str, str] = {
    **{channel.value: words for channel, (words, _) in CHANNELS.items()},
    **{outcome.value: words for outcome, (words, _) in OUTCOMES.items()},
    **BANDS,
    Topic.ACADEMICS: "School work", Topic.BEHAVIOR: "Behavior", Topic.ATTENDANCE: "Attendance",
    Topic.WELLBEING: "Well-being", Topic.SERVICES: "Services", Topic.LOGISTICS: "Everyday matters",
    Purpose.PRAISE: "Something good", Purpose.IMPROVE: "Something to work on", Purpose.CONCERN: "A concern",
    Purpose.LOGISTICS: "Everyday matters",
    Subject.READING: "Reading", Subject.MATH: "Math", Subject.SOCIAL_STUDIES: "Social studies",
    Subject.SCIENCE: "Science", Subject.OTHER: "Another subject",
    Department.TEACHING: "Teachers", Department.COUNSELING: "Counseling", Department.ADMINISTRATION: "Administration",
    Department.SPECIAL_EDUCATION: "Special Education", Department.FRONT_OFFICE: "Front office",
    Department.DISTRICT: "District office",
    StaffRole.TEACHER: "Teacher", StaffRole.COUNSELOR: "Counselor", StaffRole.ADMINISTRATOR: "Administrator",
    StaffRole.SPECIAL_EDUCATION: "Special Education", StaffRole.FRONT_OFFICE: "Front office",
    StaffRole.DISTRICT: "District office",
    AccountRole.TEACHER: "Teacher", AccountRole.COUNSELOR: "Counselor", AccountRole.ADMINISTRATOR: "Administrator",
    AccountRole.RECORDER: "Recorder", AccountRole.DISTRICT_ADMINISTRATOR: "District administrator",
    Code.GRADE_C_OR_BELOW: "Overall grade C or lower", Code.WORK_BELOW_AVERAGE: "A subject below average",
    Code.WORK_AVERAGE: "A subject average", Code.ABSENCES_6_10: "Absent 6 to 10 days",
    Code.ABSENCES_11_UP: "Absent 11 days or more", Code.NO_PERSONAL_CONTACT: "Not reached this year",
    Code.NO_GENERAL_NOTICE: "No notice reached it", Code.CONTACT_DEFICIT: "Fewer contacts than our goal",
    Code.UNANSWERED_REQUEST: "Question unanswered", Code.UNHELPFUL_OUTCOME: "Said it did not help",
    Code.NO_FOLLOW_THROUGH: "Concern raised, nothing since", Code.INBOUND_SURGE: "Wrote often, we did not",
    Code.SURVEY_DETRACTOR: "Would not recommend us", Code.SURVEY_PROMOTER: "Would recommend us",
    Code.UNREACHABLE: "Nobody can be reached",
    Authored.AUTOMATIC: "sent by the system", Authored.APPROVED_IN_BULK: "a notice to many",
}  # fmt: skip
STATES = {
    OutreachState.SUGGESTED: "Suggested", OutreachState.APPROVED: "Approved",
    OutreachState.SCHEDULED: "Waits for its time", OutreachState.SENDING: "Leaving now",
    OutreachState.ACCEPTED: "On its way", OutreachState.DELIVERED: "Arrived", OutreachState.FAILED: "Did not arrive",
    OutreachState.EXPIRED: "Too late to send", OutreachState.CANCELLED: "Called off",
    OutreachState.SKIPPED: "Not sent", OutreachState.UNKNOWN: "Not known whether it arrived",
    OutreachState.DONE: "Done", OutreachState.DISMISSED: "Not now",
}  # fmt: skip
STATES_BY_VALUE = {state.value: said for state, said in STATES.items()}
STATE_ICONS = {
    "suggested": "pencil", "approved": "check2", "scheduled": "clock", "sending": "send", "accepted": "send",
    "delivered": "check-circle", "failed": "x-circle", "expired": "slash-circle", "cancelled": "slash-circle",
    "skipped": "slash-circle", "unknown": "question-circle", "done": "check-circle", "dismissed": "pause-circle",
}  # fmt: skip


def init_app(app: Flask) -> None:
    app.add_template_filter(words)
    app.add_template_filter(language)
    app.add_template_filter(zone_words)
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.add_template_filter(grade)
    app.add_template_filter(span)
    app.add_template_filter(plural)
    app.add_template_filter(state_words)
    app.add_template_filter(state_icon)
    app.add_template_filter(channel_icon)
    app.add_template_filter(outcome_icon)
    app.add_template_filter(phone)


def words(value: StrEnum | None) -> str:
    """An enum's member as a person reads it; None is nothing. Members of one value have one meaning in every enum."""
    if value is None:
        return ""
    return WORDS.get(value.value) or STATES_BY_VALUE.get(value.value) or value.value.replace("_", " ")


def state_words(state: OutreachState | MessageState) -> str:
    return STATES[OutreachState(state.value)]


def state_icon(state: OutreachState | MessageState) -> str:
    return STATE_ICONS[state.value]


def channel_icon(channel: Channel) -> str:
    return CHANNELS[channel][1]


def outcome_icon(outcome: Outcome) -> str:
    return OUTCOMES[outcome][1]


def language(tag: str | None) -> str:
    """``es`` as Spanish; an unknown tag as it is; nothing where the language is unknown."""
    return LANGUAGES.get(tag.split("-")[0].lower(), tag) if tag else ""


def zone_words(zone: str | None) -> str:
    return ZONES.get(zone, zone.rsplit("/", 1)[-1].replace("_", " ") + " time") if zone else ""


def day(value: date | datetime | None, today: date | None = None) -> str:
    """``Tue 17 Nov``, the reader's own clock; with the year where it is not this one."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(asking.zone()).date() if value.tzinfo else value.date()
    present = today or asking.now().astimezone(asking.zone()).date()
    return f"{value:%a} {value.day} {value:%b}" + ("" if value.year == present.year else f" {value.year}")


def moment(value: datetime | None, zone: str | None = None) -> str:
    """``Tue 17 Nov, 6:12 pm`` by the reader's clock, or by ``zone``; a time without zone is shown as it stands."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone) if zone else asking.zone()) if value.tzinfo else value
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{day(local.replace(tzinfo=None))}, {local.hour % 12 or 12}{minutes} {'am' if local.hour < 12 else 'pm'}"


def span(value: timedelta | None) -> str:
    """A length of time in its one largest unit: ``2 days``, ``3 h``, ``5 min``."""
    if value is None:
        return ""
    minutes = max(0, round(abs(value).total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def grade(value: str | None) -> str:
    """``09`` as ``grade 9``, ``KG`` as ``kindergarten``."""
    if not value:
        return ""
    if value.upper() in ("KG", "K"):
        return "kindergarten"
    return f"grade {value.lstrip('0') or '0'}"


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
