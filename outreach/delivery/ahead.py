"""Whether the gate would let a message leave that has just been kept: asked at once, so that whoever chose it hears now
that it will not go, and can say it otherwise."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models import Channel, Message
from outreach.prepared import ask

from .caps import others_at, places
from .claimed import Claimed
from .gate import Never, decide
from .gate_facts import Standing, facts_for, what_stands
from .providers.base import Providers
from .terms import terms_at

NOBODY_S = ""
"""It is no worker's yet, and no provider's."""


def refused_ahead(
    session: Session, message: Message, now: datetime, live: Collection[Channel] = ()
) -> str | None:  # fmt: skip
    """Why ``message`` to a family will never leave, in a kept sentence; None where it will, at once or later.

    Over what is known at ``now``: the gate asks everything again when its turn comes. ``live``: the channels that
    really leave the machine. What is new in the session must be flushed.
    """
    terms = terms_at(session, now, live=bool(live))
    today = terms.today(session, message.school_id, now)
    claimed = Claimed(
        message.id, NOBODY_S, NOBODY_S, None, timedelta(), channel=message.channel, audience=message.audience,
        family_id=message.family_id, address_id=message.address_id, guardian_id=message.guardian_id,
        school_id=message.school_id,
    )  # fmt: skip
    stands, others = ask(
        session.connection(), what_stands(claimed, NOBODY_S, today, now), others_at(claimed, now, {})
    )  # fmt: skip
    sent = places(session, message, others, now, terms.rules)
    providers = Providers({}, frozenset(live))
    facts = facts_for(session, message, Standing(stands, today), sent, now, terms, providers)
    answer = decide(facts, max(message.due_at, now), terms.rules)
    return answer.because if isinstance(answer, Never) else None
