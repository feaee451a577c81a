"""What a district tunes: shipped files, its own files key by key, dated revisions on top; one reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config.settings import SettingsError
from models import ConfigRevision, JsonObject
from outreach.effective import (
    TuningError,
    check_changes,
    effective_config,
    message_files,
    message_languages,
    table,
    unknown_files,
)
from tests.world import NOW, World

Writes = Callable[[str, str], Path]


@pytest.fixture
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writes:
    """Write a file of the district's own; the folder is in force from then on."""
    folder = tmp_path / "own"

    def write(name: str, text: str) -> Path:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        monkeypatch.setenv("OUTREACH_CONFIG_DIR", str(folder))
        return file

    return write


@pytest.fixture(autouse=True)
def nothing_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTREACH_CONFIG_DIR", raising=False)


def revise(world: World, changes: JsonObject, days_ago: float = 1) -> ConfigRevision:
    return world.add(ConfigRevision(in_force_from=NOW - timedelta(days=days_ago), changes=changes, made_at=NOW))


def test_what_we_ship_is_sound(session: Session) -> None:
    tuning = effective_config(session, NOW)
    assert tuning.risk.bands.high == 5
    assert tuning.risk.factor["work_below_average"].points == 3
    assert tuning.version.endswith("+0")
    assert {"en", "es"} <= set(tuning.safety.words)


def test_a_districts_file_wins_key_by_key(session: Session, own_file: Writes) -> None:
    before = effective_config(session, NOW)
    own_file("risk.toml", "[bands]\nhigh = 6\n")
    tuning = effective_config(session, NOW)
    assert (tuning.risk.bands.high, tuning.risk.bands.elevated) == (6, before.risk.bands.elevated)
    assert tuning.risk.factor == before.risk.factor
    assert tuning.version != before.version


def test_a_changed_file_is_read_again(session: Session, own_file: Writes) -> None:
    own_file("risk.toml", "[bands]\nhigh = 6\n")
    effective_config(session, NOW)
    own_file("risk.toml", "[bands]\nhigh = 17\n")
    assert effective_config(session, NOW).risk.bands.high == 17


def test_a_revision_wins_over_a_file_from_its_day_on(session: Session, world: World, own_file: Writes) -> None:
    own_file("risk.toml", "[bands]\nhigh = 6\n")
    made = revise(world, {"risk.bands.high": 7})
    later = revise(world, {"risk.bands.high": 8}, days_ago=-1)
    now = effective_config(session, NOW)
    assert now.risk.bands.high == 7
    assert now.version.endswith(f"+{made.id}")
    assert effective_config(session, NOW - timedelta(days=2)).risk.bands.high == 6
    assert effective_config(session, NOW + timedelta(days=2)).version.endswith(f"+{later.id}")


def test_later_revisions_add_to_earlier_ones(session: Session, world: World) -> None:
    revise(world, {"risk.bands.high": 9, "cadence.planning.families_per_teacher_a_day": 3}, days_ago=2)
    revise(world, {"risk.bands.high": 8})
    tuning = effective_config(session, NOW)
    assert (tuning.risk.bands.high, tuning.cadence.planning.families_per_teacher_a_day) == (8, 3)


def test_the_same_values_have_the_same_digest(session: Session, world: World) -> None:
    before = effective_config(session, NOW).version
    revise(world, {"risk.bands.high": 5})
    assert effective_config(session, NOW).version.split("+")[0] == before.split("+")[0]


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("risk.toml", '[bands]\nhigh = "many"\n', "bands.high"),
        ("risk.toml", "[bands]\nhgih = 6\n", "bands.hgih"),
        ("risk.toml", "[bands]\nhigh = 3\n", "bands"),
        ("risk.toml", "[factor.work_average]\npoints = nan\n", "factor.work_average.points"),
        ("risk.toml", '[factor.work_average]\nsource = ""\n', "factor.work_average.source"),
        ("cadence.toml", '[sending]\nwindow_opens = "8 o\'clock"\n', "sending.window_opens"),
        ("cadence.toml", '[sending]\nwindow_opens = "21:00"\n', "sending"),
        ("cadence.toml", "[requests]\ndue_business_days = -1\n", "requests.due_business_days"),
        ("safety.toml", "[words]\nen = 5\n", "words.en"),
    ],
)
def test_a_wrong_value_names_file_and_key(session: Session, own_file: Writes, name: str, text: str, key: str) -> None:
    file = own_file(name, text)
    with pytest.raises(TuningError) as refused:
        effective_config(session, NOW)
    assert str(refused.value).startswith(f"{file}, key {key}: ")
    assert str(refused.value).endswith(".")


def test_a_file_that_is_not_toml_is_named(session: Session, own_file: Writes) -> None:
    file = own_file("cadence.toml", "[sending\n")
    with pytest.raises(TuningError, match=f"^{file} is not TOML: "):
        effective_config(session, NOW)


def test_a_wrong_revision_is_named(session: Session, world: World) -> None:
    made = revise(world, {"risk.bands.high": "many"})
    with pytest.raises(TuningError, match=f"^Configuration revision {made.id}, key risk.bands.high: "):
        effective_config(session, NOW)


def test_a_change_can_be_tried_before_it_is_kept(session: Session) -> None:
    assert check_changes(session, {"risk.bands.high": 6}, NOW).risk.bands.high == 6
    with pytest.raises(TuningError, match=r"^This change, key risk.no.such: there is no such setting\.$"):
        check_changes(session, {"risk.no.such": 6}, NOW)
    assert effective_config(session, NOW).risk.bands.high == 5


def test_a_folder_that_is_gone_is_one_sentence(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_CONFIG_DIR", "/no/such/folder")
    with pytest.raises(SettingsError, match=r"^OUTREACH_CONFIG_DIR must be a folder that exists"):
        effective_config(session, NOW)


def test_other_tables_are_overridden_the_same_way(own_file: Writes) -> None:
    shipped = table("subjects.toml")
    own_file("subjects.toml", "[ours]\nextra = true\n")
    assert table("subjects.toml") == {**shipped, "ours": {"extra": True}}
    assert table("subjects.toml") is not table("subjects.toml"), "nobody can change what others read"


def test_message_files_are_overridden_one_by_one(own_file: Writes) -> None:
    shipped = message_files("en")
    assert shipped
    name = next(iter(shipped))
    file = own_file(f"messages/en/{name}", "ours")
    assert message_files("en") == {**shipped, name: file}
    own_file("messages/vi/praise.toml", "ours")
    assert {"en", "es", "vi"} <= set(message_languages())


@pytest.mark.parametrize("language", ["xx", "../..", "", "en/../es"])
def test_a_language_without_templates_has_none(language: str) -> None:
    assert message_files(language) == {}


def test_a_misspelt_file_is_told(own_file: Writes) -> None:
    own_file("rsik.toml", "")
    own_file("risk.toml", "")
    assert unknown_files() == ["rsik.toml"]
