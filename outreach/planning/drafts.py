"""From a chosen family to a whole suggestion: whom to reach, how, when, and the first words, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.tuning import Tuning
from models import Authored, Channel, JsonObject, OutreachState, Purpose, Subject
from outreach.language import N_, month_day, speaking

from .assign import Chosen
from .channel import SENT, Person, Way, choose_way
from .moment import SendTime
from .school_days import SchoolDay
from .send_time import send_time
from .wording import (
    FORM_OF_CHANNEL,
    STAFF_LANGUAGE,
    Draft,
    Form,
    LanguageWords,
    Situation,
    render,
)

ANSWER_YOURSELF = N_("This family asked something; answer in your own words.")
NO_TEMPLATE = N_("No template for this; write it in your own words.")


@dataclass(frozen=True, slots=True)
class Setting:
    """What all drafts of one night share."""

    days: Mapping[int, SchoolDay]
    people: Mapping[int, list[Person]]
    """Student to those who may be told."""
    strengths: Mapping[int, Subject]
    staff_names: Mapping[int, str]
    school_names: Mapping[int, str]
    languages: Mapping[str, LanguageWords]
    """The approved ones, read once."""
    texted: frozenset[int]
    """Addresses that texts have reached before: only there may a text carry a mark, where the district allows it."""
    tuning: Tuning
    now: datetime


def suggestion(chosen: Chosen, setting: Setting) -> dict[str, object] | None:
    """The columns of one outreach; None where the family's window for the day has closed."""
    candidate, day = chosen.candidate, setting.days[chosen.candidate.child.school_id]
    situation, subject = _situation(chosen, setting)
    person = _whom(chosen, setting)
    way = _way(person, situation, setting)
    when = _when(person, way, day, setting)
    if when is None and way.channel in SENT:
        return None
    title, body, own, blocked = _words(_Touch(chosen, person, way, situation, subject), setting)
    return {
        "family_id": candidate.facts.family_id, "student_id": candidate.child.student_id,
        "guardian_id": person.guardian_id if person else None, "staff_id": chosen.staff_id,
        "rule": candidate.rule.code, "about": candidate.about, "slot": candidate.slot, "planned_for": day.day,
        "evidence": _evidence(chosen, situation), "channel": way.channel, "language": way.language,
        "interpreter": way.interpreter, "purpose": _purpose(chosen, situation), "topic": candidate.message.topic,
        "subject": subject, "address_id": way.reach.address_id if way.reach else None, "title": title, "body": body,
        "body_in_staff_language": own, "blocked": blocked, "authored": Authored.AUTOMATIC,
        "state": OutreachState.SUGGESTED, "created_at": setting.now,
        "local_time": when.local.isoformat(timespec="minutes") if when else None,
        "timezone": when.zone if when else None, "send_at": when.at if when else None,
    }  # fmt: skip


def _situation(chosen: Chosen, setting: Setting) -> tuple[Situation | None, Subject | None]:
    """An open question becomes praise where something goes well all along."""
    message = chosen.candidate.message
    strong = setting.strengths.get(chosen.candidate.child.student_id)
    if message.situation is Situation.CHECKIN and strong is not None:
        return Situation.STRENGTH, strong
    if message.situation is Situation.CONCERN and chosen.candidate.evidence.get("percent") is None:
        return Situation.WEEKLY, message.subject  # only a level is known; its words need no figure
    return message.situation, message.subject


def _purpose(chosen: Chosen, situation: Situation | None) -> Purpose | None:
    return Purpose.PRAISE if situation is Situation.STRENGTH else chosen.candidate.message.purpose


def _evidence(chosen: Chosen, situation: Situation | None) -> JsonObject:
    more: JsonObject = {"situation": situation.value if situation else None}
    if chosen.course:
        more["course"] = chosen.course
    return {**chosen.candidate.evidence, **more}


def _whom(chosen: Chosen, setting: Setting) -> Person | None:
    """The one who asked, for a question; else the first who may be told; None where nobody is on record."""
    people = setting.people.get(chosen.candidate.child.student_id, [])
    request = chosen.candidate.facts.request
    asked = request.guardian_id if request else None
    return next((one for one in people if one.guardian_id == asked), people[0] if people else None)


def _way(person: Person | None, situation: Situation | None, setting: Setting) -> Way:
    if person is None:
        return Way(Channel.IN_PERSON, STAFF_LANGUAGE, False, None)
    return choose_way(person, frozenset(setting.languages), voice_only=situation is Situation.INCIDENT)


def _when(person: Person | None, way: Way, day: SchoolDay, setting: Setting) -> SendTime | None:
    sending = setting.tuning.cadence.sending
    return send_time(
        day.day, zones(person, way.reach.timezone if way.reach else None, day.zone),
        person.best_time if person else None, sending.window_opens, sending.window_closes, now=setting.now,
    )  # fmt: skip


def zones(person: Person | None, of_number: str | None, of_school: ZoneInfo) -> list[ZoneInfo]:
    """The guardian's own zone, else the school's; beside it the number's region where that says otherwise."""
    own = _zone(person.timezone if person else None)
    region = _zone(of_number)
    first = own or of_school
    return [first] if own or region is None or region.key == first.key else [first, region]


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Touch:
    """One suggestion in the making."""

    chosen: Chosen
    person: Person | None
    way: Way
    situation: Situation | None
    subject: Subject | None


def _words(touch: _Touch, setting: Setting) -> tuple[str | None, str | None, str | None, str | None]:
    """Title, body in the family's language, body in the staff's where that differs, and what is missing.

    Where the family's language has no approved templates, only what the caller says, in the staff's language.
    """
    if touch.situation is None:
        return None, None, None, ANSWER_YOURSELF
    language = touch.way.language if touch.way.language in setting.languages else STAFF_LANGUAGE
    draft = _draft(touch, touch.situation, language, setting)
    if draft is None:
        return None, None, None, NO_TEMPLATE if touch.way.channel in SENT else None
    in_english = _draft(touch, touch.situation, STAFF_LANGUAGE, setting) if language != STAFF_LANGUAGE else None
    return draft.title, draft.body, in_english.body if in_english else None, draft.blocked


def _draft(touch: _Touch, situation: Situation, language: str, setting: Setting) -> Draft | None:
    templates = setting.languages[language].templates
    form = FORM_OF_CHANNEL[touch.way.channel]
    template = templates.get((situation, form))
    reach = touch.way.reach
    if form is Form.TEXT and reach is not None and reach.address_id in setting.texted:
        template = templates.get((situation, Form.TEXT_WITH_MARKS), template)
    if template is None:
        return None
    turn = setting.days[touch.chosen.candidate.child.school_id].turn
    return render(template, _values(touch, language, setting), turn)


def _values(touch: _Touch, language: str, setting: Setting) -> dict[str, str | None]:
    evidence, child, chosen = touch.chosen.candidate.evidence, touch.chosen.candidate.child, touch.chosen
    words = setting.languages[language]
    days_absent, occurred_on = evidence.get("days_absent"), evidence.get("occurred_on")
    key = touch.subject.value if touch.subject else None
    return {
        "guardian": touch.person.first_name if touch.person else None,
        "student": child.first_name,
        "teacher": setting.staff_names.get(chosen.staff_id or 0),
        "school": setting.school_names.get(child.school_id),
        "subject": words.shared("subjects", key) or chosen.course,
        "course": words.shared("subjects", "class") if chosen.homeroom else chosen.course,
        "percent": _percent(evidence.get("percent")),
        "percent_before": _percent(evidence.get("percent_before")),
        "days_absent": f"{days_absent:g}" if isinstance(days_absent, int | float) else None,
        "step": words.shared("steps", key),
        "short_step": words.shared("short_steps", key),
        "observation": None,
        "incident_day": _day(language, date.fromisoformat(occurred_on)) if isinstance(occurred_on, str) else None,
    }


def _percent(value: object) -> str | None:
    return f"{value:.0f}%" if isinstance(value, int | float) else None


def _day(language: str, day: date) -> str:
    with speaking(language):
        return month_day(day)
