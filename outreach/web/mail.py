"""Letters about an account, written by Flask-Security, put into our outbox like every other message."""

from __future__ import annotations

import secrets
from typing import Any

from flask import render_template
from flask_security import MailUtil

from models import Account, AddressKind, Audience, Channel, MessageKind
from outreach.delivery import Intent, enqueue
from outreach.language import _, speaking, tongue

from . import asking
from .database import session
from .sign_in_words import SUBJECTS


class OutboxMail(MailUtil):
    """Flask-Security's mail class: one intent in the outbox, audience ``account``, due at once.

    In the language that its reader chose; who chose none reads that of the page where the letter was asked for.
    """

    def send_mail(
        self, template: str, subject: str, recipient: str | tuple[str, str], sender: str | tuple[str, str],
        body: str | None, html: str | None, **kwargs: Any,
    ) -> None:  # fmt: skip
        to = recipient if isinstance(recipient, str) else recipient[1]
        account = kwargs.get("user")
        chosen = account.language if isinstance(account, Account) else None
        with speaking(chosen or tongue()):
            title = _(SUBJECTS[template]) if template in SUBJECTS else subject
            words = render_template(f"{template}.txt", **kwargs)
        outbox = session()
        enqueue(
            outbox,
            Intent(
                key=f"account:{template}:{secrets.token_hex(16)}", audience=Audience.ACCOUNT,
                kind=MessageKind.ACCOUNT, channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=to,
                title=title, body=words, due_at=asking.now(),
            ),
            asking.now(),
        )  # fmt: skip
        outbox.commit()
