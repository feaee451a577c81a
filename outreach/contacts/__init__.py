"""Contacts between family and school: kept, corrected, undone; what a family asked, and its clock; the timeline."""

from .answers import hold_request
from .best_way import Because, BestWay, best_ways, guardians_to_reach, last_of_mine
from .board import Board, BoardCounts, BoardFilter, ClockState, Section, Whose, board, owns_open
from .breaches import breaches, every_past_due, past_due
from .came_in import CameIn, Lately, came_in
from .checks import can_answer
from .clock import ClockReading, DueTimes, due_times, elapsed_words, enter_closure, move_due_times, read_clock
from .departments import department_words
from .entries import (
    Began,
    Corrected,
    Entry,
    EntryKind,
    HelpVerdict,
    RequestView,
    Show,
    Side,
    Timeline,
    Undone,
    Wanted,
)
from .errors import ContactMovedOn, ContactRefused, MovedOn, RequestRefused
from .events import check_seen, versions_of
from .expectation import Expectation, answer_expected, expectation_words
from .families import families_of_contact, families_of_students, lock_family, students_of_contact, students_of_family
from .find import (
    OwnSection,
    StudentRow,
    find_students,
    own_sections,
    recent_students,
    students_by_id,
    students_of_section,
    students_taught,
)
from .handing import give_to_administrator, hand_over, has_handed_over, take_request
from .history import Change, FieldChange, History, history_of
from .holds import (
    HoldRefused,
    HoldView,
    NewHold,
    end_hold,
    holds_of_family,
    may_place_holds,
    messages_waiting,
    place_hold,
    put_hold_back,
    take_back_hold,
)
from .imports import import_contacts
from .log import kept_before, log_contact
from .messages import (
    InboundContact,
    log_inbound_contact,
    log_message_contact,
    note_wrong_number,
    take_back_wrong_number,
    withdraw_inbound_contact,
)
from .new import LIVE_CHANNELS, OUTCOMES_OF_CHANNEL, OUTCOMES_WHERE_FAMILY_BEGAN, WRITTEN_CHANNELS, NewContact
from .on_its_way import OnItsWay, answers_on_their_way
from .owners import owner_for
from .put_back import put_back_contact
from .questions import Fate, Question, Received, open_request, receive_question
from .rehome import rehome_requests
from .requests import answer_request, close_answered, close_request, put_on_its_way, reopen_request
from .revise import as_new, correct_contact, restore_contact, restore_contacts, void_contact, void_contacts
from .revisions import newest_revision, revisions_of
from .scoring import rescore
from .steps import Step, steps_of
from .strips import Strip, StripWeek, contact_strips
from .student_sheet import Part, SheetAsked, SheetRefused, StudentSheet, readers_of, student_sheet
from .taking_back import OWN_STEP_WITHIN, step_of, take_back_step
from .thanks import is_only_thanks
from .timeline import timeline
from .together import SomeRefused, log_together
from .waiting import (
    WaitingCounts,
    WaitingRequest,
    waiting_counts,
    waiting_of_family,
    waiting_on,
    waiting_requests,
    why_no_answer,
)
from .warnings import contact_warnings, warnings_of_contact
from .withheld import withheld_questions

__all__ = [
    "LIVE_CHANNELS",
    "OUTCOMES_OF_CHANNEL",
    "OUTCOMES_WHERE_FAMILY_BEGAN",
    "OWN_STEP_WITHIN",
    "WRITTEN_CHANNELS",
    "Because",
    "Began",
    "BestWay",
    "Board",
    "BoardCounts",
    "BoardFilter",
    "CameIn",
    "Change",
    "ClockReading",
    "ClockState",
    "ContactMovedOn",
    "ContactRefused",
    "Corrected",
    "DueTimes",
    "Entry",
    "EntryKind",
    "Expectation",
    "Fate",
    "FieldChange",
    "HelpVerdict",
    "History",
    "HoldRefused",
    "HoldView",
    "InboundContact",
    "Lately",
    "MovedOn",
    "NewContact",
    "NewHold",
    "OnItsWay",
    "OwnSection",
    "Part",
    "Question",
    "Received",
    "RequestRefused",
    "RequestView",
    "Section",
    "SheetAsked",
    "SheetRefused",
    "Show",
    "Side",
    "SomeRefused",
    "Step",
    "Strip",
    "StripWeek",
    "StudentRow",
    "StudentSheet",
    "Timeline",
    "Undone",
    "WaitingCounts",
    "WaitingRequest",
    "Wanted",
    "Whose",
    "answer_expected",
    "answer_request",
    "answers_on_their_way",
    "as_new",
    "best_ways",
    "board",
    "breaches",
    "came_in",
    "can_answer",
    "check_seen",
    "close_answered",
    "close_request",
    "contact_strips",
    "contact_warnings",
    "correct_contact",
    "department_words",
    "due_times",
    "elapsed_words",
    "end_hold",
    "enter_closure",
    "every_past_due",
    "expectation_words",
    "families_of_contact",
    "families_of_students",
    "find_students",
    "give_to_administrator",
    "guardians_to_reach",
    "hand_over",
    "has_handed_over",
    "history_of",
    "hold_request",
    "holds_of_family",
    "import_contacts",
    "is_only_thanks",
    "kept_before",
    "last_of_mine",
    "lock_family",
    "log_contact",
    "log_inbound_contact",
    "log_message_contact",
    "log_together",
    "may_place_holds",
    "messages_waiting",
    "move_due_times",
    "newest_revision",
    "note_wrong_number",
    "open_request",
    "own_sections",
    "owner_for",
    "owns_open",
    "past_due",
    "place_hold",
    "put_back_contact",
    "put_hold_back",
    "put_on_its_way",
    "read_clock",
    "readers_of",
    "receive_question",
    "recent_students",
    "rehome_requests",
    "reopen_request",
    "rescore",
    "restore_contact",
    "restore_contacts",
    "revisions_of",
    "step_of",
    "steps_of",
    "student_sheet",
    "students_by_id",
    "students_of_contact",
    "students_of_family",
    "students_of_section",
    "students_taught",
    "take_back_hold",
    "take_back_step",
    "take_back_wrong_number",
    "take_request",
    "timeline",
    "versions_of",
    "void_contact",
    "void_contacts",
    "waiting_counts",
    "waiting_of_family",
    "waiting_on",
    "waiting_requests",
    "warnings_of_contact",
    "why_no_answer",
    "withdraw_inbound_contact",
    "withheld_questions",
]
