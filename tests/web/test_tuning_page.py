"""What a district tunes on a page: tried first, kept with a reason, put back, and refused beside its field."""

from __future__ import annotations

import re

from sqlalchemy import select

from models import AccountRole, AuditEvent, ConfigRevision, StaffRole, Subject
from outreach.effective import effective_config
from outreach.web.tuning_fields import GROUPS
from tests.web.conftest import HASHED, Person, Town
from tests.world import NOW

HEAD = AccountRole.DISTRICT_ADMINISTRATOR
SEEN = re.compile(r'name="seen" value="(\d+)"')
FIELD = re.compile(r'<input class="form-control" [^>]*name="(?P<name>[a-z_0-9.]+)" value="(?P<value>[^"]*)"')


def values(page: str) -> dict[str, str]:
    """What the form holds, as the browser would send it."""
    seen = SEEN.search(page)
    assert seen
    typed = {match["name"]: match["value"] for match in FIELD.finditer(page) if match["name"] != "why"}
    return {**typed, "seen": seen[1]}


def send(head: Person, part: str, do: str, why: str = "", **typed: object) -> Person:
    page = head.get(f"/admin/tuning/{part}").text
    form: dict[str, object] = {**values(page), **{name.replace("__", "."): value for name, value in typed.items()}}
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


def second_head(town: Town) -> Person:
    """Another administrator of the district, by name S. Okafor."""
    staff = town.world.staff(town.school, role=StaffRole.DISTRICT, display_name="S. Okafor")
    account = town.world.account(staff, HEAD, email="second@example.org", password=HASHED)
    town.commit()
    first = town.accounts[HEAD]
    town.accounts[HEAD] = account
    person = town.sign_in(HEAD)
    town.accounts[HEAD] = first
    return person


RISK = "/admin/tuning/risk"
WEIGHT, NOW_FROM = "risk.factor.work_average.points", "risk.bands.high"


def changes(town: Town) -> list[object]:
    return [one.changes for one in town.rows(select(ConfigRevision).order_by(ConfigRevision.id))]


def test_who_keeps_a_page_of_before_is_told_who_changed_what_since_and_undoes_nothing(town: Town) -> None:
    first, second = town.sign_in(HEAD), second_head(town)
    mine, theirs = values(first.get(RISK).text), values(second.get(RISK).text)
    second.send(RISK, do="keep", why="Math weighs more here", **theirs | {WEIGHT: "2"})
    page = first.send(RISK, do="keep", why="Cases sooner", **mine | {NOW_FROM: "6"})

    assert page.status_code == 409
    assert "S. Okafor changed “A subject average” from 1 to 2 while you had this page open." in page.text
    assert changes(town) == [{WEIGHT: 2}]
    again = values(page.text)
    assert (again[WEIGHT], again[NOW_FROM]) == ("2", "6")
    assert 'value="Cases sooner"' in page.text
    assert "Stands there now" not in page.text
    first.send(RISK, do="keep", why="Cases sooner", **again)
    assert changes(town) == [{WEIGHT: 2}, {NOW_FROM: 6}]


def test_of_a_value_that_both_changed_the_second_sees_what_stands_now_beside_the_own(town: Town) -> None:
    first, second = town.sign_in(HEAD), second_head(town)
    mine, theirs = values(first.get(RISK).text), values(second.get(RISK).text)
    second.send(RISK, do="keep", why="Math weighs more here", **theirs | {WEIGHT: "2"})
    for act in ("try", "keep"):
        page = first.send(RISK, do=act, why="Much more", **mine | {WEIGHT: "3"})
        assert page.status_code == 409
        assert "Stands there now: 2" in page.text
        assert values(page.text)[WEIGHT] == "3"
    assert changes(town) == [{WEIGHT: 2}]
    first.send(RISK, do="keep", why="Much more", **values(page.text))
    assert changes(town) == [{WEIGHT: 2}, {WEIGHT: 3}]


def test_a_change_on_the_other_page_or_one_put_back_since_is_no_conflict(town: Town) -> None:
    first, second = town.sign_in(HEAD), second_head(town)
    mine = values(first.get(RISK).text)
    send(second, "cadence", "keep", "Longer", cadence__planning__not_now_days="10")
    send(second, "risk", "keep", "Cases sooner", risk__bands__high="6")
    made = town.rows(select(ConfigRevision.id).order_by(ConfigRevision.id))
    second.send(f"{RISK}/{made[-1]}/back")

    assert first.send(RISK, do="keep", why="Math", **mine | {WEIGHT: "2"}).status_code == 303
    assert changes(town)[-1] == {WEIGHT: 2}


def test_a_wrong_value_does_not_count_as_having_seen_what_others_changed(town: Town) -> None:
    first, second = town.sign_in(HEAD), second_head(town)
    mine = values(first.get(RISK).text)
    send(second, "risk", "keep", "Cases sooner", risk__bands__high="6")
    page = first.send(RISK, do="keep", why="Math", **mine | {WEIGHT: "many"})
    assert page.status_code == 422
    page = first.send(RISK, do="keep", why="Math", **values(page.text) | {WEIGHT: "2"})
    assert page.status_code == 409
    assert changes(town) == [{NOW_FROM: 6}]


def test_one_s_own_change_in_another_window_is_told_as_such(town: Town) -> None:
    head = town.sign_in(HEAD)
    mine = values(head.get(RISK).text)
    send(head, "risk", "keep", "Cases sooner", risk__bands__high="6")
    page = head.send(RISK, do="keep", why="Math", **mine | {WEIGHT: "2"})
    assert "You changed “Now, from” from 5 to 6 in another window." in page.text


def test_the_same_form_sent_twice_is_one_change_and_no_refusal(town: Town) -> None:
    head = town.sign_in(HEAD)
    form = values(head.get(RISK).text) | {WEIGHT: "2", "do": "keep", "why": "Math"}
    for _time in range(2):
        head.send(RISK, **form)
        assert "In force now" in head.follow().text
    assert changes(town) == [{WEIGHT: 2}]


def test_a_box_and_an_hour_that_others_changed_are_told_in_words(town: Town) -> None:
    first, second = town.sign_in(HEAD), second_head(town)
    mine = values(first.get("/admin/tuning/cadence").text)
    changed = {"cadence.sending.grades_in_texts": "yes", "cadence.sending.window_opens": "09:00"}
    send(second, "cadence", "keep", "Families asked", **changed)
    page = first.send("/admin/tuning/cadence", do="keep", why="Longer", **mine).text
    assert "from no to yes while" in page
    assert "changed “Not before” from 08:00 to 09:00 while" in page
    box = re.search(r'<input[^>]* name="cadence\.sending\.grades_in_texts"[^>]*>', page)
    assert box
    assert " checked" in box[0]
