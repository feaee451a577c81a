"""The judge: counts by the provider's journal and by rules of its own what a family would have felt.

It shares nothing with the system that it judges: its own windows, caps and lists. What our tables say is looked at only
to see whether it is true (``tables``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from . import lying, replies, tables
from .case import ON_ITS_WAY, Case, Findings, cut
from .journal import FAULTS, FOR_GOOD, UNCLEAR, Call, Manner
from .letters import Letter, Plan

OPENS, CLOSES = time(8), time(20)
WEEK = timedelta(days=7)
CALL_LASTS = timedelta(seconds=30)
"""Between the moment a message is counted in a cap and the moment the provider reads it."""
A_WEEK, AUTOMATED_A_WEEK = 3, 1
PROVED_AFTER = {"sms": timedelta(minutes=10), "email": timedelta(minutes=15)}
"""Earlier nothing that is not there can be said never to have been taken."""


def judge(case: Case) -> Findings:
    """Every rule, with what broke it. A run is good where every list is empty."""
    return {
        "lost": [*tables.lost(case), *_left_lying(case), *replies.lost(case)],
        "sent twice": _twice(case),
        "outside the window": _outside(case),
        "over the caps": _over(case),
        "to an address opted out": _opted_out(case),
        "that may never leave": _barred(case),
        "replies that nobody asked for": replies.unasked(case),
        "asked again after a final no": _asked_again(case),
        "asked again on a guess": _on_a_guess(case),
        "unknown without a cause": tables.without_cause(case),
        "texts unknown in the end": tables.still_unknown(case, "sms"),
        "e-mails unknown in the end, no event withheld": tables.still_unknown(case, "email"),
        "told otherwise by our tables": tables.untrue(case),
    }


def _twice(case: Case) -> list[str]:
    times: defaultdict[str, list[Call]] = defaultdict(list)
    for letter, call in case.taken:
        times[letter.tag].append(call)
    return [
        f"{tag}: taken {len(calls)} times, {', '.join(f'{call.at:%d %H:%M:%S} as {call.attempt}' for call in calls)}"
        for tag, calls in times.items() if len(calls) > 1
    ]  # fmt: skip


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
    """A call that was under way at the withdrawal is over a moment later; there is no other excuse."""
    gone = case.gone
    return [
        f"{letter.tag}: taken {call.at - gone[call.to]} after the withdrawal"
        for letter, call in case.taken
        if call.to in gone and call.at > gone[call.to] + ON_ITS_WAY
    ] + [f"{letter.tag}: {letter.barred}" for letter, _ in case.taken if letter.barred == "opted out"]


def _barred(case: Case) -> list[str]:
    """Also what was offered at another address than it was meant for, unless the provider had called that one bad: then
    at the same guardian's other one, and at no third."""
    dead: set[str] = set()
    found = []
    for call in case.calls:
        letter = case.letters.get(call.tag or "")
        if call.manner is Manner.NUMBER_BAD:
            dead.add(call.to)
        if letter is None:
            continue
        if call.taken and letter.barred not in (None, "opted out"):
            found.append(f"{letter.tag}: {letter.barred}")
        elif call.taken and call.at >= letter.expires:
            found.append(f"{letter.tag}: stale")
        if call.to != letter.to and not (letter.to in dead and call.to == letter.other):
            found.append(f"{letter.tag}: at another address than its own")
    return found


def _asked_again(case: Case) -> list[str]:
    """A number that the provider has refused for good is not asked about again."""
    refused: set[str] = set()
    found = []
    for call in case.calls:
        if call.to in refused:
            found.append(f"{call.tag}: {call.manner.value}")
        if call.manner in FOR_GOOD and call.seconds is not None and not cut(case, call):
            refused.add(call.to)
    return found


def _on_a_guess(case: Case) -> list[str]:
    """Asked again while nobody could know what had become of the call before, which was hung up on, or whose process
    had died: before a lookup proves anything of a text; of an e-mail before a person said so, or, after a 5xx that was
    heard, before its event would have come."""
    in_flight = {attempt for kill in case.kills for attempt in kill.in_flight}
    found = []
    before: defaultdict[str, list[Call]] = defaultdict(list)
    for call in case.calls:
        for last in before[call.tag or ""]:
            heard = last.channel == "sms" or (last.manner in FAULTS and last.attempt not in in_flight)
            freed = any(one.tag == call.tag and last.at <= one.at <= call.at for one in case.freed)
            if call.at - last.at < PROVED_AFTER[last.channel] or not (heard or freed):
                found.append(f"{call.tag}: {call.at - last.at} after “{last.manner}”, attempt {last.attempt}")
        if call.tag in case.letters and (call.manner in UNCLEAR or call.attempt in in_flight):
            before[call.tag or ""].append(call)
    return found


def _left_lying(case: Case) -> list[str]:
    """At each checkpoint: what was due, fresh, allowed and had a free place, and had not left."""
    return [
        f"{letter.tag} ({letter.group}): could have left by {moment:%a %d %H:%M} UTC"
        for moment in case.checkpoints for letter in could_leave(case, moment)
    ]  # fmt: skip


def could_leave(case: Case, moment: datetime) -> list[Letter]:
    """The letters that were never taken by ``moment`` although nothing stood in their way."""
    taken = {letter.tag for letter, call in case.taken if call.at <= moment}
    closed = lying.closed(case, moment)
    unclear = lying.unclear_mail(case, taken, moment)
    places = lying.places(case, unclear, moment - WEEK - CALL_LASTS, moment)
    moved = lying.moved(case, moment)
    ways = {letter.tag: lying.way_of(letter, moved) for letter in case.plan.letters}
    return [
        letter for letter in case.plan.letters
        if letter.tag not in taken and letter.tag not in unclear and letter.barred is None
        and letter.due <= moment < letter.expires and ways[letter.tag] not in closed
        and open_for(letter, moment, case.plan) and _has_place(letter, ways[letter.tag], places)
    ]  # fmt: skip


def _has_place(letter: Letter, to: str, places: list[lying.Place]) -> bool:
    if letter.answer:
        return True
    groups = [one for one in places if one.letter.family == letter.family], [one for one in places if one.to == to]
    if max(map(len, groups)) >= A_WEEK:
        return False
    automated = max(sum(one.letter.automated for one in group) for group in groups)
    return not (letter.automated and automated >= AUTOMATED_A_WEEK)
