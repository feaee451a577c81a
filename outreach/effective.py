"""What is in force now: shipped files, a district's own files over them, dated revisions over both. The only reader."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from config.settings import config_dir
from config.tuning import Tuning
from models import ConfigRevision, JsonObject, JsonValue

from .errors import OutreachError
from .language import N_, _

SHIPPED = Path(config.__file__).parent
PARTS = {"risk": "risk.toml", "cadence": "cadence.toml", "safety": "safety.toml"}
"""Part of :class:`~config.tuning.Tuning` to the file that holds it."""
PROBLEMS = {
    "missing": N_("it is missing"),
    "extra_forbidden": N_("there is no such setting"),
    "int_type": N_("it must be a whole number"),
    "int_parsing": N_("it must be a whole number"),
    "int_from_float": N_("it must be a whole number"),
    "float_type": N_("it must be a number"),
    "float_parsing": N_("it must be a number"),
    "finite_number": N_("it must be a number"),
    "bool_type": N_("it must be true or false"),
    "bool_parsing": N_("it must be true or false"),
    "string_type": N_("it must be words"),
    "string_too_short": N_("it must not be empty"),
    "string_pattern_mismatch": N_("it must be three capital letters, such as USD"),
    "list_type": N_("it must be a list"),
    "dict_type": N_("it must be a table"),
    "model_type": N_("it must be a table"),
    "time_type": N_("it must be a time such as 08:00"),
    "time_parsing": N_("it must be a time such as 08:00"),
    "greater_than": N_("it must be more than %(gt)s"),
    "greater_than_equal": N_("it must be at least %(ge)s"),
    "less_than_equal": N_("it must be at most %(le)s"),
}
"""What is wrong with a value, by pydantic's own kind of error; the values are those of its context."""


class TuningError(OutreachError):
    """A value that a district tuned is wrong: the sentence names the file (or revision) and the key."""

    def __init__(self, sentence: str, key: str = "", problem: str = "", limit: float | None = None) -> None:
        """``key``: the dotted key, or that of the group whose values do not fit together. ``problem``: pydantic's name
        for what is wrong; ``limit``: the bound that was passed, where it is one."""
        super().__init__(sentence)
        self.key, self.problem, self.limit = key, problem, limit


def effective_config(session: Session, now: datetime, *, until: int | None = None) -> Tuning:
    """Everything a district may tune, as in force at ``now``; with ``until``, as if that revision and those made after
    it did not exist.

    Shipped files, then the files of the same names in ``OUTREACH_CONFIG_DIR`` key by key, then every
    :class:`~models.ConfigRevision` in force, oldest first. ``version`` is a digest of all values and the id of the
    newest revision in force (0: none). Raises :class:`TuningError`.
    """
    statement = (
        select(ConfigRevision.id, ConfigRevision.changes)
        .where(ConfigRevision.in_force_from <= now)
        .order_by(ConfigRevision.in_force_from, ConfigRevision.id)
    )
    if until is not None:
        statement = statement.where(ConfigRevision.id < until)
    revisions = tuple((revision, json.dumps(changes)) for revision, changes in session.execute(statement))
    return _in_force(_state_of_files(), revisions)


def shipped_tuning() -> Tuning:
    """What is in force where there is no database: shipped files and the district's own, without any revision.

    Raises :class:`TuningError`.
    """
    return _in_force(_state_of_files(), ())


def check_changes(session: Session, changes: JsonObject, now: datetime) -> Tuning:
    """What would be in force at ``now`` with ``changes`` (dotted key to value) on top; for the page that tunes.

    Raises :class:`TuningError` where a key is unknown or its value wrong.
    """
    values = effective_config(session, now).model_dump(mode="json", exclude={"version"})
    origins: dict[str, str] = {}
    _apply(values, origins, changes, _("This change"))
    return _checked(values, origins, newest=0)


def table(name: str) -> JsonObject:
    """A TOML file of ``config/`` (``subjects.toml``) with the district's own file of that name over it, key by key.

    Raises :class:`TuningError` where a file is not TOML, ``FileNotFoundError`` where none of that name is shipped.
    """
    values = _read(SHIPPED / name)
    own = _own(name)
    return _merged(values, _read(own)) if own else values


def message_languages() -> list[str]:
    """Languages that have a folder of message templates, shipped or the district's own, in order."""
    return sorted({folder.name for root in _roots() for folder in root.glob("messages/*") if folder.is_dir()})


def message_files(language: str) -> dict[str, Path]:
    """File name to file of ``config/messages/<language>/``; a district's own file replaces the shipped one of its name,
    and may add to them. Empty where the language has none."""
    if not language.replace("-", "").isalnum():
        return {}
    return {
        file.name: file for root in _roots() for file in sorted(root.glob(f"messages/{language}/*")) if file.is_file()
    }


def message_file(language: str, name: str) -> Path | None:
    """One of :func:`message_files`, without looking for the others."""
    if not language.replace("-", "").isalnum():
        return None
    paths = (root / "messages" / language / name for root in reversed(_roots()))
    return next((path for path in paths if path.is_file()), None)


def unknown_files() -> list[str]:
    """Files in ``OUTREACH_CONFIG_DIR`` that override nothing, such as a misspelt name."""
    folder = config_dir()
    if folder is None:
        return []
    found = (file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*")) if file.is_file())
    return [name for name in found if not name.startswith("messages/") and not (SHIPPED / name).is_file()]


def _roots() -> list[Path]:
    own = config_dir()
    return [SHIPPED, own] if own else [SHIPPED]


def _own(name: str) -> Path | None:
    folder = config_dir()
    return folder / name if folder and (folder / name).is_file() else None


def _state_of_files() -> tuple[tuple[Path, int], ...]:
    """Each file that a part is read from, and when it was last changed."""
    paths = (path for name in PARTS.values() for path in (SHIPPED / name, _own(name)) if path)
    return tuple((path, path.stat().st_mtime_ns) for path in paths)


@lru_cache(maxsize=32)
def _in_force(_files: tuple[tuple[Path, int], ...], revisions: tuple[tuple[int, str], ...]) -> Tuning:
    """Put together once for as long as no file changes and no revision comes into force: every page asks for it, some
    several times. ``revisions``: id and changes (JSON), oldest first."""
    values, origins = _from_files()
    for revision, changes in revisions:
        _apply(values, origins, json.loads(changes), _("Configuration revision %(number)s", number=revision))
    return _checked(values, origins, newest=revisions[-1][0] if revisions else 0)


def _from_files() -> tuple[JsonObject, dict[str, str]]:
    """All parts, and for each dotted key that a district's own file sets, that file."""
    values: JsonObject = {}
    origins: dict[str, str] = {}
    for part, name in PARTS.items():
        values[part] = table(name)
        if own := _own(name):
            origins |= {f"{part}.{key}": str(own) for key in _keys(_read(own))}
    return values, origins


def _read(path: Path) -> JsonObject:
    return deepcopy(_parsed(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=64)
def _parsed(path: Path, _changed: int) -> JsonObject:
    try:
        return cast("JsonObject", json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=str)))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TuningError(_("%(file)s is not TOML: %(why)s.", file=str(path), why=str(error))) from None


def _merged(under: JsonObject, over: JsonObject) -> JsonObject:
    """``over`` on ``under``: tables key by key, all else replaced."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _keys(values: JsonObject, prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        yield f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _keys(value, f"{prefix}{key}.")


def _apply(values: JsonObject, origins: dict[str, str], changes: Mapping[str, JsonValue], origin: str) -> None:
    """Set each dotted key of ``changes``; a key that leads nowhere is refused."""
    for dotted, value in changes.items():
        *path, last = dotted.split(".")
        place: JsonValue = values
        for step in path:
            place = place.get(step) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise TuningError(_problem(_at(origin, dotted), _(PROBLEMS["extra_forbidden"])), dotted)
        place[last] = value
        origins[dotted] = origin


def _checked(values: JsonObject, origins: dict[str, str], newest: int) -> Tuning:
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]
    try:
        return Tuning.model_validate({**values, "version": f"{digest}+{newest}"})
    except ValidationError as error:
        problem = error.errors()[0]
        path = [str(step) for step in problem["loc"]]
        bounds = (value for name, value in problem.get("ctx", {}).items() if name in ("ge", "gt", "le", "lt"))
        raise TuningError(
            _problem(_where(path, origins), _words(problem)), ".".join(path), problem["type"], next(bounds, None)
        ) from None


def _words(problem: ErrorDetails) -> str:
    """What is wrong with a value; in pydantic's own English words only where nothing of ours says so."""
    if problem["type"] == "value_error":
        return _(problem["msg"].removeprefix("Value error, "))
    sentence = PROBLEMS.get(problem["type"])
    if sentence is None:
        return problem["msg"][:1].lower() + problem["msg"][1:]
    limits = {name: limit for name, limit in problem.get("ctx", {}).items() if f"%({name})s" in sentence}
    return _(sentence, **limits)


def _problem(where: str, what: str) -> str:
    return _("%(where)s: %(what)s.", where=where, what=what)


def _at(origin: str, key: str) -> str:
    return _("%(origin)s, key %(key)s", origin=origin, key=key)


def _where(path: list[str], origins: dict[str, str]) -> str:
    """The origin nearest to the key at ``path``: a revision, a district's own file, else the shipped one."""
    for length in range(len(path), 0, -1):
        origin = origins.get(".".join(path[:length]))
        if origin:
            inside_file = origin.endswith(".toml")
            return _at(origin, ".".join(path[1:] if inside_file else path))
    return _at(str(SHIPPED / PARTS.get(path[0], path[0])), ".".join(path[1:]))
