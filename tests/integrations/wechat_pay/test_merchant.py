"""Settings of merchants: right ones are loaded, each wrong one is named with what is expected, none with its value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as curve
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bot.errors import SettingsError
from bot.settings import Settings
from bot.settings_wechat_pay import WeChatMerchant
from integrations.sandbox.pay import keys
from integrations.sandbox.pay.wechat_seal import OwnKey, certified
from integrations.wechat_pay.accounts import WeChatPayMerchants
from integrations.wechat_pay.merchant import load
from tests.integrations.wechat_pay.counter import OURS, THEIRS

PRIVATE = OURS.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = THEIRS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
CURVE = curve(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
RIGHT: dict[str, Any] = {
    "merchant_id": "1900000001", "app_id": "wx0000000001", "serial": "5f1c", "private_key": PRIVATE,
    "api_key": "a" * 32, "public_key_id": "PUB_KEY_ID_01", "public_key": PUBLIC,
}
NOTIFY = "https://hospital.example/webhooks/wechat-pay/main"


def written(folder: Path, own: OwnKey) -> str:
    """Our certificate and key in one file."""
    assert own.certificate is not None
    key = own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / f"{own.serial}.pem"
    path.write_bytes(own.certificate.public_bytes(Encoding.PEM) + key)
    return str(path)


def test_keys_are_texts_or_files(tmp_path: Path) -> None:
    merchant = load("main", WeChatMerchant(**RIGHT), NOTIFY)
    assert merchant.serial == "5F1C" and not merchant.certificates and merchant.public_key is not None
    assert "PRIVATE" not in repr(merchant) and "aaaa" not in repr(merchant)
    (tmp_path / "key.pem").write_text(PRIVATE)
    (tmp_path / "pub.pem").write_text(PUBLIC)
    files = RIGHT | {"private_key": str(tmp_path / "key.pem"), "public_key": str(tmp_path / "pub.pem")}
    assert load("main", WeChatMerchant(**files), NOTIFY).private_key.private_numbers() == OURS.private_numbers()
    moving = load("main", WeChatMerchant(**RIGHT, certificates=True), NOTIFY)
    assert moving.certificates and moving.public_key is not None
    bare = {name: value for name, value in RIGHT.items() if not name.startswith("public")}
    assert load("main", WeChatMerchant(**bare), NOTIFY).certificates


def test_our_certificate_is_tried(tmp_path: Path) -> None:
    own = certified(OURS)
    right = RIGHT | {"serial": own.serial, "certificate": written(tmp_path, own), "code_key": "k" * 32}
    assert load("main", WeChatMerchant(**right), NOTIFY).certificate
    others, ended = certified(THEIRS), certified(OURS, days=0)
    for changes, says in (
        ({"serial": "AAAA"}, "the certificate whose number `serial` is"), ({"certificate": "/no"}, "can be read"),
        ({"certificate": written(tmp_path, others), "serial": others.serial}, "the certificate of private_key"),
        ({"certificate": written(tmp_path, ended), "serial": ended.serial}, "has not ended"),
    ):
        with pytest.raises(SettingsError, match=says):
            load("main", WeChatMerchant(**right | changes), NOTIFY)


@pytest.mark.parametrize(("changes", "named"), [
    ({"private_key": "nonsense"}, "private_key"), ({"private_key": CURVE}, "private_key"),
    ({"private_key": "/nowhere/key.pem"}, "private_key"), ({"private_key": "\x00"}, "private_key"),
    ({"api_key": "short"}, "api_key"), ({"public_key": PRIVATE}, "public_key"), ({"public_key": ""}, "public_key_id"),
    ({"public_key_id": ""}, "public_key_id"), ({"code_key": "short"}, "code_key"),
    ({"code_key": "k" * 32}, "certificate"),
])
def test_each_wrong_one_is_named(changes: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        load("main", WeChatMerchant(**RIGHT | changes), NOTIFY)
    assert [each.partition(":")[0] for each in wrong.value.problems] == [f"wechat_pay.main.{named}"]
    assert all("short" not in each and "nonsense" not in each for each in wrong.value.problems)


async def test_all_merchants_are_tried_before_anything_is_said() -> None:
    bad = WeChatMerchant(**RIGHT | {"api_key": "short", "private_key": "x"})
    async with aiohttp.ClientSession() as session:
        with pytest.raises(SettingsError) as wrong:
            WeChatPayMerchants({"a": bad, "b": WeChatMerchant(**RIGHT), "c": bad}, "https://h", session)
        assert len(wrong.value.problems) == 4
        merchants = WeChatPayMerchants({"b": WeChatMerchant(**RIGHT)}, "https://h", session)
        assert merchants["b"].merchant.notify == "https://h/webhooks/wechat-pay/b"
        assert merchants.channels["b"].ways == ("inside", "code", "page")
        await merchants.keep_fresh()  # nothing to follow in public-key mode
        with pytest.raises(LookupError):
            merchants["a"]


def test_a_merchant_is_real_credentials() -> None:
    assert not Settings(wechat_pay={"main": RIGHT}).sandbox_on
    with pytest.raises(ValueError, match="real credentials"):
        Settings(wechat_pay={"main": RIGHT}, sandbox="on")


def test_the_sandboxs_keys_are_made_once(tmp_path: Path) -> None:
    keys.ensure(tmp_path / "a")
    before = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    keys.ensure(tmp_path / "a")
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()} and len(before) == 4
    assert keys.private_file(tmp_path / "a", keys.MERCHANT).stat().st_mode & 0o777 == 0o600
