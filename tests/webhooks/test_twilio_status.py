"""What Twilio says of our texts: believed only with its signature, kept once, never a word of a message."""

from __future__ import annotations

import base64
import json

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from config.settings import Settings
from models import Address, AddressHealth, Consent, ConsentSource, ConsentState, Contact, DeliveryEvent, MessageState
from outreach.app import create_app
from outreach.language import said
from outreach.web.database import close
from tests.logged import Logged

from .conftest import TEXT_ATTEMPT, Far
from .posts import PUBLIC_URL, STATUS, TOKEN, post_as_twilio, twilio_signature

CALLBACK = f"{STATUS}?attempt={TEXT_ATTEMPT}"


def told(status: str, **more: str) -> dict[str, str]:
    return {
        "MessageSid": "SM1", "SmsSid": "SM1", "MessageStatus": status, "SmsStatus": status, "To": "+13125550142",
        "From": "+13125550100", "AccountSid": "AC" + "0" * 32, "ApiVersion": "2010-04-01", **more,
    }  # fmt: skip


def kept(far: Far) -> int:
    return far.rows(select(func.count()).select_from(DeliveryEvent))[0]


def test_a_delivered_text_stands_in_the_family_s_timeline(far: Far) -> None:
    answer = post_as_twilio(far.client, CALLBACK, told("delivered", RawDlrDoneDate="2611241601"))
    assert (answer.status_code, answer.data) == (204, b"")
    message = far.message(far.text_id)
    assert (message.state, message.provider_id) == (MessageState.DELIVERED, "SM1")
    assert len(far.rows(select(Contact).where(Contact.message_id == far.text_id))) == 1
    assert "Set-Cookie" not in answer.headers


def test_a_callback_has_no_moment_of_its_own(far: Far) -> None:
    post_as_twilio(far.client, CALLBACK, told("delivered", RawDlrDoneDate="2611241601"))
    event = far.rows(select(DeliveryEvent))[0]
    assert event.occurred_at is None
    assert event.raw["RawDlrDoneDate"] == "2611241601"


def test_told_twice_is_kept_once(far: Far) -> None:
    for _ in range(2):
        assert post_as_twilio(far.client, CALLBACK, told("delivered")).status_code == 204
    assert kept(far) == 1
    assert len(far.rows(select(Contact).where(Contact.message_id == far.text_id))) == 1


def test_the_end_is_the_same_when_statuses_come_out_of_order(far: Far) -> None:
    for status in ("delivered", "sent", "queued"):
        post_as_twilio(far.client, CALLBACK, told(status))
    assert far.message(far.text_id).state is MessageState.DELIVERED
    assert kept(far) == 3


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", MessageState.ACCEPTED), ("scheduled", MessageState.ACCEPTED), ("queued", MessageState.ACCEPTED),
        ("sending", MessageState.ACCEPTED), ("sent", MessageState.ACCEPTED), ("delivered", MessageState.DELIVERED),
        ("read", MessageState.DELIVERED), ("undelivered", MessageState.FAILED), ("failed", MessageState.FAILED),
        ("canceled", MessageState.FAILED), ("receiving", MessageState.SENDING), ("received", MessageState.SENDING),
        ("brand_new", MessageState.SENDING),
    ],
)  # fmt: skip
def test_each_status_means_one_state(far: Far, status: str, state: MessageState) -> None:
    assert post_as_twilio(far.client, CALLBACK, told(status)).status_code == 204
    assert far.message(far.text_id).state is state


def test_a_number_out_of_service_is_dead_and_the_teacher_reads_why(far: Far) -> None:
    post_as_twilio(far.client, CALLBACK, told("undelivered", ErrorCode="30005"))
    message = far.message(far.text_id)
    assert (message.state, message.error_code) == (MessageState.FAILED, "30005")
    assert said(message.state_reason) == "The carrier could not deliver it: the number is not in service."
    assert far.rows(select(Address.health).where(Address.id == far.home.phone.id)) == [AddressHealth.DEAD]


def test_who_has_stopped_our_sender_at_twilio_is_out_in_our_ledger(far: Far) -> None:
    post_as_twilio(far.client, CALLBACK, told("failed", ErrorCode="21610"))
    entries = far.rows(select(Consent).where(Consent.address_id == far.home.phone.id))
    assert {(one.state, one.source) for one in entries} == {(ConsentState.OUT, ConsentSource.PROVIDER)}
    assert len({one.category for one in entries}) == len(entries) == 2


@pytest.mark.parametrize(
    "signature",
    ["", "nonsense", "ñandú".encode().decode("latin-1"), "=" * 28, base64.b64encode(b"x" * 20).decode(), "A" * 10_000],
)
def test_without_twilio_s_signature_nothing_is_kept(far: Far, signature: str) -> None:
    answer = post_as_twilio(far.client, CALLBACK, told("delivered"), X_Twilio_Signature=signature)
    assert (answer.status_code, answer.data, kept(far)) == (403, b"", 0)


def test_a_post_without_the_header_is_refused(far: Far) -> None:
    assert far.client.post(CALLBACK, data=told("delivered")).status_code == 403
    assert far.client.post(CALLBACK).status_code == 403
    assert kept(far) == 0


def test_a_changed_parameter_or_address_breaks_the_signature(far: Far) -> None:
    signature = twilio_signature(CALLBACK, told("sent"))
    assert post_as_twilio(far.client, CALLBACK, told("delivered"), X_Twilio_Signature=signature).status_code == 403
    other = f"{STATUS}?attempt={'c' * 32}"
    assert post_as_twilio(far.client, other, told("sent"), X_Twilio_Signature=signature).status_code == 403


def test_the_public_address_is_what_is_signed_whatever_a_proxy_says(far: Far) -> None:
    params = told("sent")
    inside = twilio_signature(CALLBACK, params, public_url="http://localhost")
    assert post_as_twilio(far.client, CALLBACK, params, X_Twilio_Signature=inside).status_code == 403
    claimed = twilio_signature(CALLBACK, params, public_url="https://127.0.0.1")
    as_claimed = {"X_Forwarded_Host": "127.0.0.1", "X_Forwarded_Proto": "https"}
    assert post_as_twilio(far.client, CALLBACK, params, X_Twilio_Signature=claimed, **as_claimed).status_code == 403
    behind_proxy = {"X_Forwarded_Host": "localhost", "X_Forwarded_Proto": "http", "X_Forwarded_For": "10.0.0.7"}
    assert post_as_twilio(far.client, CALLBACK, params, **behind_proxy).status_code == 204


def test_twilio_may_sign_with_the_port(far: Far) -> None:
    with_port = twilio_signature(CALLBACK, told("sent"), public_url=f"{PUBLIC_URL}:443")
    assert post_as_twilio(far.client, CALLBACK, told("sent"), X_Twilio_Signature=with_port).status_code == 204


def test_parameters_that_nobody_here_knows_are_signed_and_kept(far: Far) -> None:
    params = {**told("sent"), "NewThing": "", "Tag": ["one", "two"], "Ñ": "ø 🙂"}
    assert post_as_twilio(far.client, CALLBACK, params).status_code == 204
    raw = far.rows(select(DeliveryEvent))[0].raw
    assert (raw["NewThing"], raw["Ñ"]) == ("", "ø 🙂")


def test_what_no_database_keeps_is_no_reason_to_fail(far: Far) -> None:
    assert post_as_twilio(far.client, CALLBACK, told("sent", Odd="a\x00b")).status_code == 204
    assert far.rows(select(DeliveryEvent))[0].raw["Odd"] == "ab"
    assert far.client.post(CALLBACK, data=b"Body=\xff\xfe%ff\xed\xa0\x80", headers={"X-Twilio-Signature": "x"},
                           content_type="application/x-www-form-urlencoded").status_code == 403  # fmt: skip


def test_a_status_holds_no_word_of_the_message(far: Far) -> None:
    post_as_twilio(far.client, CALLBACK, told("sent", Body="Maya asked for help.", MediaUrl0="https://example.org/x"))
    raw = json.dumps(far.rows(select(DeliveryEvent))[0].raw)
    assert "Maya" not in raw
    assert "example.org" not in raw


def test_a_status_of_somebody_else_s_text_is_kept_and_moves_nothing(far: Far) -> None:
    elsewhere = f"{STATUS}?attempt=not-ours"
    assert post_as_twilio(far.client, elsewhere, told("delivered", MessageSid="SM9")).status_code == 204
    event = far.rows(select(DeliveryEvent))[0]
    assert (event.attempt_id, event.message_id, event.applied_at) == (None, None, None)
    assert far.message(far.text_id).state is MessageState.SENDING


def test_signed_but_empty_is_no_receipt(far: Far) -> None:
    assert post_as_twilio(far.client, STATUS, {}).status_code == 204
    assert kept(far) == 0


def test_too_much_is_refused(far: Far) -> None:
    assert post_as_twilio(far.client, CALLBACK, told("sent", Odd="x" * 1_100_000)).status_code == 413
    assert kept(far) == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_a_post_is_taken(far: Far, method: str) -> None:
    assert far.client.open(CALLBACK, method=method).status_code == 405


@pytest.mark.parametrize("missing", ["twilio_auth_token", "public_url"])
def test_without_the_secret_nobody_is_believed(far: Far, database_url: str, missing: str, logged: Logged) -> None:
    given = {"twilio_auth_token": SecretStr(TOKEN), "public_url": PUBLIC_URL, missing: None}
    app = create_app(Settings(database_url=database_url, secret_key=SecretStr("k" * 40), **given))  # type: ignore[arg-type]
    answer = post_as_twilio(app.test_client(), CALLBACK, told("delivered"))
    close(app)
    assert answer.status_code == 403
    (line,) = [line for line in logged.lines() if line["event"] == "webhook refused"]
    assert "is not set" in str(line["why"])


def test_the_log_holds_no_number_and_no_address(far: Far, logged: Logged) -> None:
    post_as_twilio(far.client, CALLBACK, told("delivered"))
    post_as_twilio(far.client, CALLBACK, told("delivered"), X_Twilio_Signature="wrong")
    text = logged.text()
    assert "receipts received" in text
    assert not any(secret in text for secret in ("3125550142", "3125550100", TOKEN, "Maya"))
