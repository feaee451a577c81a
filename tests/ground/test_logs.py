"""Logs: structured, on stderr, and nothing in them that belongs to a family."""

from __future__ import annotations

import json
import logging

import structlog
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Address, AddressKind
from tests.logged import Logged


def test_a_line_is_one_json_object_with_its_facts(logged: Logged) -> None:
    structlog.get_logger("outreach.delivery").info("message sent", message_id=7, seconds=0.25)
    (line,) = logged.lines()
    assert line["event"] == "message sent"
    assert (line["message_id"], line["seconds"], line["level"]) == (7, 0.25, "info")
    assert str(line["timestamp"]).endswith("Z")


def test_text_names_addresses_and_secrets_are_dropped(logged: Logged) -> None:
    structlog.get_logger().warning(
        "refused", body="Maya failed", family_name="Delgado", to_value="+13125550100", api_key="SG.x", message_id=7
    )
    (line,) = logged.lines()
    assert line["dropped"] == ["api_key", "body", "family_name", "to_value"]
    assert line["message_id"] == 7
    assert not {"Maya", "Delgado", "3125550100", "SG.x"} & set(json.dumps(line).split('"'))


def test_addresses_inside_words_are_blanked(logged: Logged) -> None:
    structlog.get_logger().info("bounce for rosa@example.org, (312) 555-0100 and +525512345678", detail={"body": "x"})
    (line,) = logged.lines()
    assert line["event"] == "bounce for <e-mail>, <phone> and <phone>"
    assert line["detail"] == {}


def test_figures_and_times_are_left_alone(logged: Logged) -> None:
    structlog.get_logger().info("scored 20000 families", since="2026-11-24T16:00:00+00:00", run=1234567)
    (line,) = logged.lines()
    assert (line["event"], line["since"], line["run"]) == (
        "scored 20000 families",
        "2026-11-24T16:00:00+00:00",
        1234567,
    )


def test_libraries_speak_in_the_same_form_and_mostly_not(logged: Logged) -> None:
    logging.getLogger("some.library").warning("called %s", "rosa@example.org")
    logging.getLogger("twilio.http_client").info("POST Body=Maya failed")
    (line,) = logged.lines()
    assert (line["event"], line["logger"]) == ("called <e-mail>", "some.library")


def test_a_databases_complaint_shows_no_row(session: Session, logged: Logged) -> None:
    row = {"kind": AddressKind.EMAIL, "value": "rosa@example.org", "health_reason": "Maya's aunt"}
    session.execute(insert(Address), row)
    try:
        session.execute(insert(Address), row)
    except IntegrityError:
        structlog.get_logger().exception("import failed", file="users.csv")
    (line,) = logged.lines()
    text = json.dumps(line)
    assert "IntegrityError" in text
    assert "users.csv" in text
    assert "rosa" not in text
    assert "Maya" not in text


def test_a_password_in_a_database_address_is_blanked(logged: Logged) -> None:
    structlog.get_logger().error("no answer from postgresql+psycopg://outreach:hunter2@db.example.org/outreach")
    assert "hunter2" not in json.dumps(logged.lines())
