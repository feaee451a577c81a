"""What a district tunes: risk weights and cadence, each explained, tried before it is kept, with its history."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.tuning import Tuning
from models import AccountRole, Band, JsonObject, JsonValue
from outreach.access.administration import ChangedMeanwhile, WordsMissingError
from outreach.access.tuning import (
    Since,
    changed_since,
    differences,
    flat,
    in_force_when_seen,
    newest_revision,
    revise_config,
    revisions,
    take_back_revision,
)
from outreach.effective import TuningError, check_changes, effective_config, shipped_tuning
from outreach.errors import NotFound
from outreach.language import N_, _
from outreach.risk import Code, Moves, what_would_move

from . import asking
from .database import session
from .notices import say, warn
from .tuning_fields import GROUPS, TOGETHER, WRONG, Field, factor_key
from .typed import number
from .words import words

blueprint = Blueprint("tuning", __name__, url_prefix="/admin/tuning")
PARTS = ("risk", "cadence")
Problems = list[tuple[str, str]]
TIME_OF_DAY = re.compile(r"\d\d:\d\d(:\d\d)?")
CHANGED_BY = N_("%(name)s changed “%(what)s” from %(before)s to %(after)s while you had this page open.")
CHANGED_BY_YOU = N_("You changed “%(what)s” from %(before)s to %(after)s in another window.")
CHANGED = N_("“%(what)s” was changed from %(before)s to %(after)s since you opened this page.")
LOOK_AGAIN = N_("What you typed is still here; keep it again to have yours.")


@dataclass(frozen=True, slots=True)
class Tried:
    """What the typed values would do."""

    changed: int
    moves: Moves | None
    """None: they move no family (they are not about risk)."""


@blueprint.get("/<any(risk, cadence):part>")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def page(part: str) -> ResponseReturnValue:
    return _page(part)


@blueprint.post("/<any(risk, cadence):part>")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def change(part: str) -> ResponseReturnValue:
    """Try what was typed; with ``do=keep`` put it into force."""
    now = asking.now()
    typed = {field.key: _value(field) for field in _fields(part)}
    try:
        proposed = check_changes(session(), typed, now)
    except TuningError as wrong:
        session().rollback()
        return _page(part, _problem(wrong)), 422
    seen = request.form.get("seen", 0, type=number)
    if request.form.get("do") != "keep":
        if meanwhile := changed_since(session(), asking.viewer(), differences(session(), proposed, now), seen, now):
            return _moved_on(part, proposed, seen, meanwhile)
        return _page(part, tried=_try(part, proposed))
    try:
        made = revise_config(session(), asking.viewer(), typed, request.form.get("why", ""), now, seen=seen)
    except ChangedMeanwhile:
        session().rollback()
        would = differences(session(), proposed, now)
        return _moved_on(part, proposed, seen, changed_since(session(), asking.viewer(), would, seen, now))
    except WordsMissingError as refused:
        session().rollback()
        return _page(part, [("why", str(refused))], _try(part, proposed)), 422
    session().commit()
    say(_("In force now; scores follow tonight."), url_for("tuning.take_back", part=part, revision_id=made.id))
    return redirect(url_for("tuning.page", part=part), 303)


@blueprint.post("/<any(risk, cadence):part>/<int:revision_id>/back")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def take_back(part: str, revision_id: int) -> ResponseReturnValue:
    why = _("Takes back the change number %(id)s.", id=revision_id)
    try:
        take_back_revision(session(), asking.viewer(), revision_id, why, asking.now())
    except (WordsMissingError, NotFound) as refused:
        session().rollback()
        warn(str(refused))
        return redirect(url_for("tuning.page", part=part), 303)
    session().commit()
    say(_("Put back as it was."))
    return redirect(url_for("tuning.page", part=part), 303)


def _fields(part: str) -> list[Field]:
    found = [field for group in GROUPS if group.part == part for field in group.fields]
    if part == "risk":
        found += [Field(factor_key(code), "", "") for code in Code]
    return found


def _value(field: Field) -> JsonValue:
    """As typed; which number or hour it is, the settings themselves read."""
    typed = request.form.get(field.key, "").strip()
    return typed == "yes" if field.kind == "yes" else typed.replace(",", ".")


def _problem(wrong: TuningError) -> Problems:
    if wrong.key in TOGETHER:
        first = next(field.key for group in GROUPS for field in group.fields if field.key.startswith(f"{wrong.key}."))
        return [(first, _(TOGETHER[wrong.key]))]
    if wrong.problem in WRONG:
        limit = "" if wrong.limit is None else f"{wrong.limit:g}"
        said = WRONG[wrong.problem]
        return [(wrong.key, _(said, limit=limit) if "%(limit)s" in said else _(said))]
    return [(wrong.key, _("This value cannot be used."))]


def _moved_on(part: str, proposed: Tuning, seen: int, meanwhile: Sequence[Since]) -> ResponseReturnValue:
    """Who changed which value since, each leading to its field. What was typed stays, with what stands now beside it;
    a value that was left as it stood is shown as it stands now, so that keeping the page undoes nobody's change."""
    names = _names()
    told = [(one.key, _(_who_changed(one), **_told(one, names))) for one in meanwhile]
    left_alone = flat(in_force_when_seen(session(), seen, asking.now()))
    typed = {key: value for key, value in flat(proposed).items() if value != left_alone.get(key)}
    stands = {one.key: _shown(one.now) for one in meanwhile if one.key in typed}
    return _page(part, [*told, ("", _(LOOK_AGAIN))], stands=stands, typed=typed.keys()), 409


def _who_changed(one: Since) -> str:
    if one.own:
        return CHANGED_BY_YOU
    return CHANGED_BY if one.by else CHANGED


def _told(one: Since, names: dict[str, str]) -> dict[str, str]:
    values = {"what": names.get(one.key, one.key), "before": _shown(one.before), "after": _shown(one.now)}
    return values | ({"name": one.by} if one.by and not one.own else {})


def _shown(value: JsonValue) -> str:
    """A value as the page writes it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return value[:5] if TIME_OF_DAY.fullmatch(value) else value
    return f"{value:g}" if isinstance(value, float) else str(value)


def _try(part: str, proposed: Tuning) -> Tried:
    now = asking.now()
    changed = differences(session(), proposed, now)
    moves = what_would_move(session(), now, proposed) if part == "risk" and changed else None
    return Tried(len(changed), moves)


def _plain(values: JsonObject) -> JsonObject:
    """Figures as a person types them: 1, not 1.0."""
    return {key: f"{value:g}" if isinstance(value, float) else value for key, value in values.items()}


def _names() -> dict[str, str]:
    names = {field.key: _(field.label) for group in GROUPS for field in group.fields}
    return names | {factor_key(code): words(code) for code in Code}


def _page(
    part: str, problems: Problems | None = None, tried: Tried | None = None,
    stands: dict[str, str] | None = None, typed: Collection[str] | None = None,
) -> str:  # fmt: skip
    """``typed``: the keys whose typed values are shown, where not all are; ``stands``: what stands now beside them."""
    newest = newest_revision(session())
    in_force = effective_config(session(), asking.now())
    now_values, shipped = _plain(flat(in_force)), _plain(flat(shipped_tuning()))
    sent = request.method == "POST"
    shown = {
        field.key: _value(field) if sent and (typed is None or field.key in typed) else now_values[field.key]
        for field in _fields(part)
    }
    return render_template(
        "tuning/page.html", part=part, parts=PARTS, groups=[group for group in GROUPS if group.part == part],
        codes=list(Code) if part == "risk" else [], factors=in_force.risk.factor, factor_key=factor_key, shown=shown,
        in_force=now_values, shipped=shipped, problems=problems or [], tried=tried, names=_names(),
        HIGH=Band.HIGH, bands=list(Band), stands=stands or {},
        # What was looked at, until the page has shown what others changed since.
        seen=request.form.get("seen", 0, type=number) if sent and typed is None else newest,
        history=revisions(session(), asking.viewer(), request.args.get("before", type=number)),
        currency=in_force.cadence.spending.currency, why=request.form.get("why", ""),
    )  # fmt: skip
