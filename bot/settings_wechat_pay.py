"""The section of the settings about merchants of WeChat Pay: `[wechat_pay.<name>]`."""

from __future__ import annotations

from pydantic import Field

from bot.settings_parts import Section


class WeChatMerchant(Section):
    """One merchant, in public-key mode (`public_key_id` and `public_key`) or in certificate mode (neither: WeChat Pay's
    certificates are fetched). The keys themselves are tried when they are loaded."""

    merchant_id: str = Field(pattern=r"^[0-9]{8,10}$", description="Merchant number (mchid)")
    app_id: str = Field(pattern=r"^wx[A-Za-z0-9]{6,62}$", description="The official account it is bound to")
    serial: str = Field(pattern=r"^[0-9A-Fa-f]{4,40}$", description="Serial number of our own certificate, in hex")
    private_key: str = Field(
        min_length=1, repr=False, description="Our key (apiclient_key.pem), PEM or the path of its file"
    )
    api_key: str = Field(min_length=1, repr=False, description="The APIv3 key, 32 characters")
    public_key_id: str = Field(
        "", pattern=r"^(PUB_KEY_ID_[0-9A-Za-z]{1,64})?$", description="Public-key mode: the key's id"
    )
    public_key: str = Field(
        "", repr=False, description="Public-key mode: WeChat Pay's key (pub_key.pem), PEM or the path of its file"
    )
    certificates: bool = Field(
        False, description="Public-key mode: its certificates are believed, too, while the merchant moves from them"
    )
    code_key: str = Field(
        "", repr=False, description="The older API's key, 32 characters, for scanned codes; empty: none are taken"
    )
    certificate: str = Field(
        "", description="Path of a PEM file with our certificate and key; taking back what was scanned needs it"
    )
    gateway: str = Field(
        "https://api.mch.weixin.qq.com",
        pattern=r"^https?://[^\s?#]*[^\s?#/]$",
        description="Where WeChat Pay is asked; without a word its own address",
    )
