"""What families write to us: kept as it came, read for what it is, given to whom it is meant for."""

from .inbox import READERS, Inbox, Letter, inbox, inbox_count, letter
from .incoming import Incoming
from .keep import keep
from .match import dismiss, match, put_back
from .read import read, read_waiting
from .senders import Sender, search_senders, senders
from .taking import others_who_wrote, take_question

__all__ = [
    "READERS",
    "Inbox",
    "Incoming",
    "Letter",
    "Sender",
    "dismiss",
    "inbox",
    "inbox_count",
    "keep",
    "letter",
    "match",
    "others_who_wrote",
    "put_back",
    "read",
    "read_waiting",
    "search_senders",
    "senders",
    "take_question",
]
