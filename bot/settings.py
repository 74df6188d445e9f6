"""The settings: environment ``DAOYI_*`` over one TOML file, checked at start.

``load_settings()`` is the only way in. What is wrong is reported at once and by the name the user wrote it under.
The table of all names is docs/settings.md, written by ``bot.settings_table``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import SettingsError
from bot.settings_alipay_pay import AlipayMerchant
from bot.settings_booking import Booking
from bot.settings_commercial import CommercialInsurer, InsurerName
from bot.settings_discreet import Discreet
from bot.settings_keep import Keep
from bot.settings_limits import Limits
from bot.settings_parts import Account, Desk, Hospital, People, Push, Slug, Sms
from bot.settings_payment import Payment
from bot.settings_secret import checked_secrets, normal_database, read_secret, secret_from
from bot.settings_sources import Sources, problems_of
from bot.settings_speech import Speech
from bot.settings_standing import SameDay, Standing
from bot.settings_wechat_pay import WeChatMerchant

__all__ = ["Account", "Settings", "load_settings"]


class Settings(BaseSettings):
    """Frozen once loaded; tests change one with ``settings.model_copy(update={...})``."""

    model_config = SettingsConfigDict(
        env_prefix="DAOYI_", env_nested_delimiter="__", extra="forbid", frozen=True, str_strip_whitespace=True
    )

    database: str = Field(
        "", repr=False, description="SQLAlchemy URL of SQLite, MySQL, MariaDB or TiDB; empty: `daoyi.sqlite` in `var`"
    )
    redis: str = Field(
        "",
        repr=False,
        pattern=r"^((rediss?|unix)://\S+)?$",
        description="`redis://`, `rediss://` or `unix://` URL; empty: an embedded server in `var`",
    )
    secret_key: str = Field(
        "",
        repr=False,
        description="Master key, 32 characters or more; several with commas "
        "between: the first is current, the others are old; empty: made once in `var/secret.key`",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on")
    port: int = Field(8080, ge=1, le=65535, description="Port to listen on; the sandbox takes the next one too")
    processes: int = Field(1, ge=1, le=64, description="Web processes on this machine")
    var: Path = Field(Path("var"), description="Folder for everything that is written to disk")
    timezone: str = Field("Asia/Shanghai", description="The hospital's wall clock, a name of the tz database")
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+(/\S*)?)?$",
        description="How patients reach the pages; empty: `http://host:port`",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged")
    log_format: Literal["console", "json"] = Field("console", description="`console` for people, `json` for machines")
    metrics_open: bool = Field(False, description="`/metrics` answers other machines, too; otherwise only this one")
    templates_override: Path | None = Field(None, description="Folder whose templates stand before ours")
    answer_seconds: float = Field(
        3.6, gt=0, le=4.5, description="A callback is answered within so many seconds; the channel waits 5"
    )
    accounts: dict[Slug, Account] = Field({}, description="The hospital's accounts, `[accounts.<name>]`")
    alipay_pay: dict[Slug, AlipayMerchant] = Field({}, description="Merchants at Alipay, `[alipay_pay.<name>]`")
    commercial: dict[InsurerName, CommercialInsurer] = Field(
        {}, description="Commercial insurers, `[commercial.<name>]`; the sandbox has two where none is set"
    )
    phone_desk: str = Field("", pattern=r"^[0-9+() -]{0,32}$", description="The hospital's service phone")
    emergency_phone: str = Field("120", pattern=r"^[0-9+() -]{2,32}$", description="The number for emergencies")
    sms: Sms = Field(Sms(), description="Text messages")
    wechat_pay: dict[Slug, WeChatMerchant] = Field({}, description="Merchants at WeChat Pay, `[wechat_pay.<name>]`")
    hospital: Hospital = Field(Hospital(), description="The hospital's own system")
    booking: Booking = Field(Booking(), description="Rules of booking")
    same_day: SameDay = Field(SameDay(), description="Booking and cancelling on the day itself")
    standing: Standing = Field(Standing(), description="Checking in, not coming, appeals")
    discreet: Discreet = Field(Discreet(), description="Visits that nobody else is to learn of")
    people: People = Field(People(), description="Registration")
    push: Push = Field(Push(), description="Pushes")
    desk: Desk = Field(Desk(), description="The staff's console")
    payment: Payment = Field(Payment(), description="The cashier")
    limits: Limits = Field(Limits(), description="How much one may do in a minute")
    speech: Speech = Field(Speech(), description="The voice that reads aloud")
    keep: Keep = Field(Keep(), description="How long records are kept")
    sandbox: Literal["auto", "on", "off"] = Field(
        "auto",
        description="The phone in the browser: `auto` is on where no "
        "account is configured; it never starts beside real credentials",
    )

    demonstration: bool = Field(
        True, description="Beside the sandbox, an empty embedded hospital is filled with made-up people and lives on"
    )

    @field_validator("database")
    @classmethod
    def _database(cls, value: str) -> str:
        return normal_database(value)

    @field_validator("secret_key")
    @classmethod
    def _secret_key(cls, value: str) -> str:
        return checked_secrets(value)

    @field_validator("sandbox", mode="before")
    @classmethod
    def _sandbox(cls, value: Any) -> Any:
        """``true`` and ``false`` in the file, ``1`` and ``0`` in the environment."""
        return {"true": "on", "1": "on", "false": "off", "0": "off"}.get(str(value).lower(), value)

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("expected a name of the tz database such as Asia/Shanghai") from None
        return value

    @field_validator("templates_override")
    @classmethod
    def _templates_override(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("expected a folder that exists")
        return value

    @field_validator("sandbox")
    @classmethod
    def _sandbox_alone(cls, value: str, info: ValidationInfo) -> str:
        """A sandbox beside real accounts would let anybody speak as any patient."""
        sms, merchants = info.data.get("sms"), info.data.get("wechat_pay") or info.data.get("alipay_pay")
        if value == "on" and (info.data.get("accounts") or merchants or (sms and sms.gateway)):
            raise ValueError("on beside real credentials: expected off, or no account, merchant and SMS gateway")
        return value

    @property
    def sandbox_on(self) -> bool:
        """Whether the sandbox runs: asked for, or no real credentials are there."""
        real = self.accounts or self.wechat_pay or self.alipay_pay or self.sms.gateway
        return self.sandbox == "on" or (self.sandbox == "auto" and not real)

    def with_sandbox(self, accounts: dict[str, Account], sms: Sms | None = None) -> Settings:
        """The same settings with the accounts (and SMS gateway) that the sandbox made for itself.

        :raises SettingsError: where real ones are configured
        """
        if not self.sandbox_on:
            raise SettingsError("sandbox: expected no accounts and no SMS gateway beside it")
        return self.model_copy(update={"accounts": accounts, "sandbox": "on", "sms": sms or self.sms})

    @property
    def secret_key_made(self) -> bool:
        """Whether the secret is the one that the first start made in ``var``."""
        return self.secret_key == read_secret(self.var / "secret.key")

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """Master secrets, the current one first."""
        return tuple(key.strip() for key in self.secret_key.split(",") if key.strip())

    @property
    def base_url(self) -> str:
        """``public_url`` or, without one, the address the server listens on; no slash at the end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what ``load_settings`` hands over: ``Settings()`` in a test is the defaults and nothing else."""
        return (init_settings,)


def load_settings(env: Mapping[str, str] | None = None, path: Path | None = None) -> Settings:
    """Read, check and complete the settings.

    :param env: environment to read; the process's own by default
    :param path: TOML file; ``DAOYI_CONFIG`` or ``daoyi.toml``, if that is there, by default
    :raises SettingsError: with every wrong setting, each by the name it was written under
    """
    sources = Sources.read(Settings, os.environ if env is None else env, path)
    try:
        settings = Settings(**sources.values)
    except ValidationError as error:
        raise SettingsError([*sources.problems, *problems_of(error, sources)]) from None
    if sources.problems:
        raise SettingsError(sources.problems)
    update: dict[str, Any] = {}
    if not settings.database:
        update["database"] = f"sqlite+aiosqlite:///{(settings.var / 'daoyi.sqlite').absolute()}"
    if not settings.secret_key:
        update["secret_key"] = secret_from(settings.var / "secret.key")
    return settings.model_copy(update=update) if update else settings
