"""The link under an e-mail: looking changes nothing; one POST ends it, a person's or a mail program's."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from config.settings import Settings
from models import Address, AddressKind, Channel, Consent, ConsentSource, ConsentState
from outreach.delivery import record_consent
from outreach.delivery.links import UNSUBSCRIBE_PATH, Links
from outreach.web.unsubscribe import MOST
from tests.web.conftest import Town
from tests.world import NOW


@pytest.fixture
def box(town: Town) -> Address:
    """Rosa's mailbox; she reads Spanish."""
    return town.rows(select(Address).where(Address.kind == AddressKind.EMAIL))[0]


def link(town: Town, address_id: int) -> str:
    settings: Settings = town.app.config["OUTREACH_SETTINGS"]
    made = Links("https://cedar.example.org", settings.signing_key()).unsubscribe(address_id)
    assert made is not None
    return made.removeprefix("https://cedar.example.org")


def ledger(town: Town) -> list[tuple[Channel, ConsentState, ConsentSource]]:
    return [(one.channel, one.state, one.source) for one in town.rows(select(Consent).order_by(Consent.id))]


STOPPED = [(Channel.EMAIL, ConsentState.OUT, ConsentSource.UNSUBSCRIBE_LINK)] * 2
"""Of every category: school matters and surveys."""


def post(town: Town, path: str, **fields: str) -> TestResponse:
    """As a mail program does: no cookie, no token of a form."""
    return town.visitor().post(path, data=fields)


def test_looking_at_the_page_changes_nothing_and_asks(town: Town, box: Address) -> None:
    for _ in range(3):
        answer = town.visitor().get(link(town, box.id))
        assert answer.status_code == 200
        assert "No recibir estos correos" in answer.text
    assert ledger(town) == []
    assert box.value not in answer.text, "whoever looks over a shoulder reads no address"
    assert f"{box.value[0]}…@" in answer.text


def test_a_mail_program_s_one_click_ends_every_kind_of_e_mail_without_cookie_or_token(town: Town, box: Address) -> None:
    answer = post(town, link(town, box.id), **{"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, "RFC 8058: no redirect"
    assert ledger(town) == STOPPED


def test_the_page_s_own_button_does_the_same_and_a_repeat_adds_nothing(town: Town, box: Address) -> None:
    at = link(town, box.id)
    assert "Listo." in post(town, at).text
    assert "ya no recibe" in post(town, at).text
    assert "ya no recibe" in town.visitor().get(at).text
    assert ledger(town) == STOPPED


def test_a_mistake_is_taken_back_on_the_same_page(town: Town, box: Address) -> None:
    at = link(town, box.id)
    assert f'action="{at}/undo"' in post(town, at).text
    assert "vuelve a recibir" in post(town, f"{at}/undo").text
    assert ledger(town)[2:] == [(Channel.EMAIL, ConsentState.IN, ConsentSource.UNSUBSCRIBE_LINK)]
    assert "No había nada" in post(town, f"{at}/undo").text
    assert "No recibir estos correos" in town.visitor().get(at).text


def test_what_was_stopped_otherwise_is_not_brought_back_by_the_link(town: Town, box: Address) -> None:
    record_consent(town.session, box.id, Channel.EMAIL, ConsentState.OUT, ConsentSource.STAFF, NOW, note="Called.")
    town.commit()
    at = link(town, box.id)
    assert "/undo" not in town.visitor().get(at).text
    assert "oficina" in town.visitor().get(at).text
    post(town, f"{at}/undo")
    assert len(ledger(town)) == 2


@pytest.mark.parametrize("way", ["forged", "cut off", "of no address", "of a phone"])
def test_a_link_that_is_not_ours_gets_a_kind_word_and_changes_nothing(town: Town, box: Address, way: str) -> None:
    (phone,) = town.rows(select(Address.id).where(Address.kind == AddressKind.PHONE))
    at = {
        "forged": (Links("https://x", "another key").unsubscribe(box.id) or "").removeprefix("https://x"),
        "cut off": link(town, box.id)[:-4], "of no address": link(town, 999_999), "of a phone": link(town, phone),
    }[way]  # fmt: skip
    for answer in (town.visitor().get(at), post(town, at), post(town, f"{at}/undo")):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
    assert ledger(town) == []


def test_the_page_speaks_the_guardian_s_language_else_the_browser_s(town: Town, box: Address) -> None:
    at = link(town, box.id)
    spanish = town.visitor().get(at, headers={"Accept-Language": "en"}).text
    assert '<html lang="es"' in spanish
    assert "¿Quiere dejar de recibir correos" in spanish
    nobody_s = town.world.add(Address(kind=AddressKind.EMAIL, value="who@example.org"))
    other = link(town, nobody_s.id)
    town.commit()
    for asked, says in (("es-MX,es;q=0.9", "¿Quiere dejar"), ("fr", "Do you want no more"), ("en-US", "Do you want")):
        assert says in town.visitor().get(other, headers={"Accept-Language": asked}).text
    assert "Este enlace" in town.visitor().get(f"{UNSUBSCRIBE_PATH}/x", headers={"Accept-Language": "es"}).text


def test_the_ledger_is_not_flooded_by_clicking_to_and_fro(town: Town, box: Address) -> None:
    at = link(town, box.id)
    codes = [post(town, path).status_code for _ in range(MOST) for path in (at, f"{at}/undo")]
    assert codes == [200] * MOST + [429] * MOST
    assert len(ledger(town)) == MOST + 1, "an entry a change, at first one about surveys too, and none after the limit"
