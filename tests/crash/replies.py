"""Calls that carry no letter's tag: each answers a family's own words, and only some words call for one.

"No more" in the family's own words is confirmed once, and HELP is answered once. STOP is confirmed by Twilio itself,
and a mail program's one click and the office's own note by nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from .case import READ_WITHIN, Case, Final
from .journal import Words, Wrote
from .letters import sid_of

OWED: Mapping[Words, int] = {Words.STOP: 0, Words.NO_MORE: 1, Words.HELP: 1, Words.CLICK: 0}
GOOD_FOR = timedelta(minutes=5)
"""A confirmation that leaves later is none (47 CFR 64.1200(a)(12)); where a worker dies over it, it may not leave."""


def unasked(case: Case) -> list[str]:
    """More replies to an address than its own words call for; one that wrote nothing gets none."""
    owed = Counter({one.to: OWED[one.words] for one in case.wrote})
    return [
        f"{to}: {count} replies where {owed[to]} were called for"
        for to, count in _taken(case).items() if count > owed[to]
    ]  # fmt: skip


def lost(case: Case) -> list[str]:
    """Words that called for a reply and got none, unless a worker died over it and it became too late for one."""
    taken = _taken(case)
    return [
        f"{one.to}: wrote “{one.words}” at {one.at:%d %H:%M:%S}, and got no reply"
        for one in case.wrote if OWED[one.words] > taken[one.to] and not _too_late(case, one)
    ]  # fmt: skip


def _taken(case: Case) -> Counter[str]:
    return Counter(call.to for call in case.calls if call.taken and call.tag not in case.letters)


def _too_late(case: Case, one: Wrote) -> bool:
    key = f"inbound|{sid_of(one.to)}|"
    ended = [final for name, final in case.finals.items() if name.startswith(key) and final.state == "expired"]
    return any(_died_over(case, one, final) for final in ended)


def _died_over(case: Case, one: Wrote, final: Final) -> bool:
    """In the midst of an attempt at it, or while it could still have been made."""
    ends = one.at + READ_WITHIN + GOOD_FOR
    return any(
        kill.of_a_worker and (one.at <= kill.at <= ends or final.attempts.intersection(kill.in_flight))
        for kill in case.kills
    )
