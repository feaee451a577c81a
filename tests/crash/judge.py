"""The judge: counts by the provider's journal and by rules of its own what a family would have felt.

It shares nothing with the system that it judges: its own windows, caps and lists. What our tables say is looked at only
to see whether it is true.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from .journal import FOR_GOOD, Call, Manner
from .letters import Letter, Plan

OPENS, CLOSES = time(8), time(20)
WEEK = timedelta(days=7)
CALL_LASTS = timedelta(seconds=30)
"""Between the moment a message is counted in a cap and the moment the provider reads it."""
A_WEEK, AUTOMATED_A_WEEK = 3, 1
PERSON_ANSWERS = timedelta(days=5)
"""So long an e-mail that nobody can tell about may lie: a day until a person is asked, and a weekend."""
SENT = frozenset({"accepted", "delivered"})
NEVER_LEFT = frozenset({"skipped", "expired", "cancelled"})


@dataclass(frozen=True, slots=True)
class OptOut:
    """A withdrawal that was committed while messages were on their way."""

    to: str
    at: datetime
    """Read from the board's clock after the commit."""
    in_flight: frozenset[str]
    """Attempts that were committed before it, and not yet ended."""


@dataclass(frozen=True, slots=True)
class Kill:
    """A process that was ended with SIGKILL."""

    at: datetime
    process: str
    point: str
    """The named point at which it ended itself; "at random" where it was ended from outside."""
    in_flight: tuple[str, ...]
    """Attempts that it had committed and not ended."""


@dataclass(frozen=True, slots=True)
class Final:
    """What our tables say of one message in the end."""

    state: str
    reason: str | None
    person_asked: bool
    channel: str
    attempt: str | None
    """The last one."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that the judge looks at."""

    plan: Plan
    calls: Sequence[Call]
    opt_outs: Sequence[OptOut]
    kills: Sequence[Kill]
    unknown: Mapping[str, str]
    """Attempts that were unknown at some time, with the letter's tag."""
    finals: Mapping[str, Final]
    """A letter's by its tag; that of a reply, or of what stands in for a letter to a dead number, by another key."""
    checkpoints: Sequence[datetime]
    """Moments at which everybody had come to rest: whatever could leave has left."""
    letters: dict[str, Letter] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "letters", {letter.tag: letter for letter in self.plan.letters})

    @property
    def taken(self) -> list[tuple[Letter, Call]]:
        """What the provider took, in its order."""
        return [(self.letters[call.tag], call) for call in self.calls if call.taken and call.tag in self.letters]


Findings = dict[str, list[str]]
"""What is counted, to one line for each case of it."""


def judge(case: Case) -> Findings:
    """Every rule, with what broke it. A run is good where every list is empty."""
    return {
        "lost": [*_lost(case), *_left_lying(case)],
        "sent twice": _twice(case),
        "outside the window": _outside(case),
        "over the caps": _over(case),
        "to an address opted out": _opted_out(case),
        "that may never leave": _barred(case),
        "asked again after a final no": _asked_again(case),
        "unknown without a cause": _without_cause(case),
        "texts unknown in the end": _still_unknown(case, "sms"),
        "e-mails unknown in the end, no event withheld": _still_unknown(case, "email"),
        "told otherwise by our tables": _untrue(case),
    }


def _twice(case: Case) -> list[str]:
    times: defaultdict[str, list[Call]] = defaultdict(list)
    for letter, call in case.taken:
        times[letter.tag].append(call)
    return [
        f"{tag}: taken {len(calls)} times, {', '.join(f'{call.at:%d %H:%M:%S} as {call.attempt}' for call in calls)}"
        for tag, calls in times.items() if len(calls) > 1
    ] + [f"{to}: {count} replies" for to, count in _replies(case).items() if count > 1]  # fmt: skip


def _replies(case: Case) -> Counter[str]:
    """What is none of the letters answers a family's own words; each family of this test writes once."""
    return Counter(call.to for call in case.calls if call.taken and call.tag not in case.letters)


def open_for(letter: Letter, at: datetime, plan: Plan) -> bool:
    """Whether ``at`` lies in the window of every zone that counts, on a school day (an answer on any)."""
    if not all(OPENS <= at.astimezone(ZoneInfo(zone)).time() < CLOSES for zone in letter.zones):
        return False
    day = at.astimezone(ZoneInfo(letter.zones[0])).date()
    return letter.answer or (day.weekday() < 5 and day not in plan.closed_days)


def _outside(case: Case) -> list[str]:
    return [
        f"{letter.tag}: {call.at.astimezone(ZoneInfo(letter.zones[0])):%a %H:%M:%S} in {' and '.join(letter.zones)}"
        for letter, call in case.taken
        if not open_for(letter, call.at, case.plan) or call.at < letter.due - timedelta(seconds=1)
    ]


def _over(case: Case) -> list[str]:
    """Any seven days of any family, and of any address."""
    counted = [(letter, call) for letter, call in case.taken if not letter.answer]
    found = []
    for name in ("family", "address"):
        by: defaultdict[str, list[tuple[Letter, Call]]] = defaultdict(list)
        for letter, call in counted:
            by[str(letter.family) if name == "family" else call.to].append((letter, call))
        for whose, sent in by.items():
            if too_many([call.at for _, call in sent], A_WEEK):
                found.append(f"{name} {whose}: more than {A_WEEK} in seven days")
            if too_many([call.at for letter, call in sent if letter.automated], AUTOMATED_A_WEEK):
                found.append(f"{name} {whose}: more than {AUTOMATED_A_WEEK} automated in seven days")
    return found


def too_many(moments: Iterable[datetime], limit: int) -> bool:
    """More than ``limit`` within seven days (less what a call may last)."""
    ordered = sorted(moments)
    pairs = zip(ordered, ordered[limit:], strict=False)
    return any(later - earlier < WEEK - CALL_LASTS for earlier, later in pairs)


def _opted_out(case: Case) -> list[str]:
    out = {one.to: one for one in case.opt_outs}
    return [
        f"{letter.tag}: taken {call.at - gone.at} after the withdrawal"
        for letter, call in case.taken
        if (gone := out.get(call.to)) is not None and call.at > gone.at and call.attempt not in gone.in_flight
    ] + [f"{letter.tag}: {letter.barred}" for letter, _ in case.taken if letter.barred == "opted out"]


def _barred(case: Case) -> list[str]:
    """Also what went to another address than it was meant for, unless the provider had called that one bad."""
    dead = {call.to for call in case.calls if call.manner is Manner.NUMBER_BAD}
    return [
        f"{letter.tag}: {letter.barred or 'stale, or at another address'}" for letter, call in case.taken
        if letter.barred not in (None, "opted out") or call.at >= letter.expires
        or (call.to != letter.to and letter.to not in dead)
    ]  # fmt: skip


def _asked_again(case: Case) -> list[str]:
    """A number that the provider has refused for good is not asked about again."""
    refused: set[str] = set()
    found = []
    for call in case.calls:
        if call.to in refused:
            found.append(f"{call.tag}: {call.manner.value}")
        if call.manner in FOR_GOOD and call.seconds is not None and not _cut(case, call):
            refused.add(call.to)
    return found


def _cut(case: Case, call: Call) -> bool:
    """The process that asked died before it could write the answer down."""
    return any(call.attempt in kill.in_flight for kill in case.kills)


def causes(case: Case) -> dict[str, str]:
    """Attempts that may have become unknown, and why: in flight at a kill, or hung, or cut off."""
    found = {attempt: f"in flight at the kill {kill.point}" for kill in case.kills for attempt in kill.in_flight}
    return found | {call.attempt: call.manner.value for call in case.calls if call.unclear and call.attempt is not None}


def _without_cause(case: Case) -> list[str]:
    known = causes(case)
    return [f"{tag}: attempt {attempt}" for attempt, tag in case.unknown.items() if attempt not in known]


def _still_unknown(case: Case, channel: str) -> list[str]:
    """An e-mail may stay unknown only where the stub took it and withheld the event, and then a person is asked."""
    excused = {call.attempt for call in case.calls if call.taken and call.withheld and channel == "email"}
    return [
        f"{key}: {final.reason or ''}" + ("" if final.person_asked else " (and no person was asked)")
        for key, final in case.finals.items()
        if final.state == "unknown" and final.channel == channel
        and not (final.attempt in excused and final.person_asked)
    ]  # fmt: skip


def _untrue(case: Case) -> list[str]:
    taken = {letter.tag for letter, _ in case.taken}
    return [
        f"{tag}: {final.state}, but the provider took it" if tag in taken else f"{tag}: still {final.state}"
        for tag, final in case.finals.items()
        if (tag in taken and final.state in NEVER_LEFT) or final.state in ("scheduled", "sending")
    ]


def _lost(case: Case) -> list[str]:
    """Called sent and never seen; gone from our tables; or failed where the provider never refused it for good."""
    taken = {letter.tag for letter, _ in case.taken}
    refused = {call.tag for call in case.calls if call.manner in FOR_GOOD}
    lost = []
    for tag in case.letters:
        final = case.finals.get(tag)
        if final is None:
            lost.append(f"{tag}: our tables do not know it any more")
        elif tag not in taken and final.state in SENT:
            lost.append(f"{tag}: {final.state}, but the provider never saw it")
        elif tag not in taken and final.state == "failed" and tag not in refused:
            lost.append(f"{tag}: failed ({final.reason}), but the provider never refused it for good")
    return lost


def _left_lying(case: Case) -> list[str]:
    """At each checkpoint: what was due, fresh, allowed and had a free place, and had not left."""
    return [
        f"{letter.tag} ({letter.group}): could have left by {moment:%a %d %H:%M} UTC"
        for moment in case.checkpoints for letter in could_leave(case, moment)
    ]  # fmt: skip


def could_leave(case: Case, moment: datetime) -> list[Letter]:
    """The letters that were never taken by ``moment`` although nothing stood in their way."""
    before = [(letter, call) for letter, call in case.taken if call.at <= moment]
    taken = {letter.tag for letter, _ in before}
    refused = {call.to for call in case.calls if call.manner in FOR_GOOD and call.at <= moment}
    out = {one.to for one in case.opt_outs if one.at <= moment}
    unclear = _unclear_mail(case, taken, moment)
    since = moment - WEEK - CALL_LASTS
    places = [(letter, call.at) for letter, call in before if not letter.answer and call.at > since]
    places += [(letter, at) for letter, at in unclear.items() if at > since]
    return [
        letter for letter in case.plan.letters
        if letter.tag not in taken and letter not in unclear and letter.barred is None
        and letter.due <= moment < letter.expires and letter.to not in refused | out
        and open_for(letter, moment, case.plan) and _has_place(letter, places)
    ]  # fmt: skip


def _unclear_mail(case: Case, taken: set[str], moment: datetime) -> dict[Letter, datetime]:
    """E-mails of which nobody can tell whether they left, since the call was cut off or its process killed."""
    of_attempt = {call.attempt: call.tag for call in case.calls} | dict(case.unknown)
    cut = [(call.tag, call.at) for call in case.calls if call.unclear]
    cut += [(of_attempt.get(attempt), kill.at) for kill in case.kills for attempt in kill.in_flight]
    return {
        case.letters[tag]: at
        for tag, at in sorted((tag, at) for tag, at in cut if tag in case.letters and at <= moment)
        if tag not in taken and case.letters[tag].channel == "email" and at > moment - PERSON_ANSWERS
    }


def _has_place(letter: Letter, places: Sequence[tuple[Letter, datetime]]) -> bool:
    if letter.answer:
        return True
    family = [other for other, _ in places if other.family == letter.family]
    address = [other for other, _ in places if other.to == letter.to]
    if max(len(family), len(address)) >= A_WEEK:
        return False
    automated = max(sum(other.automated for other in group) for group in (family, address))
    return not (letter.automated and automated >= AUTOMATED_A_WEEK)
