"""Make the district up, from its calendars to the last thank-you, in one pass over its families."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Department, District, Hold, HoldReason, School
from outreach.effective import effective_config
from outreach.errors import OutreachError
from outreach.schooltime import hours_book, school_years

from .addresses import AddressBook
from .asking import Asking
from .family_plan import draw_family
from .frame import Frame, raise_frame
from .households import Home, Households
from .learning import Learning
from .rows import Rows
from .special import SPECIAL, bent, families_of
from .spread import Structure
from .staffing import Staffing
from .talks import Talks
from .who_to_ask import list_whom_to_ask
from .year import year_around


class AlreadyADistrictError(OutreachError):
    """The database has a district; a made-up one is only ever written beside nothing."""


class NothingToGenerateError(OutreachError):
    """Fewer than one family was asked for."""


@dataclass(frozen=True)
class GenerateFigures:
    """What was made: rows by the name of their table."""

    families: int
    seed: int
    today: date
    rows: dict[str, int]


def generate(session: Session, families: int, seed: int, today: date) -> GenerateFigures:
    """Write a district of exactly ``families`` families into a migrated database that has none.

    ``today`` is the local day on which everything is current: it lies in the fifteenth week of the school year, and
    nothing made up is later than its midnight. The same three arguments give the same rows, ids included, on both
    kinds of database. Does not score, plan or sign anybody in. Does not commit.

    Raises :class:`AlreadyADistrictError` and :class:`NothingToGenerateError`.
    """
    if families < 1:
        raise NothingToGenerateError(f"{families} families cannot be made up; ask for 1 or more.")
    if session.scalar(select(District.id)) or session.scalar(select(School.id).limit(1)):
        raise AlreadyADistrictError(
            "This database has a district already; only a made-up one may be cleared first, with --reset."
        )
    rng, rows = Random(seed), Rows(session)  # noqa: S311 made-up people, not secrets
    frame = raise_frame(rows, year_around(today), today)
    Staffing(rows, rng, frame, families).hire()
    list_whom_to_ask(rows, frame)
    rows.write()
    _name_fallbacks(session, frame)
    _Families(session, rows, rng, frame).write(families)
    rows.finish()
    return GenerateFigures(families, seed, today, rows.written)


def _name_fallbacks(session: Session, frame: Frame) -> None:
    for school in frame.schools:
        principal = school.offices[Department.ADMINISTRATION][0]
        session.execute(update(School).where(School.id == school.id).values(fallback_staff_id=principal))


class _Families:
    """Draws families one after the other and writes each one's whole story."""

    def __init__(self, session: Session, rows: Rows, rng: Random, frame: Frame) -> None:
        self._rows, self._rng, self._frame = rows, rng, frame
        noon = datetime.combine(frame.today, time(12), tzinfo=UTC)
        self._share_gone = school_years(session, frame.today)[frame.schools[0].id].share_gone
        self._households = Households(rows, rng, frame, AddressBook(rows, rng, frame))
        self._learning = Learning(rows, rng, frame, self._share_gone)
        self._talks = Talks(rows, rng, frame, self._share_gone)
        rules = effective_config(session, noon).cadence.requests
        self._asking = Asking(rows, rng, frame, self._talks, book=hours_book(session), rules=rules)

    def write(self, families: int) -> None:
        specials = iter(SPECIAL)
        left = families
        while left:
            name = next(specials, None)
            plan = draw_family(self._rng)
            plan = bent(name, plan) if name else plan
            if families_of(plan) > left:
                plan = replace(plan, structure=Structure.TOGETHER, special=None)
            homes = self._households.settle(plan)
            for home in homes:
                self._tell(home)
            left -= len(homes)
            self._rows.write_if_many()

    def _tell(self, home: Home) -> None:
        for pupil in home.pupils:
            self._learning.of(pupil, home.plan.special)
        self._talks.of(home)
        self._asking.of(home, self._share_gone)
        if home.plan.special == "on_hold":
            self._hold(home)

    def _hold(self, home: Home) -> None:
        began = datetime.combine(self._frame.today - timedelta(days=4), time(15), tzinfo=UTC)
        self._rows.add(
            Hold, family_id=home.id, reason=HoldReason.BEREAVEMENT, note="A death in the family.",
            ask_staff_id=home.pupils[0].school.offices[Department.COUNSELING][0], from_at=began,
            until_at=began + timedelta(days=21),
        )  # fmt: skip
