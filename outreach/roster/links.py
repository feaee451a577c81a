"""Who is whose guardian: ``agentSourcedIds`` of either side, resolved once all users were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, cast, exists, func, or_, select, update

from models import Guardian, Guardianship, Staff, Student
from outreach.language import N_, kept

from . import staging
from .fields import named
from .rejection import Rejection
from .run import Run
from .staging import Named
from .upsert import Change, Values, upsert

PART = "guardianships"
"""The name under which links are counted beside the files."""
PAGE = 1000


STAFF_FOR_GUARDIAN = N_("names %(key)s, a member of staff and not a parent, guardian or relative.")
STAFF_FOR_STUDENT = N_("names %(key)s, a member of staff and not a student.")
STUDENT_FOR_GUARDIAN = N_("names %(key)s, a student and not a parent, guardian or relative.")
GUARDIAN_FOR_STUDENT = N_("names %(key)s, a guardian and not a student.")


@dataclass(frozen=True)
class Link:
    """A student and a guardian as named in ``users.csv``, and who of them is here."""

    student_key: str
    guardian_key: str
    line: int
    by_student: int
    """1: on the student's row; 0: only on the guardian's."""
    student_id: int | None
    student_active: bool | None
    guardian_id: int | None
    """The one whom a merged guardian was merged into."""
    guardian_active: bool | None
    staff_named: int | None
    """Our id of the staff member who has the named key."""
    student_named: bool
    guardian_named: bool

    @property
    def row_key(self) -> str:
        return self.student_key if self.by_student else self.guardian_key

    @property
    def named_key(self) -> str:
        return self.guardian_key if self.by_student else self.student_key

    def fault(self) -> str | None:
        """Why it cannot be taken; None where it can."""
        key = named(self.named_key)
        mine, active = (
            (self.guardian_id, self.guardian_active) if self.by_student else (self.student_id, self.student_active)
        )
        if mine is not None:
            return None if active else kept(N_("names %(key)s, who is no longer active."), key=key)
        if self.staff_named:
            return kept(STAFF_FOR_GUARDIAN if self.by_student else STAFF_FOR_STUDENT, key=key)
        if self.by_student and self.student_named:
            return kept(STUDENT_FOR_GUARDIAN, key=key)
        if not self.by_student and self.guardian_named:
            return kept(GUARDIAN_FOR_STUDENT, key=key)
        return kept(N_("names %(key)s, and there is no such user."), key=key)


def resolve_links(run: Run, file: str, *, bulk: bool) -> None:
    """Make a guardianship of each link between a student and a parent, guardian or relative.

    A link to somebody else, or to nobody, is rejected alone; the person's row stays. In a bulk delivery that links
    anybody at all, links that are no longer named end; in a delta, a student's own list (where not empty) is taken as
    the whole of it and everything else stays. What a person here recorded on a guardianship, restrictions above all,
    is kept on its row whether it lasts, ends or begins again.
    """
    tally = run.figures.tally(PART, "bulk" if bulk else "delta")
    after = ("", "")
    while page := _page(run, after):
        after = (page[-1].student_key, page[-1].guardian_key)
        good: list[Link] = []
        for link in page:
            if fault := link.fault():
                tally.rejected += 1
                run.rejects.add(Rejection(file, link.line, "agentSourcedIds", fault, link.row_key))
            else:
                good.append(link)
        for change in _write(run, good):
            tally.count(change)
    if bulk and after == ("", ""):
        run.notes.add(file, None, N_("links no student to a guardian; who is whose guardian was left as it is."))
        return
    tally.deactivated += _end(run, bulk=bulk)


def _page(run: Run, after: tuple[str, str]) -> list[Link]:
    """The next links in order, each once however often it was named."""
    link = staging.link.c
    pairs = (
        select(
            link.student_key, link.guardian_key, func.min(link.line).label("line"),
            func.max(cast(link.by_student, Integer)).label("by_student"),
        )
        .where(link.student_key >= after[0], or_(link.student_key > after[0], link.guardian_key > after[1]))
        .group_by(link.student_key, link.guardian_key)
        .order_by(link.student_key, link.guardian_key)
        .limit(PAGE)
    )  # fmt: skip
    found = run.session.execute(pairs).all()
    students = _students(run, {pair[0] for pair in found} | {pair[1] for pair in found})
    guardians = _guardians(run, {pair[0] for pair in found} | {pair[1] for pair in found})
    staff = dict(
        run.session.execute(
            select(Staff.sourced_id, Staff.id).where(Staff.sourced_id.in_({key for pair in found for key in pair[:2]}))
        ).all()
    )  # fmt: skip
    links = []
    for student_key, guardian_key, line, by_student in found:
        named = guardian_key if by_student else student_key
        student_id, student_active = students.get(student_key, (None, None))
        guardian_id, guardian_active = guardians.get(guardian_key, (None, None))
        links.append(
            Link(
                student_key, guardian_key, line, by_student, student_id, student_active, guardian_id, guardian_active,
                staff.get(named), named in students, named in guardians,
            )
        )  # fmt: skip
    return links


def _students(run: Run, keys: set[str]) -> dict[str, tuple[int, bool]]:
    found = run.session.execute(
        select(Student.sourced_id, Student.id, Student.active).where(Student.sourced_id.in_(keys))
    )
    return {key: (number, active) for key, number, active in found}


def _guardians(run: Run, keys: set[str]) -> dict[str, tuple[int, bool]]:
    """By sourced id; a guardian merged into another counts as that other, and lives as long as it does."""
    into = Guardian.__table__.alias("into")
    found = run.session.execute(
        select(
            Guardian.sourced_id, func.coalesce(into.c.id, Guardian.id), func.coalesce(into.c.active, Guardian.active)
        )
        .outerjoin(into, into.c.id == Guardian.merged_into_id)
        .where(Guardian.sourced_id.in_(keys))
    )
    return {str(key): (number, bool(active)) for key, number, active in found}


def _write(run: Run, links: Sequence[Link]) -> list[Change]:
    """One guardianship a pair; a pair that had ended lasts again."""
    pairs = sorted({(link.student_id, link.guardian_id) for link in links if link.student_id and link.guardian_id})
    rows: list[Values] = [
        {"student_id": student, "guardian_id": guardian, "ended_on": None} for student, guardian in pairs
    ]
    known = staging.pair.c
    before = set(
        run.session.execute(
            select(known.student_id, known.guardian_id).where(known.student_id.in_({pair[0] for pair in pairs}))
        )
    )
    staging.add(
        run.session, staging.pair,
        [{"student_id": one, "guardian_id": other} for one, other in pairs if (one, other) not in before],
    )  # fmt: skip
    return upsert(
        run.session, Guardianship, rows, keys=("student_id", "guardian_id"),
        on_create=lambda _row: {"started_on": run.today},
    )  # fmt: skip


def _end(run: Run, *, bulk: bool) -> int:
    """End what the delivery no longer names, in one statement. People whose rows could not be read keep all of theirs,
    and so do guardians whom a person entered here."""
    seen, pair = staging.seen.c, staging.pair.c
    refused = exists().where(
        seen.kind == Named.REFUSED_USER, or_(seen.key == Student.sourced_id, seen.key == Guardian.sourced_id)
    )
    listed = exists().where(seen.kind == Named.STUDENT_WITH_AGENTS, seen.key == Student.sourced_id)
    stays = exists().where(pair.student_id == Guardianship.student_id, pair.guardian_id == Guardianship.guardian_id)
    ended = (
        select(Guardianship.id)
        .join(Student, Student.id == Guardianship.student_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(Guardianship.ended_on.is_(None), Guardian.sourced_id.is_not(None), ~refused, ~stays)
    )
    if not bulk:
        ended = ended.where(listed)
    done = run.session.execute(
        update(Guardianship)
        .where(Guardianship.id.in_(ended))
        .values(ended_on=run.today)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE always gives a CursorResult
