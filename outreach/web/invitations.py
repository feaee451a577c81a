"""Letters that invite staff: a link to choose a password, put into the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask import Flask, render_template
from flask_security import url_for_security
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy.orm import Session

from config.settings import Settings
from models import Account, AddressKind, Audience, Channel, District, MessageKind
from outreach.access import Invited
from outreach.delivery import Intent, enqueue
from outreach.language import N_, _, speaking

SUBJECT = N_("Your sign-in for Outreach")
WITHOUT_PUBLIC_ADDRESS = "http://127.0.0.1:8000"


def send_invitations(
    app: Flask, session: Session, invited: Iterable[Invited], now: datetime, *, again: bool = False
) -> int:
    """Put one letter for each into the outbox (not committed); how many. A second call for the same account adds none,
    unless a person asks for it ``again``; then at most one a minute.

    Each is written in its reader's language, where the account has one. Links begin with ``OUTREACH_PUBLIC_URL``;
    where there is none, with this machine's own address.
    """
    settings: Settings = app.config["OUTREACH_SETTINGS"]
    home = settings.public_url or WITHOUT_PUBLIC_ADDRESS
    district = session.get(District, 1)
    count = 0
    with app.test_request_context(base_url=home):
        for one in invited:
            account = session.get_one(Account, one.account_id)
            link = url_for_security("reset_password", token=_token(account), _external=True)
            with speaking(account.language):
                body = render_template(
                    "security/email/invitation.txt", link=link, home=home,
                    district=district.name if district else _("Your district"),
                )  # fmt: skip
                _enqueue(session, one, body, now, again)
            count += 1
    return count


def _token(account: Account) -> str:
    return str(generate_reset_password_token(account))  # type: ignore[no-untyped-call]


def _enqueue(session: Session, one: Invited, body: str, now: datetime, again: bool) -> None:
    key = f"invitation:{one.account_id}"
    enqueue(
        session,
        Intent(
            key=f"{key}:{now:%Y%m%dT%H%M}" if again else key, audience=Audience.ACCOUNT, kind=MessageKind.ACCOUNT,
            channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=one.email, title=_(SUBJECT), body=body,
            due_at=now,
        ),
        now,
    )  # fmt: skip
