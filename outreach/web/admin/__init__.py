"""Administration: one room of pages, each family of them in a file of its own."""

from . import assignments, calendars, imports, messages, runs, schools, shared_words, sign_ins, staff
from .home import blueprint

for _pages in (schools, calendars, staff, sign_ins, assignments, imports, runs, shared_words, messages):
    blueprint.register_blueprint(_pages.blueprint)

__all__ = ["blueprint"]
