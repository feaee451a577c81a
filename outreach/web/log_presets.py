"""The log form as it opens: whom and how it was last time it worked, so that the outcome is the one thing to tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request

from models import Channel
from outreach.access import Household
from outreach.contacts import BestWay, WaitingRequest, best_ways, last_of_mine
from outreach.language import _

from . import asking
from .database import session
from .log_form import LogForm
from .typed import number, number_or_none
from .words import words

LAST = "last"


@dataclass(frozen=True)
class Repeat:
    """My last contact with this family, as the fields that it fills again."""

    guardian_id: str
    channel: str
    topic: str
    purpose: str
    said: str


def first_form(home: Household, waiting: Sequence[WaitingRequest]) -> LogForm:
    """What the link named comes first; else what worked last with these students, asked for, or a call to the first.

    Never somebody who may not be contacted. The outcome is nobody's to guess. A question is ticked only where the link
    named it; where scripts run, only once somebody was reached.
    """
    args = request.args
    wanted = args.get("request", type=number)
    asked = next((row for row in waiting if row.request_id == wanted), None)
    students = _students(home)
    way = _way([number_or_none(each) or 0 for each in students])
    open_to_us = {adult.id for adult in home.adults if adult.may_contact}
    named = args.get("guardian", type=number) or (asked.guardian_id if asked else None)
    guardian = named if named in open_to_us else way.guardian_id if way else None
    channel = args.get("channel", "")
    if channel not in list(Channel):
        channel = way.channel.value if way and guardian == way.guardian_id else _asked_for(home, guardian)
    form = LogForm(
        guardian_id=str(guardian or ""), student_ids=students, channel=channel,
        answers_request_id=str(asked.request_id) if asked else "", outreach_id=args.get("outreach", ""),
        next=args.get("next", ""),
    )  # fmt: skip
    again = repeat(home, form) if args.get("like") == LAST else None
    if again is None:
        return form
    return replace(
        form, guardian_id=again.guardian_id or form.guardian_id, channel=again.channel, topic=again.topic,
        purpose=again.purpose,
    )  # fmt: skip


def repeat(home: Household, form: LogForm) -> Repeat | None:
    """What "same as last time" would fill in; None where this person has logged nothing with the family, or nothing
    that does not stand in the form already."""
    last = last_of_mine(session(), asking.viewer(), home.id)
    if last is None:
        return None
    adult = next((one for one in home.adults if one.id == last.guardian_id and one.may_contact), None)
    repeated = Repeat(str(adult.id) if adult else "", last.channel.value, last.topic or "", last.purpose or "", "")
    stands = Repeat(form.guardian_id if adult else "", form.channel, form.topic, form.purpose, "")
    if repeated == stands:
        return None
    parts = [words(last.channel), adult.name if adult else "", words(last.topic), words(last.purpose)]
    return replace(repeated, said=_("Same as last time: %(what)s", what=", ".join(part for part in parts if part)))


def _students(home: Household) -> tuple[str, ...]:
    """Those whom the link named; else those whom this person works with; else all."""
    named = set(request.args.getlist("student", type=number))
    known = [child.id for child in home.children if child.id in named]
    return tuple(str(each) for each in known) or own_students(home)


def own_students(home: Household) -> tuple[str, ...]:
    """Those of the family whom this person works with; all, where it is none of them by name."""
    own = [child.id for child in home.children if child.open_to_viewer]
    return tuple(str(each) for each in own or [child.id for child in home.children])


def _way(student_ids: Sequence[int]) -> BestWay | None:
    ways = best_ways(session(), student_ids, asking.now())
    worked = [way for way in ways.values() if way.worked_at is not None]
    if worked:
        return max(worked, key=lambda way: way.worked_at or asking.now())
    return next((ways[each] for each in student_ids if each in ways), None)


def _asked_for(home: Household, guardian_id: int | None) -> str:
    """The channel that a guardian whom the link named prefers."""
    adult = next((one for one in home.adults if one.id == guardian_id), None)
    return (adult.channel if adult and adult.channel else Channel.PHONE).value
