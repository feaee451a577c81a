"""What SendGrid says of our e-mails: signed over every byte, each event once by two names, one bad one alone."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from config.settings import Settings
from models import (
    Address,
    AddressHealth,
    Channel,
    Consent,
    ConsentSource,
    ConsentState,
    Contact,
    DeliveryEvent,
    MessageState,
)
from outreach.app import create_app
from outreach.delivery import record_consent
from outreach.web.database import close
from tests.logged import Logged
from tests.world import NOW

from .conftest import MAIL_ATTEMPT, SENT_AT, Far
from .posts import EVENTS, SendGridKey, events_body

SG_ID = "LRzXl_NHStOGhQ4kofSm_A"


def event(kind: str, seconds: int = 60, name: str | None = None, **more: object) -> dict[str, object]:
    return {
        "event": kind, "email": "Rosa@Example.org", "timestamp": int(SENT_AT.timestamp()) + seconds,
        "sg_event_id": name or f"{kind}-{seconds}", "sg_message_id": f"{SG_ID}.filterdrecv-1-2-3.0",
        "smtp-id": f"<{SG_ID}@sendgrid.net>", "attempt": MAIL_ATTEMPT, **more,
    }  # fmt: skip


def post(
    far: Far, *events: object, body: bytes | None = None, instead: Mapping[str, str] | None = None
) -> TestResponse:
    sent = events_body(*events) if body is None else body  # type: ignore[arg-type]  # some are no events
    headers = {**far.events_key.headers(sent, NOW), **(instead or {})}
    return far.client.post(EVENTS, data=sent, content_type="application/json", headers=headers)


def kept(far: Far) -> int:
    return far.rows(select(func.count()).select_from(DeliveryEvent))[0]


def health(far: Far) -> AddressHealth:
    return far.rows(select(Address.health).where(Address.id == far.email.id))[0]


def out_of(far: Far) -> list[Consent]:
    return far.rows(select(Consent).where(Consent.address_id == far.email.id, Consent.state == ConsentState.OUT))


def test_a_batch_moves_the_message_to_its_furthest_event(far: Far) -> None:
    answer = post(far, event("delivered", 3), event("processed", 1), event("deferred", 2))
    assert (answer.status_code, answer.data) == (204, b"")
    message = far.message(far.mail_id)
    assert (message.state, message.provider_id) == (MessageState.DELIVERED, SG_ID)
    assert message.delivered_at == SENT_AT + timedelta(seconds=3)
    assert len(far.rows(select(Contact).where(Contact.message_id == far.mail_id))) == 1
    assert "Set-Cookie" not in answer.headers


def test_an_event_told_under_another_name_is_kept_once(far: Far) -> None:
    post(far, event("delivered", name="first"), event("delivered", name="second"))
    post(far, event("delivered", name="third"))
    post(far, event("delivered", name="first", timestamp=int(SENT_AT.timestamp()) + 9))
    assert kept(far) == 1
    assert len(far.rows(select(Contact).where(Contact.message_id == far.mail_id))) == 1


def test_the_keys_hold_no_address(far: Far) -> None:
    post(far, event("delivered"), event("processed", sg_event_id=None))
    for one in far.rows(select(DeliveryEvent)):
        assert one.twin_key is not None
        assert "rosa" not in (one.event_key + one.twin_key).lower()


def test_one_event_that_cannot_be_read_takes_no_other_along(far: Far, logged: Logged) -> None:
    deep: object = "x"
    for _ in range(60):
        deep = [deep]
    answer = post(
        far, "no event", 7, None, {"event": 3}, {}, event("open"), event("click"), event("account_status_change"),
        event("processed", odd="a\x00b\ud800", nan=float("nan"), deep=deep), event("delivered", 2, timestamp="soon"),
    )  # fmt: skip
    assert answer.status_code == 204
    assert kept(far) == 2
    assert far.message(far.mail_id).state is MessageState.DELIVERED
    odd = next(one.raw for one in far.rows(select(DeliveryEvent)) if one.event == "accepted")
    assert (odd["odd"], odd["nan"]) == ("ab\ufffd", None)
    line = next(line for line in logged.lines() if line["event"] == "receipts received")
    assert (line["unreadable"], line["ignored"]) == (5, 3)


def test_a_deferred_event_s_own_count_of_tries_is_not_taken_for_our_attempt(far: Far) -> None:
    ours = event("deferred")
    body = events_body(ours).replace(b'"event"', b'"attempt": "5", "event"', 1)
    assert post(far, body=body).status_code == 204
    assert far.message(far.mail_id).state is MessageState.ACCEPTED
    last = events_body(event("deferred", 70)).replace(b'"attempt"', b'"x"').replace(b"}]", b', "attempt": "6"}]')
    assert post(far, body=last).status_code == 204
    assert [one.message_id for one in far.rows(select(DeliveryEvent))] == [far.mail_id, far.mail_id]


def test_a_hard_bounce_after_delivery_voids_the_contact_and_kills_the_address(far: Far) -> None:
    post(far, event("delivered", 1))
    post(far, event("bounce", 2, type="bounce", status="5.1.1", reason="550 no such user"))
    message = far.message(far.mail_id)
    assert (message.state, message.error_code) == (MessageState.FAILED, "5.1.1")
    assert health(far) is AddressHealth.DEAD
    assert far.rows(select(Contact.voided_at).where(Contact.message_id == far.mail_id)) == [NOW]


def test_a_block_is_a_failure_of_today_and_the_address_lives(far: Far) -> None:
    post(far, event("bounce", type="blocked", status="4.2.2", reason="mailbox full"))
    message = far.message(far.mail_id)
    assert message.state is MessageState.FAILED
    assert message.state_reason == "The e-mail came back for now: the mail server did not want it."
    assert health(far) is AddressHealth.USABLE


@pytest.mark.parametrize(("reason", "dead"), [("Bounced Address", True), ("Invalid", True), ("Spam Content", False)])
def test_what_was_dropped_says_whether_the_address_is_dead(far: Far, reason: str, dead: bool) -> None:
    post(far, event("dropped", reason=reason))
    assert far.message(far.mail_id).state is MessageState.FAILED
    assert health(far) is (AddressHealth.DEAD if dead else AddressHealth.USABLE)
    assert out_of(far) == []


@pytest.mark.parametrize(
    "told",
    [
        event("unsubscribe"), event("group_unsubscribe", asm_group_id=7), event("spamreport"),
        event("dropped", reason="Unsubscribed Address"), event("dropped", reason="Spam Reporting Address"),
    ],
)  # fmt: skip
def test_who_tells_sendgrid_to_stop_is_out_in_our_ledger_once(far: Far, told: dict[str, object]) -> None:
    post(far, told)
    post(far, {**told, "sg_event_id": "again", "timestamp": int(NOW.timestamp())})
    entries = out_of(far)
    assert {(one.channel, one.source) for one in entries} == {(Channel.EMAIL, ConsentSource.PROVIDER)}
    assert len({one.category for one in entries}) == len(entries) == 2
    assert health(far) is AddressHealth.USABLE


def test_a_wish_about_no_message_of_ours_is_found_by_the_address(far: Far) -> None:
    post(far, {"event": "unsubscribe", "email": far.email.value.upper(), "timestamp": int(NOW.timestamp())})
    assert len(out_of(far)) == 2
    post(far, {"event": "unsubscribe", "email": "nobody@example.net", "timestamp": int(NOW.timestamp())})
    post(far, {"event": "spamreport", "email": "no address", "timestamp": int(NOW.timestamp())})
    assert len(far.rows(select(Consent.id))) == 2
    assert kept(far) == 3


def test_a_family_that_came_back_afterwards_is_not_put_out_by_a_late_event(far: Far) -> None:
    with far.sessions.begin() as session:
        record_consent(session, far.email.id, Channel.EMAIL, ConsentState.IN, ConsentSource.FAMILY_WROTE, NOW)
    post(far, event("unsubscribe", timestamp=int((NOW - timedelta(hours=1)).timestamp())))
    school = [one.category.value for one in out_of(far)]
    assert school == ["survey"]


def test_a_list_of_consents_read_in_later_outweighs_no_wish(far: Far) -> None:
    with far.sessions.begin() as session:
        record_consent(session, far.email.id, Channel.EMAIL, ConsentState.IN, ConsentSource.GIVEN_TO_SCHOOL, NOW)
    post(far, event("unsubscribe", timestamp=int((NOW - timedelta(hours=1)).timestamp())))
    assert len(out_of(far)) == 2


def test_to_let_sendgrid_off_again_is_no_consent(far: Far) -> None:
    post(far, event("group_unsubscribe", 1, asm_group_id=7))
    post(far, event("group_resubscribe", 2, asm_group_id=7))
    assert kept(far) == 2
    assert far.rows(select(Consent.id).where(Consent.state == ConsentState.IN)) == []


@pytest.mark.parametrize("signature", ["", "nonsense", "ñ", base64.b64encode(b"x" * 70).decode(), "A" * 9_999])
def test_without_sendgrid_s_signature_nothing_is_kept(far: Far, signature: str) -> None:
    answer = post(far, event("delivered"), instead={"X-Twilio-Email-Event-Webhook-Signature": signature})
    assert (answer.status_code, answer.data, kept(far)) == (403, b"", 0)


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1e9", "9" * 30, "1600112502"])
def test_a_moment_that_is_none_or_long_past_is_refused(far: Far, stamp: str) -> None:
    assert post(far, event("delivered"), instead={"X-Twilio-Email-Event-Webhook-Timestamp": stamp}).status_code == 403


def test_a_repeat_of_three_days_later_is_not_lost_and_one_of_a_fortnight_is(far: Far) -> None:
    body = events_body(event("delivered"))
    for days, status in ((3, 204), (14, 403)):
        headers = far.events_key.headers(body, NOW - timedelta(days=days))
        assert far.client.post(EVENTS, data=body, headers=headers).status_code == status


def test_the_line_break_at_the_end_is_signed_too(far: Far) -> None:
    body = events_body(event("delivered"))
    headers = far.events_key.headers(body, NOW)
    assert far.client.post(EVENTS, data=body.rstrip(b"\r\n"), headers=headers).status_code == 403
    assert far.client.post(EVENTS, data=body, headers=headers).status_code == 204


def test_another_s_key_and_the_key_of_the_other_webhook_prove_nothing(far: Far) -> None:
    body = events_body(event("delivered"))
    for key in (SendGridKey.new(), far.inbound_key):
        assert far.client.post(EVENTS, data=body, headers=key.headers(body, NOW)).status_code == 403


def test_with_no_key_nobody_is_believed(far: Far, database_url: str, logged: Logged) -> None:
    """A key that is none stops start-up: tests/ground/test_settings.py."""
    app = create_app(Settings(database_url=database_url, secret_key=SecretStr("k" * 40)), clock=lambda: NOW)
    body = events_body(event("delivered"))
    answer = app.test_client().post(EVENTS, data=body, headers=far.events_key.headers(body, NOW))
    close(app)
    assert answer.status_code == 403
    assert [line["event"] for line in logged.lines()].count("webhook refused") == 1


def test_the_key_may_be_given_as_pem(far: Far, database_url: str) -> None:
    pem = far.events_key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = SecretStr(pem.decode())
    app = create_app(
        Settings(database_url=database_url, secret_key=SecretStr("k" * 40), sendgrid_webhook_public_key=key),
        clock=lambda: NOW,
    )
    body = events_body(event("delivered"))
    answer = app.test_client().post(EVENTS, data=body, headers=far.events_key.headers(body, NOW))
    close(app)
    assert answer.status_code == 204


@pytest.mark.parametrize(
    "body", [b"", b"{", b"7", b'"words"', b"\xff\xfe", b"[" * 100_000, b"[1" + b"0" * 9_999 + b"]x"]
)
def test_a_signed_body_that_is_no_list_is_answered_with_a_sentence(far: Far, body: bytes) -> None:
    answer = post(far, body=body)
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert answer.text == "This is no list of events; nothing was kept."
    assert kept(far) == 0


def test_an_empty_list_is_well(far: Far) -> None:
    assert post(far).status_code == 204


def test_a_large_batch_is_taken_and_too_large_a_one_is_not(far: Far) -> None:
    assert post(far, event("processed", reason="x" * 2_000_000)).status_code == 204
    assert post(far, event("delivered", reason="x" * 4_100_000)).status_code == 413
    assert kept(far) == 1


def test_only_a_post_is_taken(far: Far) -> None:
    assert far.client.get(EVENTS).status_code == 405


def test_the_log_holds_no_address(far: Far, logged: Logged) -> None:
    post(far, event("delivered"), event("spamreport", 3))
    post(far, event("delivered"), instead={"X-Twilio-Email-Event-Webhook-Signature": "wrong"})
    text = logged.text()
    assert "receipts received" in text
    assert "example.org" not in text.lower()
