"""Why a family is on somebody's list, and how to reach it: sentences that a parent could hear, made when shown."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from models import Channel, Guardian, JsonObject, Outreach, Subject
from outreach.schooltime import OpenHours, school_days_between

from .views import Why
from .wording import base_language

LANGUAGES = {
    "am": "Amharic", "ar": "Arabic", "bn": "Bengali", "de": "German", "es": "Spanish", "fa": "Persian", "fr": "French",
    "hi": "Hindi", "hmn": "Hmong", "ht": "Haitian Creole", "it": "Italian", "ja": "Japanese", "km": "Khmer",
    "ko": "Korean", "my": "Burmese", "ne": "Nepali", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
    "ru": "Russian", "so": "Somali", "sw": "Swahili", "tl": "Tagalog", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
SUBJECTS = {
    Subject.READING: "Reading", Subject.MATH: "Math", Subject.SOCIAL_STUDIES: "Social studies",
    Subject.SCIENCE: "Science",
}  # fmt: skip
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
READS = {Channel.SMS: "reads texts", Channel.EMAIL: "reads e-mail", Channel.PHONE: "takes calls"}


def why(row: Outreach, student: str, hours: OpenHours | None, zone: ZoneInfo, now: datetime) -> Why:
    """The sentence of one suggestion; every figure in it is the evidence it was planned on."""
    evidence = row.evidence
    made = {
        "waiting": _waiting, "incident": _incident, "silence": _silence, "high_risk_weekly": _weekly, "goal": _goal,
        "praise": _praise,
    }.get(row.rule)  # fmt: skip
    if made is None:
        return Why("", "Written by hand", ".")
    return made(evidence, student, hours, zone, now)


def _waiting(
    evidence: JsonObject, student: str, hours: OpenHours | None, zone: ZoneInfo, now: datetime
) -> Why:  # fmt: skip
    asked = _moment(evidence.get("opened_at"))
    if asked is None:
        return Why("Asked something and has ", "no answer yet", f".{_need(evidence, student)}")
    days = school_days_between(hours, asked, now) if hours else (now - asked).days
    gone = f"no answer after {days} school day{'' if days == 1 else 's'}" if days > 0 else "no answer yet"
    return Why(f"Asked something {_when(asked, zone, now)} and has ", gone, f".{_need(evidence, student)}")


def _incident(evidence: JsonObject, student: str, _hours: object, _zone: object, _now: object) -> Why:
    happened, kind = evidence.get("occurred_on"), evidence.get("kind")
    day = f"on {_day(date.fromisoformat(happened))}" if isinstance(happened, str) else "lately"
    what = f" ({str(kind).replace('_', ' ')})" if kind else ""
    return Why("", f"Something happened {day}", f"{what}, and nobody has spoken to {student}'s family about it yet.")


def _silence(evidence: JsonObject, student: str, _hours: object, _zone: object, _now: object) -> Why:
    if evidence.get("log_is_sure"):
        return Why("", "No one has reached this family yet", f" this year.{_need(evidence, student)}")
    return Why("Our log shows ", "no contact with this family yet", f" this year.{_need(evidence, student)}")


def _weekly(evidence: JsonObject, student: str, _hours: object, _zone: object, _now: object) -> Why:
    about = _topic(evidence, student)
    return Why("", "One personal sentence a week", f" helps {student} most just now.{about}")


def _goal(evidence: JsonObject, student: str, _hours: object, _zone: object, _now: object) -> Why:
    heard = evidence.get("heard")
    number = heard if isinstance(heard, int) else 0
    times = "no teacher yet" if number == 0 else f"a teacher {_times(number)}"
    return Why(f"Has heard from {times} this year; ", "a word is due", f".{_topic(evidence, student)}")


def _praise(evidence: JsonObject, student: str, _hours: object, _zone: object, _now: object) -> Why:
    return Why(f"{_rise(evidence, student)} ", "Good news travels", ": one sentence is enough.")


def _topic(evidence: JsonObject, student: str) -> str:
    """What it would be about, where that is not the figure alone."""
    situation = evidence.get("situation")
    if situation == "praise":
        return f" {_rise(evidence, student)}"
    if situation == "strength":
        return f" {student} is doing well; say so."
    if situation in ("behavior", "behavior_quiet"):
        return f" So far it was about school work; this time how {student} is with others."
    return _need(evidence, student)


def _rise(evidence: JsonObject, student: str) -> str:
    before, after, subject = evidence.get("percent_before"), evidence.get("percent"), evidence.get("subject")
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return f"{student} has been doing better."
    return f"{student} rose from {before:.0f}% to {after:.0f}% in {_subject(subject).lower()}."


def _need(evidence: JsonObject, student: str) -> str:
    percent, days = evidence.get("percent"), evidence.get("days_absent")
    said = ""
    if isinstance(percent, int | float) and evidence.get("percent_before") is None:
        said += f" {_subject(evidence.get('subject'))} is at {percent:.0f}%."
    if isinstance(days, int | float):
        said += f" {student} missed {days:g} days."
    return said


def _subject(value: object) -> str:
    try:
        return SUBJECTS[Subject(str(value))]
    except (KeyError, ValueError):
        return "School work"


def how(row: Outreach, guardian: Guardian | None) -> str:
    """ "Speaks Spanish, reads texts after 5 pm." and, for a call, what to begin with, in the caller's language."""
    parts: list[str] = []
    tongue = base_language(guardian.language if guardian else None)
    if tongue and tongue != "en":
        parts.append(f"speaks {LANGUAGES.get(tongue, tongue)}")
    if row.interpreter:
        parts.append("ask for an interpreter")
    if row.channel in READS:
        wish = f" {guardian.best_time}" if guardian and guardian.best_time else ""
        parts.append(READS[row.channel] + wish)
    elif guardian and guardian.best_time:
        parts.append(guardian.best_time)
    if row.channel is Channel.LETTER:
        parts.append("no phone or e-mail that works: a printed note")
    if row.channel is Channel.IN_PERSON:
        parts.append("no guardian is on record: find out whom to ask" if guardian is None else "best face to face")
    sentence = ", ".join(parts)
    sentence = f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""
    opening = row.body_in_staff_language or row.body
    if row.channel is Channel.PHONE and opening:
        sentence = f"{sentence} To begin with: “{opening}”"
    return sentence.strip()


def _times(number: int) -> str:
    if number in (1, 2):
        return ("once", "twice")[number - 1]
    return f"{NUMBERS[number] if number < len(NUMBERS) else number} times"


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _when(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The weekday within a week, else the date."""
    local, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if local == today:
        return "today"
    return f"on {local:%A}" if (today - local).days < 7 else f"on {_day(local)}"


def _day(day: date) -> str:
    return f"{day:%B} {day.day}"
