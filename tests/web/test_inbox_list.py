"""The list of unknown senders shows whole texts; so each look at it stands in the trail."""

from __future__ import annotations

from sqlalchemy import select

from models import AccountRole, AuditEvent, Channel, InboundMessage
from tests.web.conftest import Town
from tests.world import NOW


def came(town: Town, body: str) -> InboundMessage:
    return town.world.add(
        InboundMessage(
            provider="sandbox", provider_id=f"in-{town.world.number()}", channel=Channel.SMS, body=body, raw={},
            from_value="+13125550199", to_value="+13125550100", received_at=NOW, read_at=NOW,
        )
    )  # fmt: skip


def test_which_messages_somebody_was_shown_is_one_line_of_the_trail(town: Town) -> None:
    shown = [came(town, words).id for words in ("Is practice on today?", "And tomorrow?")]
    town.commit()
    recorder = town.sign_in(AccountRole.RECORDER)
    assert "And tomorrow?" in recorder.get("/inbox").text
    recorder.get("/inbox?show=aside")
    read = select(AuditEvent).where(AuditEvent.subject_type == "inbound_message")
    (line,) = town.rows(read)
    assert (line.action, line.subject_id, line.granted_because) == ("read", None, "places messages")
    assert line.detail == {"list": "waiting", "ids": shown}
