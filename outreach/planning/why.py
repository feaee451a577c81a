"""Why a family is on somebody's list: sentences that a parent could hear, made when shown, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from models import JsonObject, Outreach
from outreach.language import N_, _, month_day, ngettext, number, times, weekday
from outreach.schooltime import OpenHours, school_days_between

from .subjects import rose, stands, subject_of
from .views import Why

Made = Callable[[JsonObject, str, "Then"], Why]


class Then:
    """When it is read, by the school's calendar and clock."""

    def __init__(self, hours: OpenHours | None, zone: ZoneInfo, now: datetime) -> None:
        self.hours, self.zone, self.now = hours, zone, now

    def school_days_since(self, asked: datetime) -> int:
        return school_days_between(self.hours, asked, self.now) if self.hours else (self.now - asked).days

    def day_of(self, moment: datetime) -> str | None:
        """The weekday within a week, else the date; None: today."""
        local, today = moment.astimezone(self.zone).date(), self.now.astimezone(self.zone).date()
        if local == today:
            return None
        return weekday(local) if (today - local).days < 7 else month_day(local)


def why(row: Outreach, student: str, hours: OpenHours | None, zone: ZoneInfo, now: datetime) -> Why:
    """The sentence of one suggestion; every figure in it is the evidence it was planned on."""
    made = SENTENCES.get(row.rule)
    return made(row.evidence, student, Then(hours, zone, now)) if made else told(_("<b>Written by hand</b>."))


def told(sentence: str, *more: str) -> Why:
    """``sentence`` with its ``<b>strong part</b>`` taken apart, and whole sentences after it."""
    before, _mark, rest = sentence.partition("<b>")
    strong, _mark, after = rest.partition("</b>")
    return Why(before, strong, " ".join([after, *(one for one in more if one)]))


def _waiting(evidence: JsonObject, student: str, then: Then) -> Why:
    asked, need = _moment(evidence.get("opened_at")), _need(evidence, student)
    if asked is None:
        return told(_("Asked something and has <b>no answer yet</b>."), *need)
    day, gone = then.day_of(asked), then.school_days_since(asked)
    if day is None:
        return told(_("Asked something today and has <b>no answer yet</b>."), *need)
    if gone <= 0:
        return told(_("Asked something on %(day)s and has <b>no answer yet</b>.", day=day), *need)
    waited = ngettext(
        "Asked something on %(day)s and has <b>no answer after %(count)s school day</b>.",
        "Asked something on %(day)s and has <b>no answer after %(count)s school days</b>.",
        gone, day=day,
    )  # fmt: skip
    return told(waited, *need)


HAPPENED = {
    (True, True): N_(
        "<b>Something happened on %(day)s</b> (%(kind)s), and nobody has spoken to %(student)s's family about it yet."
    ),
    (True, False): N_(
        "<b>Something happened on %(day)s</b>, and nobody has spoken to %(student)s's family about it yet."
    ),
    (False, True): N_(
        "<b>Something happened lately</b> (%(kind)s), and nobody has spoken to %(student)s's family about it yet."
    ),
    (False, False): N_("<b>Something happened lately</b>, and nobody has spoken to %(student)s's family about it yet."),
}
"""By whether the day and the kind are known."""


def _incident(evidence: JsonObject, student: str, _then: Then) -> Why:
    happened, kind = evidence.get("occurred_on"), evidence.get("kind")
    day = month_day(date.fromisoformat(happened)) if isinstance(happened, str) else ""
    said = str(kind).replace("_", " ") if kind else ""
    return told(_(HAPPENED[bool(day), bool(said)], day=day, kind=said, student=student))


def _silence(evidence: JsonObject, student: str, _then: Then) -> Why:
    if evidence.get("log_is_sure"):
        return told(_("<b>No one has reached this family yet</b> this year."), *_need(evidence, student))
    return told(_("Our log shows <b>no contact with this family yet</b> this year."), *_need(evidence, student))


def _weekly(evidence: JsonObject, student: str, _then: Then) -> Why:
    helps = _("<b>One personal sentence a week</b> helps %(student)s most just now.", student=student)
    return told(helps, *_topic(evidence, student))


def _goal(evidence: JsonObject, student: str, _then: Then) -> Why:
    heard = evidence.get("heard")
    if not isinstance(heard, int) or heard == 0:
        return told(
            _("Has heard from no teacher yet this year; <b>a word is due</b>."), *_topic(evidence, student)
        )  # fmt: skip
    so_far = _("Has heard from a teacher %(times)s this year; <b>a word is due</b>.", times=times(heard))
    return told(so_far, *_topic(evidence, student))


def _praise(evidence: JsonObject, student: str, _then: Then) -> Why:
    news = told(_("<b>Good news travels</b>: one sentence is enough."))
    return Why(f"{_rise(evidence, student)} {news.before}", news.strong, news.after)


SENTENCES: dict[str, Made] = {
    "waiting": _waiting, "incident": _incident, "silence": _silence, "high_risk_weekly": _weekly, "goal": _goal,
    "praise": _praise,
}  # fmt: skip


def _topic(evidence: JsonObject, student: str) -> list[str]:
    """What it would be about, where that is not the figure alone."""
    situation = evidence.get("situation")
    if situation == "praise":
        return [_rise(evidence, student)]
    if situation == "strength":
        return [_("%(student)s is doing well; say so.", student=student)]
    if situation in ("behavior", "behavior_quiet"):
        return [_("So far it was about school work; this time how %(student)s is with others.", student=student)]
    return _need(evidence, student)


def _rise(evidence: JsonObject, student: str) -> str:
    before, after = evidence.get("percent_before"), evidence.get("percent")
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return _("%(student)s has been doing better.", student=student)
    return rose(subject_of(evidence.get("subject")), student, before, after)


def _need(evidence: JsonObject, student: str) -> list[str]:
    percent, days = evidence.get("percent"), evidence.get("days_absent")
    said: list[str] = []
    if isinstance(percent, int | float) and evidence.get("percent_before") is None:
        said.append(stands(subject_of(evidence.get("subject")), percent))
    if isinstance(days, int | float):
        said.append(
            ngettext(
                "%(student)s missed %(days)s day.", "%(student)s missed %(days)s days.", 1 if days == 1 else 2,
                student=student, days=number(days),
            )
        )  # fmt: skip
    return said


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
