"""What keeps a suggestion from going out as it stands: the one predicate that the number on the button, the page behind
it and the step itself ask."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, case, func

from models import Outreach
from outreach.language import N_

from .channel import SENT


class Lack(StrEnum):
    PERSON = "person"
    ADDRESS = "address"
    VALUE = "value"
    WORDS = "words"


LACKS: ColumnElement[str | None] = case(
    (Outreach.channel.not_in(SENT), Lack.PERSON.value),
    (Outreach.address_id.is_(None), Lack.ADDRESS.value),
    (func.coalesce(Outreach.blocked, "") != "", Lack.VALUE.value),
    (func.coalesce(Outreach.body, "") == "", Lack.WORDS.value),
)
"""NULL: it is ready. What the words themselves hold is asked of each by :func:`~.words_check.check_words`."""
LACK_WORDS = {
    Lack.PERSON: N_("A call, a note or a visit: only a person can do that."),
    Lack.ADDRESS: N_("This family has no address that may be written to; call, or hand the child a note."),
    Lack.WORDS: N_("This message has no words yet; write them first."),
}
"""Of a value the draft says itself which one."""
