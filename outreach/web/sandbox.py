"""The sandbox provider's outbox: what left, to where, and what became of it. Nothing here reached a real phone."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from models import AccountRole
from outreach.delivery import sandbox

from . import asking
from .database import session

blueprint = Blueprint("sandbox", __name__, url_prefix="/admin/sandbox")
READERS = (AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)


@blueprint.get("")
@asking.signed_in(*READERS)
def page() -> ResponseReturnValue:
    return render_template("sandbox/page.html", messages=sandbox.outbox(session(), asking.viewer()))
