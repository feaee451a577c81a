"""What Flask-Security says to people, in our own words and both languages: its own say "you" as friends do."""

from __future__ import annotations

from copy import copy
from functools import cache
from importlib.resources import files

from babel.support import NullTranslations, Translations
from flask import Flask
from flask_security import Security
from flask_security.babel import FsDomain

from outreach.language import N_, tongue
from outreach.language.catalogs import translations

THEIRS = {"es": "es_ES"}
"""Under which name Flask-Security has its catalogue of a language, for what it says besides these."""
RESET, RESET_NOTICE = "security/email/reset_instructions", "security/email/reset_notice"
CHANGE_NOTICE = "security/email/change_notice"
SUBJECTS = {
    RESET: N_("Choose your password for Outreach"),
    RESET_NOTICE: N_("Your password for Outreach was changed"),
    CHANGE_NOTICE: N_("Your password for Outreach was changed"),
}
"""Of its letters, by template."""
SIGN_IN_FIRST = N_("Please sign in to see this page.")
MESSAGES = {
    "LOGIN": (SIGN_IN_FIRST, "info"),
    "UNAUTHENTICATED": (SIGN_IN_FIRST, "info"),
    "REAUTHENTICATION_REQUIRED": (N_("Please sign in once more first."), "error"),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), "error"),
    "GENERIC_AUTHN_FAILED": (
        N_("That e-mail and password do not belong together, or the account is no longer active."), "error",
    ),
    "PASSWORD_RESET_REQUEST": (N_("If this address signs in here, a link is on its way to it."), "info"),
    "DISABLED_ACCOUNT": (N_("This account is no longer active."), "error"),
    "EMAIL_NOT_PROVIDED": (N_("Give your e-mail."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("This is not an e-mail address."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Give your password."), "error"),
    "INVALID_PASSWORD": (N_("This is not your password."), "error"),
    "PASSWORD_INVALID_LENGTH": (N_("A password has at least %(length)s characters."), "error"),
    "PASSWORD_IS_THE_SAME": (N_("Choose another password than the one you have."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords are not the same."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (N_("This link does not work; ask for a new one."), "error"),
    "PASSWORD_RESET_EXPIRED": (N_("This link was good for three days; ask for a new one."), "error"),
    "PASSWORD_RESET": (N_("Your password is changed."), "success"),
    "PASSWORD_RESET_NO_LOGIN": (N_("Your password is changed. Sign in with it."), "info"),
    "PASSWORD_CHANGE": (N_("Your password is changed."), "success"),
}  # fmt: skip
"""Each message that it may show with what we have switched on, and how it is shown."""


class SignInWords(FsDomain):
    """The language is :func:`outreach.language.tongue`'s; our catalogue goes before its own."""

    def get_translations(self) -> NullTranslations:
        return _in(tongue())


def configure(app: Flask) -> None:
    """Before Flask-Security is set up."""
    app.config.update({f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()})
    app.config.update(
        SECURITY_EMAIL_SUBJECT_PASSWORD_RESET=SUBJECTS[RESET],
        SECURITY_EMAIL_SUBJECT_PASSWORD_NOTICE=SUBJECTS[RESET_NOTICE],
        SECURITY_EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE=SUBJECTS[CHANGE_NOTICE],
    )


def init_app(app: Flask, security: Security) -> None:
    """After Flask-Security is set up."""
    security.i18n_domain = SignInWords(app)  # type: ignore[no-untyped-call]  # Flask-Security's own
    app.jinja_env.globals["_fsdomain"] = security.i18n_domain.gettext


@cache
def _in(tag: str) -> NullTranslations:
    ours: NullTranslations = copy(translations(tag))
    if tag in THEIRS:
        folder = str(files("flask_security") / "translations")
        ours.add_fallback(Translations.load(folder, [THEIRS[tag]], "flask_security"))
    return ours
