"""A district over several connections, for jobs that open sessions of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

import templates
from outreach.language import tongue
from outreach.language.catalogs import translations
from outreach.store import session_factory
from tests.planning.scene import Scene
from tests.world import World

LINK = "https://outreach.example.org"


def render(template: str, /, **values: object) -> str:
    """The real templates, filled by Jinja as the application fills them."""
    return ENVIRONMENT.get_template(template).render(**values)


ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(templates.__file__).parent),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
ENVIRONMENT.install_gettext_callables(  # type: ignore[attr-defined]  # by the extension
    lambda sentence: translations(tongue()).gettext(sentence),
    lambda one, many, count: translations(tongue()).ngettext(one, many, count),
    newstyle=True,
)


def build(engine: Engine, fill: Callable[[Scene], None]) -> sessionmaker[Session]:
    """Commit a scene and give the session factory that a job gets."""
    sessions = session_factory(engine)
    with sessions.begin() as session:
        fill(Scene(session, World(session)))
    return sessions
