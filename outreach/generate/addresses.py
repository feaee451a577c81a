"""The ways to reach a made-up guardian, what each asked for, and who wrote STOP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from models import (
    AccessNeed,
    Address,
    AddressKind,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    ContactPoint,
    GuardianMerge,
)
from outreach.roster.phones import parse_phone

from .family_plan import FamilyPlan
from .frame import Frame
from .names import AREA_CODES
from .phones import Phones
from .rows import Rows
from .special import SANDBOX_NUMBERS
from .spread import (
    ACCESS_NEED,
    ASKED_FOR_CHANNEL,
    DEAD_ADDRESS,
    DOUBTFUL_ADDRESS,
    EMAIL_OPT_OUT,
    MOVED_HERE,
    NAMED_BEST_TIME,
    SECOND_PHONE,
    SHARED_PHONE,
    SMS_OPT_OUT,
    Reach,
    Structure,
)
from .staffing import letters, mailbox

if TYPE_CHECKING:
    from .households import Person

BEST_TIMES = ("after 5 pm", "before 8 am", "at lunch, 12 to 1", "any time but Friday", "weekday mornings")
CHANNELS = (Channel.SMS, Channel.EMAIL, Channel.PHONE)
UNDER_ONE_ROOF = (Structure.TOGETHER, Structure.GRANDPARENTS)


class AddressBook:
    def __init__(self, rows: Rows, rng: Random, frame: Frame) -> None:
        self._rows, self._rng, self._frame = rows, rng, frame
        self._phones = Phones()
        self._shared_landline: int | None = None

    def wishes(self, plan: FamilyPlan) -> dict[str, object]:
        """What a guardian asked for: channel, best time, access needs."""
        rng = self._rng
        channel = rng.choice(CHANNELS) if rng.random() < ASKED_FOR_CHANNEL else None
        best_time = rng.choice(BEST_TIMES) if rng.random() < NAMED_BEST_TIME else None
        need = rng.choice(tuple(AccessNeed)) if rng.random() < ACCESS_NEED else None
        if plan.special == "asked_for_evenings":
            channel, best_time = Channel.SMS, BEST_TIMES[0]
        if plan.special == "relay_call":
            channel, need = Channel.PHONE, AccessNeed.RELAY_CALL
        return {"channel": channel, "best_time": best_time, "access_need": need}

    def reach(self, plan: FamilyPlan, zone: str, guardians: Sequence[Person]) -> None:
        """Addresses of all guardians of one plan; ``zone`` is that of the first child's school."""
        shared = plan.special == "shared_phone" or self._rng.random() < SHARED_PHONE
        for place, guardian in enumerate(guardians):
            if plan.reach in (Reach.PHONE, Reach.PHONE_AND_EMAIL):
                if place and shared and plan.structure in UNDER_ONE_ROOF and guardians[0].phones:
                    self._point(guardian, guardians[0].phones[0], AddressKind.PHONE)
                else:
                    self._phone(plan, guardian, zone)
            if plan.reach in (Reach.EMAIL, Reach.PHONE_AND_EMAIL) or (
                plan.reach is Reach.PHONE and not guardian.phones
            ):
                self._e_mail(guardian)
        if plan.special in ("phone_of_two_families", "phone_of_two_families_too"):
            self._landline_of_two_families(guardians[0], zone)
        if plan.special == "barred_holds_phone":
            self._point(guardians[1], guardians[0].phones[0], AddressKind.PHONE)

    def _phone(self, plan: FamilyPlan, guardian: Person, zone: str) -> None:
        value = self._number(plan, guardian, zone)
        if value is None:
            return
        made = self._new_phone(value)
        self._point(guardian, made, AddressKind.PHONE)
        if self._rng.random() < SMS_OPT_OUT or plan.special == "opted_out":
            self._opt_out(made, Channel.SMS)
        if self._rng.random() < SECOND_PHONE:
            self._landline(guardian, zone)

    def _number(self, plan: FamilyPlan, guardian: Person, zone: str) -> str | None:
        """What the family wrote on its form; None once all numbers are given out."""
        chance = self._rng.random()
        elsewhere = self._rng.random() < MOVED_HERE or plan.special == "number_of_another_zone"
        farther = self._rng.choice(FARTHER)
        if plan.special in SANDBOX_NUMBERS:
            return SANDBOX_NUMBERS[plan.special]
        if chance < DEAD_ADDRESS or plan.special == "dead_phone":
            return f"no number now {letters(guardian.id)}"
        if chance < DEAD_ADDRESS + DOUBTFUL_ADDRESS or plan.special == "doubtful_phone":
            return self._phones.take_doubtful()
        return self._phones.take(farther if elsewhere else zone)

    def _new_phone(self, given: str) -> int:
        read = parse_phone(given)
        return self._rows.add(
            Address, kind=read.kind, value=read.value, health=read.health, health_reason=read.reason,
            timezone=read.timezone,
        )  # fmt: skip

    def _landline(self, guardian: Person, zone: str) -> int | None:
        value = self._phones.take(zone)
        if value is None:
            return None
        made = self._new_phone(value)
        self._point(guardian, made, AddressKind.PHONE, texts=False)
        return made

    def _landline_of_two_families(self, guardian: Person, zone: str) -> None:
        if self._shared_landline is None:
            self._shared_landline = self._landline(guardian, zone)
        else:
            self._point(guardian, self._shared_landline, AddressKind.PHONE, texts=False)

    def _e_mail(self, guardian: Person) -> None:
        value = f"{mailbox(guardian.given)}.{mailbox(guardian.family)}{guardian.id}@example.com"
        made = self._rows.add(Address, kind=AddressKind.EMAIL, value=value)
        self._point(guardian, made, AddressKind.EMAIL)
        if self._rng.random() < EMAIL_OPT_OUT:
            self._opt_out(made, Channel.EMAIL)

    def _point(self, guardian: Person, address: int, kind: AddressKind, *, texts: bool | None = None) -> None:
        held = guardian.phones if kind is AddressKind.PHONE else guardian.e_mails
        self._rows.add(
            ContactPoint, guardian_id=guardian.id, address_id=address, position=len(guardian.phones + guardian.e_mails),
            texts=(texts is not False) if kind is AddressKind.PHONE else None,
        )  # fmt: skip
        held.append(address)

    def _opt_out(self, address: int, channel: Channel) -> None:
        day = self._frame.today - timedelta(days=self._rng.randint(3, 80))
        for category in ConsentCategory:
            self._rows.add(
                Consent, address_id=address, channel=channel, category=category, state=ConsentState.OUT,
                source=ConsentSource.FAMILY_WROTE, at=datetime.combine(day, time(23, 5), tzinfo=UTC), note="STOP",
            )  # fmt: skip

    def same_person(self, one: Person, other: Person) -> None:
        """Give ``other`` the first phone of ``one`` too, and propose to merge the two rows."""
        self._point(other, one.phones[0], AddressKind.PHONE)
        kept, second = sorted((one.id, other.id))
        self._rows.add(
            GuardianMerge, kept_id=kept, other_id=second, why="same name, same phone", proposed_at=self._frame.began
        )


FARTHER = tuple(AREA_CODES)[1:]
