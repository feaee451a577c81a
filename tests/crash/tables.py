"""Whether our tables say the truth about what the provider saw."""

from __future__ import annotations

from .case import Case
from .journal import FOR_GOOD

SENT = frozenset({"accepted", "delivered"})
NOT_SENT = frozenset({"skipped", "expired", "cancelled", "failed"})
"""What must not be said of a message that the provider took: in this test it tells of none that it did not arrive."""
IN_FLIGHT = 2 * 4
"""Attempts of one worker that are under way at most when it dies: of each of its four threads (as the run sets it) one
whose call is in hand, and one whose answer waits to be written."""


def lost(case: Case) -> list[str]:
    """Called sent and never seen; gone from our tables; or failed where the provider never refused it for good."""
    taken = _taken(case)
    seen = {letter.tag for letter, _ in case.taken}
    refused = {call.tag for call in case.calls if call.manner in FOR_GOOD}
    found = [f"{tag}: our tables do not know it any more" for tag in case.letters if tag not in case.finals]
    for key, final in case.finals.items():
        if key not in taken and final.state in SENT:
            found.append(f"{key}: {final.state}, but the provider never saw it")
        elif key in case.letters and key not in seen | refused and final.state == "failed":
            found.append(f"{key}: failed ({final.reason}), but the provider never refused it for good")
    return found


def untrue(case: Case) -> list[str]:
    taken = _taken(case)
    return [
        f"{key}: {final.state}, but the provider took it" if key in taken else f"{key}: still {final.state}"
        for key, final in case.finals.items()
        if (key in taken and final.state in NOT_SENT) or final.state in ("scheduled", "sending")
    ]


def _taken(case: Case) -> set[str]:
    """Keys of what the provider took: of letters at their own address by their tag, of all others by their attempts."""
    attempts = {call.attempt for call in case.calls if call.taken}
    return {letter.tag for letter, call in case.taken if call.to == letter.to} | {
        key for key, final in case.finals.items() if key not in case.letters and final.attempts & attempts
    }


def causes(case: Case) -> dict[str, str]:
    """Attempts that may have become unknown, and why: in flight at a kill, or hung, or cut off."""
    found = {attempt: f"in flight at the kill {kill.point}" for kill in case.kills for attempt in kill.in_flight}
    return found | {call.attempt: call.manner.value for call in case.calls if call.unclear and call.attempt is not None}


def without_cause(case: Case) -> list[str]:
    """Attempts that nothing explains; kills at which more was in flight than one process can have; or more attempts in
    all than both sides together allow: the places in flight at the kills, and the journal's hung and cut off calls."""
    known = causes(case)
    found = [f"{tag}: attempt {attempt}" for attempt, tag in case.unknown.items() if attempt not in known]
    found += [
        f"{len(kill.in_flight)} attempts in flight at the kill of {kill.process} {kill.point}"
        for kill in case.kills if len(kill.in_flight) > IN_FLIGHT
    ]  # fmt: skip
    most = most_unknown(case)
    if len(case.unknown) > most:
        found.append(f"{len(case.unknown)} attempts, where {most} can be explained")
    return found


def most_unknown(case: Case) -> int:
    """How many attempts may have become unknown, counted without our tables' word for any one of them."""
    return sum(min(len(kill.in_flight), IN_FLIGHT) for kill in case.kills) + sum(call.unclear for call in case.calls)


def still_unknown(case: Case, channel: str) -> list[str]:
    """An e-mail may stay unknown only where the stub took it and withheld the event, and then a person is asked."""
    excused = {call.attempt for call in case.calls if call.taken and call.withheld and channel == "email"}
    return [
        f"{key}: {final.reason or ''}" + ("" if final.person_asked else " (and no person was asked)")
        for key, final in case.finals.items()
        if final.state == "unknown" and final.channel == channel
        and not (final.attempt in excused and final.person_asked)
    ]  # fmt: skip
