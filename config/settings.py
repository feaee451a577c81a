"""What the environment says, typed. A wrong value stops start-up with one sentence that names the variable."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from .public_keys import public_key

INSTANCE = Path("instance")
"""Where a machine of its own keeps what it made: the SQLite database and the generated secret key. Under the folder
from which a command is run."""
SECRET_KEY_LENGTH = 32
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
HOST_NAME = re.compile(r"(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)+")
E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class SettingsError(Exception):
    """A variable of the environment has a wrong value; ``str(error)`` is one sentence for each, a line each."""


class DeliveryMode(StrEnum):
    SANDBOX = "sandbox"
    """Nothing leaves the machine; the default."""
    LIVE = "live"
    """Through the provider, and even then only for schools whose go-live day has come."""


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("must look like sqlite:///outreach.sqlite or postgresql+psycopg://user@host/name") from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ValueError(f"must begin with sqlite:/// or postgresql+psycopg://, not {url.drivername}")
    return url.render_as_string(hide_password=False)


def _zone(value: object) -> object:
    if isinstance(value, str):
        if value not in available_timezones():
            raise ValueError(f"must be an IANA time zone such as America/Chicago, not {value!r}")
        return ZoneInfo(value)
    return value


def _address_of_a_server(text: str) -> str:
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        sound = False
    if not sound or parts.query or parts.fragment or any(sign.isspace() for sign in text):
        raise ValueError(f"must be an address such as https://outreach.example.org, not {text!r}")
    return text.rstrip("/")


def _existing_folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError(f"must be a folder that exists; {str(path)!r} is none")
    return path


def _secret_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SECRET_KEY_LENGTH:
        raise ValueError(f"must have at least {SECRET_KEY_LENGTH} characters")
    return value


def _public_key(value: SecretStr) -> SecretStr:
    public_key(value.get_secret_value())
    return value


def _like(pattern: re.Pattern[str], words: str) -> AfterValidator:
    """A check that names the wanted shape and never repeats the value."""

    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"must be {words}")
        return text

    return AfterValidator(check)


Server = Annotated[str, AfterValidator(_address_of_a_server)]
PublicKey = Annotated[SecretStr, AfterValidator(_public_key)]


class Settings(BaseSettings):
    """Every setting of one installation. Build it with :func:`load_settings`; tests may name the fields instead."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, arbitrary_types_allowed=True)

    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default_factory=lambda: f"sqlite:///{(Path.cwd() / INSTANCE / 'outreach.sqlite').as_posix()}",
        validation_alias="OUTREACH_DATABASE_URL",
    )
    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] | None = Field(
        default=None, validation_alias="OUTREACH_SECRET_KEY"
    )
    """None: one of this machine's own, see :meth:`signing_key`; only with SQLite and the sandbox."""
    public_url: Server | None = Field(default=None, validation_alias="OUTREACH_PUBLIC_URL")
    """Where families' providers and people's browsers reach this system, without a closing slash."""
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        default=ZoneInfo("America/New_York"), validation_alias="OUTREACH_TIMEZONE"
    )
    """The zone of jobs, and of a district whose roster names none."""
    config_dir: Annotated[Path, AfterValidator(_existing_folder)] | None = Field(
        default=None, validation_alias="OUTREACH_CONFIG_DIR"
    )
    roster_path: Path | None = Field(default=None, validation_alias="OUTREACH_ROSTER_PATH")
    """Folder or zip where the SIS drops its export; it may be absent for a while."""

    delivery_sms: DeliveryMode = Field(default=DeliveryMode.SANDBOX, validation_alias="OUTREACH_DELIVERY_SMS")
    delivery_email: DeliveryMode = Field(default=DeliveryMode.SANDBOX, validation_alias="OUTREACH_DELIVERY_EMAIL")
    twilio_account_sid: Annotated[str, _like(ACCOUNT_SID, "AC and 32 hexadecimal digits")] | None = Field(
        default=None, validation_alias="TWILIO_ACCOUNT_SID"
    )
    twilio_auth_token: SecretStr | None = Field(default=None, validation_alias="TWILIO_AUTH_TOKEN")
    twilio_messaging_service_sid: Annotated[str, _like(SERVICE_SID, "MG and 32 hexadecimal digits")] | None = Field(
        default=None, validation_alias="TWILIO_MESSAGING_SERVICE_SID"
    )
    twilio_from_number: Annotated[str, _like(E164, "a number such as +13125550100")] | None = Field(
        default=None, validation_alias="TWILIO_FROM_NUMBER"
    )
    twilio_base_url: Server | None = Field(default=None, validation_alias="OUTREACH_TWILIO_BASE_URL")
    """None: Twilio's own."""
    sendgrid_api_key: SecretStr | None = Field(default=None, validation_alias="SENDGRID_API_KEY")
    sendgrid_from_email: Annotated[str, _like(E_MAIL, "an e-mail address")] | None = Field(
        default=None, validation_alias="SENDGRID_FROM_EMAIL"
    )
    sendgrid_webhook_public_key: PublicKey | None = Field(default=None, validation_alias="SENDGRID_WEBHOOK_PUBLIC_KEY")
    sendgrid_inbound_domain: Annotated[str, _like(HOST_NAME, "a host name such as reply.example.org")] | None = Field(
        default=None, validation_alias="SENDGRID_INBOUND_DOMAIN"
    )
    """Where Inbound Parse takes families' replies; None: answers go to the sender's address, unread here."""
    sendgrid_inbound_public_key: PublicKey | None = Field(default=None, validation_alias="SENDGRID_INBOUND_PUBLIC_KEY")
    """Of the security policy that signs what Inbound Parse sends."""
    sendgrid_base_url: Server | None = Field(default=None, validation_alias="OUTREACH_SENDGRID_BASE_URL")
    """None: SendGrid's own."""

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def any_live(self) -> bool:
        """True where at least one channel really sends."""
        return DeliveryMode.LIVE in (self.delivery_sms, self.delivery_email)

    def signing_key(self) -> str:
        """The key that signs sessions and links: the one given, else this machine's own, made on first use and kept in
        ``instance/secret_key`` (readable by its owner only)."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = INSTANCE / "secret_key"
        try:
            if not path.exists():
                _make_key(path)
            key = path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} cannot be made or read ({error}); set OUTREACH_SECRET_KEY.") from None
        if len(key) < SECRET_KEY_LENGTH:
            raise SettingsError(f"{path} is not whole; remove it, and a new one is made (everybody signs in again).")
        return key

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wrong = [*self._missing_for_sms(), *self._missing_for_email(), *self._missing_for_replies()]
        if self.secret_key is None and not self.on_sqlite:
            wrong.append("OUTREACH_SECRET_KEY must be set where the database is PostgreSQL")
        elif self.secret_key is None and self.any_live:
            wrong.append("OUTREACH_SECRET_KEY must be set where a channel is live")
        if wrong:
            raise ValueError("\n".join(f"{sentence}." for sentence in wrong))
        return self

    def _missing_for_sms(self) -> list[str]:
        if self.delivery_sms is DeliveryMode.SANDBOX:
            return []
        needed = {"TWILIO_ACCOUNT_SID": self.twilio_account_sid, "TWILIO_AUTH_TOKEN": self.twilio_auth_token}
        missing = [name for name, value in needed.items() if value is None]
        if self.twilio_messaging_service_sid is None and self.twilio_from_number is None:
            missing.append("TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM_NUMBER")
        return [f"OUTREACH_DELIVERY_SMS is live, so {name} must be set" for name in missing]

    def _missing_for_email(self) -> list[str]:
        if self.delivery_email is DeliveryMode.SANDBOX:
            return []
        needed = {"SENDGRID_API_KEY": self.sendgrid_api_key, "SENDGRID_FROM_EMAIL": self.sendgrid_from_email}
        missing = [name for name, value in needed.items() if value is None]
        return [f"OUTREACH_DELIVERY_EMAIL is live, so {name} must be set" for name in missing]

    def _missing_for_replies(self) -> list[str]:
        """Families would write to that domain, and not one of their mails could be believed."""
        if self.sendgrid_inbound_domain is None or self.sendgrid_inbound_public_key is not None:
            return []
        return ["SENDGRID_INBOUND_DOMAIN is set, so SENDGRID_INBOUND_PUBLIC_KEY must be set"]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the caller names, then the environment by our own rule of ``NAME_FILE``."""
        return init_settings, _Environment(settings_cls)


def _make_key(path: Path) -> None:
    """Put a new key at ``path``, whole from the first moment: of several processes that start at once one makes it,
    and none reads half of it."""
    path.parent.mkdir(exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # readable by its owner only
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(SECRET_KEY_LENGTH))
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()


class _Environment(PydanticBaseSettingsSource):
    """Each variable by its exact name; an empty one counts as absent; a secret may stand in the file ``NAME_FILE``."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = str(field.validation_alias or field.alias)
        value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
        if not file or name not in SECRETS:
            return value or None, name, False
        if value:
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them.")
        try:
            return Path(file).read_text("utf-8").strip() or None, name, False
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(f"{name}_FILE names {file!r}, which cannot be read: {why}.") from None

    def __call__(self) -> dict[str, Any]:
        fields = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in fields if value is not None}


def variable_names() -> dict[str, str]:
    """Field of :class:`Settings` to the name of its variable."""
    return {name: str(field.validation_alias or field.alias) for name, field in Settings.model_fields.items()}


SECRETS = frozenset(
    {
        "OUTREACH_DATABASE_URL",  # it may hold a password
        "OUTREACH_SECRET_KEY",
        "SENDGRID_API_KEY",
        "SENDGRID_INBOUND_PUBLIC_KEY",
        "SENDGRID_WEBHOOK_PUBLIC_KEY",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
    }
)
"""Variables that may be given as a file instead, as containers do."""


def load_settings() -> Settings:
    """The settings of this process, read from its environment.

    Raises :class:`SettingsError` with one sentence for each wrong variable; a secret's value is never repeated.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(dict(problem)) for problem in error.errors())) from None


def config_dir() -> Path | None:
    """The folder of a district's own configuration files, by itself: what ``effective_config`` needs of the settings.

    Raises :class:`SettingsError` where the variable names no folder.
    """
    text = os.environ.get("OUTREACH_CONFIG_DIR")
    if not text:
        return None
    try:
        return _existing_folder(Path(text))
    except ValueError as error:
        raise SettingsError(f"OUTREACH_CONFIG_DIR {error}.") from None


def _sentence(problem: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    words = str(problem["msg"]).removeprefix("Value error, ")
    if not where:
        return words
    name = variable_names().get(where, where)
    if problem["type"] == "enum":
        words = f"must be {problem['ctx']['expected']}, not {problem['input']!r}"
    return f"{name} {words[0].lower()}{words[1:]}."
