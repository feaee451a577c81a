"""The queue's pages: who may read them, what each step does and says, two people on one case, saved views."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from models import (
    AccountRole,
    AuditEvent,
    Case,
    CaseEvent,
    CaseEventKind,
    CaseOutcome,
    CaseState,
    Family,
    School,
    Student,
)
from tests.web.conftest import Person, Town
from tests.web.queue_ground import in_the_queue, night

CASE = re.compile(r'name="case" value="(\d+:[\d.]+)"')


UNDO = re.compile(r'<form method="post" action="(/queue/undo\?[^"]+)"')


def another(town: Town, name: str, percent: float = 40.0) -> Family:
    child = town.world.student(town.school, family_name=name)
    town.world.phone(town.world.guardian(child, family_name=name))
    town.world.mark(child, percent)
    return town.world.family(child)


def cases_on(person: Person, page: str = "/queue") -> list[str]:
    """What the page's forms bring along: each family with its case as it was shown."""
    return list(dict.fromkeys(CASE.findall(person.get(page).text)))


def act(person: Person, step: str, cases: list[str], page: str = "/queue", **fields: object) -> str:
    """Send a step of a page; what its answer, or the page after it, says."""
    answer = person.send(f"/queue/{step}", page, case=cases, next=page, **fields)
    return html.unescape((person.follow() if answer.status_code == 303 else answer).text)


def undo_address(text: str) -> str:
    found = UNDO.search(text)
    assert found, "no undo"
    return html.unescape(found[1])


def the_case(town: Town) -> Case:
    return town.rows(select(Case).where(Case.family_id == town.delgado.id))[0]


def test_the_queue_is_the_counselors_and_says_why(town: Town) -> None:
    in_the_queue(town)
    for page in ("/queue", "/queue/points", "/queue/filters", "/queue/views", f"/queue/{town.delgado.id}"):
        assert town.sign_in().get(page).status_code == 403, page
    page = town.sign_in(AccountRole.COUNSELOR).get("/queue").text

    assert "Delgado" in page
    assert 'class="band high"' in page
    assert "Math 58%" in page
    assert "A sign, not a verdict" in page
    assert 'href="/queue/points"' in page
    assert "1 family" in page


def test_where_the_points_come_from_is_said_with_every_source(town: Town) -> None:
    page = town.sign_in(AccountRole.COUNSELOR).get("/queue/points").text
    assert "not a verdict on a family" in page
    assert "NHES:2019, odds ratio 4.2 / 2.3" in page
    assert "5 points or more" in page


def test_an_empty_queue_teaches_and_so_does_a_narrow_one(town: Town) -> None:
    counselor = town.sign_in(AccountRole.COUNSELOR)
    empty = counselor.get("/queue").text
    assert "Nobody is waiting here" in empty
    assert "What brings a family here" in empty
    assert "Nothing is snoozed" in counselor.get("/queue?whose=snoozed").text
    assert "Nothing was resolved lately" in counselor.get("/queue?whose=resolved").text
    in_the_queue(town)

    assert "No family matches" in counselor.get("/queue?grade=12").text
    assert "Delgado" in counselor.get("/queue?grade=09&language=es&reason=work_below_average&assigned=nobody").text


@pytest.mark.parametrize(
    "wrong",
    [
        "grade=%3Cb%3E&language=&reason=nothing&whose=whoever", "school=x&assigned=somebody", "after=!!&before=%00",
        "since=yesterday",
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_not_narrowed_by(town: Town, wrong: str) -> None:
    in_the_queue(town)
    assert "Delgado" in town.sign_in(AccountRole.COUNSELOR).get(f"/queue?{wrong}").text


def test_it_is_narrowed_in_the_address_and_each_condition_can_be_taken_away(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    form = counselor.get("/queue/filters?whose=open").text
    assert '<option value="09">Grade 9 (1)</option>' in form
    assert '<option value="es">Spanish (1)</option>' in form
    assert "Absent" not in form, "only what occurs"
    page = html.unescape(counselor.get("/queue?whose=open&grade=09&language=es").text)
    assert 'href="/queue?whose=open&language=es">Grade 9' in page
    assert 'href="/queue?whose=open&grade=09">Spanish' in page


def test_a_family_is_claimed_given_back_snoozed_and_woken(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    assert "Yours now: Delgado." in act(counselor, "claim", cases_on(counselor), "/queue?whose=open")
    assert the_case(town).claimed_by == counselor.staff_id
    assert "Given back: Delgado." in act(counselor, "release", cases_on(counselor))
    said = act(counselor, "snooze", cases_on(counselor), until="2026-12-01")
    assert "Out of the way until then: Delgado." in said
    assert "Nobody is waiting here" in said
    assert the_case(town).snoozed_until == date(2026, 12, 1)
    assert "until Tue 1 Dec" in counselor.get("/queue?whose=snoozed").text
    assert "Back in the queue: Delgado." in act(counselor, "wake", cases_on(counselor, "/queue?whose=snoozed"))
    assert the_case(town).snoozed_until is None


def test_a_resolution_leaves_the_queue_stands_among_the_resolved_and_is_undone(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    said = act(counselor, "resolve", cases_on(counselor), outcome="supported", words="A tutor\r\nfrom Monday.")
    assert "It comes back only for something new." in said
    assert "Nobody is waiting here" in said
    assert (the_case(town).outcome, the_case(town).resolution) == (CaseOutcome.SUPPORTED, "A tutor\nfrom Monday.")
    listed = counselor.get("/queue?whose=resolved").text
    assert "Support is arranged" in listed
    assert "A tutor" in listed
    counselor.send(undo_address(said))
    assert "Taken back: Delgado." in counselor.follow().text
    assert the_case(town).state is CaseState.OPEN
    act(counselor, "resolve", cases_on(counselor), outcome="settled")
    assert "Open again: Delgado." in act(counselor, "reopen", cases_on(counselor, "/queue?whose=resolved"))


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    cases = cases_on(counselor)
    for step, entered, sentence in (
        ("resolve", {"words": "A long story."}, "Say how it ended"),
        ("resolve", {"outcome": "something_else"}, "Say in a few words how it was resolved"),
        ("snooze", {"on": "someday"}, "Write the day as year, month, day"),
        ("snooze", {"until": "2026-11-24"}, "Choose a day after today"),
        ("note", {"words": "  "}, "Write the note first"),
        ("assign", {}, "Choose a colleague first"),
    ):
        answer = counselor.send(f"/queue/{step}", "/queue", case=cases, **entered)
        assert (answer.status_code, sentence in answer.text) == (422, True), (step, answer.text)
        assert 'class="field-error"' in answer.text
        assert CASE.findall(answer.text) == cases, "the case as it was seen goes along"
    assert "A long story." in counselor.send("/queue/resolve", "/queue", case=cases, words="A long story.").text
    assert the_case(town).version == 1


def test_from_ticks_to_a_page_that_asks_for_the_rest_without_any_script(town: Town) -> None:
    in_the_queue(town)
    another(town, "Okafor")
    night(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    cases = cases_on(counselor)
    counselor.send("/queue/ask/snooze", "/queue", case=cases, next="/queue?whose=open")
    page = counselor.follow().text
    assert "Delgado, Okafor" in html.unescape(page)
    assert "Until tomorrow" in page
    until = re.findall(r'name="until" value="([^"]+)"', page)
    assert until[0] == "2026-11-25"
    assert CASE.findall(page) == cases
    said = act(counselor, "snooze", cases, "/queue?whose=open", until=until[0])
    assert "2 families snoozed." in said


def test_nothing_chosen_is_said(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    for address in ("/queue/claim", "/queue/ask/snooze"):
        counselor.send(address, "/queue", next="/queue")
        assert "Choose at least one family first." in counselor.follow().text
    assert counselor.get("/queue/resolve?case=nonsense").status_code == 303


def test_a_rows_own_button_stands_above_the_ticks(town: Town) -> None:
    in_the_queue(town)
    okafor = another(town, "Okafor")
    night(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    cases = cases_on(counselor)
    own = next(one for one in cases if one.startswith(f"{okafor.id}:"))
    assert "Yours now: Okafor." in act(counselor, "claim", cases, only=own)
    assert the_case(town).claimed_by is None


def test_two_counselors_on_one_case_the_second_is_told_and_nothing_is_lost(town: Town) -> None:
    in_the_queue(town)
    first, second = town.sign_in(AccountRole.COUNSELOR), town.sign_in(AccountRole.ADMINISTRATOR)
    both_saw = cases_on(first)
    assert cases_on(second) == both_saw
    act(first, "note", both_saw, words="The father calls back on Friday.")
    act(first, "claim", cases_on(first))
    answer = second.send("/queue/resolve", "/queue", case=both_saw, outcome="no_concern", words="All is well at home.")
    told = html.unescape(answer.text)

    assert answer.status_code == 409
    assert "It has moved on since you opened the page." in told
    assert "Tue 24 Nov, 10 am: L. Alvarez added a note." in told
    assert "Tue 24 Nov, 10 am: L. Alvarez claimed it." in told
    assert "All is well at home." in told, "what was typed"
    assert 'value="no_concern" checked' in told, "what was chosen"
    assert (the_case(town).state, the_case(town).claimed_by) == (CaseState.OPEN, first.staff_id)
    fresh = CASE.findall(answer.text)
    assert fresh != both_saw
    said = act(second, "resolve", fresh, outcome="no_concern", words="All is well at home.")
    assert "Resolved: Delgado." in said
    assert the_case(town).resolution == "All is well at home."
    notes = town.rows(select(CaseEvent.words).where(CaseEvent.kind == CaseEventKind.NOTED))
    assert notes == ["The father calls back on Friday."]


def test_what_a_first_counselor_resolved_the_second_does_not_resolve_again_unseen(town: Town) -> None:
    in_the_queue(town)
    first, second = town.sign_in(AccountRole.COUNSELOR), town.sign_in(AccountRole.ADMINISTRATOR)
    both_saw = cases_on(first)
    cases_on(second)
    act(first, "resolve", both_saw, outcome="supported", words="A tutor from Monday.")
    answer = second.send("/queue/note", "/queue", case=both_saw, words="Called twice, rang out.")
    told = html.unescape(answer.text)

    assert answer.status_code == 409
    assert "L. Alvarez resolved it. Support is arranged." in told
    assert "Called twice, rang out." in told, "to copy: there is no open case to put it on"
    assert "all the same" not in told


def test_many_in_one_go_say_which_could_not_and_the_rest_is_undone_in_one(town: Town) -> None:
    in_the_queue(town)
    another(town, "Okafor")
    another(town, "Silva")
    night(town)
    first, second = town.sign_in(AccountRole.COUNSELOR), town.sign_in(AccountRole.ADMINISTRATOR)
    cases = cases_on(second)
    act(first, "claim", [one for one in cases if one.startswith(f"{town.delgado.id}:")])
    answer = second.send("/queue/claim", "/queue", case=cases)

    assert answer.status_code == 409
    assert "Not done for 1 family" in answer.text
    assert "Done for 2 other families." in answer.text
    second.send(undo_address(answer.text))
    assert "Taken back for 2 families." in second.follow().text
    assert [case.claimed_by for case in town.rows(select(Case).order_by(Case.id))] == [first.staff_id, None, None]


def test_a_refusal_shows_nothing_of_a_family_that_is_not_the_counselors(town: Town) -> None:
    in_the_queue(town)
    world = town.world
    noah = town.session.scalars(select(Student).where(Student.given_name == "Noah")).one()
    world.mark(noah, 40)
    world.request(town.stranger, town.session.get_one(School, noah.school_id))
    night(town)
    district = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    [theirs] = [one for one in cases_on(district) if one.startswith(f"{town.stranger.id}:")]
    counselor = town.sign_in(AccountRole.COUNSELOR)
    [own] = cases_on(counselor)
    answer = act(counselor, "claim", [own, theirs])

    assert "A family" in answer
    assert "Hartley" not in answer
    assert "Now:" not in answer


def test_undo_takes_back_what_was_done_last_and_says_when_there_is_nothing(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    act(counselor, "claim", cases_on(counselor))
    for said in ("Taken back: Delgado.", "There is nothing to undo."):
        counselor.send("/queue/undo", "/queue", next="/queue")
        assert said in counselor.follow().text
    assert the_case(town).claimed_by is None


def test_a_case_is_given_to_a_colleague(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    to = town.staff[AccountRole.ADMINISTRATOR]
    page = counselor.get(f"/queue/assign?case={cases_on(counselor)[0]}").text
    assert f'<option value="{to}">' in page
    assert f'<option value="{town.teacher.id}">' not in page, "a teacher works no cases"
    assert "Assigned: Delgado." in act(counselor, "assign", cases_on(counselor), to=to)
    assert the_case(town).claimed_by == to
    assert "Delgado" in counselor.get(f"/queue?assigned={to}").text
    assert "Delgado" not in counselor.get("/queue").text


def test_the_case_has_a_page_with_reasons_notes_and_what_was_said(town: Town) -> None:
    in_the_queue(town)
    town.world.contact(town.maya, summary="Spoke about the test.", staff_id=town.teacher.id)
    town.commit()
    counselor = town.sign_in(AccountRole.COUNSELOR)
    act(counselor, "note", cases_on(counselor), words="Calls back on Friday.")
    page = html.unescape(counselor.get(f"/queue/{town.delgado.id}").text)

    assert "Maya: Math 58% on 9 Nov, failing." in page
    assert "NHES:2019" in page
    assert "Calls back on Friday." in page
    assert "Spoke about the test." in page
    assert f'href="/families/{town.delgado.id}"' in page
    kept = town.rows(select(AuditEvent).where(AuditEvent.action == "read"))
    assert [(one.subject_type, one.subject_id) for one in kept] == [("family", town.delgado.id)]


def test_for_htmx_the_case_comes_without_the_frame(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    part = counselor.get(f"/queue/{town.delgado.id}", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'data-case="' in part
    assert part.count("<h2") == 1


def test_a_strange_family_has_no_case_page_and_cannot_be_worked(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    assert counselor.get(f"/queue/{town.stranger.id}").status_code == 404
    answer = counselor.send("/queue/claim", "/queue", case=[f"{town.stranger.id}:0.0"])
    assert answer.status_code == 404
    assert counselor.get("/queue/999999").status_code == 404


def test_a_sign_in_without_a_staff_member_reads_and_is_offered_no_step(town: Town) -> None:
    in_the_queue(town)
    role = AccountRole.DISTRICT_ADMINISTRATOR
    town.accounts[role] = town.world.account(None, role, email="nobody@example.org")
    town.commit()
    reader = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    page = reader.get("/queue").text
    assert "Delgado" in page
    assert "Claim" not in page
    assert "Claim" not in reader.get(f"/queue/{town.delgado.id}").text


def test_what_came_in_since_is_counted_and_silent_where_nothing_did(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    address = "/queue/counts?whose=new_and_mine&since="
    assert counselor.get(f"{address}2026-11-24T16:00:00%2B00:00").status_code == 204
    fresh = counselor.get(f"{address}2026-11-24T15:00:00%2B00:00")
    assert "1 new · show" in fresh.text
    assert counselor.get(f"{address}2026-11-24T15:00:00%2B00:00&shown=1").status_code == 204
    assert counselor.get(f"{address}nonsense").status_code == 204
    assert town.rows(select(AuditEvent).where(AuditEvent.subject_type == "family")) == []


def test_a_page_leads_on_by_key(town: Town) -> None:
    in_the_queue(town)
    for number in range(30):
        another(town, f"Home {number:02}", 40.0)
    night(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    front = counselor.get("/queue").text
    after = re.search(r'rel="next" href="([^"]+)"', front)
    assert after
    assert "offset" not in after[1]
    assert "page=" not in after[1]
    back = counselor.get(html.unescape(after[1])).text
    shown = [set(re.findall(r'data-row="(\d+)"', page)) for page in (front, back)]
    assert (len(shown[0]), len(shown[1]), shown[0] & shown[1]) == (25, 6, set())
    earlier = re.search(r'rel="prev" href="([^"]+)"', back)
    assert earlier
    assert set(re.findall(r'data-row="(\d+)"', counselor.get(html.unescape(earlier[1])).text)) == shown[0]


def test_the_number_of_statements_of_the_page_does_not_depend_on_its_rows(town: Town, database_url: str) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    few = statements_of(counselor, "/queue?whose=open")
    for number in range(18):
        another(town, f"Home {number:02}")
    night(town)
    assert statements_of(counselor, "/queue?whose=open") == few


def statements_of(person: Person, address: str) -> int:
    count = 0

    def one(*_: object) -> None:
        nonlocal count
        count += 1

    person.get(address)  # what the first request of a process loads once
    event.listen(Engine, "before_cursor_execute", one)
    try:
        assert person.get(address).text.count("data-row=") >= 1
    finally:
        event.remove(Engine, "before_cursor_execute", one)
    return count


@pytest.mark.parametrize("address", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"])
def test_a_page_never_sends_anybody_elsewhere(town: Town, address: str) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    answer = counselor.send("/queue/claim", "/queue", case=cases_on(counselor), next=address)
    assert answer.headers["Location"] == "/queue"
    assert f'href="{address}"' not in counselor.get(f"/queue/{town.delgado.id}?next={address}").text


def test_the_queue_speaks_spanish(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    spanish = {"headers": {"Accept-Language": "es"}}
    for page in (
        "/queue",
        "/queue/points",
        f"/queue/{town.delgado.id}",
        f"/queue/resolve?case={cases_on(counselor)[0]}",
    ):
        shown = counselor.get(page, **spanish).text
        assert 'lang="es"' in shown
        for english in ("Claim", "Resolve", "Snooze", "Where the points", "family"):
            assert not re.search(rf">{english}\b", shown), (page, english)
