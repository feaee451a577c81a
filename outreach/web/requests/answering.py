"""Answer a question in one's own words, by text or e-mail, from its own page."""

from __future__ import annotations

from secrets import token_hex

from flask import request, url_for
from flask.typing import ResponseReturnValue

from models import Channel
from outreach.access import audit, household, require_role
from outreach.contacts import MovedOn, put_on_its_way
from outreach.errors import OutreachError
from outreach.language import _
from outreach.planning import (
    LanguageNotConfirmed,
    NewMessage,
    NoWayToReach,
    PlanningError,
    stands_as_typed,
    ways_to_reach,
    write_by_hand,
)

from .. import asking
from ..database import session
from ..notices import say
from ..plan_ground import PLANNERS, SENT_BEFORE, leaving_of, live_channels
from .question import shown
from .room import Asked, Problems, blueprint, find, seen


@blueprint.post("/<int:request_id>/answer")
@asking.signed_in()
def answer(request_id: int) -> ResponseReturnValue:
    asked, looking, now = find(request_id), asking.viewer(), asking.now()
    require_role(looking, *PLANNERS)  # who records for others logs what they said, and writes to nobody
    problems = _missing(asked)
    if problems:
        return shown(asked, problems), 422
    wanted = _message(asked)
    try:
        written = write_by_hand(session(), looking, wanted, now, live=live_channels())
        new = put_on_its_way(session(), request_id, now, looking.account_id, outreach_id=written.id, seen=seen())
        session().flush()
        if not stands_as_typed(written, wanted) or leaving_of(written) is None:  # what the form made the first time
            raise PlanningError(_(SENT_BEFORE))
    except MovedOn as refused:
        session().rollback()
        return shown(find(request_id), [("meanwhile", str(refused))], moved_on_since=seen()), 409
    except LanguageNotConfirmed as refused:
        return _refused(request_id, "language_confirmed", refused)
    except NoWayToReach as refused:
        return _refused(request_id, "way-first", refused)
    except OutreachError as refused:
        return _refused(request_id, "body", refused)
    if new:
        audit(session(), looking, "answer_request", "request", request_id, now, because=asked.grant.because)
    session().commit()
    say(
        _("Your answer is on its way. The question counts as answered once it has arrived."),
        url_for("plan.take_back", outreach_id=written.id, next=_words_again(request_id, written.id)),
    )
    return asking.back_to(url_for("requests.one", request_id=request_id))


def _words_again(request_id: int, outreach_id: int) -> str:
    return url_for("requests.one", request_id=request_id, again=outreach_id, _anchor="answer")


def _refused(request_id: int, field: str, refused: OutreachError) -> ResponseReturnValue:
    session().rollback()
    return shown(find(request_id), [(field, str(refused))]), 422


def _missing(asked: Asked) -> Problems:
    typed, found = request.form, Problems()
    if asked.withheld is not None:
        return [("", _("%(kept)s Only who reads its words does this; anybody can hand it over.", kept=asked.words))]
    ways = ways_to_reach(session(), asking.viewer(), asked.question.family_id, asking.now())
    if typed.get("way") not in {f"{way.guardian_id}-{way.channel.value}" for way in ways}:
        found.append(("way-first", _("Choose whom to answer, and how.")))
    if not typed.get("body", "").strip():
        found.append(("body", _("Write your answer first.")))
    if typed.get("way", "").endswith("-email") and not typed.get("title", "").strip():
        found.append(("title", _("Give the e-mail a subject line; families look at it first.")))
    return found


def _message(asked: Asked) -> NewMessage:
    """As typed, with the line ends that are sent; browsers submit two characters for each.

    A page is known by its key and by the step that it showed: one that is shown again, after its first answer became
    a step of the question, sends another.
    """
    typed = request.form
    guardian_id, channel = typed["way"].split("-", 1)
    home = household(session(), asking.viewer(), asked.question.family_id, asking.now())
    about = asked.question.student_id
    return NewMessage(
        form_key=f"{typed.get('form_key', '')[:64] or token_hex(16)}:{seen() or 0}", family_id=home.id,
        guardian_id=int(guardian_id),
        student_ids=(about,) if about is not None else tuple(child.id for child in home.children),
        channel=Channel(channel), body=typed["body"].replace("\r\n", "\n").strip(),
        title=typed.get("title", "").strip() or None, language_confirmed=typed.get("language_confirmed") == "yes",
        answers_request_id=asked.question.id,
    )  # fmt: skip
