"""Contacts between family and school: kept, corrected, undone; what a family asked, and its clock; the timeline."""

from .came_in import CameIn, Lately, came_in
from .checks import can_answer
from .clock import ClockReading, DueTimes, due_times, elapsed_words, enter_closure, move_due_times, read_clock
from .entries import (
    Corrected,
    Entry,
    EntryKind,
    HelpVerdict,
    RequestView,
    Side,
    Timeline,
    Undone,
)
from .errors import ContactRefused, RequestRefused
from .expectation import Expectation, answer_expected, expectation_words
from .families import families_of_contact, families_of_students, lock_family, students_of_contact, students_of_family
from .imports import import_contacts
from .log import log_contact
from .messages import (
    InboundContact,
    log_inbound_contact,
    log_message_contact,
    note_wrong_number,
    take_back_wrong_number,
    withdraw_inbound_contact,
)
from .new import LIVE_CHANNELS, OUTCOMES_OF_CHANNEL, OUTCOMES_WHERE_FAMILY_BEGAN, WRITTEN_CHANNELS, NewContact
from .owners import owner_for
from .questions import Fate, Question, Received, open_request, receive_question
from .rehome import rehome_requests
from .requests import answer_request, close_answered, close_request, hand_over, reopen_request
from .revise import as_new, correct_contact, restore_contact, void_contact
from .revisions import revisions_of
from .scoring import rescore
from .strips import Strip, StripWeek, contact_strips
from .thanks import is_only_thanks
from .timeline import timeline
from .waiting import (
    WaitingCounts,
    WaitingRequest,
    breaches,
    waiting_counts,
    waiting_of_family,
    waiting_on,
    waiting_requests,
    withheld_questions,
)
from .warnings import contact_warnings, warnings_of_contact

__all__ = [
    "LIVE_CHANNELS",
    "OUTCOMES_OF_CHANNEL",
    "OUTCOMES_WHERE_FAMILY_BEGAN",
    "WRITTEN_CHANNELS",
    "CameIn",
    "ClockReading",
    "ContactRefused",
    "Corrected",
    "DueTimes",
    "Entry",
    "EntryKind",
    "Expectation",
    "Fate",
    "HelpVerdict",
    "InboundContact",
    "Lately",
    "NewContact",
    "Question",
    "Received",
    "RequestRefused",
    "RequestView",
    "Side",
    "Strip",
    "StripWeek",
    "Timeline",
    "Undone",
    "WaitingCounts",
    "WaitingRequest",
    "answer_expected",
    "answer_request",
    "as_new",
    "breaches",
    "came_in",
    "can_answer",
    "close_answered",
    "close_request",
    "contact_strips",
    "contact_warnings",
    "correct_contact",
    "due_times",
    "elapsed_words",
    "enter_closure",
    "expectation_words",
    "families_of_contact",
    "families_of_students",
    "hand_over",
    "import_contacts",
    "is_only_thanks",
    "lock_family",
    "log_contact",
    "log_inbound_contact",
    "log_message_contact",
    "move_due_times",
    "note_wrong_number",
    "open_request",
    "owner_for",
    "read_clock",
    "receive_question",
    "rehome_requests",
    "reopen_request",
    "rescore",
    "restore_contact",
    "revisions_of",
    "students_of_contact",
    "students_of_family",
    "take_back_wrong_number",
    "timeline",
    "void_contact",
    "waiting_counts",
    "waiting_of_family",
    "waiting_on",
    "waiting_requests",
    "warnings_of_contact",
    "withdraw_inbound_contact",
    "withheld_questions",
]
