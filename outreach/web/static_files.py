"""What browsers may keep for good: each file stands under the digest of its content and never changes there."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

from flask import Blueprint, Flask, Response, abort, current_app, url_for

from .icons import icon_sheet

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
THEME = (
    "values", "ground", "buttons", "frame", "sheets", "strip", "talk", "choices", "admin", "charts", "delivery",
    "family", "log", "messages", "plan", "queue", "requests", "today", "tuning", "small_and_print",
)  # fmt: skip
"""The parts of our look in the order in which they stand in ``theme.css``: a later one may overrule an earlier."""
DARK_RULE = re.compile(rb'[^{}]*\[data-bs-theme="?dark"?\][^{}]*\{[^{}]*\}')
SOURCE_MAP = re.compile(rb"(?m)^(/\*|//)# sourceMappingURL=.*$")

blueprint = Blueprint("static_files", __name__, url_prefix="/assets")


@dataclass(frozen=True, slots=True)
class Asset:
    name: str
    digest: str
    content: bytes

    @property
    def type(self) -> str:
        return TYPES[self.name.rsplit(".", 1)[1]]


class Assets:
    """Every file that pages link to, read once at start-up from our package and from the wheels that carry them."""

    def __init__(self) -> None:
        ours = files("outreach.web") / "static"
        content = {
            "bootstrap.css": (files("flask_bootstrap") / "static/bootstrap5/css/bootstrap.min.css").read_bytes(),
            "htmx.js": (files("js_lib_htmx") / "static/htmx/htmx.min.js").read_bytes(),
            "icons.svg": icon_sheet().encode(),
            "theme.css": b"".join((ours / "theme" / f"{part}.css").read_bytes() for part in THEME),
            **{file.name: file.read_bytes() for file in ours.iterdir() if file.name.rsplit(".", 1)[-1] in TYPES},
        }
        content["dark.css"] = _dark(content["bootstrap.css"], content["theme.css"])
        self._assets = {name: _asset(name, SOURCE_MAP.sub(b"", body)) for name, body in content.items()}

    def __getitem__(self, name: str) -> Asset:
        return self._assets[name]

    def url(self, name: str) -> str:
        """The address of ``name`` (``theme.css``). Raises ``KeyError`` for a file that does not exist."""
        return url_for("static_files.serve", digest=self[name].digest, name=name)

    def find(self, digest: str, name: str) -> Asset | None:
        asset = self._assets.get(name)
        return asset if asset is not None and asset.digest == digest else None


def _dark(*sheets: bytes) -> bytes:
    """What these say of a dark page, said of a light one: for a device that is dark where no script can say so."""
    rules = b"\n".join(rule.strip() for sheet in sheets for rule in DARK_RULE.findall(sheet))
    return re.sub(rb'\[data-bs-theme="?dark"?\]', b"[data-bs-theme=light]", rules)


def _asset(name: str, content: bytes) -> Asset:
    return Asset(name, hashlib.sha256(content).hexdigest()[:16], content)


def init_app(app: Flask) -> None:
    assets = Assets()
    app.extensions["outreach_assets"] = assets
    app.jinja_env.globals["asset"] = assets.url
    app.register_blueprint(blueprint)


@blueprint.get("/<digest>/<name>")
def serve(digest: str, name: str) -> Response:
    assets: Assets = current_app.extensions["outreach_assets"]
    asset = assets.find(digest, name)
    if asset is None:
        abort(404)
    made = Response(asset.content, content_type=asset.type)
    made.headers["Cache-Control"] = FOREVER
    made.set_etag(asset.digest)
    return made
