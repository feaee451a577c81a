"""May this message go to this family, now? Pure: facts in, one of three answers out, with words a teacher reads.

An answer is stored before anybody reads it, so its words are kept sentences: ``outreach.language.said`` says them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.tuning import SendingRules
from models import AddressHealth, MessageKind
from outreach.language import N_, kept
from outreach.schooltime import OpenHours, local_moment

from . import windows

WEEK = timedelta(days=7)
ITS_TURN_SOON = timedelta(minutes=1)
"""How long a message waits for one with a better claim, which is being sent just now."""
UNTIL_MENDED = timedelta(hours=1)
"""How long a message waits where the school's zone is no zone: until an administrator may have seen to it."""
AT_ONCE = frozenset({MessageKind.SAFETY, MessageKind.OPT_OUT_CONFIRMATION, MessageKind.HELP})
"""The three replies that go at any hour, one each (DESIGN §7.6)."""
BARE_REPLIES = AT_ONCE | {MessageKind.OPT_IN_CONFIRMATION}
"""What the system says by itself to somebody's words: it names no sender, and a family replies to none of it."""
TOO_LATE = N_("It had become stale before it could leave.")
TOO_LATE_THEN = N_("%(waits)s By then it would be stale.")
ON_HOLD = N_("On hold: ask %(name)s.")
DEAD = N_("This address no longer works.")
SAID_NO = N_("This family asked for no more messages at this address.")
NEVER_ASKED = N_("No consent for this address: nobody has agreed to messages there yet.")
ENOUGH_FAMILY = N_("This family has had enough messages this week.")
ENOUGH_ADDRESS = N_("This address has had enough messages this week.")
HOURS = N_("Families are written to between %(opens)s and %(closes)s by their own clock, on school days.")
HOURS_ANY_DAY = N_("Families are written to between %(opens)s and %(closes)s by their own clock.")


@dataclass(frozen=True, slots=True)
class SendNow:
    pass


@dataclass(frozen=True, slots=True)
class NotBefore:
    at: datetime
    because: str
    """A kept sentence."""


@dataclass(frozen=True, slots=True)
class Never:
    because: str
    """A kept sentence."""


Answer = SendNow | NotBefore | Never


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What holds between the reader and one student the message is about."""

    first_name: str
    enrolled: bool
    of_age_undecided: bool
    """18 or older, and nobody has decided yet what that means."""
    may_contact: bool
    holds_rights: bool
    emergency_only: bool


@dataclass(frozen=True, slots=True)
class GateFacts:
    """All that the answer rests on, read in the transaction that also writes it."""

    kind: MessageKind
    automated: bool
    urgent: bool
    about_school_work: bool
    expires_at: datetime | None
    held: str | None
    """On hold: whom to ask, empty where nobody is named. None: no hold."""
    live_from: date | None
    """The school's first day on this channel, where the channel is live; with ``goes_live`` False it has none."""
    goes_live: bool
    reader_active: bool
    children: Sequence[ChildFacts]
    consented: bool
    health: AddressHealth
    usable_elsewhere: bool
    """The same reader has an address on this channel that is not doubtful."""
    shared_with_barred: bool
    zones: Sequence[ZoneInfo]
    """The reader's; and that of the number's region, where it is another. Empty: nobody entered one that exists."""
    hours: OpenHours | None
    """The school's calendar; None: none was entered, and weekdays count as school days."""
    answers_recent: bool
    """A person's answer to what the family wrote in the last days."""
    family_sent: Sequence[datetime]
    """When messages left to this family in the last seven days, oldest first."""
    family_automated: Sequence[datetime]
    address_sent: Sequence[datetime]
    address_automated: Sequence[datetime]
    sender_here: bool = True
    """The person in whose name it goes still works here."""
    ahead: int = 0
    """Messages to the same family or address, due now, with a better claim to a scarce place."""
    wrong_words: str | None = None
    """What is wrong with its words, in a kept sentence: a gap, too long, not for a first text, no longer true. None:
    nothing."""
    words_known_here: bool = False
    """Somebody else behind this address was sent the very same words on this channel in the last seven days."""
    replied_already: bool = False
    """One of the replies that go at once has gone, or may have gone, to the same words of the family."""
    gets_texts: bool = True
    """False: a landline, by the carrier's own word, and this is a text."""
    said_no: bool = False
    """Somebody opted this address out; else, without ``consented``, nobody ever opted it in."""
    money_from: datetime | None = None
    """The month's money is spent until then; None: some is left."""


def decide(facts: GateFacts, now: datetime, rules: SendingRules) -> Answer:
    """The first refusal that holds, else the moment the windows, caps and money allow, else yes."""
    if facts.expires_at is not None and now >= facts.expires_at:
        return Never(TOO_LATE)
    refused = _refusal_at_once(facts) if facts.kind in AT_ONCE else _refusal(facts)
    if refused is not None:
        return Never(refused)
    if facts.kind in AT_ONCE:
        return SendNow()
    wait = _wait(facts, now, rules)
    if wait is None:
        return Never(N_("The school's calendar has no school day left on which it could go."))
    if wait.at <= now:
        return SendNow()
    if facts.expires_at is not None and wait.at >= facts.expires_at:
        return Never(kept(TOO_LATE_THEN, waits=wait.because))
    return wait


def leaves_by(facts: GateFacts, now: datetime, rules: SendingRules) -> datetime | None:
    """Until when what may go now may wait at its provider (UTC); None for the replies that go at any hour."""
    if facts.kind in AT_ONCE or not facts.zones:
        return None
    return windows.leaves_by(facts.zones, now, rules)


def _refusal_at_once(facts: GateFacts) -> str | None:
    """A safety reply, the word that somebody is off the list, or HELP: one each, and only to a living address."""
    if facts.replied_already:
        return N_("This has been answered already.")
    if facts.health is AddressHealth.DEAD:
        return DEAD
    return facts.wrong_words


def _refusal(facts: GateFacts) -> str | None:
    """Why it may never go: for the whole family, for one of its children, for the address, for its own words."""
    for words in (_of_the_family(facts), *(_about(child, facts.about_school_work) for child in facts.children)):
        if words is not None:
            return words
    return _of_the_address(facts) or facts.wrong_words or _said_here(facts)


def _of_the_family(facts: GateFacts) -> str | None:
    if facts.held is not None:
        return kept(ON_HOLD, name=facts.held) if facts.held else N_("On hold: ask the school office.")
    if not facts.goes_live:
        return N_("This school does not send on this channel yet.")
    if not facts.reader_active:
        return N_("This person is no longer a guardian at this school.")
    if not facts.sender_here:
        return N_("Its sender no longer works here.")
    if not facts.children:
        return N_("No child of this family is at school here any more.")
    return None


def _of_the_address(facts: GateFacts) -> str | None:
    if facts.shared_with_barred:
        return N_("This address also reaches a person who may not be contacted; call instead.")
    if not facts.consented:
        return SAID_NO if facts.said_no else NEVER_ASKED
    if facts.health is AddressHealth.DEAD:
        return DEAD
    if not facts.gets_texts:
        return N_("This number gets no texts; call instead.")
    if facts.health is AddressHealth.DOUBTFUL and facts.usable_elsewhere:
        return N_("This address is doubtful, and this person has a better one.")
    return None


def _about(child: ChildFacts, about_school_work: bool) -> str | None:
    name = child.first_name
    if not child.enrolled:
        return kept(N_("%(child)s is no longer at this school."), child=name)
    if child.of_age_undecided:
        return kept(N_("%(child)s is 18; a person must first decide who is written to."), child=name)
    if not child.may_contact:
        return kept(N_("This person may not be contacted about %(child)s."), child=name)
    if child.emergency_only:
        return kept(N_("This person is %(child)s's emergency contact only."), child=name)
    if about_school_work and not child.holds_rights:
        return kept(N_("This person holds no education rights for %(child)s."), child=name)
    return None


def _said_here(facts: GateFacts) -> str | None:
    """A household that shares a phone gets the same words once. To say them again to the same person is somebody's
    choice, and so is an answer to each of two who asked the same."""
    if facts.words_known_here and not facts.answers_recent:
        return N_("This phone or mailbox is shared, and has these words already.")
    return None


def _wait(facts: GateFacts, now: datetime, rules: SendingRules) -> NotBefore | None:
    """From when on windows, caps and money allow it, with the reason that holds longest; None: never."""
    if not facts.zones:
        return NotBefore(now + UNTIL_MENDED, N_("The time zone of this school is not set right; an administrator can."))
    earliest, because = now, ""
    if not facts.answers_recent:
        capped, because = _caps(facts, now, rules)
        earliest = max(now, capped)
    if facts.live_from is not None:
        live = local_moment(facts.live_from, rules.window_opens, facts.zones[0])
        if live > earliest:
            earliest, because = live, N_("This school sends on this channel only from its first day.")
    if facts.money_from is not None and facts.money_from > earliest and not _is_answer(facts):
        earliest, because = facts.money_from, N_("The month's spending limit is reached.")
    any_day = facts.urgent or facts.answers_recent
    opens = windows.next_window(facts.zones, facts.hours, earliest, rules, any_day=any_day)
    if opens is None:
        return None
    if opens > earliest == now:
        because = kept(HOURS_ANY_DAY if any_day else HOURS, opens=rules.window_opens, closes=rules.window_closes)
    return NotBefore(opens, because)


def _is_answer(facts: GateFacts) -> bool:
    return facts.answers_recent or (facts.kind is MessageKind.ANSWER and not facts.automated)


def _caps(facts: GateFacts, now: datetime, rules: SendingRules) -> tuple[datetime, str]:
    limits = [
        (facts.family_sent, rules.messages_per_family_a_week, ENOUGH_FAMILY),
        (facts.address_sent, rules.messages_per_address_a_week, ENOUGH_ADDRESS),
    ]
    if facts.automated:
        once, words = rules.automated_per_family_a_week, N_("This family has had its message this week.")
        limits += [(facts.family_automated, once, words), (facts.address_automated, once, words)]
    waits = [(_free_again(sent, limit, now), words) for sent, limit, words in limits]
    until, because = max(waits, key=lambda wait: wait[0])
    if until > now or all(_recent(sent, now) + facts.ahead < limit for sent, limit, _ in limits):
        return until, because
    return now + ITS_TURN_SOON, N_("A message that matters more to this family goes first.")


def _free_again(sent: Sequence[datetime], limit: int, now: datetime) -> datetime:
    """When fewer than ``limit`` of ``sent`` lie within the last seven days; ``now`` where that is so already."""
    if limit <= 0:
        return now + WEEK
    return sorted(sent)[-limit] + WEEK if _recent(sent, now) >= limit else now


def _recent(sent: Sequence[datetime], now: datetime) -> int:
    return sum(at > now - WEEK for at in sent)
