"""One question: the family's own words, what can be done now, and all that happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex

from flask import render_template, request
from flask.typing import ResponseReturnValue

from models import AccountRole, Channel, Department, RequestState
from outreach.access import colleagues, household
from outreach.contacts import (
    answers_on_their_way,
    contact_strips,
    department_words,
    has_handed_over,
    steps_of,
    versions_of,
    waiting_of_family,
    why_no_answer,
)
from outreach.contacts.who_to_ask import receivers
from outreach.delivery.inbound import others_who_wrote
from outreach.effective import effective_config
from outreach.errors import OutreachError
from outreach.language import _, tongue
from outreach.planning import WayToReach, opening_by_hand, plan_card, ways_to_reach

from .. import asking
from ..calls import call_about
from ..counting import counted, script_words
from ..database import session
from ..plan_ground import settings
from ..typed import number
from ..words import words
from .room import HANDED_TO, Asked, Problems, blueprint, find


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to whom the question can be handed."""

    value: str
    """line:3, department:counseling, staff:12"""
    words: str


@dataclass(frozen=True, slots=True)
class Receivers:
    """The choices of *Hand over*, in groups."""

    lines: tuple[Choice, ...]
    """Of the school's who-to-ask directory."""
    departments: tuple[Choice, ...]
    people: tuple[Choice, ...]


@blueprint.get("/<int:request_id>")
@asking.signed_in()
def one(request_id: int) -> ResponseReturnValue:
    return shown(find(request_id))


def shown(asked: Asked, problems: Problems | None = None, *, moved_on_since: int | None = None) -> str:
    """The page; with ``problems``, what was typed stays. ``moved_on_since``: the step that the reader had seen, where
    others have been taken since."""
    looking, now, question, typed = asking.viewer(), asking.now(), asked.question, _typed(asked)
    rows = waiting_of_family(session(), looking, question.family_id, now)
    meanwhile = steps_of(session(), looking, question, after=moved_on_since) if moved_on_since is not None else []
    writes = _may_write(asked)
    ways = ways_to_reach(session(), looking, question.family_id, now) if writes else []
    home = household(session(), looking, question.family_id, now)
    may_call = _is_open(asked) and asked.withheld is None
    numbers = [(way.address_id, way.language) for way in ways if way.channel is Channel.SMS]
    children, home_page = [child.id for child in home.children], settings().public_url
    return render_template(
        "requests/one.html", asked=question, question=asked.words, withheld=asked.withheld,
        row=next((row for row in rows if row.request_id == question.id), None), home=home, grant=asked.grant,
        call=call_about(session(), home, question, now) if may_call else None,
        problems=problems or [], typed=typed, meanwhile=meanwhile,
        version=versions_of(session(), [question.id]).get(question.id, 0), steps=steps_of(session(), looking, question),
        receivers=_receivers(asked), handed_over_once=_used_up(asked), me=looking.staff_id,
        others=others_who_wrote(session(), question), ways=ways, chosen=_chosen(asked, ways, typed),
        script_words=script_words(), may_write=writes, form_key=request.form.get("form_key") or token_hex(16),
        count=counted(typed.get("body", ""), effective_config(session(), now).cadence.sending.most_segments),
        opening=opening_by_hand(session(), numbers, children, looking.staff_id, home_page) if ways else None,
        on_its_way=answers_on_their_way(session(), [(question.id, question.family_id)]).get(question.id),
        closed_because=why_no_answer(question, [question.id] if asked.withheld is not None else []),
        strip=contact_strips(session(), [question.family_id], now).get(question.family_id),
    )  # fmt: skip


def _typed(asked: Asked) -> Mapping[str, str]:
    """What was sent, or the answer that the address names: taken back, or not arrived, it stands in its box again."""
    again = request.args.get("again", type=number) if request.method == "GET" else None
    if again is None:
        return request.form
    try:
        card = plan_card(session(), asking.viewer(), again, asking.now())
    except OutreachError:
        return {}
    if card.family_id != asked.question.family_id or not card.by_hand:
        return {}
    return {"body": card.body or "", "title": card.title or "", "way": f"{card.guardian_id}-{card.channel.value}"}


def _chosen(asked: Asked, ways: list[WayToReach], typed: Mapping[str, str]) -> str:
    """What was typed; else the first way to who asked, else to anybody."""
    theirs = [way for way in ways if way.guardian_id == asked.question.guardian_id] or ways
    first = f"{theirs[0].guardian_id}-{theirs[0].channel.value}" if theirs else ""
    return typed.get("way") or first


def _is_open(asked: Asked) -> bool:
    return asked.question.state is RequestState.OPEN


def _may_write(asked: Asked) -> bool:
    looking = asking.viewer()
    own = bool(looking.roles - {AccountRole.RECORDER}) and looking.staff_id is not None
    return own and _is_open(asked) and asked.withheld is None


def _used_up(asked: Asked) -> bool:
    """The department has handed it over once, and this viewer is no administrator."""
    return not asking.viewer().administers and has_handed_over(session(), asked.question)


def _receivers(asked: Asked) -> Receivers:
    spanish = tongue() == "es"
    lines = receivers(session(), asked.question.school_id)
    of_department = {line.department: line.who for line in reversed(lines) if line.department is not None}
    return Receivers(
        lines=tuple(
            Choice(
                f"line:{line.id}",
                _("%(what)s: %(who)s", what=line.what_es if spanish else line.what_en, who=line.who),
            )
            for line in lines
        ),
        departments=tuple(Choice(f"department:{one.value}", _office(one, of_department)) for one in HANDED_TO),
        people=tuple(
            Choice(f"staff:{one.id}", _("%(name)s, %(role)s", name=one.name, role=words(one.role).lower()))
            for one in colleagues(session(), asking.viewer(), asked.question.family_id)
        ),
    )  # fmt: skip


def _office(department: Department, known: dict[Department, str]) -> str:
    """The department, with the office's own name where the directory has one."""
    who = known.get(department)
    name = department_words(department)
    return _("%(department)s (%(who)s)", department=name, who=who) if who and who != name else name
