"""The district of the crash test: families in four zones, each with the messages that its group is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models import (
    Address,
    AddressKind,
    Audience,
    Calendar,
    CalendarDay,
    CalendarHours,
    Channel,
    ConsentSource,
    ConsentState,
    Contact,
    ContactPoint,
    ContactStudent,
    District,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Hold,
    HoldReason,
    Initiator,
    MessageKind,
    Outcome,
    School,
    Student,
)
from outreach.delivery import Intent, enqueue, record_basis, record_consent

from .letters import Letter, Plan, tag, words
from .manners import NUMBER_BAD, OPTED_OUT

ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
EAST, WEST = ZONES[0], ZONES[3]
THURSDAY, FRIDAY, SATURDAY = date(2026, 10, 29), date(2026, 10, 30), date(2026, 10, 31)
MONDAY, CLOSED, WEDNESDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)
"""The clocks go back in the night to Sunday, 1 November; Tuesday is a day without school."""
BEGINS = datetime.combine(THURSDAY, time(19, 40), ZoneInfo(EAST)).astimezone(UTC)
"""Twenty minutes before the window closes in the East; it is open in all four zones."""
SHORT, LONG = timedelta(days=3), timedelta(days=14)
YEAR = (date(2026, 8, 17), date(2027, 5, 28))


@dataclass(slots=True)
class Home:
    """A family, as the test means it: one student, one guardian, a phone and an e-mail address."""

    number: int
    zone: str
    group: str
    phone: str
    email: str
    region: str | None = None
    """Zone of the number's region, where it is not the school's."""
    letters: list[Letter] = field(default_factory=list)

    def writes(self, channel: str, due: datetime, lasts: timedelta | datetime, **values: object) -> None:
        """Somebody means to send this family one message; ``lasts``: how long it stays fresh, or until when."""
        apart = channel == "sms" and self.region is not None and self.region != self.zone
        self.letters.append(
            Letter(
                tag="", group=self.group, family=self.number, channel=channel,
                to=self.phone if channel == "sms" else self.email,
                zones=(self.zone, str(self.region)) if apart else (self.zone,), due=due,
                expires=due + lasts if isinstance(lasts, timedelta) else lasts, **values,  # type: ignore[arg-type]  # fields of Letter
            )
        )  # fmt: skip

    def at(self, day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute, second), ZoneInfo(self.zone)).astimezone(UTC)


Writing = Callable[[Home, int], None]
"""Gives a home of a group its letters; the number counts within the group."""


def _crowd(home: Home, number: int) -> None:
    """Four due at the same moment, where three a week may leave, and one automated a week."""
    due = (BEGINS, BEGINS, home.at(FRIDAY, 9, 30), home.at(MONDAY, 10))[number // 4 % 4]
    channels = ("sms", "sms", "email", "email") if number % 4 == 2 else ("sms",) * 4
    for place, channel in enumerate(channels):
        automated = number % 4 == 3 and place >= 2
        home.writes(channel, due, SHORT if number % 4 == 0 else LONG, automated=automated)


def _single(home: Home, number: int) -> None:
    due = (BEGINS, BEGINS, BEGINS, home.at(FRIDAY, 8, 0), home.at(MONDAY, 10))[number % 5]
    home.writes("email" if number % 2 else "sms", due, LONG)


def _pair(home: Home, number: int) -> None:
    home.writes("sms", BEGINS, LONG)
    home.writes("email", BEGINS, LONG, automated=True)


def _automated(home: Home, number: int) -> None:
    for _ in range(2):
        home.writes("sms", BEGINS, LONG, automated=True)


def _edge(home: Home, number: int) -> None:
    """Due in the last seconds of the evening's window, and in the first after it."""
    moment = home.at(THURSDAY, 19, 58, 30) + timedelta(seconds=number * 7 % 120)
    home.writes("email" if number % 3 == 0 else "sms", moment, LONG)


def _answer(home: Home, number: int) -> None:
    home.writes("sms", home.at(SATURDAY, 12), LONG, answer=True)


def _region(home: Home, number: int) -> None:
    """School in one zone, the number of another: both windows must be open."""
    home.writes("sms", home.at(FRIDAY, 8, 30), LONG)


def _region_late(home: Home, number: int) -> None:
    home.writes("sms", home.at(THURSDAY, 17, 30), LONG)


def _shared(home: Home, number: int) -> None:
    """Two families, one phone: the cap of the address is shared."""
    for _ in range(2):
        home.writes("sms", BEGINS, LONG)


def _stale(home: Home, number: int) -> None:
    """Due when the evening is over, stale before the morning begins."""
    until = home.at(FRIDAY, 7)
    home.writes("email" if number % 2 else "sms", home.at(THURSDAY, 20, 5), until, barred="stale before morning")


def _barred(home: Home, number: int) -> None:
    home.writes("sms", BEGINS, LONG, barred=home.group)


def _leaves(home: Home, number: int) -> None:
    """The family writes STOP while its messages are on their way."""
    for due in (BEGINS, home.at(FRIDAY, 9, 30), home.at(MONDAY, 10)):
        home.writes("sms", due, LONG)


def _refused(home: Home, number: int) -> None:
    """The provider refuses this number for good; the second message must not even be asked of it."""
    for due in (BEGINS, home.at(MONDAY, 10)):
        home.writes("sms", due, LONG)


GROUPS: dict[str, tuple[float, Writing]] = {
    "crowd": (0.1, _crowd), "pair": (0.05, _pair), "automated": (0.02, _automated), "edge": (0.04, _edge),
    "answer": (0.02, _answer), "region": (0.02, _region), "region late": (0.01, _region_late),
    "shared": (0.02, _shared), "stale": (0.02, _stale), "opted out": (0.015, _barred), "hold": (0.01, _barred),
    "no contact": (0.01, _barred), "leaves": (0.04, _leaves), "number bad": (0.008, _refused),
    "opted out there": (0.008, _refused),
}  # fmt: skip
"""Families of each group as a share of the messages; whatever is left over is families with a single message."""


def homes(messages: int) -> list[Home]:
    """So many messages, over all groups."""
    return list(_homes(messages))


def fill(session: Session, of: list[Home]) -> Plan:
    """Fill an empty migrated database; what was intended, for the judge. Does not commit."""
    _fill(session, _numbered(of))
    return Plan(tuple(letter for home in of for letter in home.letters), (CLOSED,))


def _homes(messages: int) -> Iterator[Home]:
    number, written = 0, 0
    for group, (share, writing) in [*GROUPS.items(), ("single", (0.0, _single))]:
        count = max(1, round(messages * share)) if share else messages
        if group == "shared":
            count += count % 2
        for place in range(count):
            if written >= messages:
                return
            home = _home(number, place, group)
            writing(home, place)
            number, written = number + 1, written + len(home.letters)
            yield home


def _home(number: int, place: int, group: str) -> Home:
    zone = ZONES[place % 4]
    if group in ("region", "region late"):
        zone = EAST if group == "region" else WEST
    start = {"number bad": NUMBER_BAD, "opted out there": OPTED_OUT}.get(group)
    owner = number
    if group == "shared":  # the second of two homes has the first one's phone
        owner, zone = number - place % 2, ZONES[place // 2 % 4]
    phone = f"{start}{number:04d}" if start else f"+1312{2_000_000 + owner}"
    region = {"region": WEST, "region late": EAST}.get(group)
    return Home(number, zone, group, phone, f"reader{number}@example.org", region)


def _numbered(homes: list[Home]) -> list[Home]:
    """Every letter with its tag."""
    count = 0
    for home in homes:
        for place, letter in enumerate(home.letters):
            home.letters[place] = replace(letter, tag=tag(count))
            count += 1
    return homes


@dataclass(frozen=True, slots=True)
class _Rows:
    """A home's rows in the database."""

    home: Home
    student: Student
    guardian: Guardian
    family: Family
    addresses: dict[str, Address]


def _fill(session: Session, homes: list[Home]) -> None:
    session.add(District(id=1, name="Lakeside Schools", timezone=EAST))
    session.flush()
    record_basis(session, "Families gave their numbers at registration.", BEGINS - timedelta(days=30), None)
    schools = {zone: _school(session, zone) for zone in ZONES}
    rows = _people(session, homes, schools)
    for one in rows:
        _circumstances(session, one)
    for one in rows:
        for letter in one.home.letters:
            enqueue(session, _intent(one, letter), BEGINS - timedelta(hours=1))


def _school(session: Session, zone: str) -> School:
    """Open on weekdays from August to May, but for one Tuesday; live on both channels since August."""
    school = School(
        sourced_id=f"school-{zone}", name=f"{zone.partition('/')[2].replace('_', ' ')} School", timezone=zone,
        sms_live_from=YEAR[0], email_live_from=YEAR[0],
    )  # fmt: skip
    session.add(school)
    session.flush()
    calendar = Calendar(school_id=school.id, first_day=YEAR[0], last_day=YEAR[1])
    session.add(calendar)
    session.flush()
    session.add_all(
        CalendarHours(calendar_id=calendar.id, weekday=weekday, opens_at=time(8), closes_at=time(16))
        for weekday in range(5)
    )
    session.add(CalendarDay(calendar_id=calendar.id, day=CLOSED, name="Staff day", entered_at=BEGINS))
    session.flush()
    return school


def _people(session: Session, homes: list[Home], schools: dict[str, School]) -> list[_Rows]:
    addresses: dict[str, Address] = {}
    for home in homes:
        for kind, value in ((AddressKind.PHONE, home.phone), (AddressKind.EMAIL, home.email)):
            region = home.region if kind is AddressKind.PHONE else None
            addresses.setdefault(value, Address(kind=kind, value=value, timezone=region))
    rows = [
        _Rows(
            home=home,
            student=Student(
                sourced_id=f"student-{home.number}", school_id=schools[home.zone].id, given_name="Maya",
                family_name="Delgado", grade="09",
            ),
            guardian=Guardian(
                sourced_id=f"guardian-{home.number}", given_name="Rosa", family_name="Delgado", language="en"
            ),
            family=Family(name="Delgado", household_key=f"home-{home.number}", created_at=BEGINS - timedelta(days=60)),
            addresses=addresses,
        )
        for home in homes
    ]  # fmt: skip
    session.add_all(addresses.values())
    for one in rows:
        session.add_all((one.student, one.guardian, one.family))
    session.flush()
    for one in rows:
        session.add(FamilyMember(family_id=one.family.id, student_id=one.student.id, from_on=YEAR[0]))
        barred = one.home.group == "no contact"
        session.add(Guardianship(student_id=one.student.id, guardian_id=one.guardian.id, may_contact=not barred))
        for value in (one.home.phone, one.home.email):
            session.add(ContactPoint(guardian_id=one.guardian.id, address_id=addresses[value].id))
    session.flush()
    return rows


def _circumstances(session: Session, one: _Rows) -> None:
    """What the group is about, beside its letters."""
    before = BEGINS - timedelta(days=2)
    match one.home.group:
        case "opted out":
            phone = one.addresses[one.home.phone]
            record_consent(session, phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, before)
        case "hold":
            session.add(Hold(family_id=one.family.id, reason=HoldReason.BEREAVEMENT, from_at=before))
        case "answer":
            wrote = Contact(
                occurred_at=before, recorded_at=before, initiator=Initiator.FAMILY, channel=Channel.PHONE,
                outcome=Outcome.REACHED, guardian_id=one.guardian.id,
            )  # fmt: skip
            session.add(wrote)
            session.flush()
            session.add(ContactStudent(contact_id=wrote.id, student_id=one.student.id))
    session.flush()


def _intent(one: _Rows, letter: Letter) -> Intent:
    kind = MessageKind.ANSWER if letter.answer else MessageKind.VERDICT if letter.automated else MessageKind.TEACHER
    text = letter.channel == "sms"
    return Intent(
        key=f"crash|{letter.tag}", audience=Audience.FAMILY, kind=kind,
        channel=Channel.SMS if text else Channel.EMAIL, to_kind=AddressKind.PHONE if text else AddressKind.EMAIL,
        to_value=letter.to, body=words(letter.tag), title=None if text else "A good week", due_at=letter.due,
        expires_at=letter.expires, automated=letter.automated, address_id=one.addresses[letter.to].id,
        family_id=one.family.id, guardian_id=one.guardian.id, school_id=one.student.school_id,
        student_ids=(one.student.id,), language="en",
    )  # fmt: skip
