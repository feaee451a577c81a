"""What a browser needs to keep a contact while there is no network, and to send it once: a ticket, a worker, a shell.

The contact itself is kept in the browser's IndexedDB and nowhere else until it is stored here. The service worker
keeps our static files and one page without anybody's name, so that no page about a family is ever left on a device.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from importlib.resources import files
from secrets import token_hex

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from models import Account, Outcome
from outreach.language import LANGUAGES, N_, SOURCE, speaking, tongue

from . import asking
from .log_form import FIRST_CHANNELS, OUTCOMES_IN_ORDER, outcome_sides
from .security_headers import nonce

blueprint = Blueprint("drafts", __name__)
KEPT_FILES = ("bootstrap.css", "theme.css", "icons.svg", "favicon.svg", "log.js", "draft_store.js", "offline.js")
"""What the shell is made of."""
NOTED = (Outcome.REACHED, Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER, Outcome.SENT, Outcome.REPLIED)
DRAFT_OF = "draft_of"
"""The field of a form that tells whose it is."""
NOT_YOURS = N_(
    "Somebody else was signed in when this was opened, so it was not saved. Save it again only if it is yours."
)
OTHERS_WAIT = "others_wait"
"""Said by the script at sign-out: it has thrown away this account's own, and another's still wait on the device."""


@blueprint.get("/contacts/ticket")
@asking.signed_in()
def ticket() -> ResponseReturnValue:
    """Whose drafts may be sent now, and the token to send them with. 401 where nobody is signed in."""
    asking.viewer()
    return jsonify(account=account_mark(asking.account()), csrf=generate_csrf())


@blueprint.get("/sw.js")
def worker() -> Response:
    """The service worker; a change of any file it keeps, or of the reader's language, is a new worker."""
    shell = url_for("drafts.shell", language=tongue())
    kept = [current_app.extensions["outreach_assets"].url(name) for name in KEPT_FILES]
    page = _shell(tongue()).replace(nonce(), "")
    version = hashlib.sha256(" ".join([shell, page, *kept]).encode()).hexdigest()[:16]
    told = json.dumps({"name": f"outreach-{version}", "shell": shell, "files": kept})
    script = (files("outreach.web") / "static" / "worker.js").read_text("utf-8")
    return Response(f"const KEPT = {told};\n{script}", content_type="text/javascript; charset=utf-8")


@blueprint.get("/offline/<language>")
def shell(language: str) -> ResponseReturnValue:
    """What is shown where there is no network. It holds nobody's name, so that it may stay on the device."""
    return _shell(language if language in LANGUAGES else SOURCE)


@blueprint.after_app_request
def wipe_at_sign_out(response: Response) -> Response:
    """Whoever signs out leaves nothing behind on the device, unless another person's contacts still wait there."""
    if request.endpoint == "security.logout" and response.status_code == 302 and not request.form.get(OTHERS_WAIT):
        response.headers["Clear-Site-Data"] = '"storage"'
    return response


@blueprint.app_template_global()
def client_key() -> str:
    """A new one for each form that is shown: with the account, a repeated submit is one contact."""
    return token_hex(16)


def of_another() -> bool:
    """The form that is sent was opened by another account than the one signed in; without a mark it says nothing."""
    said = request.form.get(DRAFT_OF, "")
    return bool(said) and said != account_mark(asking.account())


@blueprint.app_template_global()
def own_mark() -> str:
    """By which the browser knows this account's drafts again; nothing where nobody is signed in."""
    account = current_user._get_current_object()
    return account_mark(account) if isinstance(account, Account) else ""


def account_mark(account: Account) -> str:
    """Tells accounts apart and nothing about them."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"drafts of account {account.id}".encode(), hashlib.sha256).hexdigest()[:24]


def _shell(language: str) -> str:
    with speaking(language):
        return render_template(
            "contacts/offline.html", channels=FIRST_CHANNELS, sides=outcome_sides(),
            outcomes=[one for one in OUTCOMES_IN_ORDER if one in NOTED],
        )  # fmt: skip
