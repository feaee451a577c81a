"""Who should hear, why, and about what: the rules of DESIGN §6, over facts already gathered. Pure, but for two sums.

The order is that of need: a question that waits past its time; an incident; a family at high risk that heard nothing
this year; one personal sentence a week at high risk; who is behind the yearly goal of nine a child (K12 Insight, 2023);
praise for a rise. One rule a family a night: the first that holds and was not suggested in its period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from config.tuning import Tuning
from models import Band, JsonObject, Purpose, Subject, Topic

from .facts import LATELY, WEEK, Child, FamilyFacts, Known
from .marks import Rise
from .school_days import SchoolDay
from .wording import Situation


class Rule(IntEnum):
    """Why a touch was planned, in the order in which it takes one of a teacher's places."""

    WAITING = 0
    INCIDENT = 1
    SILENCE = 2
    HIGH_RISK_WEEKLY = 3
    GOAL = 4
    PRAISE = 5

    @property
    def code(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Message:
    """What a touch is about."""

    situation: Situation | None
    """None: a question, which only a person's own words answer."""
    topic: Topic | None
    purpose: Purpose | None
    subject: Subject | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    rule: Rule
    facts: FamilyFacts
    child: Child
    about: str
    slot: str
    message: Message
    evidence: JsonObject

    @property
    def order(self) -> tuple[int, int, float, int]:
        """Need first; then points; then who has waited longest; then the family's id, so that a repeat is the same."""
        last = self.facts.heard_at.timestamp() if self.facts.heard_at else 0.0
        return self.rule, -self.facts.points, last, self.facts.family_id


@dataclass(frozen=True, slots=True)
class Season:
    """What the rules need beside the families themselves."""

    days: Mapping[int, SchoolDay]
    goals: Mapping[int, float]
    """School to the teacher contacts that each child is due by now."""
    rises: Mapping[int, Rise]
    """Student to the largest rise of the running term that is worth praise."""
    with_incidents: frozenset[int]
    """Students with an incident in the running term."""
    keep_incidents: frozenset[int]
    """Schools that keep incidents at all: only there does having none mean something."""
    tuning: Tuning
    now: datetime


def candidates(known: Known, season: Season) -> list[Candidate]:
    """At most one for each family, the neediest first."""
    found = (_first(known, season, facts) for facts in known.families.values())
    return sorted((one for one in found if one is not None), key=lambda one: one.order)


def _first(known: Known, season: Season, facts: FamilyFacts) -> Candidate | None:
    for candidate in _rules(season, facts):
        key = (candidate.rule.code, facts.family_id, candidate.about, candidate.slot)
        if key not in known.keys:
            return candidate
    return None


def _rules(season: Season, facts: FamilyFacts) -> Iterator[Candidate]:
    child = _child(season, facts)
    day = season.days[child.school_id]
    request = facts.request
    if request is not None:
        if request.due_at is not None and request.due_at <= season.now:
            yield _waiting(facts, child, day)
        return
    if facts.incident is not None:
        yield _incident(facts)
    if facts.has_touch or (facts.heard_at is not None and facts.heard_at > season.now - LATELY):
        return
    evidence: JsonObject = {"heard": facts.heard, "children": len(facts.children)}
    if facts.band is Band.HIGH and facts.heard == 0:
        hello = Message(Situation.HELLO, Topic.ACADEMICS, None, _need_subject(facts, child))
        yield Candidate(
            Rule.SILENCE, facts, child, "", day.week, hello, {**evidence, **_need(facts, child), **_log(facts)}
        )
    if facts.band is Band.HIGH:
        message, more = _message(season, facts, child, weekly=True)
        yield Candidate(Rule.HIGH_RISK_WEEKLY, facts, child, "", day.week, message, {**evidence, **more})
    if facts.heard_at is not None and facts.heard_at > season.now - WEEK:
        return
    due = _due_by_now(season, facts)
    if facts.heard < due:
        message, more = _message(season, facts, child, weekly=False)
        yield Candidate(Rule.GOAL, facts, child, "", day.week, message, {**evidence, "due_by_now": due, **more})
    yield from _praise(season, facts, evidence)


def _waiting(facts: FamilyFacts, child: Child, day: SchoolDay) -> Candidate:
    request = facts.request
    assert request is not None
    about = next((one for one in facts.children if one.student_id == request.student_id), child)
    evidence: JsonObject = {
        "request_id": request.request_id, "opened_at": request.opened_at.isoformat(), **_need(facts, about),
    }  # fmt: skip
    return Candidate(
        Rule.WAITING, facts, about, f"request:{request.request_id}", day.week, Message(None, None, None), evidence
    )


def _incident(facts: FamilyFacts) -> Candidate:
    incident = facts.incident
    assert incident is not None
    child = next(one for one in facts.children if one.student_id == incident.student_id)
    evidence: JsonObject = {
        "incident_id": incident.incident_id, "kind": incident.kind, "occurred_on": incident.occurred_on.isoformat(),
    }  # fmt: skip
    message = Message(Situation.INCIDENT, Topic.BEHAVIOR, Purpose.CONCERN)
    return Candidate(Rule.INCIDENT, facts, child, f"incident:{incident.incident_id}", "once", message, evidence)


def _praise(season: Season, facts: FamilyFacts, evidence: JsonObject) -> Iterator[Candidate]:
    """A rise is told once a term."""
    for child in facts.children:
        if rise := season.rises.get(child.student_id):
            slot = season.days[child.school_id].term_began.isoformat()
            yield Candidate(
                Rule.PRAISE, facts, child, f"{child.student_id}:{rise.subject}", slot, _praising(rise),
                {**evidence, **rise.evidence()},
            )  # fmt: skip


def _due_by_now(season: Season, facts: FamilyFacts) -> int:
    return int(sum(season.goals[child.school_id] for child in facts.children))


def _child(season: Season, facts: FamilyFacts) -> Child:
    """Whom the touch is about: the child of the gravest reason, else the one with a rise, else each in turn."""
    for code in ("work_below_average", "absences_11_up", "work_average", "absences_6_10"):
        wanted = facts.reasons.get(code, {}).get("student_id")
        for child in facts.children:
            if child.student_id == wanted:
                return child
    risen = next((child for child in facts.children if child.student_id in season.rises), None)
    turn = season.days[facts.children[0].school_id].turn
    return risen or facts.children[turn % len(facts.children)]


def _message(season: Season, facts: FamilyFacts, child: Child, *, weekly: bool) -> tuple[Message, JsonObject]:
    """One thing to improve or to praise, so that a term holds both academics and behavior."""
    day, need = season.days[child.school_id], _need(facts, child)
    if Topic.ACADEMICS in facts.topics and Topic.BEHAVIOR not in facts.topics:
        if child.school_id in season.keep_incidents and child.student_id not in season.with_incidents:
            return Message(Situation.BEHAVIOR_QUIET, Topic.BEHAVIOR, Purpose.PRAISE), {}
        if not weekly:  # needs the teacher's own observation, and the weekly sentence must not wait for one
            return Message(Situation.BEHAVIOR, Topic.BEHAVIOR, Purpose.PRAISE), {}
    rise = season.rises.get(child.student_id)
    if rise and "work_below_average" not in facts.reasons:
        return _praising(rise), rise.evidence()
    absent_too = "days_absent" in need and (day.turn % 2 == 1 or "subject" not in need)
    if absent_too:
        return Message(Situation.ATTENDANCE, Topic.ATTENDANCE, Purpose.IMPROVE), need
    if subject := _need_subject(facts, child):
        situation = Situation.WEEKLY if weekly else Situation.CONCERN
        return Message(situation, Topic.ACADEMICS, Purpose.IMPROVE, subject), need
    return Message(Situation.CHECKIN, Topic.ACADEMICS, None), {}


def _praising(rise: Rise) -> Message:
    return Message(Situation.PRAISE, Topic.ACADEMICS, Purpose.PRAISE, rise.subject)


def _need(facts: FamilyFacts, child: Child) -> JsonObject:
    """Figures about this child among the family's reasons: subject and percent, days absent."""
    found: JsonObject = {}
    for code in ("work_below_average", "work_average"):
        evidence = facts.reasons.get(code, {})
        if evidence.get("student_id") == child.student_id and "subject" not in found:
            found |= {key: evidence[key] for key in ("subject", "percent") if evidence.get(key) is not None}
    for code in ("absences_11_up", "absences_6_10"):
        evidence = facts.reasons.get(code, {})
        if evidence.get("student_id") == child.student_id and "days_absent" not in found:
            found["days_absent"] = evidence.get("days")
    return found


def _need_subject(facts: FamilyFacts, child: Child) -> Subject | None:
    subject = _need(facts, child).get("subject")
    return Subject(subject) if isinstance(subject, str) else None


def _log(facts: FamilyFacts) -> JsonObject:
    """Whether the log is old enough for "no one has reached this family" to be true, not only unrecorded."""
    return {"log_is_sure": "no_personal_contact" in facts.reasons}
