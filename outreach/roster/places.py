"""Who stands where and when: orgs, academic sessions, courses and classes."""

from __future__ import annotations

from functools import partial

from sqlalchemy import bindparam, delete, insert, select, update

from models import Course, District, OrgKind, School, Section, SectionTerm, Subject, Term, TermKind
from outreach.language import N_, kept

from .fields import ENDS_BEFORE, NONE_OF, list_of, named, needed_date, school_year_of, shown, text_of
from .rejection import RejectedRow
from .rows import FileSpec, Row
from .run import Chunk, Run
from .source import Member
from .staging import Named
from .upsert import Change, Values, deactivate, ids_by_key, upsert

STATUS = ("status", "dateLastModified")
ORGS = FileSpec("orgs", ("sourcedId", "name", "type"), (*STATUS, "identifier", "parentSourcedId"))
SESSIONS = FileSpec(
    "academicSessions",
    ("sourcedId", "title", "type", "startDate", "endDate"),
    (*STATUS, "parentSourcedId", "schoolYear"),
)
COURSES = FileSpec("courses", ("sourcedId", "title"), (*STATUS, "courseCode", "subjects", "subjectCodes"))
CLASSES = FileSpec(
    "classes",
    ("sourcedId", "title", "schoolSourcedId"),
    (*STATUS, "courseSourcedId", "classType", "termSourcedIds", "subjects", "subjectCodes"),
)
ORG_KINDS = {
    "school": OrgKind.SCHOOL, "department": OrgKind.DEPARTMENT, "district": OrgKind.DISTRICT,
    "local": OrgKind.DISTRICT, "state": OrgKind.DISTRICT, "national": OrgKind.DISTRICT,
}  # fmt: skip
TERM_KINDS = {
    "schoolyear": TermKind.SCHOOL_YEAR, "semester": TermKind.SEMESTER, "term": TermKind.TERM,
    "gradingperiod": TermKind.GRADING_PERIOD,
}  # fmt: skip
UNNAMED_DISTRICT = "School district"
LAST_MONTH_OF_YEAR = 7
"""A session that ends up to here belongs to the school year of that calendar year, where the SIS gives none."""


def import_orgs(run: Run, member: Member, zone: str) -> None:
    """Schools, departments and the district itself, which also gets its one ``District`` row (in ``zone`` at first)."""
    district_name: str | None = None
    for chunk in run.chunks(ORGS, member, Named.ORG):
        good, gone = chunk.read(_org)
        chunk.count(upsert(run.session, School, [values for _, values in good]))
        chunk.count_gone(len(gone), deactivate(run.session, School, gone))
        named = (str(values["name"]) for row, values in good if row["type"].lower() == "district")
        district_name = district_name or next(named, None)
    _district(run, district_name, zone)


def _org(row: Row) -> Values:
    kind = ORG_KINDS.get(row["type"].lower())
    if kind is None:
        raise RejectedRow("type", NONE_OF, text=shown(row["type"]), words=", ".join(ORG_KINDS))
    name = text_of(row, "name")
    if not name:
        raise RejectedRow("name", N_("is empty."))
    code = text_of(row, "identifier") or None
    return {"sourced_id": row["sourcedId"], "code": code, "name": name, "kind": kind, "active": True}


def _district(run: Run, name: str | None, zone: str) -> None:
    known = run.session.execute(select(District.name)).scalar_one_or_none()
    if known is None:
        run.session.execute(insert(District).values(id=1, name=name or UNNAMED_DISTRICT, timezone=zone))
        if name is None:
            run.notes.add(
                "orgs.csv", None,
                kept(N_("names no district; it is called '%(name)s' until one is named."), name=UNNAMED_DISTRICT),
            )  # fmt: skip
    elif name and name != known:
        run.session.execute(update(District).values(name=name))


def import_sessions(run: Run, member: Member) -> None:
    """Academic sessions to terms. A parent that is nobody leaves the term without one, with a remark."""
    parents: dict[str, tuple[str, int]] = {}
    for chunk in run.chunks(SESSIONS, member, Named.SESSION):
        good, gone = chunk.read(_session)
        chunk.count(upsert(run.session, Term, [values for _, values in good]))
        chunk.count_gone(len(gone), deactivate(run.session, Term, gone))
        parents |= {row["sourcedId"]: (row["parentSourcedId"], row.line) for row, _ in good}
    _set_parents(run, member, parents)


def _session(row: Row) -> Values:
    kind = TERM_KINDS.get(row["type"].lower())
    if kind is None:
        raise RejectedRow(
            "type", N_("%(text)s is none of gradingPeriod, semester, term and schoolYear."), text=shown(row["type"])
        )
    starts, ends = needed_date(row, "startDate"), needed_date(row, "endDate")
    if ends < starts:
        raise RejectedRow("endDate", ENDS_BEFORE, ends=str(ends), begins=str(starts), column="startDate")
    given = school_year_of(row)
    derived = ends.year if ends.month <= LAST_MONTH_OF_YEAR else ends.year + 1
    return {
        "sourced_id": row["sourcedId"], "title": text_of(row, "title") or row["sourcedId"], "kind": kind,
        "school_year": given or derived, "starts_on": starts, "ends_on": ends, "active": True,
    }  # fmt: skip


def _set_parents(run: Run, member: Member, parents: dict[str, tuple[str, int]]) -> None:
    """Sessions are few: one look at all of them."""
    if not parents:
        return
    found = run.session.execute(select(Term.sourced_id, Term.id, Term.parent_id))
    terms = {key: (number, parent) for key, number, parent in found}
    for key, (parent_key, line) in parents.items():
        number, before = terms[key]
        parent = terms[parent_key][0] if parent_key in terms else None
        if parent_key and parent is None:
            run.notes.add(
                member.name, line, N_("parentSourcedId names no session that is here; the term stands alone.")
            )
        if parent not in (before, number):
            run.session.execute(update(Term).where(Term.id == number).values(parent_id=parent))


def import_courses(run: Run, member: Member) -> None:
    """Courses, each with its subject by the table in ``config/subjects.toml``."""

    def course(row: Row) -> Values:
        title = text_of(row, "title")
        subject = run.subjects.of(list_of(row, "subjectCodes"), *list_of(row, "subjects"), title)
        return {
            "sourced_id": row["sourcedId"], "title": title or row["sourcedId"],
            "code": text_of(row, "courseCode") or None, "subject": subject, "active": True,
        }  # fmt: skip

    for chunk in run.chunks(COURSES, member, Named.COURSE):
        good, gone = chunk.read(course)
        chunk.count(upsert(run.session, Course, [values for _, values in good]))
        chunk.count_gone(len(gone), deactivate(run.session, Course, gone))


def import_classes(run: Run, member: Member) -> None:
    """Classes to sections, with their school, course, terms and subject.

    The course says the subject where it knows one; else the class's own codes and titles do.
    """
    terms = dict(run.session.execute(select(Term.sourced_id, Term.id)).all())
    for chunk in run.chunks(CLASSES, member, Named.SECTION):
        courses = _courses(run, chunk)
        good, gone = chunk.read(partial(_section, run, chunk, courses))
        changes = upsert(run.session, Section, [values for _, values in good])
        moved = _set_terms(run, chunk, [row for row, _ in good], terms)
        chunk.count([
            Change.UPDATED if change is Change.UNCHANGED and row["sourcedId"] in moved else change
            for change, (row, _) in zip(changes, good, strict=True)
        ])  # fmt: skip
        chunk.count_gone(len(gone), deactivate(run.session, Section, gone))


def _courses(run: Run, chunk: Chunk) -> dict[str, tuple[int, Subject, str]]:
    keys = {row["courseSourcedId"] for row in chunk.rows}
    found = run.session.execute(
        select(Course.sourced_id, Course.id, Course.subject, Course.title).where(Course.sourced_id.in_(keys))
    )
    return {key: (number, subject, title) for key, number, subject, title in found}


def _section(run: Run, chunk: Chunk, courses: dict[str, tuple[int, Subject, str]], row: Row) -> Values:
    school_id = active_school(run, row, "schoolSourcedId")
    course = courses.get(row["courseSourcedId"])
    if row["courseSourcedId"] and course is None:
        chunk.reading.note(
            row.line, N_("courseSourcedId names no course that is here; the class's own words say the subject.")
        )
    title = text_of(row, "title")
    subject = course[1] if course else Subject.OTHER
    if subject is Subject.OTHER:
        subject = run.subjects.of(list_of(row, "subjectCodes"), *list_of(row, "subjects"), title)
    return {
        "sourced_id": row["sourcedId"], "school_id": school_id, "course_id": course[0] if course else None,
        "title": (course[2] if course and title in ("", row["courseSourcedId"]) else title) or row["sourcedId"],
        "subject": subject, "homeroom": row["classType"].lower() == "homeroom", "active": True,
    }  # fmt: skip


def active_school(run: Run, row: Row, column: str) -> int:
    """Our id of the school that ``column`` names."""
    known = run.schools.get(row[column])
    if known is None:
        raise RejectedRow(column, N_("names %(key)s, and orgs.csv has no such org."), key=named(row[column]))
    if not known[1]:
        raise RejectedRow(column, N_("names %(key)s, an org that is no longer active."), key=named(row[column]))
    return known[0]


def _set_terms(run: Run, chunk: Chunk, rows: list[Row], terms: dict[str, int]) -> set[str]:
    """Give each section its terms; the keys of those whose terms changed."""
    ids = ids_by_key(run.session, Section, [row["sourcedId"] for row in rows])
    before: dict[int, set[int]] = {number: set() for number in ids.values()}
    for section_id, term_id in run.session.execute(
        select(SectionTerm.section_id, SectionTerm.term_id).where(SectionTerm.section_id.in_(before))
    ):
        before[section_id].add(term_id)
    added: list[Values] = []
    surplus: list[Values] = []
    changed: set[str] = set()
    for row in rows:
        section_id = ids[row["sourcedId"]]
        wanted = {terms[key] for key in list_of(row, "termSourcedIds") if key in terms}
        if len(wanted) < len(list_of(row, "termSourcedIds")):
            chunk.reading.note(row.line, N_("termSourcedIds names a session that is not here; it was left out."))
        added += [{"section_id": section_id, "term_id": term} for term in sorted(wanted - before[section_id])]
        if wanted != before[section_id]:
            changed.add(row["sourcedId"])
        surplus += [{"b_section": section_id, "b_term": term} for term in before[section_id] - wanted]
    if surplus:
        run.session.connection().execute(
            delete(SectionTerm).where(
                SectionTerm.section_id == bindparam("b_section"), SectionTerm.term_id == bindparam("b_term")
            ),
            surplus,
        )
    if added:
        run.session.execute(insert(SectionTerm), added)
    return changed
