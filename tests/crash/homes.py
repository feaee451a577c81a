"""The families of the crash test, in four zones, each with the messages that its group is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .letters import Letter, tag
from .manners import NUMBER_BAD, OPTED_OUT

ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
EAST, WEST = ZONES[0], ZONES[3]
THURSDAY, FRIDAY, SATURDAY = date(2026, 10, 29), date(2026, 10, 30), date(2026, 10, 31)
MONDAY, CLOSED, WEDNESDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)
"""The clocks go back in the night to Sunday, 1 November; Tuesday is a day without school."""
BEGINS = datetime.combine(THURSDAY, time(19, 40), ZoneInfo(EAST)).astimezone(UTC)
"""Twenty minutes before the window closes in the East; it is open in all four zones."""
SHORT, LONG = timedelta(days=3), timedelta(days=14)


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
                other=self.email if channel == "sms" else self.phone,
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
    due = (BEGINS, BEGINS, home.at(FRIDAY, 9, 30), home.at(MONDAY, 10))[number // 16 % 4]
    channels = ("sms", "sms", "email", "email") if number % 4 == 2 else ("sms",) * 4
    for place, channel in enumerate(channels):
        automated = number % 4 == 3 and place >= 2
        home.writes(channel, due, SHORT if number % 4 == 0 else LONG, automated=automated)


def _single(home: Home, number: int) -> None:
    due = (BEGINS, BEGINS, BEGINS, home.at(FRIDAY, 8, 0), home.at(MONDAY, 10))[number % 5]
    home.writes(_in_turn(number // 4), due, LONG)


def _in_turn(number: int) -> str:
    """Every second by e-mail."""
    return "email" if number % 2 else "sms"


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
    home.writes(_in_turn(number), home.at(THURSDAY, 20, 5), until, barred="stale before morning")


def _day_off(home: Home, number: int) -> None:
    """Due in the middle of a Tuesday without school."""
    home.writes(_in_turn(number), home.at(CLOSED, 10), LONG)


def _barred(home: Home, number: int) -> None:
    home.writes(_in_turn(number), BEGINS, LONG, barred=home.group)


def _leaves(home: Home, number: int) -> None:
    """The family withdraws while its messages are on their way."""
    for due in (BEGINS, home.at(FRIDAY, 9, 30), home.at(MONDAY, 10)):
        home.writes(_in_turn(number), due, LONG)


def _refused(home: Home, number: int) -> None:
    """The provider refuses this number for good; the second message must not even be asked of it."""
    for due in (BEGINS, home.at(MONDAY, 10)):
        home.writes("sms", due, LONG)


GROUPS: dict[str, tuple[float, Writing]] = {
    "crowd": (0.1, _crowd), "pair": (0.05, _pair), "automated": (0.02, _automated), "edge": (0.04, _edge),
    "answer": (0.02, _answer), "region": (0.02, _region), "region late": (0.01, _region_late),
    "shared": (0.02, _shared), "stale": (0.02, _stale), "day off": (0.02, _day_off),
    "opted out": (0.015, _barred), "hold": (0.01, _barred), "no contact": (0.01, _barred), "leaves": (0.04, _leaves),
    "number bad": (0.008, _refused), "opted out there": (0.008, _refused),
}  # fmt: skip
"""Families of each group as a share of the messages, two at least; what is left over is families with one message."""


def homes(messages: int) -> list[Home]:
    """So many messages, over all groups."""
    return list(_homes(messages))


def _homes(messages: int) -> Iterator[Home]:
    number, written = 0, 0
    for group, (share, writing) in [*GROUPS.items(), ("single", (0.0, _single))]:
        count = max(2, round(messages * share)) if share else messages
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
    # The four kinds of crowds are dealt by place % 4: each must come up in each zone.
    zone = ZONES[place // 4 % 4 if group == "crowd" else place % 4]
    if group in ("region", "region late"):
        zone = EAST if group == "region" else WEST
    start = {"number bad": NUMBER_BAD, "opted out there": OPTED_OUT}.get(group)
    owner = number
    if group == "shared":  # the second of two homes has the first one's phone
        owner, zone = number - place % 2, ZONES[place // 2 % 4]
    phone = f"{start}{number:04d}" if start else f"+1312{2_000_000 + owner}"
    region = {"region": WEST, "region late": EAST}.get(group)
    return Home(number, zone, group, phone, f"reader{number}@example.org", region)


def numbered(homes: list[Home]) -> list[Home]:
    """Every letter with its tag."""
    count = 0
    for home in homes:
        for place, letter in enumerate(home.letters):
            home.letters[place] = replace(letter, tag=tag(count))
            count += 1
    return homes
