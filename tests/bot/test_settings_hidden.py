"""Settings that are secrets: never shown, and none that is real beside the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Account, load_settings
from tests.bot.test_settings import ACCOUNT, AES, env, file, problems

__all__ = ["env"]


def test_secrets_are_never_shown(env: dict[str, str], tmp_path: Path) -> None:
    path = file(
        tmp_path, ACCOUNT + '[sms]\ngateway = "https://sms.example"\nkey = "the sms key"\nsecret = "the sms secret"\n'
    )
    settings = load_settings(
        {
            **env,
            "DAOYI_DATABASE": "mysql://u:the-db-word@h/d",
            "DAOYI_SECRET_KEY": "k" * 32,
            "DAOYI_REDIS": "redis://:the-redis-word@h/0",
        },
        path,
    )
    shown = f"{settings!r} {settings}"
    assert settings.accounts["main"].app_secret == "the app secret"
    for secret in (
        "the app secret",
        "theToken",
        AES,
        "the-db-word",
        "k" * 32,
        "the sms key",
        "the sms secret",
        "the-redis-word",
    ):
        assert secret not in shown


@pytest.mark.parametrize("more", [ACCOUNT, '[sms]\ngateway = "https://sms.example"\n'])
def test_the_sandbox_refuses_real_credentials(env: dict[str, str], tmp_path: Path, more: str) -> None:
    path = file(tmp_path, more)
    assert problems({**env, "DAOYI_SANDBOX": "on"}, path) == [
        "DAOYI_SANDBOX: on beside real credentials: expected off, or no account, merchant and SMS gateway"
    ]
    settings = load_settings(env, path)
    assert not settings.sandbox_on
    with pytest.raises(SettingsError, match="sandbox"):
        settings.with_sandbox({})


def test_the_sandbox_brings_its_own_accounts(env: dict[str, str]) -> None:
    account = Account(channel="wechat", app_id="wxsandbox", token="sandbox", aes_key=AES)
    settings = load_settings({**env, "DAOYI_SANDBOX": "true"}).with_sandbox({"main": account})
    assert settings.accounts == {"main": account}
    assert settings.sandbox_on
    assert not load_settings({**env, "DAOYI_SANDBOX": "0"}).sandbox_on
