"""What stands in a contact now, in the form's own words, wherever that is not what was typed."""

from __future__ import annotations

from collections.abc import Sequence

from models import Channel, Outcome, Purpose, Subject, Topic
from outreach.access import Colleague, Household
from outreach.language import N_, _, language_name

from .log_form import FAMILY, OTHER, US, LogForm
from .words import words

HELPED = {"yes": N_("Said yes"), "no": N_("Said no"), "": N_("Not said")}
BEGAN = {US: N_("I did"), FAMILY: N_("The family"), OTHER: N_("Someone else at school")}
INTERPRETER = {"yes": N_("yes"), "": N_("no")}


def stands_now(typed: LogForm, now: LogForm, home: Household, staff: Sequence[Colleague]) -> dict[str, str]:
    """By field; an empty text where nothing stands there."""
    shown = _in_words(now, home, staff)
    return {name: said for name, said in shown.items() if _differs(getattr(typed, name), getattr(now, name))}


def _differs(typed: str | tuple[str, ...], now: str | tuple[str, ...]) -> bool:
    if isinstance(typed, str) and isinstance(now, str):
        return typed.replace("\r\n", "\n").strip() != now.replace("\r\n", "\n").strip()
    return set(typed) != set(now)


def _in_words(now: LogForm, home: Household, staff: Sequence[Colleague]) -> dict[str, str]:
    adults = {str(adult.id): adult.name for adult in home.adults}
    children = [child.name for child in home.children if str(child.id) in now.student_ids]
    found = {
        "guardian_id": adults.get(now.guardian_id, _("Somebody else")), "channel": words(Channel(now.channel)),
        "began": _(BEGAN[now.began]), "outcome": words(Outcome(now.outcome)), "helped": _(HELPED[now.helped]),
        "topic": words(Topic(now.topic)) if now.topic else "",
        "subject": words(Subject(now.subject)) if now.subject else "",
        "purpose": words(Purpose(now.purpose)) if now.purpose else "", "summary": now.summary, "day": now.day,
        "clock": now.clock, "language": language_name(now.language) if now.language else "",
        "interpreter": _(INTERPRETER[now.interpreter]),
    }  # fmt: skip
    if len(home.children) > 1:  # else the form asks for none
        found["student_ids"] = ", ".join(children)
    if now.staff_id:
        found["staff_id"] = next((one.name for one in staff if str(one.id) == now.staff_id), "")
    return found
