"""``users.csv``: students, guardians and staff, the addresses of guardians, and who is whose agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from models import Guardian, OrgKind, School, Staff, StaffRole, Student
from outreach.language import N_, kept

from . import staging
from .addresses import Wanted, sync_addresses
from .fields import KEY_LIMIT, language_of, list_of, name_of, names_of, shown, text_of
from .links import PART as LINKS
from .phones import parse_email, parse_emails, parse_phones
from .rejection import RejectedRow, Rejection
from .roles import Being, HeldRole, being, beings_known, known_role, staged_roles
from .rows import FileSpec, Row
from .run import Chunk, Run
from .source import Member
from .staff_schools import sync_staff_schools
from .staging import Named
from .upsert import Change, Values, deactivate, upsert

HOUSEHOLD = ("metadata.householdId", "metadata.householdSourcedId", "metadata.household", "householdId")
"""Where an SIS gives its own household key: an extension column of 1.1 and 1.2."""
LANGUAGE = ("metadata.language", "metadata.preferredLanguage", "metadata.homeLanguage", "preferredLanguage")
USERS = FileSpec(
    "users",
    ("sourcedId", "givenName", "familyName"),
    (
        "status", "dateLastModified", "orgSourcedIds", "primaryOrgSourcedId", "role", "email", "sms", "phone",
        "agentSourcedIds", "grades", "preferredGivenName", *HOUSEHOLD, *LANGUAGE,
    ),
)  # fmt: skip

ANYBODY = (Named.STUDENT, Named.GUARDIAN, Named.STAFF, Named.REFUSED_USER)
"""What a row that cannot be read may have been: nothing of it ends."""


@dataclass(frozen=True)
class Person:
    """One good row of ``users.csv``."""

    row: Row
    being: Being
    given: str
    family: str
    preferred: str | None
    orgs: tuple[str, ...]
    """Keys of orgs that are here and active, the primary one first."""
    roles: tuple[HeldRole, ...]

    @property
    def key(self) -> str:
        return self.row["sourcedId"]

    def first(self, columns: Sequence[str]) -> str:
        return next((self.row[column] for column in columns if self.row[column]), "")


def import_users(run: Run, member: Member) -> None:
    """Students, guardians and staff with all that hangs on them. A row is one person, in one role or several."""
    school_kinds = dict(run.session.execute(select(School.sourced_id, School.kind)).all())
    for chunk in run.chunks(USERS, member, *ANYBODY):
        keys = [row["sourcedId"] for row in chunk.rows]
        by_column = "role" in chunk.reading.columns
        held = {} if by_column else staged_roles(run, keys)
        known = {} if by_column else beings_known(run, [key for key in keys if key not in held])
        people: list[Person] = []
        _, gone = chunk.read(partial(_collect, run, chunk, _Roles(held, known, school_kinds), people))
        _mark_named(run, people, gone)
        _write(run, chunk, people)
        _end(run, chunk, gone)


@dataclass(frozen=True)
class _Roles:
    """What is known of a chunk's people besides their rows."""

    held: Mapping[str, Sequence[HeldRole]]
    known: Mapping[str, Being]
    school_kinds: Mapping[str, OrgKind]


def _collect(run: Run, chunk: Chunk, roles: _Roles, people: list[Person], row: Row) -> Values:
    people.append(_person(run, chunk, roles, row))
    return {}


def _person(run: Run, chunk: Chunk, what: _Roles, row: Row) -> Person:
    if "role" in chunk.reading.columns:
        roles: tuple[HeldRole, ...] = (HeldRole(known_role(row["role"]), True, "", None),)
    else:
        roles = tuple(what.held.get(row["sourcedId"], ()))
    is_ = being(roles) if roles else what.known.get(row["sourcedId"], Being())
    if is_.nobody:
        raise RejectedRow("role", N_("is unknown: no role column, and roles.csv has no role of this user."))
    given, family = names_of(row, chunk.reading)
    orgs = _orgs(run, row, roles, what.school_kinds)
    if is_.student and not orgs and not what.known.get(row["sourcedId"], Being()).student:
        raise RejectedRow("orgSourcedIds", N_("names no org that is here and active, so the student has no school."))
    for column in ("grades", *HOUSEHOLD):
        text_of(row, column, KEY_LIMIT)
    preferred = name_of(row, "preferredGivenName", chunk.reading) or None
    return Person(row, is_, given, family, preferred, orgs, roles)


def _orgs(run: Run, row: Row, roles: Sequence[HeldRole], kinds: Mapping[str, OrgKind]) -> tuple[str, ...]:
    """The primary org, those listed, those of the roles; schools before districts."""
    named = [row["primaryOrgSourcedId"], *list_of(row, "orgSourcedIds"), *(role.org_key for role in roles)]
    here = [key for key in dict.fromkeys(named) if run.schools.get(key, (0, False))[1]]
    schools_first = sorted(here, key=lambda key: kinds.get(key) is not OrgKind.SCHOOL)
    if row["primaryOrgSourcedId"] in here:
        schools_first.sort(key=lambda key: key != row["primaryOrgSourcedId"])
    return tuple(schools_first)


def _mark_named(run: Run, people: Sequence[Person], gone: Sequence[str]) -> None:
    for named, keys in (
        (Named.STUDENT, [person.key for person in people if person.being.student]),
        (Named.GUARDIAN, [person.key for person in people if person.being.guardian]),
        (Named.STAFF, [person.key for person in people if person.being.staff]),
    ):
        staging.mark_seen(run.session, named, [*keys, *gone])


def _write(run: Run, chunk: Chunk, people: Sequence[Person]) -> None:
    """Each kind in one go; a row that is several people counts as what changed most."""
    weight = [Change.UNCHANGED, Change.UPDATED, Change.CREATED]
    total = {person.key: Change.UNCHANGED for person in people}

    def record(of: Sequence[Person], changes: Sequence[Change]) -> None:
        for person, change in zip(of, changes, strict=True):
            total[person.key] = max(total[person.key], change, key=weight.index)

    students = [person for person in people if person.being.student]
    guardians = [person for person in people if person.being.guardian]
    staff = [person for person in people if person.being.staff]
    record(students, _students(run, students))
    record(guardians, _guardians(run, guardians))
    record(staff, _staff(run, chunk, staff))
    for key in sync_addresses(run.session, {person.key: _addresses(person) for person in guardians}):
        total[key] = max(total[key], Change.UPDATED, key=weight.index)
    for key in sync_staff_schools(run, {person.key: person.orgs for person in staff}):
        total[key] = max(total[key], Change.UPDATED, key=weight.index)
    _stage_links(run, chunk, people)
    chunk.count(list(total.values()))


def _students(run: Run, people: Sequence[Person]) -> list[Change]:
    rows: list[Values] = [
        {
            "sourced_id": person.key, "given_name": person.given,
            "school_id": run.schools[person.orgs[0]][0] if person.orgs else None,
            "family_name": person.family, "preferred_name": person.preferred,
            "grade": next(iter(list_of(person.row, "grades")), None),
            "household_id": person.first(HOUSEHOLD) or None, "enrolled_on": _role_begins(person),
            "active": True, "left_on": None,
        }
        for person in people
    ]  # fmt: skip

    def on_create(row: Values) -> Values:
        """Who was not in an earlier roster came today; of the first roster's students that is not known."""
        return {"enrolled_on": row["enrolled_on"] or (None if run.first_import else run.today)}

    def adjust(row: Values, before: Mapping[str, object]) -> Values:
        """A delta of 1.2 that does not repeat the roles leaves a student in the present school."""
        school_id = row["school_id"] or before["school_id"]
        came = run.today if before["school_id"] != school_id or not before["active"] else before["enrolled_on"]
        return {
            **row, "school_id": school_id, "enrolled_on": row["enrolled_on"] or came,
            "preferred_name": row["preferred_name"] or before["preferred_name"],
            "household_id": row["household_id"] or before["household_id"],
        }  # fmt: skip

    return upsert(run.session, Student, rows, on_create=on_create, adjust=adjust)


def _role_begins(person: Person) -> object:
    return next((role.begins_on for role in person.roles if role.role == "student" and role.begins_on), None)


def _guardians(run: Run, people: Sequence[Person]) -> list[Change]:
    rows: list[Values] = [
        {
            "sourced_id": person.key, "given_name": person.given, "family_name": person.family,
            "preferred_name": person.preferred, "language": language_of(person.first(LANGUAGE)), "active": True,
        }
        for person in people
    ]  # fmt: skip

    def adjust(row: Values, before: Mapping[str, object]) -> Values:
        """What the SIS says counts; where it is silent, what was known stays. A merged guardian stays merged."""
        kept: Values = {column: row[column] or before[column] for column in ("language", "preferred_name")}
        return {**row, **kept, "active": before["active"] if before["merged_into_id"] else True}

    return upsert(run.session, Guardian, rows, adjust=adjust)


def _staff(run: Run, chunk: Chunk, people: Sequence[Person]) -> list[Change]:
    rows: list[Values] = [
        {
            "sourced_id": person.key, "given_name": person.given, "family_name": person.family,
            "display_name": display_name(person.given, person.family), "email": _staff_email(chunk, person),
            "role": person.being.staff, "active": True, "left_on": None,
        }
        for person in people
    ]  # fmt: skip

    def adjust(row: Values, before: Mapping[str, object]) -> Values:
        made = display_name(str(before["given_name"]), str(before["family_name"]))
        kept = {} if before["display_name"] == made else {"display_name": before["display_name"]}
        special = before["role"] is StaffRole.SPECIAL_EDUCATION and row["role"] is StaffRole.TEACHER
        return {**row, **kept, **({"role": before["role"]} if special else {})}

    return upsert(run.session, Staff, rows, adjust=adjust)


def display_name(given: str, family: str) -> str:
    """How families read it until the person chooses: L. Alvarez; no title is guessed."""
    return f"{given[0]}. {family}" if given and family else given or family


def _staff_email(chunk: Chunk, person: Person) -> str | None:
    text = person.row["email"]
    if not text:
        return None
    parsed = parse_email(text)
    if parsed.reason:
        chunk.reading.note(person.row.line, N_("the e-mail of a staff member is not one; it was left out."))
        return None
    return parsed.value


def _addresses(person: Person) -> list[Wanted]:
    """Text number, phone, e-mail, in the order in which they are tried."""
    texts = [Wanted(parsed, texts=True) for parsed in parse_phones(person.row["sms"])]
    phones = [Wanted(parsed, texts=None) for parsed in parse_phones(person.row["phone"])]
    return [*texts, *phones, *(Wanted(parsed, texts=None) for parsed in parse_emails(person.row["email"]))]


def _stage_links(run: Run, chunk: Chunk, people: Sequence[Person]) -> None:
    """Note who named whom; whether both are there is known only once all users were read."""
    links: list[Values] = []
    with_agents: list[str] = []
    for person in people:
        agents = _agents(run, chunk, person)
        line = person.row.line
        if person.being.student:
            with_agents += [person.key] if agents else []
            links += [
                {"student_key": person.key, "guardian_key": agent, "line": line, "by_student": True} for agent in agents
            ]
        elif agents and not person.being.guardian:
            chunk.reading.note(line, N_("agentSourcedIds of a member of staff says nothing about families; left out."))
        else:
            links += [
                {"student_key": agent, "guardian_key": person.key, "line": line, "by_student": False}
                for agent in agents
            ]
    staging.add(run.session, staging.link, links)
    staging.mark_seen(run.session, Named.STUDENT_WITH_AGENTS, with_agents)


def _agents(run: Run, chunk: Chunk, person: Person) -> list[str]:
    """Who the row names; a key that is too long to be anybody's is rejected alone."""
    agents = list_of(person.row, "agentSourcedIds")
    for agent in agents:
        if len(agent) > KEY_LIMIT:
            reason = kept(
                N_("names %(text)s, which is longer than %(limit)s characters."), text=shown(agent), limit=KEY_LIMIT
            )
            run.rejects.add(Rejection(chunk.reading.name, person.row.line, "agentSourcedIds", reason, person.key))
            run.figures.tally(LINKS).rejected += 1
    return [agent for agent in agents if len(agent) <= KEY_LIMIT]


def _end(run: Run, chunk: Chunk, gone: Sequence[str]) -> None:
    """Users whose status says that they left, in whatever role."""
    students = deactivate(run.session, Student, gone, {"left_on": run.today})
    guardians = deactivate(run.session, Guardian, gone)
    staff = deactivate(run.session, Staff, gone, {"left_on": run.today})
    for named, ended in ((Named.STUDENT, students), (Named.GUARDIAN, guardians), (Named.STAFF, staff)):
        run.ended[named] = run.ended.get(named, 0) + ended
    chunk.count_gone(len(gone), min(students + guardians + staff, len(gone)))
