"""What no database keeps (a number out of range, a NUL) is no such page, or left out; a fault is a whole page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from flask.typing import ResponseReturnValue
from sqlalchemy import select, text

from models import AccountRole, Contact
from models.base import LARGEST_ID
from outreach.app import create_app
from outreach.web.database import close, session
from outreach.web.typed import number, number_or_none
from tests.web.conftest import Town
from tests.world import NOW

TOO_MUCH = (LARGEST_ID + 1, 2**63, 10**30, "9" * 5000)
NAMED = re.compile(r"<int:\w+>")


def test_an_id_that_no_row_can_have_is_no_such_page(town: Town) -> None:
    person = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    tried = 0
    for rule in town.app.url_map.iter_rules():
        if not NAMED.search(rule.rule):
            continue
        plain = re.sub(r"<any\(([a-z]+)[^>]*>", r"\1", rule.rule)
        for wrong in TOO_MUCH[:2]:
            assert person.get(NAMED.sub(str(wrong), plain)).status_code in (404, 405), rule.rule
        assert person.client.post(NAMED.sub(str(TOO_MUCH[2]), plain)).status_code in (404, 405), rule.rule
        tried += 1
    assert tried > 30


def test_the_largest_id_is_only_not_there(town: Town) -> None:
    assert town.sign_in().get(f"/families/{LARGEST_ID}").status_code == 404
    assert town.sign_in().get(f"/families/{TOO_MUCH[3]}").status_code == 404


ADDRESSES = (
        "/families?page={}", "/families?q=a%00b&page=1", "/contacts/new?family={}", "/plan/write?family={}",
        "/contacts/new?family=FAMILY&guardian={}&request={}", "/plan/write?family=FAMILY&guardian={}&request={}",
        "/queue?page={}&language=e%00n", "/inbox?page={}", "/admin/consent?before={}", "/admin/consent?q=a%00b",
        "/requests?section=over&after=20260101T000000.000000-{}",
        "/admin/delivery/messages?before={}", "/families/FAMILY?before=0001-01-01T00:00:00%2B14:00/contact/{}/0",
)  # fmt: skip


def test_a_number_out_of_range_in_an_address_counts_as_not_given(town: Town) -> None:
    person = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    for address in ADDRESSES:
        for wrong in (TOO_MUCH[0], -TOO_MUCH[1], "²"):
            asked = address.replace("FAMILY", str(town.delgado.id)).format(wrong, wrong)
            assert person.get(asked).status_code < 500, asked


def test_a_form_loses_its_nul_before_anything_reads_it(town: Town) -> None:
    person, page = town.sign_in(), f"/contacts/new?family={town.delgado.id}"
    kept = person.send(
        "/contacts/new", page, family_id=town.delgado.id, channel="phone", outcome="reached", summary="Well\x00 done.",
        topic="a\x00cademics", began="me", client_key="k\x00ey", staff_id=10**30, student_ids="²", outreach_id=10**12,
    )  # fmt: skip
    assert kept.status_code == 303
    contact = town.rows(select(Contact))[0]
    assert (contact.summary, contact.topic, contact.client_key) == ("Well done.", "academics", "key")


FORMS: tuple[tuple[str, dict[str, object]], ...] = (
    ("/safety/lists/SCHOOL", {"staff_id": 10**12, "phone": "+1\x00"}),
    ("/admin/stop", {"school_id": 10**12, "why": "a\x00b"}),
    ("/queue/FAMILY/snooze", {"days": LARGEST_ID}),
    ("/queue/FAMILY/resolve", {"resolution": "\x00"}),
    ("/account", {"digest_hour": 10**12, "look": "\x00"}),
    ("/login", {"email": "a\x00@example.org", "password": "\x00"}),
)


def test_no_form_breaks_on_what_cannot_be_kept(town: Town) -> None:
    person = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    for address, fields in FORMS:
        asked = address.replace("SCHOOL", str(town.school.id)).replace("FAMILY", str(town.delgado.id))
        assert person.send(asked, None, **fields).status_code < 500, asked


def test_a_number_is_whole_and_in_range() -> None:
    assert (number("12"), number(str(-LARGEST_ID)), number_or_none("7")) == (12, -LARGEST_ID, 7)
    assert [number_or_none(text) for text in ("", "x", "1.5", "²", str(LARGEST_ID + 1), "9" * 5000)] == [None] * 6


def test_a_time_is_read_by_the_clock_of_ones_school_where_the_district_has_another(town: Town) -> None:
    town.school.timezone = "America/Denver"
    town.commit()
    fields = {"family_id": town.delgado.id, "channel": "phone", "began": "me", "outcome": "reached"}
    town.sign_in().send("/contacts/new", None, **fields, day="2026-11-24", clock="08:30")

    assert [one.occurred_at for one in town.rows(select(Contact))] == [datetime(2026, 11, 24, 15, 30, tzinfo=UTC)]


def test_a_fault_of_the_database_is_told_on_a_whole_page(town: Town) -> None:
    def broken() -> ResponseReturnValue:
        session().execute(text("SELECT no_such_column FROM family"))
        return "never"

    app = create_app(town.app.config["OUTREACH_SETTINGS"], clock=lambda: NOW)
    app.add_url_rule("/broken", "broken", broken)
    told = replace(town, app=app).sign_in().get("/broken")
    close(app)
    assert told.status_code == 500
    assert "The fault is ours and has been written down." in told.text
    assert "Families" in told.text, "the way round is there"


def test_a_nul_in_an_address_is_no_such_page(town: Town) -> None:
    assert town.visitor().get("/ask/a%00b").status_code == 404
