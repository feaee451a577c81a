"""Import a OneRoster 1.1 or 1.2 delivery (CSV, folder or zip): the one verb, in the order in which it happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import District, Guardian, Staff, Student
from outreach.access import deactivate_accounts_of_departed_staff

from . import staging
from .addresses import contact_point_figures
from .calendars import make_missing_calendars
from .departures import active_before, end_absent, end_dependants, guard
from .enrollments import import_enrollments
from .figures import ImportFigures
from .households import rebuild_families
from .links import resolve_links
from .manifest import Manifest, read_manifest
from .merges import propose_merges
from .places import import_classes, import_courses, import_orgs, import_sessions
from .record import record
from .rejection import Rejects
from .results import import_demographics, import_line_items, import_results, stage_categories
from .roles import reject_roles_of_nobody, stage_profiles, stage_roles
from .run import Progress, Run, begin, finish, load_schools
from .source import Delivery, Member, open_delivery
from .terms import give_terms_to_schools
from .users import import_users

DEFAULT_ZONE = "America/New_York"
KIND = "oneroster"
STEPS: dict[str, Callable[[Run, Member], None]] = {
    "academicSessions": import_sessions,
    "courses": import_courses,
    "classes": import_classes,
    "categories": stage_categories,
    "roles": stage_roles,
    "userProfiles": stage_profiles,
    "users": import_users,
    "demographics": import_demographics,
    "enrollments": import_enrollments,
    "lineItems": import_line_items,
    "results": import_results,
}


def import_oneroster(
    session: Session,
    path: Path,
    now: datetime,
    *,
    accept_deactivations: bool = False,
    dry_run: bool = False,
    rejects: Rejects | None = None,
    progress: Progress | None = None,
    timezone: str = DEFAULT_ZONE,
) -> ImportFigures:
    """Bring the roster in step with the delivery at ``path``.

    A bad row is rejected alone, into ``rejects``; a fatal fault raises a
    :class:`~outreach.roster.rejection.RosterError` and leaves the database as it was, also inside the caller's
    transaction, and so does ``dry_run``, which tells the figures all the same. The caller commits.

    A bulk file is the whole list: what it does not name ends. Where that, with what its rows say ended, would be more
    than 5% of students, guardians, staff or enrollments, ``TooManyDeactivationsError`` is raised unless
    ``accept_deactivations``. A delta touches only what it names. Staff who ended lose their sign-in here and now.
    Nothing that a person entered (restrictions, addresses, families drawn by hand) is taken back.

    ``timezone``: IANA zone of a district that is not in the database yet. Memory stays bounded whatever the size.
    """
    figures = ImportFigures(path.resolve().name, KIND, dry_run=dry_run)
    with open_delivery(path) as delivery, session.begin_nested() as savepoint:
        run = begin(session, now, timezone, figures, rejects=rejects, progress=progress)
        staging.create(session)
        manifest = read_manifest(delivery, run.notes)
        figures.version = manifest.version
        _import(run, delivery, manifest, timezone, accept_deactivations=accept_deactivations)
        staging.drop(session)
        finish(run)
        if dry_run:
            savepoint.rollback()
        else:
            _record(run, delivery)
    session.expire_all()
    return figures


def _import(run: Run, delivery: Delivery, manifest: Manifest, zone: str, *, accept_deactivations: bool) -> None:
    session, figures, modes = run.session, run.figures, manifest.modes
    before = active_before(session)
    for file, mode in modes.items():
        figures.tally(file, mode)
        member = delivery.members[file.lower()]
        if file == "orgs":
            import_orgs(run, member, zone)
        else:
            STEPS[file](run, member)
        if mode == "bulk":
            end_absent(run, file)
        if file == "orgs":
            run.schools = load_schools(session)
        if file == "users":
            reject_roles_of_nobody(run)
            resolve_links(run, member.name, bulk=mode == "bulk")
    if "users" not in modes:
        reject_roles_of_nobody(run)
    end_dependants(run)
    guard(run, modes, before, accepted=accept_deactivations)
    if "classes" in modes or "academicSessions" in modes:
        give_terms_to_schools(run)
    figures.families = rebuild_families(session, run.now)
    figures.merges_proposed = propose_merges(session, run.now)
    figures.calendars_made = make_missing_calendars(run)
    figures.accounts_ended = deactivate_accounts_of_departed_staff(session, run.now).deactivated
    figures.contact_points = contact_point_figures(session)
    figures.people = _people(session) | {name: figures.people.get(name, 0) for name in ("results", "marks")}


def _people(session: Session) -> dict[str, int]:
    counts = {}
    for name, model in (("students", Student), ("guardians", Guardian), ("staff", Staff)):
        counts[name] = session.scalar(select(func.count()).select_from(model).where(model.active)) or 0
    return counts


def _record(run: Run, delivery: Delivery) -> None:
    """The import's own row, and since when the roster is of today."""
    run.session.execute(update(District).values(roster_as_of=run.now))
    record(run, delivery.digest())
