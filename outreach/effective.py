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
from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from config.settings import config_dir
from config.tuning import Tuning
from models import ConfigRevision, JsonObject, JsonValue

from .errors import OutreachError

SHIPPED = Path(config.__file__).parent
PARTS = {"risk": "risk.toml", "cadence": "cadence.toml", "safety": "safety.toml"}
"""Part of :class:`~config.tuning.Tuning` to the file that holds it."""


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
    revisions = session.execute(statement).all()
    values, origins = _from_files()
    for revision, changes in revisions:
        _apply(values, origins, changes, f"Configuration revision {revision}")
    return _checked(values, origins, newest=revisions[-1].id if revisions else 0)


def shipped_tuning() -> Tuning:
    """What is in force where there is no database: shipped files and the district's own, without any revision.

    Raises :class:`TuningError`.
    """
    values, origins = _from_files()
    return _checked(values, origins, newest=0)


def check_changes(session: Session, changes: JsonObject, now: datetime) -> Tuning:
    """What would be in force at ``now`` with ``changes`` (dotted key to value) on top; for the page that tunes.

    Raises :class:`TuningError` where a key is unknown or its value wrong.
    """
    values = effective_config(session, now).model_dump(mode="json", exclude={"version"})
    origins: dict[str, str] = {}
    _apply(values, origins, changes, "This change")
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
        raise TuningError(f"{path} is not TOML: {error}.") from None


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
            raise TuningError(f"{origin}, key {dotted}: there is no such setting.", dotted)
        place[last] = value
        origins[dotted] = origin


def _checked(values: JsonObject, origins: dict[str, str], newest: int) -> Tuning:
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]
    try:
        return Tuning.model_validate({**values, "version": f"{digest}+{newest}"})
    except ValidationError as error:
        problem = error.errors()[0]
        path = [str(step) for step in problem["loc"]]
        words = problem["msg"].removeprefix("Value error, ")
        bounds = (value for name, value in problem.get("ctx", {}).items() if name in ("ge", "gt", "le", "lt"))
        raise TuningError(
            f"{_where(path, origins)}: {words[0].lower()}{words[1:]}.", ".".join(path), problem["type"],
            next(bounds, None),
        ) from None  # fmt: skip


def _where(path: list[str], origins: dict[str, str]) -> str:
    """The origin nearest to the key at ``path``: a revision, a district's own file, else the shipped one."""
    for length in range(len(path), 0, -1):
        origin = origins.get(".".join(path[:length]))
        if origin:
            inside_file = origin.endswith(".toml")
            return f"{origin}, key {'.'.join(path[1:] if inside_file else path)}"
    return f"{SHIPPED / PARTS.get(path[0], path[0])}, key {'.'.join(path[1:])}"
