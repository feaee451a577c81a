"""Write revisions: ``python -m models.migrations.write --first`` or ``… "what it does"``. For ``make migration``.

The first revision is plain SQL for each kind of database, frozen from the models. It may be written anew only while it
is the only one and nothing has been released; every later one is drawn up by Alembic from the difference, to be read
and finished by a person.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from . import FOLDER, configuration, revisions, upgrade
from .statements import statements

FIRST = "0001"


def write_first(folder: Path = FOLDER) -> list[Path]:
    """Freeze what the models make today as ``versions/0001/<dialect>.sql``; gives the files written."""
    later = [revision for revision in revisions(folder) if revision != FIRST]
    if later:
        raise SystemExit(f"Revision {FIRST} is history since {later[0]} follows it; add a revision instead.")
    files = []
    for name, texts in statements().items():
        file = folder / "versions" / FIRST / f"{name}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        whole = "".join(f"{statement};\n\n" for statement in texts)
        draft = file.with_suffix(".new")
        draft.write_text(whole, "utf-8")
        draft.replace(file)
        files.append(file)
    return files


def write_next(message: str) -> None:
    """Draw up the next revision from the difference between the newest one and the models."""
    number = f"{int(revisions()[-1]) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/newest.sqlite")
        upgrade(engine)
        made = configuration()
        made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        with engine.begin() as connection:
            made.attributes["connection"] = connection
            command.revision(made, message, autogenerate=True, rev_id=number)
        engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("message", nargs="?", help="what the next revision does")
    parser.add_argument("--first", action="store_true", help="freeze revision 0001 anew from the models")
    given = parser.parse_args()
    if given.first == bool(given.message):
        parser.error('give either --first or a message: make migration m="what it does"')
    if given.first:
        write_first()
    else:
        write_next(given.message)


if __name__ == "__main__":
    main()
