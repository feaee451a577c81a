"""Letters about an account, written by Flask-Security, put into our outbox like every other message."""

from __future__ import annotations

import secrets
from typing import Any

from flask_security import MailUtil

from models import AddressKind, Audience, Channel, MessageKind
from outreach.delivery import Intent, enqueue

from . import asking
from .database import session


class OutboxMail(MailUtil):
    """Flask-Security's mail class: one intent in the outbox, audience ``account``, due at once."""

    def send_mail(
        self, template: str, subject: str, recipient: str | tuple[str, str], sender: str | tuple[str, str],
        body: str | None, html: str | None, **kwargs: Any,
    ) -> None:  # fmt: skip
        to = recipient if isinstance(recipient, str) else recipient[1]
        outbox = session()
        enqueue(
            outbox,
            Intent(
                key=f"account:{template}:{secrets.token_hex(16)}", audience=Audience.ACCOUNT,
                kind=MessageKind.ACCOUNT, channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=to,
                title=str(subject), body=body or "", due_at=asking.now(),
            ),
            asking.now(),
        )  # fmt: skip
        outbox.commit()
