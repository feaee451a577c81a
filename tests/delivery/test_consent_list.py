"""What a list of consents may change in the ledger, and what no list does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Address, AddressKind, Channel, Consent, ConsentCategory, ConsentSource, ConsentState
from outreach.delivery import consents_of, record_consent
from outreach.delivery.consent_list import import_consents
from outreach.roster import ImportFigures
from tests.world import NOW, World

STAFF, LIST, LINK = ConsentSource.STAFF, ConsentSource.OPT_OUT_LIST, ConsentSource.UNSUBSCRIBE_LINK
WROTE, PROVIDER = ConsentSource.FAMILY_WROTE, ConsentSource.PROVIDER
A_WEEK_AGO = NOW - timedelta(days=7)
BEFORE, AFTER = "2026-11-10", "2026-11-22"
"""The opt-out."""


def take(session: Session, tmp_path: Path, *lines: str) -> ImportFigures:
    path = tmp_path / "consents.csv"
    path.write_text("\n".join(("address,channel,category,state,at,source", *lines)), "utf-8")
    return import_consents(session, path, NOW)


@pytest.fixture
def number(world: World) -> int:
    """The id of a number that nobody has yet."""
    world.district()
    return world.add(Address(kind=AddressKind.PHONE, value="+13125550142")).id


@pytest.mark.parametrize(
    ("sources", "at", "overrules"),
    [
        ([STAFF], "", False), ([LIST], "", False), ([WROTE], "", False), ([STAFF], BEFORE, False),
        ([STAFF], AFTER, True), ([LIST], AFTER, True),
        ([WROTE], AFTER, False), ([LINK], AFTER, False), ([PROVIDER], AFTER, False), ([PROVIDER, STAFF], AFTER, False),
    ],
)  # fmt: skip
def test_an_opt_in_overrules_an_opt_out_only_with_a_later_date_and_never_the_family_s_own_or_a_block(
    session: Session, tmp_path: Path, number: int, sources: list[ConsentSource], at: str, overrules: bool
) -> None:
    for source in sources:
        record_consent(session, number, Channel.SMS, ConsentState.OUT, source, A_WEEK_AGO)
    figures = take(session, tmp_path, f"312-555-0142,sms,,in,{at},family_wrote")

    assert (figures.changed, figures.rejected) == (int(overrules), 0)
    standing = consents_of(session, [number], ConsentCategory.SCHOOL)[number, Channel.SMS]
    assert (standing is ConsentState.IN) is overrules


def test_an_opt_out_counts_whatever_its_date_and_whatever_stands(session: Session, tmp_path: Path, number: int) -> None:
    record_consent(session, number, Channel.SMS, ConsentState.IN, WROTE, NOW)
    assert take(session, tmp_path, f"312-555-0142,sms,,out,{BEFORE},").changed == 1
    assert consents_of(session, [number], ConsentCategory.SCHOOL)[number, Channel.SMS] is ConsentState.OUT


def test_an_opt_in_of_somebody_who_never_said_anything_needs_no_date(
    session: Session, tmp_path: Path, number: int
) -> None:
    assert take(session, tmp_path, "312-555-0142,sms,,in,,").changed == 1
    assert take(session, tmp_path, "312-555-0142,sms,,in,,").changed == 0


def test_within_one_list_an_opt_in_without_a_date_overrules_no_opt_out_either(
    session: Session, tmp_path: Path, number: int
) -> None:
    assert take(session, tmp_path, "312-555-0142,sms,all,out,,", "312-555-0142,sms,school,in,,").changed == 1
    assert set(session.scalars(select(Consent.state))) == {ConsentState.OUT}


def test_two_ways_to_write_one_mailbox_are_one_address(session: Session, tmp_path: Path, world: World) -> None:
    world.district()
    figures = take(session, tmp_path, "Ana.Lopez@Example.org,email,,out,,", "ana.lopez@example.org,email,,out,,")

    assert (figures.changed, figures.rejected) == (1, 1)
    assert session.scalars(select(Address.value)).all() == ["ana.lopez@example.org"]
