"""The environment, typed: a wrong value stops start-up with one sentence that names the variable."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config.public_keys import public_key
from config.settings import DeliveryMode, Settings, SettingsError, load_settings

SID, TOKEN = "AC" + "0" * 32, "1" * 32
KEY = "k" * 40
LIVE_SMS = {
    "OUTREACH_DELIVERY_SMS": "live",
    "OUTREACH_SECRET_KEY": KEY,
    "TWILIO_ACCOUNT_SID": SID,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM_NUMBER": "+13125550100",
}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("OUTREACH_", "TWILIO_", "SENDGRID_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def loaded(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(SettingsError) as refused:
        loaded(monkeypatch, **variables)
    return str(refused.value)


def test_nothing_set_is_a_sandbox_on_this_machine(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/outreach.sqlite"
    assert (settings.delivery_sms, settings.delivery_email) == (DeliveryMode.SANDBOX, DeliveryMode.SANDBOX)
    assert not settings.any_live
    assert not (tmp_path / "instance").exists(), "reading settings writes nothing"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OUTREACH_TIMEZONE", "Mars/Olympus", "must be an IANA time zone"),
        ("OUTREACH_TIMEZONE", "EST5EDT4", "must be an IANA time zone"),
        ("OUTREACH_DELIVERY_SMS", "on", "must be 'sandbox' or 'live', not 'on'"),
        ("OUTREACH_DELIVERY_EMAIL", "LIVE", "must be 'sandbox' or 'live', not 'LIVE'"),
        ("OUTREACH_DATABASE_URL", "mysql://host/name", "must begin with sqlite:/// or postgresql+psycopg://"),
        ("OUTREACH_DATABASE_URL", "outreach.sqlite", "must look like sqlite:///"),
        ("OUTREACH_PUBLIC_URL", "outreach.example.org", "must be an address such as https://"),
        ("OUTREACH_PUBLIC_URL", "https://example.org/?a=1", "must be an address such as https://"),
        ("OUTREACH_CONFIG_DIR", "no/such/folder", "must be a folder that exists"),
        ("OUTREACH_SECRET_KEY", "short", "must have at least 32 characters"),
        ("TWILIO_ACCOUNT_SID", "AC12", "must be AC and 32 hexadecimal digits"),
        ("TWILIO_MESSAGING_SERVICE_SID", "x", "must be MG and 32 hexadecimal digits"),
        ("TWILIO_FROM_NUMBER", "(312) 555-0100", "must be a number such as +1"),
        ("SENDGRID_FROM_EMAIL", "school", "must be an e-mail address"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    words = refusal(monkeypatch, **{name: value})
    assert words.startswith(f"{name} {sentence}")
    assert words.endswith(".")
    assert "\n" not in words


def test_each_wrong_value_has_its_own_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = refusal(monkeypatch, OUTREACH_TIMEZONE="x", OUTREACH_DELIVERY_SMS="y").splitlines()
    assert [line.split()[0] for line in lines] == ["OUTREACH_TIMEZONE", "OUTREACH_DELIVERY_SMS"]


def test_a_secret_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hunter2" not in refusal(monkeypatch, OUTREACH_SECRET_KEY="hunter2")
    settings = loaded(monkeypatch, OUTREACH_SECRET_KEY=KEY, TWILIO_AUTH_TOKEN=TOKEN)
    assert KEY not in repr(settings)
    assert TOKEN not in repr(settings)


def test_live_texts_need_credentials_and_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    words = refusal(monkeypatch, OUTREACH_DELIVERY_SMS="live", OUTREACH_SECRET_KEY=KEY)
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM_NUMBER"):
        assert f"OUTREACH_DELIVERY_SMS is live, so {name} must be set." in words
    assert loaded(monkeypatch, **LIVE_SMS).any_live


def test_live_e_mail_needs_a_key_and_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    words = refusal(monkeypatch, OUTREACH_DELIVERY_EMAIL="live", OUTREACH_SECRET_KEY=KEY)
    assert "so SENDGRID_API_KEY must be set." in words
    assert "so SENDGRID_FROM_EMAIL must be set." in words


def der(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def ec_key() -> ec.EllipticCurvePublicKey:
    return ec.generate_private_key(ec.SECP256R1()).public_key()


@pytest.mark.parametrize("name", ["SENDGRID_WEBHOOK_PUBLIC_KEY", "SENDGRID_INBOUND_PUBLIC_KEY"])
def test_a_key_that_proves_sendgrid_s_posts_is_one_line_or_pem_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    key = ec_key()
    line, pem = base64.b64encode(der(key)).decode(), key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for text in (line, pem.decode(), pem.decode().replace("\n", "\r\n")):
        assert public_key(text) == key
        loaded(monkeypatch, **{name: text})
    of_rsa = base64.b64encode(der(rsa.generate_private_key(65537, 2048).public_key())).decode()
    cut, twisted = line[:-8], line.replace(line[30], "!")
    for text in ("no key", "QUJD", of_rsa, cut, twisted, "ñ", "-----BEGIN PUBLIC KEY-----"):
        sentence = refusal(monkeypatch, **{name: text})
        assert sentence == f"{name} must be a public key as SendGrid shows it: one line of base64, or PEM."


def test_a_domain_for_replies_needs_the_key_without_which_every_reply_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sentence = refusal(monkeypatch, SENDGRID_INBOUND_DOMAIN="reply.example.org")
    assert sentence == "SENDGRID_INBOUND_DOMAIN is set, so SENDGRID_INBOUND_PUBLIC_KEY must be set."
    key = base64.b64encode(der(ec_key())).decode()
    settings = loaded(monkeypatch, SENDGRID_INBOUND_PUBLIC_KEY=key)
    assert settings.sendgrid_inbound_domain == "reply.example.org"


@pytest.mark.parametrize("why", ["PostgreSQL", "a channel is live"])
def test_a_shared_or_sending_system_needs_a_secret_key_of_its_own(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    variables = {"OUTREACH_DATABASE_URL": "postgresql://u:p@h/d"} if why == "PostgreSQL" else LIVE_SMS
    without = {name: value for name, value in variables.items() if name != "OUTREACH_SECRET_KEY"}
    words = refusal(monkeypatch, **without)
    assert words.startswith("OUTREACH_SECRET_KEY must be set where")
    assert why in words


def test_an_address_of_postgresql_is_read_with_our_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(monkeypatch, OUTREACH_DATABASE_URL="postgres://u:p%40ss@h/d", OUTREACH_SECRET_KEY=KEY)
    assert settings.database_url == "postgresql+psycopg://u:p%40ss@h/d"


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    assert loaded(monkeypatch, OUTREACH_SECRET_KEY_FILE=str(file)).signing_key() == KEY


def test_a_secret_given_twice_or_in_no_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    words = refusal(monkeypatch, OUTREACH_SECRET_KEY_FILE="no/such/file")
    assert words == "OUTREACH_SECRET_KEY_FILE names 'no/such/file', which cannot be read: No such file or directory."
    assert "are both set" in refusal(monkeypatch, OUTREACH_SECRET_KEY=KEY)


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, OUTREACH_PUBLIC_URL="", OUTREACH_TIMEZONE="").public_url is None


def test_an_address_loses_its_closing_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, OUTREACH_PUBLIC_URL="https://example.org/k12/").public_url == "https://example.org/k12"


def test_a_machines_own_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    key = load_settings().signing_key()
    assert len(key) >= 32
    assert load_settings().signing_key() == key
    assert stat.S_IMODE((tmp_path / "instance/secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTREACH_DATABASE_URL", "postgresql://u@host:port/name"),
        ("OUTREACH_PUBLIC_URL", "http://["),
        ("OUTREACH_PUBLIC_URL", "https://outreach.example.org:99999"),
        ("OUTREACH_PUBLIC_URL", "https://outreach example.org"),
    ],
)
def test_an_address_that_cannot_be_taken_apart_says_what_one_looks_like(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert refusal(monkeypatch, **{name: value}).startswith(f"{name} must ")


def test_processes_that_start_at_once_sign_with_one_key() -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _number: Settings().signing_key(), range(32)))
    assert [len(key) >= 32 for key in keys] == [True]
    assert [path.name for path in Path("instance").iterdir()] == ["secret_key"]


def test_half_a_key_signs_nothing() -> None:
    Path("instance").mkdir()
    Path("instance/secret_key").write_text("")
    with pytest.raises(SettingsError, match="is not whole; remove it"):
        Settings().signing_key()


def test_where_no_key_can_be_kept_one_must_be_set() -> None:
    Path("instance").write_text("a file stands where the folder would be")
    with pytest.raises(SettingsError, match="set OUTREACH_SECRET_KEY"):
        Settings().signing_key()
