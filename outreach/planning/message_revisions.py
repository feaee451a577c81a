"""What a district's administrator makes of the words that families receive: dated revisions, each with who read the
words, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, AccountRole, District, JsonValue, MessageRevision, Staff
from outreach.access import Viewer, audit, require_role
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.language import N_, _, kept

from .errors import WordsRefused
from .made_up import made_up
from .message_check import Problem, Written, clean, wrong_with
from .shared_words import SHARED_KEYS, wrong_with_shared
from .wording import STAFF_LANGUAGE, Form, LanguageWords, Situation, language_words
from .words_in_force import SHARED, language_in_force

LONGEST_NAME, LONGEST_WHY = 120, 500
TAKES_BACK = N_("Takes back change number %(id)s.")
TO_THE_FILE = N_("Back to the words of the file.")
NOTHING_DIFFERS = N_("Nothing differs from what is in force.")
WRITE_SOMETHING = N_("Write at least one sentence, or go back to the words of the file.")


@dataclass(frozen=True, slots=True)
class Signed:
    """Who stands for words, and why they change."""

    approved_by: str
    """Who read them, by name."""
    why: str
    seen: int
    """The newest revision that the person at the page knew of (0: none)."""

    def problems(self) -> list[Problem]:
        found: list[Problem] = []
        if not clean(self.approved_by):
            found.append(("approved_by", _("Name the person who read these words in this language.")))
        if not clean(self.why):
            found.append(("why", _("Say why, for whoever reads the history.")))
        return found


@dataclass(frozen=True, slots=True)
class _Change:
    form: str
    bodies: tuple[str, ...] | None
    title: str | None = None


def revise_messages(
    session: Session, viewer: Viewer, language: str, situation: Situation, written: Mapping[Form, Written],
    signed: Signed, now: datetime,
) -> list[MessageRevision]:  # fmt: skip
    """Put what differs of ``written`` into force, a revision for each form; all or nothing. Does not commit.

    Where nothing differs but who read the words, each form gets that name. Raises ``NotAllowed`` for anybody but a
    district's administrator, and :class:`~outreach.planning.errors.WordsRefused`.
    """
    _begin(session, viewer, language, situation, signed)
    words, files = language_in_force(session, language), language_words(language)
    values = made_up(language, words, language_in_force(session, STAFF_LANGUAGE))
    most = effective_config(session, now).cadence.sending.most_segments
    changes: list[_Change] = []
    problems: list[Problem] = []
    for form, typed in written.items():
        new, old = typed.cleaned(form), words.templates.get((situation, form))
        if not new.bodies:
            if new.title or (situation, form) in files.templates:
                problems.append((f"{form}.body.0", _(WRITE_SOMETHING)))
            elif old is not None:
                changes.append(_Change(form, None))
        elif old is None or (old.bodies, old.title or "") != (new.bodies, new.title):
            problems += wrong_with(situation, form, typed, values, most)
            changes.append(_Change(form, new.bodies, new.title or None))
    if not changes and not problems:
        changes = _read_again(words, situation, signed)
    return _keep(session, viewer, language, situation, changes, signed, problems, now)


def revise_shared(
    session: Session, viewer: Viewer, language: str, written: Mapping[tuple[str, str], str], signed: Signed,
    now: datetime,
) -> list[MessageRevision]:  # fmt: skip
    """The same for the words that the templates of a language share, by table and key. Raises as above."""
    _begin(session, viewer, language, SHARED, signed)
    words, files = language_in_force(session, language), language_words(language)
    changes: list[_Change] = []
    problems: list[Problem] = []
    for (table, key), typed in written.items():
        name, new, old = f"{table}.{key}", " ".join(clean(typed).split()), words.shared(table, key)
        if (table, key) not in SHARED_KEYS or new == (old or ""):
            continue
        if new:
            changes.append(_Change(name, (new,)))
        elif files.shared(table, key):
            problems.append((name, _(WRITE_SOMETHING)))
        else:
            changes.append(_Change(name, None))
    new_words = {
        (table, key): change.bodies[0] for change in changes if change.bodies
        for table, _dot, key in [change.form.partition(".")]
    }  # fmt: skip
    most = effective_config(session, now).cadence.sending.most_segments
    problems += wrong_with_shared(language, words, new_words, language_in_force(session, STAFF_LANGUAGE), most)
    return _keep(session, viewer, language, SHARED, changes, signed, problems, now)


def back_to_file(
    session: Session, viewer: Viewer, language: str, situation: str, form: str, now: datetime,
    *, seen: int | None = None,
) -> MessageRevision:  # fmt: skip
    """Put the words of the file into force again; where no file has any, there are none. ``seen`` is the newest
    revision that the page showed; None: it showed nothing. Raises as above."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    return _put_back(session, viewer, (language, situation, form), None, kept(TO_THE_FILE), now, seen)


def take_back_message(
    session: Session, viewer: Viewer, revision_id: int, now: datetime, *, seen: int | None = None
) -> MessageRevision:
    """A further revision with the words as they stood just before the given one, under the name of who read those.

    ``seen`` is the newest revision that the page showed, and an older one may be taken back with it in sight; None:
    only the newest of its form is taken back. Raises as above, and ``NotFound``.
    """
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    found = session.get(MessageRevision, revision_id)
    if found is None:
        raise NotFound(_("There is no such revision."))
    key = (found.language, found.situation, found.form)
    before = _newest(session, key, before=found.id)
    known = found.id if seen is None else seen
    return _put_back(session, viewer, key, before, kept(TAKES_BACK, id=found.id), now, known)


def newest_revision(session: Session, language: str, situation: str) -> int:
    """The id of the newest revision of a situation (or of the shared words) in a language; 0: there is none."""
    statement = select(func.max(MessageRevision.id)).where(
        MessageRevision.language == language, MessageRevision.situation == situation
    )
    return session.scalar(statement) or 0


def changed_since(session: Session, language: str, situation: str, seen: int) -> frozenset[str]:
    """The forms of a situation (or the shared words) of which there is a revision newer than ``seen``."""
    statement = select(MessageRevision.form).where(
        MessageRevision.language == language, MessageRevision.situation == situation, MessageRevision.id > seen
    )
    return frozenset(session.scalars(statement))


def name_of_viewer(session: Session, viewer: Viewer) -> str:
    """As a signature: the staff member's name, else the e-mail of the account."""
    return session.scalars(
        select(func.coalesce(Staff.display_name, Account.email))
        .select_from(Account)
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(Account.id == viewer.account_id)
    ).one()


def _begin(session: Session, viewer: Viewer, language: str, situation: str, signed: Signed) -> None:
    """One at a time; nobody writes over what another has written unseen."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    session.get(District, 1, with_for_update=True)
    newest = newest_revision(session, language, situation)
    if newest > signed.seen:
        by = _who_made(session, newest)
        raise WordsRefused(
            [("", _("%(name)s changed these words while you wrote; compare them, then save yours again.", name=by))]
        )


def _who_made(session: Session, revision_id: int) -> str:
    return session.scalars(
        select(func.coalesce(Staff.display_name, Account.email))
        .select_from(MessageRevision)
        .join(Account, Account.id == MessageRevision.made_by)
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(MessageRevision.id == revision_id)
    ).one()


def _read_again(words: LanguageWords, situation: Situation, signed: Signed) -> list[_Change]:
    """The words stay; another person has read them and stands for them."""
    return [
        _Change(form, one.bodies, one.title)
        for (of, form), one in words.templates.items()
        if of is situation and one.approved_by != _name(signed)
    ]


def _keep(
    session: Session, viewer: Viewer, language: str, situation: str, changes: list[_Change], signed: Signed,
    problems: list[Problem], now: datetime,
) -> list[MessageRevision]:  # fmt: skip
    problems = [*problems, *signed.problems()]
    if not problems and not changes:
        problems = [("", _(NOTHING_DIFFERS))]
    if problems:
        raise WordsRefused(problems)
    made = [
        MessageRevision(
            language=language, situation=situation, form=one.form, title=one.title,
            bodies=list(one.bodies) if one.bodies else None, approved_by=_name(signed) if one.bodies else None,
            made_by=viewer.account_id, made_at=now, why=clean(signed.why)[:LONGEST_WHY],
        )
        for one in changes
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    _note(session, viewer, language, situation, made, now)
    return made


def _name(signed: Signed) -> str:
    return " ".join(clean(signed.approved_by).split())[:LONGEST_NAME]


def _put_back(
    session: Session, viewer: Viewer, key: tuple[str, str, str], before: MessageRevision | None, why: str,
    now: datetime, seen: int | None,
) -> MessageRevision:  # fmt: skip
    session.get(District, 1, with_for_update=True)
    present = _newest(session, key)
    if present is not None and seen is not None and present.id > seen:
        by = _who_made(session, present.id)
        raise WordsRefused([("", _("%(name)s changed these words since. Look at them, then decide.", name=by))])
    if _words_of(present) == _words_of(before):
        raise WordsRefused([("", _(NOTHING_DIFFERS))])
    language, situation, form = key
    made = MessageRevision(
        language=language, situation=situation, form=form, title=before.title if before else None,
        bodies=before.bodies if before else None, approved_by=before.approved_by if before else None,
        made_by=viewer.account_id, made_at=now, why=why,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _note(session, viewer, language, situation, [made], now)
    return made


def _words_of(revision: MessageRevision | None) -> tuple[str | None, list[str] | None, str | None]:
    return (revision.title, revision.bodies, revision.approved_by) if revision else (None, None, None)


def _newest(session: Session, key: tuple[str, str, str], before: int | None = None) -> MessageRevision | None:
    language, situation, form = key
    statement = (
        select(MessageRevision)
        .where(
            MessageRevision.language == language, MessageRevision.situation == situation, MessageRevision.form == form
        )
        .order_by(MessageRevision.id.desc())
        .limit(1)
    )
    if before is not None:
        statement = statement.where(MessageRevision.id < before)
    return session.scalars(statement).first()


def _note(
    session: Session, viewer: Viewer, language: str, situation: str, made: list[MessageRevision], now: datetime
) -> None:  # fmt: skip
    forms: list[JsonValue] = [one.form for one in made]
    audit(
        session, viewer, "revise_message", "message_revision", made[-1].id, now,
        detail={"language": language, "situation": situation, "forms": forms},
    )  # fmt: skip
