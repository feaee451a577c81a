"""What the sandbox does with each magic address. The README's table is this one; a test holds them together.

The numbers lie in +1 500 555, Twilio's own range for tests: nobody can ever have one. The mailboxes lie in ``.invalid``
(RFC 2606). Codes are those that Twilio or SendGrid would give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial

from outreach.language import N_

from ...errors import OutsideWindow, ProviderDown, ProviderError, RefusedForGood, RefusedForNow, Unclear
from ...receipt import ReceiptEvent

MAGIC_DOMAIN = "sandbox.invalid"
SENT_AFTER, DELIVERED_AFTER = timedelta(seconds=2), timedelta(seconds=5)
WRITES_AFTER = timedelta(seconds=10)
"""After it took our message."""


class Behavior(StrEnum):
    DELIVERED = "delivered"
    LATE = "late"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    UNDELIVERED = "undelivered"
    LANDLINE = "landline"
    UNWANTED = "unwanted"
    NO_REASON = "no_reason"
    BOUNCED = "bounced"
    SILENT = "silent"
    DISORDER = "disorder"
    BAD_ADDRESS = "bad_address"
    OPTED_OUT = "opted_out"
    NO_MOBILE = "no_mobile"
    QUIET_HOURS = "quiet_hours"
    SLOW_DOWN = "slow_down"
    WRONG_CREDENTIALS = "wrong_credentials"
    LOST_AFTER = "lost_after"
    LOST_BEFORE = "lost_before"
    FAULT_TAKEN = "fault_taken"
    FAULT_TOLD = "fault_told"
    FAULT = "fault"
    HANGS = "hangs"
    WRITES_STOP = "writes_stop"
    WRITES_NO_MORE = "writes_no_more"
    WRITES_HELP = "writes_help"
    WRITES_QUESTION = "writes_question"
    WRITES_THANKS = "writes_thanks"
    WRITES_WRONG_NUMBER = "writes_wrong_number"
    WRITES_AUTOMATIC = "writes_automatic"
    WRITES_DANGER = "writes_danger"
    WRITES_DANGER_SPANISH = "writes_danger_spanish"


@dataclass(frozen=True, slots=True)
class Coming:
    """What becomes of a message that was taken, and when."""

    after: timedelta
    event: ReceiptEvent
    code: str | None = None
    told: bool = True
    """False: no receipt of it ever leaves; only who asks is told."""


@dataclass(frozen=True, slots=True)
class Course:
    words: str
    """What happens, as the README says it."""
    refusal: Callable[[], ProviderError] | None = None
    """What the sender is told instead of a yes."""
    taken: bool = True
    coming: tuple[Coming, ...] = ()
    """In the order of time."""
    reply: str | None = None
    automatic: bool = False
    """The reply says of itself that no person wrote it, as e-mails do."""


def _ends(event: ReceiptEvent, code: str | None = None, after: timedelta = DELIVERED_AFTER) -> tuple[Coming, ...]:
    return Coming(SENT_AFTER, ReceiptEvent.SENT), Coming(after, event, code)


def _untold() -> tuple[Coming, ...]:
    return tuple(Coming(one.after, one.event, told=False) for one in ARRIVES)


ARRIVES = _ends(ReceiptEvent.DELIVERED)
FAULTY = N_("the provider had a fault")
CLOSED = N_("the connection closed before the answer came")
B, E = Behavior, ReceiptEvent

COURSES: Mapping[Behavior, Course] = {
    B.DELIVERED: Course("delivered", coming=ARRIVES),
    B.LATE: Course("delivered an hour later", coming=_ends(E.DELIVERED, after=timedelta(hours=1))),
    B.UNREACHABLE: Course("accepted, then not delivered: the phone is off (30003)", coming=_ends(E.FAILED, "30003")),
    B.BLOCKED: Course("accepted, then not delivered: it is blocked (30004)", coming=_ends(E.FAILED, "30004")),
    B.UNDELIVERED: Course("accepted, then not delivered: not in service (30005)", coming=_ends(E.FAILED, "30005")),
    B.LANDLINE: Course("accepted, then not delivered: a landline (30006)", coming=_ends(E.FAILED, "30006")),
    B.UNWANTED: Course("accepted, then not delivered: the carrier filters it (30007)", coming=_ends(E.FAILED, "30007")),
    B.NO_REASON: Course("accepted, then not delivered, and nobody says why (30008)", coming=_ends(E.FAILED, "30008")),
    B.BOUNCED: Course("accepted, then it comes back", coming=_ends(E.BOUNCED, "550")),
    B.SILENT: Course("accepted; no receipt ever comes"),
    B.DISORDER: Course(
        "delivered; each receipt comes twice, the last one first",
        coming=(
            Coming(timedelta(seconds=2), E.DELIVERED), Coming(timedelta(seconds=3), E.SENT),
            Coming(timedelta(seconds=4), E.SENT), Coming(timedelta(seconds=5), E.DELIVERED),
        ),
    ),
    B.BAD_ADDRESS: Course(
        "refused for good: not a valid address", partial(RefusedForGood, "21211", N_("not a valid address")), False
    ),
    B.OPTED_OUT: Course(
        "refused for good: has opted out", partial(RefusedForGood, "21610", N_("the recipient has opted out")), False
    ),
    B.NO_MOBILE: Course(
        "refused for good: no mobile number", partial(RefusedForGood, "21614", N_("not a mobile number")), False
    ),
    B.QUIET_HOURS: Course(
        "refused for now: no texts there at this hour (30610)",
        partial(OutsideWindow, "30610", N_("no texts to this number at this hour"), timedelta(hours=1)), False,
    ),
    B.SLOW_DOWN: Course(
        "refused for now: too many messages",
        partial(RefusedForNow, "20429", N_("too many messages"), timedelta(seconds=30)), False,
    ),
    B.WRONG_CREDENTIALS: Course(
        "refuses us: nothing more leaves that way until `outreach resume`",
        partial(ProviderDown, "20003", N_("the credentials were refused")), False,
    ),
    B.LOST_AFTER: Course("accepted, and the answer is lost", partial(Unclear, "connection", CLOSED), coming=ARRIVES),
    B.LOST_BEFORE: Course(
        "the connection breaks before it is accepted",
        partial(Unclear, "connection", N_("the connection closed before it was accepted")), False,
    ),
    B.FAULT_TAKEN: Course(
        "a fault of the server's, and it has it all the same; only the lookup tells",
        partial(Unclear, "http-500", FAULTY), coming=_untold(),
    ),
    B.FAULT_TOLD: Course(
        "a fault of the server's, and it has it all the same; an event tells after a minute",
        partial(Unclear, "http-500", FAULTY), coming=(Coming(timedelta(minutes=1), E.DELIVERED),),
    ),
    B.FAULT: Course(
        "a fault of the server's, and it never had it", partial(Unclear, "http-500", FAULTY), False
    ),
    B.HANGS: Course(
        "no answer in time, and no receipt", partial(Unclear, "time-out", N_("the provider did not answer in time")),
        coming=_untold(),
    ),
    B.WRITES_STOP: Course("delivered, and the family writes STOP", coming=ARRIVES, reply="STOP"),
    B.WRITES_NO_MORE: Course("delivered, and the family writes “no más”", coming=ARRIVES, reply="no más"),
    B.WRITES_HELP: Course("delivered, and the family writes HELP", coming=ARRIVES, reply="HELP"),
    B.WRITES_QUESTION: Course(
        "delivered, and the family asks a question", coming=ARRIVES,
        reply="When is the next test, and what should we practice at home?",
    ),
    B.WRITES_THANKS: Course("delivered, and the family says thanks", coming=ARRIVES, reply="Thank you! 🙏"),
    B.WRITES_WRONG_NUMBER: Course(
        "delivered, and somebody writes “wrong number”", coming=ARRIVES, reply="Sorry, wrong number."
    ),
    B.WRITES_AUTOMATIC: Course(
        "delivered, and a machine answers", coming=ARRIVES, automatic=True,
        reply="Automatic reply: I can't answer right now. I'll get back to you later.",
    ),
    B.WRITES_DANGER: Course(
        "delivered, and somebody writes of wanting to die", coming=ARRIVES,
        reply="He says he doesn't want to live any more. What should I do?",
    ),
    B.WRITES_DANGER_SPANISH: Course(
        "delivered, and somebody writes of it in Spanish", coming=ARRIVES,
        reply="Dice que ya no quiere vivir. ¿Qué hago?",
    ),
}  # fmt: skip
"""Every behavior is a key: the table is total."""

MAGIC_NUMBERS: Mapping[str, Behavior] = {
    "+15005550001": B.BAD_ADDRESS,
    "+15005550002": B.OPTED_OUT,
    "+15005550003": B.NO_MOBILE,
    "+15005550004": B.UNDELIVERED,
    "+15005550005": B.SILENT,
    "+15005550006": B.DELIVERED,
    "+15005550007": B.SLOW_DOWN,
    "+15005550008": B.LOST_AFTER,
    "+15005550009": B.LOST_BEFORE,
    "+15005550010": B.WRONG_CREDENTIALS,
    "+15005550011": B.LATE,
    "+15005550012": B.UNREACHABLE,
    "+15005550013": B.BLOCKED,
    "+15005550014": B.LANDLINE,
    "+15005550015": B.UNWANTED,
    "+15005550016": B.NO_REASON,
    "+15005550017": B.QUIET_HOURS,
    "+15005550018": B.FAULT_TAKEN,
    "+15005550019": B.FAULT,
    "+15005550020": B.HANGS,
    "+15005550021": B.DISORDER,
    "+15005550022": B.WRITES_STOP,
    "+15005550023": B.WRITES_NO_MORE,
    "+15005550024": B.WRITES_HELP,
    "+15005550025": B.WRITES_QUESTION,
    "+15005550026": B.WRITES_THANKS,
    "+15005550027": B.WRITES_WRONG_NUMBER,
    "+15005550028": B.WRITES_AUTOMATIC,
    "+15005550029": B.WRITES_DANGER,
    "+15005550030": B.WRITES_DANGER_SPANISH,
}
MAGIC_MAILBOXES: Mapping[str, Behavior] = {
    "bad-address": B.BAD_ADDRESS,
    "bounced": B.BOUNCED,
    "silent": B.SILENT,
    "slow-down": B.SLOW_DOWN,
    "lost-after": B.LOST_AFTER,
    "lost-before": B.LOST_BEFORE,
    "wrong-credentials": B.WRONG_CREDENTIALS,
    "late": B.LATE,
    "fault-taken": B.FAULT_TOLD,
    "fault": B.FAULT,
    "hangs": B.HANGS,
    "disorder": B.DISORDER,
    "writes-stop": B.WRITES_STOP,
    "writes-no-mas": B.WRITES_NO_MORE,
    "writes-question": B.WRITES_QUESTION,
    "writes-thanks": B.WRITES_THANKS,
    "out-of-office": B.WRITES_AUTOMATIC,
    "writes-danger": B.WRITES_DANGER,
    "writes-peligro": B.WRITES_DANGER_SPANISH,
}
"""By what stands before the @, at ``sandbox.invalid``."""


def behavior_of(to_value: str) -> Behavior:
    """What the sandbox does with this address."""
    if to_value in MAGIC_NUMBERS:
        return MAGIC_NUMBERS[to_value]
    mailbox, _, domain = to_value.partition("@")
    return MAGIC_MAILBOXES.get(mailbox, Behavior.DELIVERED) if domain == MAGIC_DOMAIN else Behavior.DELIVERED


def course_of(to_value: str) -> Course:
    return COURSES[behavior_of(to_value)]
