"""The floor: the same score by a loop over families, loaded through the ORM in chunks of 500, computed in Python.

Written from DESIGN §4 and apart from the statements of ``outreach.risk``, so it is an oracle as well: points, codes
and evidence must come out identical. It shares only what is computed once a run, the schools' periods.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from benchmarks.mapped import (
    Absence,
    Address,
    Contact,
    Family,
    Guardian,
    Guardianship,
    Mark,
    Member,
    Mention,
    Point,
    Request,
    Student,
    Verdict,
)
from config.tuning import Risk
from models import (
    CONTACT_OUTCOMES,
    CORE_SUBJECTS,
    COUNTED_ABSENCES,
    GENERAL_NOTICES,
    AddressHealth,
    AddressKind,
    Channel,
    ConsentCategory,
    ConsentState,
    Initiator,
    JsonObject,
    JsonValue,
    Level,
    MarkKind,
    Outcome,
    Purpose,
    RequestState,
    Segment,
    Subject,
)
from outreach.effective import effective_config
from outreach.risk.periods import Period, periods_at
from outreach.schooltime import local_moment

CHUNK = 500
LOWEST_FIRST = (Level.FAILING, Level.BELOW_AVERAGE, Level.AVERAGE, Level.ABOVE_AVERAGE)
Found = dict[str, tuple[int, JsonObject]]
"""Code to points and evidence."""


def score_by_loop(session: Session, now: datetime) -> Iterator[tuple[int, Found]]:
    """Each family with an active student, and its reasons."""
    risk = effective_config(session, now).risk
    periods = {period.school_id: period for period in periods_at(session, now, risk).schools}
    ids = list(session.scalars(select(Family.id).where(Family.ended_at.is_(None)).order_by(Family.id)))
    for start in range(0, len(ids), CHUNK):
        for family in session.scalars(_loading(ids[start : start + CHUNK])):
            children = [
                member.student for member in family.members if member.until_on is None and member.student.active
            ]
            if children:
                yield family.id, _Loop(family, children, periods, risk, now).reasons()
        session.expunge_all()


def _loading(ids: list[int]) -> Select[Family]:
    student = selectinload(Family.members).selectinload(Member.student)
    guardian = student.selectinload(Student.guardianships).selectinload(Guardianship.guardian)
    return (
        select(Family)
        .where(Family.id.in_(ids))
        .options(
            student.selectinload(Student.marks), student.selectinload(Student.absences),
            student.selectinload(Student.mentions).selectinload(Mention.contact),
            guardian.selectinload(Guardian.points).selectinload(Point.address).selectinload(Address.consents),
            selectinload(Family.requests).selectinload(Request.events),
            selectinload(Family.verdicts).selectinload(Verdict.contact),
            selectinload(Family.surveys),
        )
    )  # fmt: skip


class _Loop:
    """One family's factors."""

    def __init__(
        self, family: Family, children: list[Student], periods: dict[int, Period], risk: Risk, now: datetime
    ) -> None:
        self.family, self.children, self.risk, self.now = (
            family,
            sorted(children, key=lambda child: child.id),
            risk,
            now,
        )
        self.periods = periods
        self.found: Found = {}

    def reasons(self) -> Found:
        self.standing()
        self.absences()
        self.silence()
        self.notices()
        self.follow_through()
        self.surge()
        self.requests()
        self.verdicts()
        self.surveys()
        self.reach()
        return self.found

    def give(self, code: str, evidence: JsonObject, points: int | None = None) -> None:
        given = self.risk.factor[code].points if points is None else points
        if given:
            self.found[code] = (given, evidence)

    def in_period(self) -> Iterator[tuple[Student, Period]]:
        return ((child, self.periods[child.school_id]) for child in self.children if child.school_id in self.periods)

    def base(self, child: Student) -> date | None:
        """Since when our own log counts for this child."""
        period = self.periods.get(child.school_id)
        if period is None or period.base is None:
            return None
        if child.enrolled_on is None or child.enrolled_on <= period.base:
            return period.base
        return child.enrolled_on if child.enrolled_on <= period.today else None

    def base_at(self, child: Student) -> datetime:
        base = self.base(child)
        if base is None:
            return datetime.max.replace(tzinfo=UTC)
        return local_moment(base, time(0), self.periods[child.school_id].zone)

    def standing(self) -> None:
        lows: list[tuple[int, bool, int, int, str, str]] = []
        overalls: list[tuple[int, int, int, str]] = []
        for child, period in self.in_period():
            if period.term is None:
                continue
            last = min(period.today, period.term.ends_on)
            marks: dict[Subject, list[Mark]] = defaultdict(list)
            for mark in child.marks:
                if mark.active and mark.subject in CORE_SUBJECTS and period.term.starts_on <= mark.marked_on <= last:
                    marks[mark.subject].append(mark)
            percents = []
            for subject, its in marks.items():
                parts, level, day = self.subject(its)
                lows.append(
                    (LOWEST_FIRST.index(level), parts is None, parts or 0, child.id, subject.value, day.isoformat())
                )
                if parts is not None:
                    percents.append((parts, day))
            if percents:
                mean = _half_up(sum(parts for parts, _ in percents), len(percents))
                overalls.append((mean, child.id, len(percents), max(day for _, day in percents).isoformat()))
        self.lowest_work(min(lows, default=None))
        if overalls:
            mean, child_id, subjects, on = min(overalls)
            if mean < self.risk.terms.c_or_below_under * 10_000:
                self.give(
                    "grade_c_or_below",
                    {"student_id": child_id, "percent": mean // 100 / 100, "subjects": subjects, "on": on},
                )

    def subject(self, marks: list[Mark]) -> tuple[int | None, Level, date]:
        cards = [mark for mark in marks if mark.kind is MarkKind.REPORT_CARD]
        results = [mark for mark in marks if mark.kind is MarkKind.RESULT and mark.percent is not None]
        if cards or not results:
            mark = max(cards or marks, key=lambda mark: (mark.marked_on, mark.id))
            parts = None if mark.percent is None else int(mark.percent * 10_000 + 0.5)
            return parts, mark.level if parts is None else self.level(parts), mark.marked_on
        total = sum(int((mark.percent or 0) * 10_000 + 0.5) for mark in results)
        mean = _half_up(total, len(results))
        return mean, self.level(mean), max(mark.marked_on for mark in results)

    def level(self, parts: int) -> Level:
        terms = self.risk.terms
        cuts = (terms.below_average_from, terms.average_from, terms.above_average_from)
        return LOWEST_FIRST[sum(parts >= cut * 10_000 for cut in cuts)]

    def lowest_work(self, low: tuple[int, bool, int, int, str, str] | None) -> None:
        if low is None or low[0] > 2:
            return
        rank, unknown, parts, child_id, subject, on = low
        percent = None if unknown else parts // 100 / 100
        code = "work_average" if rank == 2 else "work_below_average"
        self.give(
            code,
            {
                "student_id": child_id,
                "subject": subject,
                "percent": percent,
                "level": LOWEST_FIRST[rank].value,
                "on": on,
            },
        )

    def absences(self) -> None:
        most: list[tuple[int, int]] = []
        for child, period in self.in_period():
            counted = [each for each in child.absences if each.category in COUNTED_ABSENCES]
            most.append((-max(_dated(counted, period), _running(counted, period)), child.id))
        days, child_id = min(most, default=(0, 0))
        terms = self.risk.terms
        if -days >= terms.absences_some * 100:
            many = -days >= terms.absences_many * 100
            self.give("absences_11_up" if many else "absences_6_10", {"student_id": child_id, "days": -days / 100})

    def contacts(self, child: Student) -> list[Contact]:
        return [
            mention.contact
            for mention in child.mentions
            if mention.contact.voided_at is None
            and mention.contact.outcome in CONTACT_OUTCOMES
            and mention.contact.occurred_at <= self.now
        ]

    def silence(self) -> None:
        silent: list[tuple[date, int]] = []
        short: list[tuple[int, float, int, date]] = []
        for child, period in self.in_period():
            base = self.base(child)
            if base is None or period.silent_from is None or base > period.silent_from:
                continue
            ours = [
                each for each in self.contacts(child) if _personal(each) and each.occurred_at >= self.base_at(child)
            ]
            if not ours:
                silent.append((base, child.id))
            teachers = sum(each.initiator is Initiator.TEACHER for each in ours)
            goal = self.risk.terms.yearly_goal_per_child * period.year.share_since(base, period.today)
            if teachers < goal * self.risk.terms.deficit_under_share:
                short.append((teachers, -goal, child.id, base))
        if silent:
            since, child_id = min(silent)
            self.give("no_personal_contact", {"student_id": child_id, "since": since.isoformat()})
        if short:
            teachers, goal, child_id, since = min(short)
            evidence: JsonObject = {
                "student_id": child_id, "contacts": teachers, "since": since.isoformat(),
                "goal": int(-goal * 10 + 0.5) / 10,
            }  # fmt: skip
            self.give("contact_deficit", evidence)

    def notices(self) -> None:
        expecting: list[date] = []
        for child, period in self.in_period():
            since = max(child.enrolled_on or date.min, period.year.starts_on)
            if period.notices_known and period.silent_from is not None and since <= period.silent_from:
                expecting.append(since)
        got = any(
            each.authored in GENERAL_NOTICES and each.initiator is not Initiator.FAMILY
            and each.occurred_at >= local_moment(period.year.starts_on, time(0), period.zone)
            for child, period in self.in_period() for each in self.contacts(child)
        )  # fmt: skip
        if expecting and not got:
            self.give("no_general_notice", {"since": min(expecting).isoformat()})

    def follow_through(self) -> None:
        old = self.now - timedelta(days=self.risk.terms.follow_through_days)
        left: list[tuple[datetime, int, int, Purpose]] = []
        for child in self.children:
            its = self.contacts(child)
            raised = [
                each for each in its
                if _personal(each) and each.initiator is Initiator.TEACHER and each.occurred_at <= old
                and each.purpose in (Purpose.CONCERN, Purpose.IMPROVE) and each.occurred_at >= self.base_at(child)
            ]  # fmt: skip
            spoke = [each.occurred_at for each in its if _two_way(each)]
            open_ones = [each for each in raised if not any(at > each.occurred_at for at in spoke)]
            if open_ones:
                newest = max(open_ones, key=lambda each: (each.occurred_at, each.id))
                left.append((newest.occurred_at, child.id, newest.id, newest.purpose or Purpose.CONCERN))
        if left:
            at, child_id, contact_id, purpose = min(left)
            self.give(
                "no_follow_through",
                {"student_id": child_id, "contact_id": contact_id, "at": _text(at), "purpose": purpose.value},
            )

    def surge(self) -> None:
        since = self.now - timedelta(days=self.risk.terms.surge_days)
        wrote: dict[int, datetime] = {}
        for child in self.children:
            base_at = self.base_at(child)
            for each in self.contacts(child):
                if each.occurred_at < since or self.base(child) is None:
                    continue
                if _personal(each):
                    return
                if each.initiator is Initiator.FAMILY and each.occurred_at >= base_at:
                    wrote[each.id] = each.occurred_at
        well = all(self.answered_well(each) for each in wrote) and not any(self.unhelpful(each) for each in wrote)
        if len(wrote) < self.risk.terms.surge_contacts or well:
            return
        first, last = min(wrote.values()), max(wrote.values())
        self.give("inbound_surge", {"contacts": len(wrote), "first_at": _text(first), "last_at": _text(last)})

    def requests_of(self, contact_id: int) -> list[Request]:
        return [
            each for each in self.family.requests
            if each.opened_by_contact_id == contact_id or any(event.contact_id == contact_id for event in each.events)
        ]  # fmt: skip

    def answered_well(self, contact_id: int) -> bool:
        return any(
            each.state is not RequestState.OPEN
            and (
                each.no_answer_needed is not None
                or (each.answered_at is not None and (each.due_at is None or each.answered_at <= each.due_at))
            )
            for each in self.requests_of(contact_id)
        )

    def unhelpful(self, contact_id: int) -> bool:
        return any(
            not verdict.helped
            and (
                verdict.request_id == each.id
                or verdict.contact_id == contact_id
                or (verdict.contact_id is not None and verdict.contact_id == each.answered_by_contact_id)
            )
            for each in self.requests_of(contact_id) for verdict in self.family.verdicts
        )  # fmt: skip

    def requests(self) -> None:
        late = [
            each for each in self.family.requests
            if each.state is RequestState.OPEN and each.due_at is not None and each.due_at < self.now >= each.opened_at
        ]  # fmt: skip
        if not late:
            return
        oldest = min(late, key=lambda each: (each.reopened_at or each.opened_at, each.id))
        assert oldest.due_at is not None
        factor = self.risk.factor["unanswered_request"]
        evidence: JsonObject = {
            "request_id": oldest.id, "school_id": oldest.school_id, "department": oldest.department.value,
            "asked_at": _text(oldest.reopened_at or oldest.opened_at), "due_at": _text(oldest.due_at),
            "requests": len(late),
        }  # fmt: skip
        self.give("unanswered_request", evidence, min(factor.points * len(late), factor.most or 99))

    def verdicts(self) -> None:
        since = self.now - timedelta(days=self.risk.terms.verdict_days)
        given = [
            each for each in self.family.verdicts
            if since <= each.given_at <= self.now and (each.contact is None or each.contact.voided_at is None)
        ]  # fmt: skip
        latest = max(given, key=lambda each: (each.given_at, each.id), default=None)
        if latest is not None and not latest.helped:
            evidence: JsonObject = {
                "verdict_id": latest.id, "contact_id": latest.contact_id, "request_id": latest.request_id,
                "at": _text(latest.given_at),
            }  # fmt: skip
            self.give("unhelpful_outcome", evidence)

    def surveys(self) -> None:
        since = self.now - timedelta(days=self.risk.terms.survey_days)
        answers = [each for each in self.family.surveys if since <= each.answered_at <= self.now]
        latest = max(answers, key=lambda each: (each.answered_at, each.id), default=None)
        if latest is not None and latest.segment is not Segment.PASSIVE:
            self.give(
                f"survey_{latest.segment.value}",
                {"response_id": latest.id, "score": latest.score, "at": _text(latest.answered_at)},
            )

    def reach(self) -> None:
        people: set[int] = set()
        addresses: dict[int, Address] = {}
        for child in self.children:
            told = [each for each in child.guardianships if self.told(each)]
            barred = {
                point.address.id for each in child.guardianships if self.barred(each)
                for point in each.guardian.points if point.active
            }  # fmt: skip
            its = {point.address.id: point.address for each in told for point in each.guardian.points if point.active}
            people |= {each.guardian.id for each in told}
            addresses |= {key: each for key, each in its.items() if each.kind is not AddressKind.POSTAL}
            if any(_usable(each) and each.id not in barred for each in its.values()):
                return
        dead = [each for each in addresses.values() if each.health is AddressHealth.DEAD]
        withdrawn = [each for each in addresses.values() if each not in dead and _withdrawn(each)]
        tried = max((each.last_receipt_at for each in addresses.values() if each.last_receipt_at), default=None)
        evidence: JsonObject = {
            "people": len(people), "addresses": len(addresses), "dead": len(dead), "withdrawn": len(withdrawn),
            "tried_at": _text(tried) if tried else None,
        }  # fmt: skip
        self.found["unreachable"] = (self.risk.factor["unreachable"].points, evidence)

    def told(self, bond: Guardianship) -> bool:
        here = bond.guardian.active and bond.guardian.merged_into_id is None
        allowed = bond.may_contact and bond.holds_rights and not bond.emergency_only
        return here and allowed and self.lasts(bond)

    def barred(self, bond: Guardianship) -> bool:
        return self.lasts(bond) and not (bond.may_contact and bond.holds_rights)

    def lasts(self, bond: Guardianship) -> bool:
        return bond.ended_on is None or bond.ended_on > self.now.date()


def _usable(address: Address) -> bool:
    return (
        address.kind is not AddressKind.POSTAL and address.health is not AddressHealth.DEAD and not _withdrawn(address)
    )


def _withdrawn(address: Address) -> bool:
    said = [
        each for each in address.consents
        if each.channel is Channel.EMAIL and each.category is ConsentCategory.SCHOOL
    ]  # fmt: skip
    newest = max(said, key=lambda each: each.id, default=None)
    return address.kind is AddressKind.EMAIL and newest is not None and newest.state is ConsentState.OUT


def _half_up(total: int, count: int) -> int:
    return (2 * total + count) // (2 * count)


def _dated(absences: list[Absence], period: Period) -> int:
    first, last = period.year.starts_on, min(period.today, period.year.ends_on)
    days = (each for each in absences if each.occurred_on is not None and first <= each.occurred_on <= last)
    return sum(int(each.days * 100 + 0.5) for each in days)


def _running(absences: list[Absence], period: Period) -> int:
    its = (each for each in absences if each.occurred_on is None and each.school_year == period.year.ends_on.year)
    return sum(int(each.days * 100 + 0.5) for each in its)


def _personal(contact: Contact) -> bool:
    return contact.initiator is not Initiator.FAMILY and contact.authored not in GENERAL_NOTICES


def _two_way(contact: Contact) -> bool:
    talked = contact.outcome in (Outcome.REACHED, Outcome.REPLIED) or contact.initiator is Initiator.FAMILY
    return talked and contact.authored not in GENERAL_NOTICES


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(evidence: JsonObject) -> dict[str, JsonValue]:
    """Without the one difference that JSON leaves open: 58 or 58.0."""
    return {name: float(value) if isinstance(value, int) else value for name, value in evidence.items()}
