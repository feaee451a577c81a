"""The small rooms in Spanish: every sentence, also what was stored long ago and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from models import (
    Account,
    AccountRole,
    AddressKind,
    Audience,
    Channel,
    ConsentSource,
    ConsentState,
    DeliveryStop,
    InboundMessage,
    InboundState,
    InboundWait,
    Message,
    MessageKind,
    MessageState,
    OnCall,
    PauseKind,
    ProviderPause,
    SafetyAlert,
    SandboxMessage,
)
from outreach.delivery import record_consent
from outreach.language import N_, kept
from tests.web.conftest import TOKEN, Person, Town
from tests.web.test_delivery_page import message, unknown
from tests.web.test_unsubscribe import box, link  # noqa: F401 - a fixture
from tests.world import NOW

DISTRICT = AccountRole.DISTRICT_ADMINISTRATOR
SPANISH = {"Accept-Language": "es"}
ENGLISH = re.compile(
    r"\b(?:the|and|with|this|that|from|was|were|are|is|not|who|what|have|has|been|will|for|to|of|by|it)\b",
    re.IGNORECASE,
)
"""Words that stand in most English sentences and in no Spanish one."""
TAGS = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')
TWO_DOTS = re.compile(r"m\.\.")


def left_in_english(page: str) -> list[str]:
    """Lines of a page, and of what a screen reader says of it, that are not in Spanish."""
    seen = re.sub(r'<details class="menu">.*?</details>', "", page, flags=re.DOTALL)  # people's own names and roles
    spoken = [*TAGS.sub("\n", seen).split("\n"), *SPOKEN_ATTRIBUTE.findall(seen)]
    return [line.strip() for line in map(unescape, spoken) if ENGLISH.search(line) or TWO_DOTS.search(line)]


def reader(town: Town, role: AccountRole = DISTRICT) -> Person:
    town.session.execute(update(Account).where(Account.email == town.emails[role]).values(language="es"))
    town.commit()
    return town.sign_in(role)


def test_one_reads_why_in_spanish_and_another_in_english(town: Town) -> None:
    message(town, state=MessageState.SKIPPED, state_reason="This person has asked not to get texts.")
    message(town, state=MessageState.SKIPPED, state_reason=kept(N_("On hold: ask %(name)s."), name="K. Lowe"))
    town.commit()
    english = town.sign_in(AccountRole.ADMINISTRATOR).get("/admin/delivery/messages").text
    spanish = reader(town).get("/admin/delivery/messages").text
    assert "On hold: ask K. Lowe." in english
    assert "has asked not to get texts" in english
    assert "En pausa: pregunte a K. Lowe." in spanish
    assert "pidió no recibir mensajes de texto" in spanish
    assert left_in_english(spanish) == []


def test_the_delivery_page(town: Town) -> None:
    unknown(town)
    message(town, sent_at=NOW, cost_micros=11_800, provider="twilio")
    message(town, state=MessageState.SCHEDULED, due_at=NOW - timedelta(hours=1))
    why = kept(
        N_("%(provider)s failed %(failed)s of the last %(calls)s calls; it is tried again at %(time)s."),
        provider="Twilio", failed=14, calls=20, time=NOW.time(),
    )  # fmt: skip
    town.world.add(
        ProviderPause(
            provider="twilio", kind=PauseKind.ERRORS, trips=2, why=why, paused_at=NOW,
            until_at=NOW + timedelta(minutes=2),
        )
    )  # fmt: skip
    person = reader(town)
    shown = person.get("/admin/delivery").text
    assert "Noviembre de 2026: $0.01 de $500.00" in unescape(shown)
    assert "Los mensajes de texto están en pausa: Twilio falló en 14 de las últimas 20 llamadas" in shown
    assert left_in_english(shown) == []
    refused = person.send(f"/admin/delivery/live/{town.school.id}/sms", "/admin/delivery", day="pronto")
    assert "El día debe verse como 2026-11-24." in refused.text
    assert left_in_english(refused.text) == []
    person.send("/admin/delivery/resume", "/admin/delivery")
    assert "Reanudado." in person.follow().text


def test_an_empty_delivery_page_and_an_empty_list(town: Town) -> None:
    person = reader(town)
    for path in ("/admin/delivery", "/admin/delivery/messages", "/admin/delivery/messages?state=failed"):
        assert left_in_english(person.get(path).text) == []


def test_in_the_sandbox_no_key_is_called_done_that_is_not_there(town: Town) -> None:
    ready = town.sign_in(DISTRICT).get("/admin/delivery").text.split("Before the first day")[1]
    assert "can be verified" not in ready
    assert "The sandbox’s receipts need no key; SendGrid’s will" in ready


@pytest.mark.parametrize("empty", [True, False])
def test_the_consent_ledger_and_one_address(town: Town, empty: bool) -> None:
    home = town.world.guardian(sourced_id="g-consent")
    phone, mail = town.world.phone(home, "+13125550177"), town.world.email(home)
    if not empty:
        record_consent(town.session, phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.PROVIDER, NOW,
                       note="Twilio: this number has replied STOP to our sender.")  # fmt: skip
        record_consent(town.session, mail.id, Channel.EMAIL, ConsentState.IN, ConsentSource.STAFF, NOW)
    person = reader(town)
    paths = ["/admin/consent", "/admin/consent?q=nadie", f"/admin/consent/{phone.id}", f"/admin/consent/{mail.id}"]
    for path in paths:
        assert left_in_english(person.get(path).text) == [], path
    refused = person.send(paths[-1], paths[-1], state="out", note="")
    assert "Diga quién lo pidió y cómo" in refused.text
    assert left_in_english(refused.text) == []


def test_the_inbox_of_unknown_senders(town: Town) -> None:
    rows = [
        town.world.add(
            InboundMessage(
                provider="sandbox", provider_id=f"in-{number}", channel=Channel.SMS, from_value="+13125550199",
                to_value="+13125550100", body="¿Hay práctica hoy?", raw={}, received_at=NOW, read_at=NOW, state=state,
                waits_because=waits, note=note,
            )
        )
        for number, (state, waits, note) in enumerate([
            (InboundState.NEW, InboundWait.UNKNOWN_SENDER, None),
            (InboundState.DISMISSED, None, "Asked for no more messages: done."),
        ])
    ]  # fmt: skip
    person = reader(town)
    paths = ["/inbox", "/inbox?show=aside", "/inbox?show=found", *(f"/inbox/{row.id}?q=Rosa" for row in rows)]
    for path in paths:
        assert left_in_english(person.get(path).text) == [], path
    assert "Pidió no recibir más mensajes: hecho." in person.get("/inbox?show=aside").text
    refused = person.send(f"/inbox/{rows[0].id}/dismiss", f"/inbox/{rows[0].id}", why="")
    assert "Diga por qué nadie necesita responder" in refused.text


def test_the_safety_pages(town: Town) -> None:
    listener = AccountRole.COUNSELOR
    town.world.add(OnCall(school_id=town.school.id, staff_id=town.staff[listener], phone="+13125550177"))
    contact = town.world.contact(town.maya, summary="Rosa sonó con mucho miedo.")
    alerts = [
        town.world.add(
            SafetyAlert(
                school_id=town.school.id, contact_id=contact.id if number == 0 else None, family_id=town.delgado.id,
                inbound_id=None if number == 0 else inbound(town), raised_at=NOW, found=["hacerse daño"] * number,
                next_alert_at=NOW,
            )
        )
        for number in range(2)
    ]  # fmt: skip
    person = reader(town, listener)
    assert left_in_english(person.get("/safety").text) == []
    for alert in alerts:
        assert left_in_english(person.get(f"/safety/{alert.id}").text) == []
    refused = person.send(f"/safety/{alerts[0].id}/handled", "/safety", note="")
    assert "Diga qué se hizo" in refused.text
    person.send(f"/safety/{alerts[0].id}/handled", "/safety", note="Llamé.")
    assert "Cerrada: atendida." in person.follow().text
    assert left_in_english(person.get("/safety").text) == []
    assert left_in_english(person.get(f"/safety/{alerts[0].id}").text) == []
    assert left_in_english(reader(town, AccountRole.ADMINISTRATOR).get("/safety").text) == []


def inbound(town: Town) -> int:
    return town.world.add(
        InboundMessage(
            provider="sandbox", provider_id="in-safety", channel=Channel.SMS, from_value="+13125550142",
            to_value="+13125550100", body="Quiere hacerse daño", raw={}, received_at=NOW, read_at=NOW,
            state=InboundState.MATCHED, family_id=town.delgado.id, school_id=town.school.id, pictures=2,
        )
    ).id  # fmt: skip


def test_the_sandbox(town: Town) -> None:
    person = reader(town)
    assert left_in_english(person.get("/admin/sandbox").text) == []
    for number, status in enumerate(("accepted", "delivered", "failed", "bounced")):
        town.world.add(
            SandboxMessage(
                provider_id=f"p{number}", attempt_id=f"a{number}", channel=Channel.EMAIL, to_value="r@example.invalid",
                from_value="s@example.invalid", title="Hola", body="Maya leyó bien.", received_at=NOW, status=status,
                next_status="delivered" if number == 0 else None,
            )
        )  # fmt: skip
    town.commit()
    shown = person.get("/admin/sandbox").text
    assert "luego: llegó" in shown
    assert left_in_english(shown) == []


@pytest.mark.parametrize("path", ["/nowhere", "/families/999999", "/admin/consent/999999"])
def test_what_is_not_there_is_said_in_spanish(town: Town, path: str) -> None:
    missing = reader(town).get(path)
    assert missing.status_code == 404
    assert left_in_english(missing.text) == []


def test_what_is_not_theirs_is_said_in_spanish(town: Town) -> None:
    refused = reader(town, AccountRole.TEACHER).get("/admin/delivery")
    assert (refused.status_code, "No le corresponde abrir esto" in refused.text) == (403, True)
    assert left_in_english(refused.text) == []


def test_signing_in_and_choosing_a_password_in_spanish(town: Town) -> None:
    visitor = town.visitor()
    pages = [visitor.get(path, headers=SPANISH).text for path in ("/login", "/reset")]
    token = TOKEN.search(pages[0])
    assert token
    wrong = {"email": "teacher@example.org", "password": "otra cosa muy distinta", "csrf_token": token[1]}
    pages.append(visitor.post("/login", data=wrong, headers=SPANISH).text)
    assert "Ese correo y esa contraseña no corresponden" in pages[-1]
    asked = {"email": "teacher@example.org", "csrf_token": token[1]}
    pages.append(visitor.post("/reset", data=asked, headers=SPANISH).text)
    assert "un enlace va en camino" in pages[-1]
    [letter] = town.rows(select(Message))
    found = re.search(r"http://[^/]+(/reset/\S+)", letter.body)
    assert found
    pages.append(visitor.get(found[1], headers=SPANISH).text)
    short = {"password": "corta", "password_confirm": "otra", "csrf_token": token[1]}
    pages.append(visitor.post(found[1], data=short, headers=SPANISH).text)
    assert "al menos 10 caracteres" in pages[-1] or "no son iguales" in pages[-1]
    pages.append(visitor.get("/reset/broken", headers=SPANISH, follow_redirects=True).text)
    assert "Este enlace no funciona" in pages[-1]
    for page in pages:
        assert left_in_english(page.replace("Outreach", "")) == []


def test_changing_a_password_in_spanish(town: Town) -> None:
    person = reader(town, AccountRole.TEACHER)
    assert left_in_english(person.get("/change").text) == []
    refused = person.send(
        "/change", "/change", password="not the one", new_password="larga y nueva", new_password_confirm="larga y vieja"
    )
    assert "Las dos contraseñas no son iguales." in refused.text
    assert left_in_english(refused.text) == []


def test_a_link_to_choose_a_password_is_written_in_the_language_of_the_account(town: Town) -> None:
    reader(town, AccountRole.TEACHER)
    visitor = town.visitor()
    token = TOKEN.search(visitor.get("/reset").text)
    assert token
    visitor.post("/reset", data={"email": "teacher@example.org", "csrf_token": token[1]})
    visitor.post("/reset", data={"email": "counselor@example.org", "csrf_token": token[1]})
    theirs, english = town.rows(select(Message).order_by(Message.id))
    assert theirs.title == "Elija su contraseña de Outreach"
    assert "Sirve por tres días, una sola vez:" in theirs.body
    assert left_in_english(re.sub(r"http\S+", "", theirs.body)) == []
    assert english.title == "Choose your password for Outreach"


def test_a_family_s_page_shows_no_frame_of_staff_and_speaks_the_family_s_language(
    town: Town,
    box: object,  # noqa: F811 - the fixture
) -> None:
    person = town.sign_in(DISTRICT)
    shown = person.get(link(town, box.id)).text  # type: ignore[attr-defined]  # an address
    assert '<html lang="es"' in shown
    assert "Saltar al contenido" in shown or "Ir a la página" in shown or left_in_english(shown) == []
    for staff_only in ("/queue", "/contacts/new", "/account", "/admin"):
        assert f'href="{staff_only}"' not in shown
    assert left_in_english(shown) == []
    assert '<html lang="en"' in person.get("/families").text, "the reader's own language is back"


def test_why_everything_stands_still_is_said_as_it_was_written(town: Town) -> None:
    town.world.add(DeliveryStop(why="Una lista equivocada.", stopped_at=NOW))
    assert "No sale nada hasta que se reanude: Una lista equivocada." in reader(town).get("/admin/delivery").text


def test_staff_mail_has_no_family(town: Town) -> None:
    message(
        town, audience=Audience.STAFF, kind=MessageKind.DIGEST, channel=Channel.EMAIL, to_kind=AddressKind.EMAIL,
        family_id=None, school_id=None, sent_at=NOW, cost_micros=1000, provider="sendgrid",
    )  # fmt: skip
    assert "Correo del personal" in reader(town).get("/admin/delivery").text
