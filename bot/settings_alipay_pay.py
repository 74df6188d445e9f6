"""The section of the settings about merchants of Alipay: `[alipay_pay.<name>]`."""

from __future__ import annotations

from pydantic import Field

from bot.settings_parts import Section


class AlipayMerchant(Section):
    """One app that collects money at Alipay, in public-key mode (`public_key`) or in certificate mode (the other
    three). The keys themselves are tried when they are loaded."""

    app_id: str = Field(pattern=r"^\d{16}$", description="APPID of the app that collects, 16 digits")
    seller: str = Field(pattern=r"^2088\d{12}$", description="The merchant's own user id (PID), 2088 and 12 digits")
    private_key: str = Field(
        min_length=1,
        repr=False,
        description="The app's RSA2 private key: PEM, bare base64, or the path of a file",
    )
    public_key: str = Field(
        "", repr=False, description="Public-key mode: Alipay's public key, written likewise"
    )
    app_cert: str = Field("", repr=False, description="Certificate mode: the app's certificate (appCertPublicKey)")
    alipay_cert: str = Field(
        "",
        repr=False,
        description="Certificate mode: Alipay's certificate (alipayCertPublicKey), several one after the other while "
        "they overlap",
    )
    root_cert: str = Field("", repr=False, description="Certificate mode: Alipay's roots (alipayRootCert)")
    gateway: str = Field(
        "https://openapi.alipay.com/gateway.do",
        pattern=r"^https?://[^\s?#]+$",
        description="Where Alipay is asked; without a word its own address",
    )
