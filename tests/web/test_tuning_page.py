"""What a district tunes on a page: tried first, kept with a reason, put back, and refused beside its field."""

from __future__ import annotations

import re

from sqlalchemy import select

from models import AccountRole, AuditEvent, ConfigRevision, Subject
from outreach.effective import effective_config
from outreach.web.tuning_fields import GROUPS
from tests.web.conftest import Person, Town
from tests.world import NOW

HEAD = AccountRole.DISTRICT_ADMINISTRATOR
FIELD = re.compile(r'<input class="form-control" [^>]*name="(?P<name>[a-z_0-9.]+)" value="(?P<value>[^"]*)"')


def values(page: str) -> dict[str, object]:
    """What the form holds, as the browser would send it."""
    return {match["name"]: match["value"] for match in FIELD.finditer(page) if match["name"] != "why"}


def send(head: Person, part: str, do: str, why: str = "", **typed: object) -> Person:
    page = head.get(f"/admin/tuning/{part}").text
    form = values(page) | {name.replace("__", "."): value for name, value in typed.items()}
    head.send(f"/admin/tuning/{part}", f"/admin/tuning/{part}", do=do, why=why, **form)
    return head


def test_trying_says_how_many_families_would_move_and_changes_nothing(town: Town) -> None:
    town.world.mark(town.maya, 75, Subject.MATH)
    town.commit()
    head = send(town.sign_in(HEAD), "risk", "try", risk__factor__work_average__points=9)
    assert head.last is not None

    assert "This would move 1 family to “now”" in head.last.text
    assert 'value="9"' in head.last.text
    assert town.rows(select(ConfigRevision)) == []


def test_a_change_is_kept_with_its_reason_audited_and_put_back(town: Town) -> None:
    head = send(town.sign_in(HEAD), "risk", "keep", "Math weighs more here", risk__factor__work_average__points=2)
    shown = head.follow().text
    assert "In force now" in shown
    assert "A subject average: 1 → <b>2</b>" in shown
    assert "Math weighs more here" in shown
    [made] = town.rows(select(ConfigRevision))
    assert made.changes == {"risk.factor.work_average.points": 2}
    assert effective_config(town.session, NOW).risk.factor["work_average"].points == 2
    town.session.rollback()
    assert "revise_config" in town.rows(select(AuditEvent.action))

    head.send(f"/admin/tuning/risk/{made.id}/back", "/admin/tuning/risk")
    assert "Put back as it was." in head.follow().text
    assert effective_config(town.session, NOW).risk.factor["work_average"].points == 1


def test_a_wrong_value_is_refused_beside_its_field_and_what_was_typed_stays(town: Town) -> None:
    head = send(town.sign_in(HEAD), "risk", "keep", "why", risk__factor__work_average__points="many")
    assert head.last is not None
    assert head.last.status_code == 422
    assert 'id="risk.factor.work_average.points-error">Enter a whole number.' in head.last.text
    assert 'value="many"' in head.last.text

    send(head, "risk", "keep", "why", risk__bands__high="2")
    assert "“Now” must take more points than “soon”." in head.last.text
    send(head, "cadence", "keep", "why", cadence__spending__monthly_limit="-1")
    assert "Enter 0 or more." in head.last.text
    assert town.rows(select(ConfigRevision)) == []


def test_a_change_without_a_reason_is_not_kept(town: Town) -> None:
    head = send(town.sign_in(HEAD), "cadence", "keep", "", cadence__planning__not_now_days="10")
    assert head.last is not None
    assert "Say why, for whoever reads the history." in head.last.text
    assert town.rows(select(ConfigRevision)) == []


def test_a_box_that_is_not_ticked_means_no(town: Town) -> None:
    head = send(town.sign_in(HEAD), "cadence", "keep", "Families asked", **{"cadence.sending.grades_in_texts": "yes"})
    [made] = town.rows(select(ConfigRevision))
    assert made.changes == {"cadence.sending.grades_in_texts": True}
    send(head, "cadence", "keep", "Not any more")
    assert [one.changes for one in town.rows(select(ConfigRevision).order_by(ConfigRevision.id))][1:] == [
        {"cadence.sending.grades_in_texts": False}
    ]


def test_only_the_district_s_administrator_tunes(town: Town) -> None:
    for role in (AccountRole.ADMINISTRATOR, AccountRole.COUNSELOR, AccountRole.TEACHER, AccountRole.RECORDER):
        assert town.sign_in(role).get("/admin/tuning/risk").status_code == 403


def test_every_field_on_the_page_is_a_value_of_the_configuration(town: Town) -> None:
    head = town.sign_in(HEAD)
    for part in ("risk", "cadence"):
        shown = set(re.findall(r'name="((?:risk|cadence)\.[a-z_0-9.]+)"', head.get(f"/admin/tuning/{part}").text))
        wanted = {field.key for group in GROUPS if group.part == part for field in group.fields}
        assert wanted <= shown
