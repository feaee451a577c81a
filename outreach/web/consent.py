"""The consent ledger: every yes and no of families as entered, the last first; one address; a change by staff."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole, ConsentCategory, ConsentSource, ConsentState
from outreach.access import ADMINISTRATORS, audit
from outreach.delivery.consent import SENDING_CHANNELS, consents_of
from outreach.delivery.consent_changes import blocked_by_carrier, change_by_staff
from outreach.delivery.holders import Holders, holders_of
from outreach.delivery.ledger import (
    SOURCE_WORDS,
    LedgerFilter,
    history,
    ledger,
    ledger_figures,
    seen_address,
)
from outreach.errors import OutreachError
from outreach.language import _

from . import asking
from .database import session, writing
from .notices import say
from .typed import number

blueprint = Blueprint("consent", __name__, url_prefix="/admin/consent")
Kind = TypeVar("Kind", bound=StrEnum)
READERS = (*ADMINISTRATORS, AccountRole.COUNSELOR, AccountRole.RECORDER)
"""Of one address; the front office is often whom a family tells."""


@blueprint.get("")
@asking.signed_in(*ADMINISTRATORS)
def page() -> ResponseReturnValue:
    looking, asked = asking.viewer(), request.args
    wanted = LedgerFilter(
        asked.get("q", "").strip(),
        _one_of(ConsentState, asked.get("state")),
        _one_of(ConsentSource, asked.get("source")),
    )
    return render_template(
        "consent/ledger.html", wanted=wanted,
        found=ledger(session(), looking, wanted, asked.get("before", type=number)),
        figures=ledger_figures(session(), looking), sources=SOURCE_WORDS, whole_district=looking.sees_district,
        first=asked.get("before", type=number) is None,
    )  # fmt: skip


@blueprint.get("/<int:address_id>")
@asking.signed_in(*READERS)
def one(address_id: int) -> ResponseReturnValue:
    seen_address(session(), asking.viewer(), address_id)
    with writing() as trail:
        audit(trail, asking.viewer(), "read", "address", address_id, asking.now())
        trail.commit()
    return _one(address_id)


@blueprint.post("/<int:address_id>")
@asking.signed_in(*READERS)
def change(address_id: int) -> ResponseReturnValue:
    typed, looking = request.form, asking.viewer()
    address = seen_address(session(), looking, address_id)
    channel, state = SENDING_CHANNELS.get(address.kind), _one_of(ConsentState, typed.get("state"))
    if channel is None or state is None:
        return _one(address_id, [("state-out", _("Choose what the family asked for."))]), 422
    try:
        made = change_by_staff(
            session(), looking, address_id, channel, state, typed.get("note", ""), asking.now(),
            category=_one_of(ConsentCategory, typed.get("category")),
        )  # fmt: skip
    except OutreachError as refused:
        session().rollback()
        return _one(address_id, [("note", str(refused))]), 422
    session().commit()
    say(_("It stands in the ledger.") if made else _("It stood so already; nothing was added."))
    return redirect(url_for("consent.one", address_id=address_id), 303)


def _one(address_id: int, problems: list[tuple[str, str]] | None = None) -> str:
    looking = asking.viewer()
    address = seen_address(session(), looking, address_id)
    channel = SENDING_CHANNELS.get(address.kind)
    standing = {
        category: consents_of(session(), [address_id], category).get((address_id, channel)) if channel else None
        for category in ConsentCategory
    }
    return render_template(
        "consent/address.html", address=address, channel=channel, standing=standing,
        holders=holders_of(session(), looking, [address_id]).get(address_id, Holders()),
        lines=history(session(), looking, address_id=address_id), may_opt_in=looking.administers,
        blocked=blocked_by_carrier(session(), address_id), problems=problems or [], typed=request.form,
    )  # fmt: skip


def _one_of(kind: type[Kind], value: str | None) -> Kind | None:
    return kind(value) if value in {one.value for one in kind} else None
