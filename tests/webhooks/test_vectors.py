"""The signature vectors of both providers' own SDKs, and that our check of bytes agrees with SendGrid's of text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sendgrid.helpers.eventwebhook import EventWebhook
from werkzeug.datastructures import MultiDict

from config.public_keys import public_key
from outreach.delivery.providers.sendgrid import webhook as sendgrid
from outreach.delivery.providers.twilio import webhook as twilio

from .posts import SendGridKey


@pytest.fixture
def facts(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "data" / "webhooks" / "facts.json").read_text("utf-8"))
    return found


def holds(key: str, timestamp: str, body: bytes, signature: str) -> bool:
    found, digest = public_key(key), sendgrid.Digest(timestamp)
    for at in range(0, len(body), 7):
        digest.update(body[at : at + 7])
    return digest.is_signed(found, signature)


@pytest.mark.shared_data
def test_twilio_s_own_vectors(facts: dict[str, Any]) -> None:
    vectors = facts["twilio_signature_vectors"]
    assert {vector["valid"] for vector in vectors} == {True, False}
    for vector in vectors:
        params = MultiDict(vector["params"])
        assert twilio.is_signed(vector["auth_token"], vector["url"], params, vector["signature"]) is vector["valid"]


@pytest.mark.shared_data
def test_sendgrid_s_own_vector_and_every_change_to_it(facts: dict[str, Any]) -> None:
    vector = facts["sendgrid_event_webhook_vector"]
    key, stamp, signature = vector["public_key"], vector["timestamp"], vector["signature"]
    body = vector["payload"].encode()
    assert holds(key, stamp, body, signature)
    assert not holds(key, stamp, body.rstrip(), signature)
    assert not holds(key, "1600112503", body, signature)
    assert not holds(key, stamp, body.replace(b"hello", b"Hello"), signature)
    assert sendgrid.is_timely(stamp, datetime(2020, 9, 14, 20, tzinfo=UTC))
    receipt = sendgrid.batch_of(body).receipts[0]
    assert (receipt.provider_id, receipt.error_code) == ("LRzXl_NHStOGhQ4kofSm_A", "bounced_address")


@pytest.mark.shared_data
def test_every_status_that_twilio_names_is_read_or_is_not_about_what_we_send(facts: dict[str, Any]) -> None:
    read = {
        status: twilio.status_receipt({"MessageSid": "SM1", "MessageStatus": status}, None)
        for status in facts["message_status_enum"]
    }
    assert {status for status, receipt in read.items() if receipt is None} == {"receiving", "received"}


@pytest.mark.shared_data
def test_the_raw_examples_of_both_kinds_are_read(facts: dict[str, Any]) -> None:
    status = dict(pair.split("=") for pair in facts["status_callback_raw_example"].split("&"))
    receipt = twilio.status_receipt(status, "a" * 32)
    assert receipt is not None
    assert (receipt.event, receipt.provider_id) == ("delivered", status["MessageSid"])
    text = dict(pair.split("=") for pair in facts["inbound_raw_example"].split("&"))
    incoming = twilio.incoming(text, datetime(2026, 11, 24, tzinfo=UTC))
    assert (incoming.body, incoming.pictures, incoming.taken_as) == ("Ack", 0, None)


@pytest.mark.parametrize("body", [b"", "señal ✓\r\n".encode(), b'[{"event":"open"}]\r\n'])
def test_we_and_sendgrid_s_helper_believe_the_same(body: bytes) -> None:
    key, other = SendGridKey.new(), SendGridKey.new()
    for signer in (key, other):
        headers = signer.headers(body, datetime(2026, 11, 24, tzinfo=UTC))
        signature, stamp = headers[sendgrid.SIGNATURE], headers[sendgrid.TIMESTAMP]
        helper = EventWebhook(key.public).verify_signature(body.decode(), signature, stamp)
        assert holds(key.public, stamp, body, signature) is helper is (signer is key)


def test_a_body_that_is_no_text_can_be_signed() -> None:
    key, body = SendGridKey.new(), bytes(range(256)) * 1000
    headers = key.headers(body, datetime(2026, 11, 24, tzinfo=UTC))
    assert holds(key.public, headers[sendgrid.TIMESTAMP], body, headers[sendgrid.SIGNATURE])


def test_a_key_on_another_curve_is_a_key_all_the_same() -> None:
    key = SendGridKey(ec.generate_private_key(ec.SECP384R1()))
    assert public_key(key.public).key_size == 384
    pem = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert public_key(pem.decode()) == public_key(key.public)
