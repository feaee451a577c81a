"""Messages that went to Rosa, and came from her."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models import (
    Address,
    AddressKind,
    Audience,
    Channel,
    ContactPoint,
    InboundMessage,
    Message,
    MessageKind,
    MessageState,
    MessageStudent,
)
from tests.contacts.homes import YESTERDAY, Home


def address_of(delgado: Home) -> Address:
    points = select(Address).join(ContactPoint).where(ContactPoint.guardian_id == delgado.rosa.id)
    return delgado.world.session.scalar(points) or delgado.world.phone(delgado.rosa)


def message_to(delgado: Home, **values: Any) -> Message:
    """L. Alvarez's text to Rosa about Maya, sent yesterday and delivered a minute later."""
    address = address_of(delgado)
    made = delgado.world.add(
        Message(
            **{
                "intent_key": f"hand-{delgado.world.number()}",
                "audience": Audience.FAMILY,
                "kind": MessageKind.TEACHER,
                "channel": Channel.SMS,
                "to_kind": AddressKind.PHONE,
                "to_value": address.value,
                "address_id": address.id,
                "family_id": delgado.family.id,
                "guardian_id": delgado.rosa.id,
                "staff_id": delgado.alvarez.id,
                "body": "Maya rose to 84% in Algebra.",
                "state": MessageState.DELIVERED,
                "created_at": YESTERDAY,
                "due_at": YESTERDAY,
                "sent_at": YESTERDAY,
                "delivered_at": YESTERDAY + timedelta(minutes=1),
                **values,
            }
        )
    )
    delgado.world.add(MessageStudent(message_id=made.id, student_id=delgado.maya.id))
    return made


def inbound_from(delgado: Home, body: str = "Can Maya retake Friday's test?", **values: Any) -> InboundMessage:
    """Rosa's text of yesterday."""
    address = address_of(delgado)
    return delgado.world.add(
        InboundMessage(
            **{
                "provider": "sandbox",
                "provider_id": f"in-{delgado.world.number()}",
                "channel": Channel.SMS,
                "from_value": address.value,
                "to_value": "+13125550000",
                "address_id": address.id,
                "guardian_id": delgado.rosa.id,
                "body": body,
                "raw": {},
                "received_at": YESTERDAY,
                **values,
            }
        )
    )
