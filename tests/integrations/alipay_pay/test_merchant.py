"""Settings of a merchant: right ones are loaded, wrong ones named."""

from __future__ import annotations

import sys
from pathlib import Path

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from bot.errors import SettingsError
from bot.settings import Settings, load_settings
from integrations.alipay_pay.accounts import AlipayMerchants
from integrations.alipay_pay.merchant import load
from tests.integrations.alipay_pay.authority import authority
from tests.integrations.alipay_pay.counter import certified, key, private_text, public_text, settings

FILE = """
[alipay_pay.main]
app_id = "{app}"
seller = "2088000000000001"
private_key = "{private}"
public_key = "{public}"
"""


def problems(**changes: str) -> list[str]:
    with pytest.raises(SettingsError) as wrong:
        load("main", settings(**changes), "")
    return [each.split(":")[0] for each in wrong.value.problems]


def test_each_wrong_key_is_named() -> None:
    weak = private_text(generate_private_key(public_exponent=65537, key_size=1024))
    assert problems(private_key="nonsense", public_key="nonsense") == [
        "alipay_pay.main.private_key", "alipay_pay.main.public_key"
    ]
    assert problems(private_key=weak) == ["alipay_pay.main.private_key"]
    assert problems(public_key="") == ["alipay_pay.main.public_key"]
    assert problems(public_key=public_text(key("app"))) == ["alipay_pay.main.public_key"]  # our own, by mistake
    assert problems(private_key=public_text(key("app"))) == ["alipay_pay.main.private_key"]


def test_keys_may_stand_in_files(tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_text(private_text(key("app")))
    merchant = load("main", settings(private_key=str(tmp_path / "app.pem")), "")
    assert merchant.private_key.private_numbers() == key("app").private_numbers()
    assert problems(private_key=str(tmp_path / "other.pem")) == ["alipay_pay.main.private_key"]
    assert problems(private_key=str(tmp_path)) == ["alipay_pay.main.private_key"]


def test_each_wrong_certificate_is_named() -> None:
    made = authority()

    def of(**changes: str) -> list[str]:
        with pytest.raises(SettingsError) as wrong:
            load("main", certified(**changes), "")
        return [each.split(":")[0].rpartition(".")[2] for each in wrong.value.problems]

    assert load("main", certified(), "").numbers == made.app_numbers
    assert load("main", certified(alipay_cert=made.alipay + made.next), "").theirs.keys() == {made.number, *(
        number for number, pem in made.offered.items() if pem == made.next
    )}
    assert of(app_cert="x", alipay_cert="x", root_cert="x") == ["app_cert", "alipay_cert", "root_cert"]
    assert of(app_cert="") == ["app_cert"]
    assert of(app_cert=made.foreign) == ["app_cert"]
    assert of(alipay_cert=made.unvouched) == ["alipay_cert"]
    assert of(public_key=public_text(key("alipay"))) == ["public_key"]


async def test_what_can_be_seen_at_once_is_named_first(tmp_path: Path) -> None:
    file = tmp_path / "daoyi.toml"
    file.write_text(FILE.format(app="2021", private="k", public="k"))
    with pytest.raises(SettingsError) as wrong:
        load_settings({}, file)
    assert "alipay_pay.main.app_id" in str(wrong.value)
    file.write_text(FILE.format(app="2021000000000001", private="k", public="k"))
    loaded = load_settings({"DAOYI_VAR": str(tmp_path)}, file)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(SettingsError) as wrong:
            AlipayMerchants(loaded.alipay_pay, "", session)
    assert [each.split(":")[0] for each in wrong.value.problems] == [
        "alipay_pay.main.private_key", "alipay_pay.main.public_key"
    ]


def test_a_merchant_keeps_the_sandbox_away() -> None:
    assert Settings().sandbox_on and not Settings(alipay_pay={"main": settings()}).sandbox_on
    with pytest.raises(ValueError, match="real credentials"):
        Settings(alipay_pay={"main": settings()}, sandbox="on")


async def test_the_sdk_is_needed_only_where_there_is_a_merchant(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("alipay.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "integrations.alipay_pay.client", raising=False)
    monkeypatch.setitem(sys.modules, "alipay", None)
    async with aiohttp.ClientSession() as session:
        assert AlipayMerchants({}, "", session).channels == {}
        with pytest.raises(SettingsError, match="pip install"):
            AlipayMerchants({"main": settings()}, "", session)
