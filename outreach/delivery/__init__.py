"""From an intent to a delivered message: kept, allowed, sent once, and heard back from."""

from .consent import basis_recorded, consents_of, has_consent, record_basis, record_consent
from .errors import DeliveryRefused
from .gate import GateFacts, Never, NotBefore, SendNow, decide
from .gate_facts import facts_for
from .intents import Intent, answer_key, cancel, digest_key, enqueue
from .outbox import Clock, DeliveryFigures, deliver_due, drain
from .pauses import pause_provider, resume_providers
from .providers import Accepted, Outgoing, Provider, Providers, build, sandbox
from .receipts import Receipt, ReceiptEvent, apply_receipt
from .segments import Segments, segments_of
from .states import MOVES, ON_ITS_WAY
from .stop import resume, school_by_code, stop_everything, stops_in_force

__all__ = [
    "MOVES",
    "ON_ITS_WAY",
    "Accepted",
    "Clock",
    "DeliveryFigures",
    "DeliveryRefused",
    "GateFacts",
    "Intent",
    "Never",
    "NotBefore",
    "Outgoing",
    "Provider",
    "Providers",
    "Receipt",
    "ReceiptEvent",
    "Segments",
    "SendNow",
    "answer_key",
    "apply_receipt",
    "basis_recorded",
    "build",
    "cancel",
    "consents_of",
    "decide",
    "deliver_due",
    "digest_key",
    "drain",
    "enqueue",
    "facts_for",
    "has_consent",
    "pause_provider",
    "record_basis",
    "record_consent",
    "resume",
    "resume_providers",
    "sandbox",
    "school_by_code",
    "segments_of",
    "stop_everything",
    "stops_in_force",
]
