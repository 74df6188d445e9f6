"""The settings of the merchant accounts at payment channels: ``[pay.<name>]``, one of each.

Only their form is checked here; what a key must be is tried by ``load`` of the channel's ``merchant`` module.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from bot.settings_parts import Section

GATEWAYS = {"wechat": "https://api.mch.weixin.qq.com", "alipay": "https://openapi.alipay.com/gateway.do"}
ADDRESS = r"^(https?://[^\s/]+(/\S*)?)?$"


class Pay(Section):
    """One merchant account at a channel. Its name stands in orders and in the ledger: it is never given to another."""

    channel: Literal["wechat", "alipay"] = Field(description="`wechat` or `alipay`")
    app_id: str = Field(
        pattern=r"^[A-Za-z0-9_-]{6,64}$", description="WeChat: the account the merchant is bound to; Alipay: the app"
    )
    merchant_id: str = Field(
        pattern=r"^[0-9]{8,32}$", description="WeChat: merchant number (mchid); Alipay: the seller's user id (2088…)"
    )
    private_key: str = Field(
        min_length=1, repr=False, description="Our private key, or the path of its file; WeChat: apiclient_key.pem"
    )
    public_key: str = Field(
        "",
        repr=False,
        description="The channel's public key, or the path of its file; WeChat: pub_key.pem, without a word its "
        "certificates are fetched",
    )
    public_key_id: str = Field(
        "", pattern=r"^(PUB_KEY_ID_[0-9A-Za-z]{1,64})?$", description="WeChat: id of `public_key`"
    )
    certificates: bool = Field(
        False, description="WeChat: beside `public_key` the platform's certificates are believed, too, while one moves"
    )
    serial: str = Field(
        "", pattern=r"^[0-9A-Fa-f]{0,40}$", description="WeChat: serial number of our own certificate, in hex"
    )
    api_key: str = Field("", repr=False, description="WeChat: the APIv3 key, 32 characters")
    code_key: str = Field(
        "", repr=False, description="WeChat: the older API's key, for scanned payment codes; empty: none are taken"
    )
    certificate: str = Field(
        "", description="WeChat: path of a PEM file with our certificate and key; the older API's reversal needs it"
    )
    gateway: str = Field(
        "", pattern=ADDRESS, description="Where the channel's API is; without a word the channel's own address"
    )

    @model_validator(mode="before")
    @classmethod
    def _gateway(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        gateway = values.get("gateway") or GATEWAYS.get(str(values.get("channel")), "")
        return {**values, "gateway": gateway.rstrip("/") if isinstance(gateway, str) else gateway}
