"""Which family each household is: the one that keeps most students keeps its id; the rest move, with their requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import bindparam, case, func, insert, literal, select, update
from sqlalchemy.orm import Session

from models import Family, FamilyMember, MembershipCause, Request, RequestState

from . import staging
from .rows import chunked
from .upsert import Values, table_of

AT_ONCE = 1000
member, family, request = table_of(FamilyMember), table_of(Family), table_of(Request)
household = staging.household


@dataclass(frozen=True)
class Claim:
    """A family and a household, and how much they share."""

    family_id: int
    household_key: str
    students: int
    had: str
    """The household that the family was until now."""

    @property
    def same_key(self) -> bool:
        return self.had == self.household_key


def share_out(claims: Iterable[Claim]) -> dict[str, int]:
    """Household to the family that it is: most shared students first, then the family that already has the key, then
    the older family. Each family and each household at most once."""
    given: dict[str, int] = {}
    taken: set[int] = set()
    for claim in sorted(claims, key=lambda one: (-one.students, not one.same_key, one.family_id)):
        if claim.household_key not in given and claim.family_id not in taken:
            given[claim.household_key] = claim.family_id
            taken.add(claim.family_id)
    return given


@dataclass
class Moves:
    """One rebuilding. Reads ``roster_household``; the figures are known after :meth:`assign`."""

    session: Session
    now: datetime
    today: date
    created: int = 0
    moved: int = 0
    moved_requests: int = 0
    _went: list[tuple[int, int, int]] = field(default_factory=list)
    """Student, the family left, the family joined."""

    def assign(self) -> None:
        """Give every household its family, and every student that membership."""
        claims = self._claims()
        self._take_over(claims, share_out(claims))
        after = 0
        while placed := self._misplaced(after):
            after = placed[-1][0]
            homes = self._homes({key for _, key, _ in placed})
            self._join(placed, homes)

    def send_requests_along(self) -> None:
        """Open requests about a moved student go to its new family, and those of a family that nobody is in any more
        to the one that most of its students joined; where that family has an open request of the same guardian, the
        request stays where it is, for a person to see."""
        for went in chunked(self._went, AT_ONCE):
            homes = {(student, left): joined for student, left, joined in went}
            wanted = self.session.execute(
                select(request.c.id, request.c.guardian_id, request.c.student_id, request.c.family_id)
                .where(request.c.state == RequestState.OPEN, request.c.student_id.in_({one[0] for one in went}))
                .order_by(request.c.id)
            )
            self._send([
                (number, guardian, homes[student, left]) for number, guardian, student, left in wanted
                if student is not None and (student, left) in homes
            ])  # fmt: skip
        self._send_on_from_empty()

    def _send_on_from_empty(self) -> None:
        towards: dict[int, Counter[int]] = {}
        for _, left, joined in self._went:
            towards.setdefault(left, Counter())[joined] += 1
        for lefts in chunked(sorted(towards), AT_ONCE):
            wanted = self.session.execute(
                select(request.c.id, request.c.guardian_id, request.c.family_id)
                .join(family, family.c.id == request.c.family_id)
                .where(request.c.state == RequestState.OPEN, request.c.family_id.in_(lefts))
                .where(family.c.ended_at.is_not(None))
                .order_by(request.c.id)
            )
            self._send([(number, guardian, towards[left].most_common(1)[0][0]) for number, guardian, left in wanted])

    def _send(self, wanted: Sequence[tuple[int, int | None, int]]) -> None:
        """Move requests (id, guardian, new family) unless that family has an open one of that guardian."""
        open_there: set[tuple[int, int]] = set(
            self.session.execute(
                select(request.c.family_id, func.coalesce(request.c.guardian_id, 0)).where(
                    request.c.state == RequestState.OPEN, request.c.family_id.in_({one[2] for one in wanted})
                )
            )
        )
        sent: list[Values] = []
        for number, guardian, joined in wanted:
            if (joined, guardian or 0) not in open_there:
                open_there.add((joined, guardian or 0))
                sent.append({"b_id": number, "b_family": joined})
        if sent:
            statement = update(request).where(request.c.id == bindparam("b_id"))
            self.session.connection().execute(statement.values(family_id=bindparam("b_family")), sent)
        self.moved_requests += len(sent)

    def _claims(self) -> list[Claim]:
        """Claims wherever family and household are not yet one, in one statement. The present membership claims; for
        a student who has none, the last one does."""
        latest = select(func.max(member.c.id)).group_by(member.c.student_id)
        claim = (
            select(family.c.id.label("family_id"), household.c.household_key, family.c.household_key.label("had"))
            .join(member, member.c.student_id == household.c.student_id)
            .join(family, family.c.id == member.c.family_id)
            .where(member.c.id.in_(latest), ~family.c.split_by_hand)
            .cte("claim")
        )
        changed = claim.c.had != claim.c.household_key
        families = select(claim.c.family_id).where(changed)
        several = (
            select(claim.c.household_key)
            .group_by(claim.c.household_key)
            .having(func.count(claim.c.family_id.distinct()) > 1)
        )
        keys = select(claim.c.household_key).where(changed)
        found = self.session.execute(
            select(claim.c.family_id, claim.c.household_key, claim.c.had, func.count())
            .where(
                claim.c.family_id.in_(families) | claim.c.household_key.in_(keys) | claim.c.household_key.in_(several)
            )
            .group_by(claim.c.family_id, claim.c.household_key, claim.c.had)
        )
        return [Claim(family_id, key, count, had) for family_id, key, had, count in found]

    def _take_over(self, claims: Sequence[Claim], given: dict[str, int]) -> None:
        """Families take the keys of their new households; one whose key another took gives it up."""
        same = {(one.family_id, one.household_key) for one in claims if one.same_key}
        new: list[Values] = [
            {"b_id": number, "b_key": key} for key, number in given.items() if (number, key) not in same
        ]
        winners = set(given.values())
        gave_up = {one.family_id for one in claims if one.family_id not in winners and one.had in given}
        new += [{"b_id": number, "b_key": f"left:{number}"} for number in sorted(gave_up)]
        if new:
            statement = update(family).where(family.c.id == bindparam("b_id"))
            self.session.connection().execute(statement.values(household_key=bindparam("b_key")), new)

    def _misplaced(self, after: int) -> Sequence[tuple[int, str, int | None]]:
        """The next students whose present family (None: none) is not that of their household."""
        return (
            self.session.execute(
                select(household.c.student_id, household.c.household_key, member.c.family_id)
                .outerjoin(
                    member, (member.c.student_id == household.c.student_id) & member.c.until_on.is_(None)
                )
                .outerjoin(family, family.c.id == member.c.family_id)
                .where(household.c.student_id > after)
                .where(family.c.id.is_(None) | (family.c.household_key != household.c.household_key))
                .order_by(household.c.student_id)
                .limit(AT_ONCE)
            )
            .all()
        )  # fmt: skip

    def _homes(self, keys: set[str]) -> dict[str, int]:
        """The family of each of the households ``keys``: a lasting one, else one that ended and lasts again, else a
        new one."""
        missing = sorted(keys - set(self._known(keys)))
        if missing:
            self.session.execute(
                insert(family),
                [{"name": "", "household_key": key, "created_at": self.now} for key in missing],
            )
            self.created += len(missing)
        homes = self._known(keys)
        self.session.execute(
            update(family).where(family.c.id.in_(homes.values()), family.c.ended_at.is_not(None)).values(ended_at=None)
        )
        return homes

    def _known(self, keys: set[str]) -> dict[str, int]:
        found = self.session.execute(
            select(family.c.household_key, family.c.id)
            .where(family.c.household_key.in_(keys), ~family.c.split_by_hand)
            .order_by(family.c.ended_at.is_(None), family.c.id.desc())
        )
        return dict(found.all())

    def _join(self, placed: Sequence[tuple[int, str, int | None]], homes: dict[str, int]) -> None:
        leaving = [student for student, _, left in placed if left is not None]
        if leaving:
            until = case((member.c.from_on > self.today, member.c.from_on), else_=literal(self.today))
            self.session.execute(
                update(member)
                .where(member.c.student_id.in_(leaving), member.c.until_on.is_(None))
                .values(until_on=until)
            )  # fmt: skip
        self.session.execute(
            insert(member),
            [
                {
                    "family_id": homes[key], "student_id": student, "from_on": self.today,
                    "cause": MembershipCause.IMPORTED if left is None else MembershipCause.GUARDIANS_CHANGED,
                }
                for student, key, left in placed
            ],
        )  # fmt: skip
        self._went += [(student, left, homes[key]) for student, key, left in placed if left is not None]
        self.moved += len(leaving)
