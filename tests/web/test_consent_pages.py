"""The consent ledger on its pages: who may read it, what it says, and a change that staff were told of."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models import (
    AccountRole,
    Address,
    AddressKind,
    AuditEvent,
    Channel,
    Consent,
    ConsentSource,
    ConsentState,
    InboundMessage,
)
from outreach.delivery import record_consent
from tests.web.conftest import Town
from tests.world import NOW

ADMIN = AccountRole.ADMINISTRATOR


@pytest.fixture
def phone(town: Town) -> Address:
    """Rosa's number."""
    return town.rows(select(Address).where(Address.kind == AddressKind.PHONE))[0]


def says_no(town: Town, phone: Address, words: str = "no más") -> None:
    wrote = town.world.add(
        InboundMessage(
            provider="sandbox", provider_id="in-1", channel=Channel.SMS, from_value=phone.value,
            to_value="+13125550199", body=words, raw={}, received_at=NOW, address_id=phone.id,
            family_id=town.delgado.id,
        )
    )  # fmt: skip
    record_consent(
        town.session, phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW, inbound_id=wrote.id
    )
    town.commit()


def test_an_empty_ledger_says_where_lines_will_come_from(town: Town) -> None:
    assert "Nobody has said anything yet" in town.sign_in(ADMIN).get("/admin/consent").text


def test_an_administrator_sees_the_line_of_a_family_that_texted_no_more(town: Town, phone: Address) -> None:
    says_no(town, phone)
    page = town.sign_in(ADMIN).get("/admin/consent").text
    assert f"•••• {phone.value[-4:]}" in page
    assert phone.value not in page
    assert "Rosa Delgado" in page
    assert "the family wrote it" in page
    assert "texts of every kind" in page
    assert f'href="/families/{town.delgado.id}"' in page
    assert "no más" not in page, "the words stand on the family's page, for those who may read them there"


def test_the_search_keeps_what_was_asked_and_says_when_nothing_fits(town: Town, phone: Address) -> None:
    says_no(town, phone)
    admin = town.sign_in(ADMIN)
    assert "Rosa Delgado" in admin.get(f"/admin/consent?q={phone.value[-4:]}&state=out&source=family_wrote").text
    nothing = admin.get("/admin/consent?q=nobody").text
    assert "Nothing of that kind" in nothing
    assert 'value="nobody"' in nothing
    assert admin.get("/admin/consent?state=perhaps&source=x&before=abc").status_code == 200


@pytest.mark.parametrize("role", [AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.RECORDER])
def test_the_whole_ledger_is_for_administrators(town: Town, role: AccountRole) -> None:
    assert town.sign_in(role).get("/admin/consent").status_code == 403


def test_nobody_reads_it_without_signing_in(town: Town) -> None:
    assert town.visitor().get("/admin/consent").status_code in (302, 401)


def test_one_address_shows_what_holds_and_its_history_and_the_look_stands_in_the_trail(
    town: Town, phone: Address
) -> None:
    says_no(town, phone)
    page = town.sign_in(AccountRole.COUNSELOR).get(f"/admin/consent/{phone.id}").text
    assert "School matters: <b>" in page
    assert "no texts" in page
    assert "the family wrote it" in page
    assert "address" in town.rows(select(AuditEvent.subject_type).where(AuditEvent.action == "read"))


def test_the_front_office_records_a_no_and_may_record_no_yes(town: Town, phone: Address) -> None:
    office, at = town.sign_in(AccountRole.RECORDER), f"/admin/consent/{phone.id}"
    assert 'value="in"' not in office.get(at).text
    assert office.send(at, at, state="out", note="Rosa called the office.").status_code == 303
    assert {one.note for one in town.rows(select(Consent))} == {"Rosa called the office."}
    assert office.send(at, at, state="in", note="She asked.").status_code == 422
    assert {one.state for one in town.rows(select(Consent))} == {ConsentState.OUT}


def test_a_change_without_a_reason_says_so_beside_the_field_and_keeps_what_was_chosen(
    town: Town, phone: Address
) -> None:
    admin, at = town.sign_in(ADMIN), f"/admin/consent/{phone.id}"
    answer = admin.send(at, at, state="in", note=" ")
    assert answer.status_code == 422
    assert "Say how they asked for it" in answer.text
    assert 'value="in" checked' in answer.text
    assert admin.send(at, at, note="x").status_code == 422
    assert town.rows(select(Consent)) == []


def test_where_the_carrier_blocks_the_number_the_page_says_that_only_start_ends_it(town: Town, phone: Address) -> None:
    says_no(town, phone, "STOP")
    admin, at = town.sign_in(ADMIN), f"/admin/consent/{phone.id}"
    assert "Only START from that phone" in admin.get(at).text
    answer = admin.send(at, at, state="in", note="She asked at the office.")
    assert answer.status_code == 422
    assert "text START" in answer.text


def test_a_yes_after_free_words_holds_and_a_repeat_adds_nothing(town: Town, phone: Address) -> None:
    says_no(town, phone)
    admin, at = town.sign_in(ADMIN), f"/admin/consent/{phone.id}"
    admin.send(at, at, state="in", note="She asked at the office.")
    assert "It stands in the ledger." in admin.follow().text
    admin.send(at, at, state="in", note="She asked at the office.")
    assert "nothing was added" in admin.follow().text
    assert len(town.rows(select(Consent))) == 3


def test_an_address_of_another_school_s_family_is_not_there(town: Town) -> None:
    other = town.world.phone(town.world.guardian(town.world.student(town.world.school())))
    town.commit()
    assert town.sign_in(ADMIN).get(f"/admin/consent/{other.id}").status_code == 404


def test_the_family_s_page_says_what_stands_and_leads_those_who_may_to_the_history(town: Town, phone: Address) -> None:
    says_no(town, phone)
    at = f"/families/{town.delgado.id}"
    teacher, admin = town.sign_in(), town.sign_in(ADMIN)
    assert "no more texts: the family wrote it" in teacher.get(at).text
    assert f"/admin/consent/{phone.id}" not in teacher.get(at).text
    assert f"/admin/consent/{phone.id}" in admin.get(at).text
