"""The few icons that pages use, cut at start-up from bootstrap-flask's sprite (229 kB) into one small sheet."""

from __future__ import annotations

import re
from importlib.resources import files

from flask import current_app
from markupsafe import Markup

ICONS = frozenset(
    {
        "alarm", "arrow-counterclockwise", "arrow-down", "arrow-left-right", "arrow-repeat", "arrow-up", "bookmark",
        "box-arrow-right", "building", "calendar-week", "chat-dots", "check-circle", "check2", "clock", "download",
        "envelope", "exclamation-triangle", "eye", "funnel", "gear", "house", "inbox", "info-circle", "list-check",
        "mailbox", "moon-stars", "pause-circle", "pencil", "people", "person-circle", "person-plus", "play-circle",
        "plus-lg", "printer", "question-circle", "reply", "search", "send", "shield-lock", "signpost-2",
        "slash-circle", "stop-circle", "sun", "telephone", "telephone-x", "three-dots", "trash", "voicemail",
        "wifi-off", "x-circle", "x-lg",
    }
)  # fmt: skip
"""Every symbol that a page may show; a test holds the templates to it."""
SYMBOL = re.compile(r'<symbol [^>]*viewBox="(?P<box>[^"]+)" id="(?P<name>[^"]+)">(?P<drawing>.*?)</symbol>', re.DOTALL)


class UnknownIcon(LookupError):
    """A page asks for a symbol that is not in :data:`ICONS`, or :data:`ICONS` for one that the sprite has not."""


def icon_sheet() -> str:
    """One SVG with a symbol for each of :data:`ICONS`. Raises :class:`UnknownIcon`."""
    sprite = (files("flask_bootstrap") / "static/bootstrap5/icons/bootstrap-icons.svg").read_text("utf-8")
    found = {match["name"]: match for match in SYMBOL.finditer(sprite) if match["name"] in ICONS}
    if missing := ICONS - found.keys():
        raise UnknownIcon(f"bootstrap-flask's sprite has no {', '.join(sorted(missing))}")
    symbols = "".join(
        f'<symbol id="{name}" viewBox="{found[name]["box"]}">{found[name]["drawing"]}</symbol>'
        for name in sorted(found)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'


def icon(name: str, label: str | None = None) -> Markup:
    """The icon ``name``; hidden from readers of the page's words unless it has a ``label`` of its own."""
    if name not in ICONS:
        raise UnknownIcon(f"{name} is not among the icons cut from the sprite; add it to outreach.web.icons.ICONS")
    sheet = current_app.extensions["outreach_assets"].url("icons.svg")
    heard = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="bi" {} width="16" height="16" fill="currentColor"><use href="{}#{}"></use></svg>'
    ).format(heard, sheet, name)
