"""Words that may mean danger: found, told to the school's safety list until somebody takes it, and read by it alone."""

from .acts import end, put_back, reopen, take
from .errors import SafetyRefused
from .mistake import can_take_back, take_back_alert
from .night import night_reply
from .of_family import raise_about_family
from .on_call import Candidate, Member, SafetyList, put_back_on_call, put_on_call, safety_lists, take_off_call
from .raising import link_contact, raise_by_hand, raise_for_inbound, unlink_contact
from .reading import (
    AlertView,
    EndedAlert,
    Said,
    Told,
    alerts_of_contacts,
    alerts_waiting,
    ended_alerts,
    open_alerts,
    read_alert,
    watches,
)
from .telling import tell_again
from .words import words_found

__all__ = [
    "AlertView",
    "Candidate",
    "EndedAlert",
    "Member",
    "SafetyList",
    "SafetyRefused",
    "Said",
    "Told",
    "alerts_of_contacts",
    "alerts_waiting",
    "can_take_back",
    "end",
    "ended_alerts",
    "link_contact",
    "night_reply",
    "open_alerts",
    "put_back",
    "put_back_on_call",
    "put_on_call",
    "raise_about_family",
    "raise_by_hand",
    "raise_for_inbound",
    "read_alert",
    "reopen",
    "safety_lists",
    "take",
    "take_back_alert",
    "take_off_call",
    "tell_again",
    "unlink_contact",
    "watches",
    "words_found",
]
