"""The sections of the settings, one class each. Every field's description ends up in docs/settings.md."""

from __future__ import annotations

from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationInfo, field_validator, model_validator

Mode = Literal["plaintext", "compatible", "safe"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]


class Section(BaseModel):
    """Unknown names are refused, so that a misspelt setting cannot silently keep its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Account(Section):
    """One official account, life account or mini-app of the hospital on a channel."""

    channel: Literal["wechat", "alipay"] = Field(description="`wechat` or `alipay`")
    mode: Mode = Field(
        "safe",
        description="WeChat: `plaintext`, `compatible` or `safe`; without a word `safe` where "
        "an `aes_key` is set, else `plaintext`",
    )
    app_id: str = Field(pattern=r"^[A-Za-z0-9_-]{6,64}$", description="The channel's id of the account")
    app_secret: str = Field("", repr=False, description="WeChat: AppSecret of the account")
    token: str = Field(
        "",
        repr=False,
        validate_default=True,
        pattern=r"^[A-Za-z0-9_-]{0,32}$",
        description="WeChat: Token of the server configuration, 3 to 32 letters and digits",
    )
    aes_key: str = Field(
        "",
        repr=False,
        validate_default=True,
        pattern=r"^([A-Za-z0-9+/]{43})?$",
        description="WeChat: EncodingAESKey, 43 characters; empty for plaintext mode",
    )
    private_key: str = Field("", repr=False, description="Alipay: our RSA2 private key, PEM or bare base64")
    platform_key: str = Field("", repr=False, description="Alipay: Alipay's public key, PEM or bare base64")
    api_base: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+(/\S*)?)?$",
        description="Where the channel's API is; without a word the channel's own address",
    )
    oauth_base: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+(/\S*)?)?$",
        description="Where the channel's sign-in page is; without a word the channel's own address",
    )
    tap_links: bool = Field(
        True, description="Options in a chat can be tapped (weixin://bizmsgmenu links) as well as answered by number"
    )
    templates: dict[str, str] = Field({}, description="Kind of push -> template id on the channel")
    subscriptions: dict[str, str] = Field({}, description="Kind of push -> id of the one-time subscription template")

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, values: Any) -> Any:
        """Fill what follows from the rest: the mode from the key, the addresses from the channel."""
        if not isinstance(values, dict):
            return values
        values = dict(values)
        if not values.get("mode"):
            values["mode"] = "safe" if values.get("aes_key") else "plaintext"
        for name, address in CHANNEL_ADDRESSES.get(str(values.get("channel")), {}).items():
            if not values.get(name):
                values[name] = address
            elif isinstance(values[name], str):
                values[name] = values[name].rstrip("/")
        return values

    @field_validator("token")
    @classmethod
    def _token_for_wechat(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("channel") == "wechat" and len(value) < 3:
            raise ValueError("expected the Token of the server configuration, 3 to 32 letters and digits")
        return value

    @field_validator("aes_key")
    @classmethod
    def _aes_key_for_mode(cls, value: str, info: ValidationInfo) -> str:
        """A mode that encrypts needs the key."""
        if not value and info.data.get("channel") == "wechat" and info.data.get("mode", "plaintext") != "plaintext":
            raise ValueError(f"expected the EncodingAESKey, 43 characters: mode is {info.data['mode']}")
        return value


CHANNEL_ADDRESSES = {
    "wechat": {"api_base": "https://api.weixin.qq.com", "oauth_base": "https://open.weixin.qq.com"},
    "alipay": {"api_base": "https://openapi.alipay.com", "oauth_base": "https://openauth.alipay.com"},
}


class Sms(Section):
    """The gateway that sends text messages."""

    gateway: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+(/\S*)?)?$",
        description="Address of the gateway; empty: no text messages, the sandbox makes its own",
    )
    key: str = Field("", repr=False, description="Access key id at the gateway")
    secret: str = Field("", repr=False, description="Access key secret at the gateway")
    sign_name: str = Field("", description="Signature (签名) that stands before each text message")


class Hospital(Section):
    """The hospital's own system behind the hospital port."""

    kind: Literal["embedded"] = Field("embedded", description="`embedded`: the hospital that Daoyi brings along")
    pool: Literal["daoyi", "hospital"] = Field("daoyi", description="Who owns the slot pool: `daoyi` or `hospital`")
    name: str = Field("", max_length=60, description="Name that patients read in chats, pushes and pages")


class People(Section):
    """Registration of persons and limits against touts."""

    max_family: int = Field(5, ge=1, le=20, description="Persons one contact may look after, itself included")
    max_new_per_month: PositiveInt = Field(5, description="Persons one contact may add within 30 days")
    max_removed_per_month: PositiveInt = Field(3, description="Persons one contact may remove within 30 days")
    code_minutes: int = Field(5, ge=1, le=30, description="How long an SMS code is valid")
    code_attempts: int = Field(5, ge=1, le=10, description="Wrong tries until an SMS code is worthless")
    code_seconds_between: int = Field(60, ge=10, le=600, description="Time between two SMS codes to one number")
    codes_per_day: PositiveInt = Field(10, description="SMS codes to one number, and from one contact, in a day")


class Window(Section):
    """So many messages within so many minutes after something the contact did."""

    messages: PositiveInt = Field(description="How many messages")
    minutes: PositiveInt = Field(description="For how long")


# https://developers.weixin.qq.com/doc/subscription/guide/product/message/ as of 2023-08; the platform changes it.
WINDOWS = {
    "message": Window(messages=5, minutes=48 * 60),
    "menu": Window(messages=3, minutes=1),
    "follow": Window(messages=3, minutes=1),
    "scan": Window(messages=3, minutes=1),
}


class Push(Section):
    """When and how much we may say of our own accord."""

    quiet_from: time = Field(time(21, 30), description="Start of the quiet hours; what can wait waits")
    quiet_to: time = Field(time(7, 30), description="End of the quiet hours")
    windows: dict[Literal["message", "menu", "follow", "scan"], Window] = Field(
        WINDOWS,
        validate_default=True,
        description="Customer-service messages a channel allows after a contact's act: "
        "`[push.windows.message] messages = 5, minutes = 2880`",
    )
    attempts: int = Field(8, ge=1, le=50, description="Tries until a push is a dead letter")

    @field_validator("windows", mode="before")
    @classmethod
    def _others_stay(cls, value: Any) -> Any:
        """One window in the file changes that one and leaves the others as they are."""
        return {**WINDOWS, **value} if isinstance(value, dict) else value


class Desk(Section):
    """The staff's console under /desk. Rules on passwords differ between guides (ASVS 6.2 against 等保), so they are
    the hospital's to set."""

    networks: str = Field(
        "", description="Networks from which the console opens, `10.0.0.0/8, 192.168.0.0/16`; empty: from everywhere"
    )
    proxies: str = Field(
        "", description="Networks of our own reverse proxies, whose X-Forwarded-For is believed"
    )
    password_length: int = Field(12, ge=8, le=64, description="Least length of a password")
    password_kinds: int = Field(
        2, ge=1, le=4, description="Of small letters, capitals, digits and signs, so many kinds in a password"
    )
    password_days: int = Field(0, ge=0, le=3650, description="A password is changed after so many days; 0: never")
    password_history: int = Field(5, ge=0, le=24, description="So many last passwords may not be used again")
    tries: int = Field(5, ge=3, le=20, description="Wrong tries of one member until waiting begins: 1 minute, doubling")
    address_tries: int = Field(30, ge=5, le=1000, description="The same for one address, whoever it tries")
    idle_minutes: int = Field(30, ge=5, le=720, description="A session that is not used ends after so long")
    session_hours: int = Field(12, ge=1, le=72, description="Every session ends after so long")
    roles: dict[Literal["doctor", "nurse", "technician", "clerk"], str] = Field(
        {}, description="Role, by its name, that who comes from the hospital's system is given at first, by kind: "
        '`[desk.roles] doctor = "…"`; without a word none',
    )
    export_rows: int = Field(20000, ge=100, le=200000, description="Most rows of one Excel export")

    @field_validator("networks", "proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        return checked_networks(value)


def checked_networks(value: str) -> str:
    """For a setting that holds networks. Raises ValueError in the user's words."""
    try:
        networks_of(value)
    except ValueError:
        raise ValueError("expected networks with commas between, such as 10.0.0.0/8, 192.168.0.0/16") from None
    return value


def networks_of(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks of a setting; ValueError where one is none."""
    return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())
