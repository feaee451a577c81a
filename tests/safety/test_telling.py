"""The safety list is told of an alert at once, and again until somebody has it; what is sent gives nothing away."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from models import AccountRole, AuditEvent, Channel, MessageState, OnCall, SafetyAlert, SafetyOutcome, Staff, StaffRole
from outreach.access.safety_list import listeners, watched_schools
from outreach.delivery import Providers, deliver_due, stop_everything
from outreach.delivery.safety import end, link_contact, put_back, raise_for_inbound, take, tell_again
from outreach.language import speaking
from tests.safety.scene import AGAIN, DANGER, FRIDAY_NIGHT, LINK, Scene, build
from tests.world import NOW, World


def test_the_list_is_told_at_once_by_text_and_by_e_mail(scene: Scene) -> None:
    alert = scene.alerted()
    assert tell_again(scene.session, FRIDAY_NIGHT, LINK) == 1
    text, mail = scene.told()
    assert (text.channel, text.to_value) == (Channel.SMS, "+13125550177")
    assert (mail.channel, mail.to_value) == (Channel.EMAIL, "rivera@example.org")
    assert text.due_at == mail.due_at == FRIDAY_NIGHT
    assert text.body == (
        "Lakeside High: A family's message may speak of danger. "
        f"Open: https://outreach.example.org/safety/{alert.id}"
    )  # fmt: skip
    assert mail.title == "Safety alert: Lakeside High"


def test_what_is_sent_holds_no_word_of_the_family_and_no_name(scene: Scene) -> None:
    scene.alerted()
    tell_again(scene.session, FRIDAY_NIGHT, LINK)
    for message in scene.told():
        for private in ("kill", "Maya", "Delgado", "Rosa", "5550142"):
            assert private not in f"{message.title} {message.body} {message.body_html}"


def test_it_is_told_again_every_ten_minutes_until_somebody_takes_it(scene: Scene) -> None:
    alert = scene.alerted()
    tell_again(scene.session, FRIDAY_NIGHT, LINK)
    assert tell_again(scene.session, FRIDAY_NIGHT + AGAIN - timedelta(seconds=1), LINK) == 0
    assert tell_again(scene.session, FRIDAY_NIGHT + AGAIN, LINK) == 1
    assert tell_again(scene.session, FRIDAY_NIGHT + AGAIN, LINK) == 0
    assert len(scene.told()) == 4
    assert "nobody has taken it yet" in scene.told()[-1].body
    take(scene.session, scene.listener, alert.id, FRIDAY_NIGHT + AGAIN)
    assert tell_again(scene.session, FRIDAY_NIGHT + 10 * AGAIN, LINK) == 0
    assert alert.alerts == 2


def test_what_has_not_left_is_called_off_once_somebody_has_it(scene: Scene) -> None:
    alert, other = scene.alerted(), scene.alerted("Leo hurts himself", NOW)
    tell_again(scene.session, NOW, LINK)
    take(scene.session, scene.listener, alert.id, NOW)
    states = {message.intent_key.split("|")[1]: message.state for message in scene.told()}
    assert states == {str(alert.id): MessageState.CANCELLED, str(other.id): MessageState.SCHEDULED}


def test_an_older_round_that_could_not_leave_is_not_sent_beside_the_next(scene: Scene) -> None:
    scene.alerted()
    tell_again(scene.session, FRIDAY_NIGHT, LINK)
    assert {message.expires_at for message in scene.told()} == {FRIDAY_NIGHT + AGAIN}


def test_an_alert_that_is_put_back_is_told_anew(scene: Scene) -> None:
    alert = scene.alerted()
    tell_again(scene.session, FRIDAY_NIGHT, LINK)
    take(scene.session, scene.listener, alert.id, FRIDAY_NIGHT)
    put_back(scene.session, scene.listener, alert.id, FRIDAY_NIGHT)
    assert tell_again(scene.session, FRIDAY_NIGHT, LINK) == 1
    assert len({message.intent_key for message in scene.told()}) == 4


def test_one_message_raises_one_alert_however_often_it_is_read(scene: Scene) -> None:
    inbound = scene.writes()
    first = raise_for_inbound(scene.session, inbound, scene.school.id, ["kill herself"], FRIDAY_NIGHT)
    take(scene.session, scene.listener, first.id, FRIDAY_NIGHT)
    again = raise_for_inbound(scene.session, inbound, scene.school.id, ["kill herself"], NOW)
    assert again.id == first.id
    assert again.next_alert_at is None


def test_linking_a_message_without_an_alert_does_nothing(scene: Scene) -> None:
    inbound = scene.writes("Thanks!")
    link_contact(scene.session, inbound.id, scene.world.contact(scene.maya).id)
    assert scene.session.scalars(select(SafetyAlert)).all() == []


def test_each_step_stands_in_the_trail_without_a_word_of_the_family(scene: Scene) -> None:
    alert = scene.alerted()
    tell_again(scene.session, FRIDAY_NIGHT, LINK)
    take(scene.session, scene.listener, alert.id, FRIDAY_NIGHT)
    end(scene.session, scene.listener, alert.id, SafetyOutcome.HANDLED, NOW, "Called Rosa; Maya is safe.")
    lines = scene.session.scalars(
        select(AuditEvent).where(AuditEvent.subject_type == "safety_alert").order_by(AuditEvent.id)
    ).all()
    assert [(line.action, line.account_id) for line in lines] == [
        ("raise_safety_alert", None),
        ("tell_safety_alert", None),
        ("take_safety_alert", scene.rivera_account.id),
        ("end_safety_alert", scene.rivera_account.id),
    ]
    assert lines[1].detail == {"round": 1, "people": 1}
    assert all("kill" not in str(line.detail) and "Rosa" not in str(line.detail) for line in lines)


def test_it_leaves_at_any_hour_also_while_everything_is_stopped(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        scene = build(World(session))
        scene.alerted()
        stop_everything(session, None, "Wrong numbers in the roster.", FRIDAY_NIGHT)
        tell_again(session, FRIDAY_NIGHT, LINK)
    figures = deliver_due(sessions, providers, lambda: FRIDAY_NIGHT, "w1")
    assert figures.accepted == 2


def test_two_workers_at_once_tell_a_round_once(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        build(World(session)).alerted()
    if session.get_bind().dialect.name == "postgresql":  # on SQLite the second would wait for the first to end
        with sessions.begin() as one, sessions.begin() as other:
            assert (tell_again(one, FRIDAY_NIGHT, LINK), tell_again(other, FRIDAY_NIGHT, LINK)) == (1, 0)
    else:
        with sessions.begin() as one:
            assert tell_again(one, FRIDAY_NIGHT, LINK) == 1
    with sessions.begin() as after:
        assert tell_again(after, FRIDAY_NIGHT, LINK) == 0
        assert after.scalars(select(SafetyAlert.alerts)).all() == [1]


class TestWithoutAList:
    """Nobody is ever nobody."""

    def names(self, scene: Scene) -> list[str | None]:
        return [person.email for person in listeners(scene.session, scene.school.id, NOW.date())]

    def leave(self, scene: Scene, *people: Staff) -> None:
        for person in people:
            person.active = False
        scene.session.flush()

    def test_the_schools_administrators_stand_in_then_the_districts_then_its_counselors(self, scene: Scene) -> None:
        lowe = scene.colleague(AccountRole.ADMINISTRATOR, StaffRole.ADMINISTRATOR)
        elsewhere = scene.world.school()
        scene.colleague(AccountRole.ADMINISTRATOR, StaffRole.ADMINISTRATOR, elsewhere)
        superintendent = scene.world.account(None, AccountRole.DISTRICT_ADMINISTRATOR, email="super@example.org")
        assert self.names(scene) == ["rivera@example.org"]
        scene.session.execute(delete(OnCall))
        boss = scene.session.get_one(Staff, lowe.staff_id)
        assert self.names(scene) == [boss.email]
        self.leave(scene, boss)
        assert self.names(scene) == ["super@example.org"]
        superintendent.active = False
        scene.session.flush()
        assert self.names(scene) == ["rivera@example.org"]

    def test_who_has_no_sign_in_is_told_at_the_very_last(self, scene: Scene) -> None:
        scene.session.execute(delete(OnCall))
        scene.rivera_account.active = False
        scene.session.flush()
        assert self.names(scene) == ["rivera@example.org"]
        self.leave(scene, scene.rivera)
        assert self.names(scene) == []

    def test_a_list_of_people_who_left_or_cannot_be_reached_is_none(self, scene: Scene) -> None:
        boss = scene.session.get_one(
            Staff, scene.colleague(AccountRole.ADMINISTRATOR, StaffRole.ADMINISTRATOR).staff_id
        )  # fmt: skip
        entry = scene.session.get_one(OnCall, (scene.school.id, scene.rivera.id))
        entry.phone, scene.rivera.email = None, None
        scene.session.flush()
        assert self.names(scene) == [boss.email]
        entry.phone = "+13125550177"
        scene.rivera.left_on = NOW.date()
        scene.session.flush()
        assert self.names(scene) == [boss.email]

    def test_who_stands_in_reads_the_alerts_and_nobody_else_does(self, scene: Scene) -> None:
        boss = scene.colleague(AccountRole.ADMINISTRATOR, StaffRole.ADMINISTRATOR)
        superintendent = scene.world.account(None, AccountRole.DISTRICT_ADMINISTRATOR)

        def watching() -> dict[int, list[int]]:
            people = (boss, superintendent, scene.rivera_account, scene.teacher_account)
            return {
                one.id: list(scene.session.scalars(watched_schools(scene.viewer(one)))) for one in people if one.active
            }

        here = [scene.school.id]
        everybody: dict[int, list[int]] = {
            boss.id: [], superintendent.id: [], scene.rivera_account.id: [], scene.teacher_account.id: []
        }  # fmt: skip
        assert watching() == {**everybody, scene.rivera_account.id: here}
        scene.session.execute(delete(OnCall))
        assert watching() == {**everybody, boss.id: here}
        boss.active = False
        scene.session.flush()
        everybody.pop(boss.id)
        assert watching() == {**everybody, superintendent.id: here}
        superintendent.active = False
        scene.session.flush()
        everybody.pop(superintendent.id)
        assert watching() == {**everybody, scene.rivera_account.id: here}

    def test_it_is_told_by_e_mail_and_an_alert_without_anybody_is_kept_and_tried_again(self, scene: Scene) -> None:
        scene.session.execute(delete(OnCall))
        self.leave(scene, scene.rivera)
        alert = scene.alerted(DANGER)
        assert tell_again(scene.session, FRIDAY_NIGHT, LINK) == 1
        assert scene.told() == []
        scene.world.account(None, AccountRole.DISTRICT_ADMINISTRATOR, email="super@example.org")
        assert tell_again(scene.session, FRIDAY_NIGHT + AGAIN, LINK) == 1
        assert [message.to_value for message in scene.told()] == ["super@example.org"]
        assert alert.alerts == 2


def test_each_of_the_list_is_told_in_their_own_language(scene: Scene) -> None:
    scene.rivera_account.language = "es"
    other = scene.world.staff(scene.school, role=StaffRole.COUNSELOR, email="lowe@example.org")
    scene.world.add(OnCall(school_id=scene.school.id, staff_id=other.id))
    alert = scene.alerted()
    with speaking("es"):
        tell_again(scene.session, FRIDAY_NIGHT, LINK)
    text, mail, english = scene.told()
    assert (
        text.body
        == mail.body
        == (f"Lakeside High: El mensaje de una familia puede hablar de peligro. Abrir: {LINK}/safety/{alert.id}")
    )
    assert mail.title == "Alerta de seguridad: Lakeside High"
    assert (english.to_value, english.title) == ("lowe@example.org", "Safety alert: Lakeside High")


def test_an_administrator_who_stands_in_is_told_in_the_language_of_the_sign_in(scene: Scene) -> None:
    scene.session.execute(delete(OnCall))
    scene.colleague(AccountRole.ADMINISTRATOR, StaffRole.ADMINISTRATOR).language = "es"
    scene.alerted()
    tell_again(scene.session, FRIDAY_NIGHT, LINK)
    assert [one.title for one in scene.told()] == ["Alerta de seguridad: Lakeside High"]
