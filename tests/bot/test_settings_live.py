"""What is missing to go live, and the table of all settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings_speech
from bot.settings import load_settings
from bot.settings_live import missing_for_live
from bot.settings_table import FILE, written

LIVE = {
    "DAOYI_DATABASE": "mysql://u@h/d",
    "DAOYI_REDIS": "redis://h/0",
    "DAOYI_SECRET_KEY": "k" * 40,
    "DAOYI_PUBLIC_URL": "https://daoyi.hospital.example",
    "DAOYI_LOG_FORMAT": "json",
    "DAOYI_DESK__NETWORKS": "10.0.0.0/8",
    "DAOYI_PHONE_DESK": "021-12345",
    "DAOYI_SMS__GATEWAY": "https://sms.example",
    "DAOYI_SMS__KEY": "a",
    "DAOYI_SMS__SECRET": "b",
    "DAOYI_SMS__SIGN_NAME": "c",
    "DAOYI_ACCOUNTS__MAIN__CHANNEL": "wechat",
    "DAOYI_ACCOUNTS__MAIN__APP_ID": "wx0123456789abcdef",
    "DAOYI_ACCOUNTS__MAIN__APP_SECRET": "s",
    "DAOYI_ACCOUNTS__MAIN__TOKEN": "theToken",
    "DAOYI_ACCOUNTS__MAIN__AES_KEY": "a" * 43,
    "DAOYI_ACCOUNTS__MAIN__TEMPLATES__BOOKED": "T1",
}


@pytest.fixture(autouse=True)
def voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_speech, "program", lambda: "/usr/bin/espeak-ng")


def named(env: dict[str, str]) -> list[str]:
    return [line.split(":")[0] for line in missing_for_live(load_settings(env))]


def test_nothing_is_missing() -> None:
    assert named(LIVE) == []


def test_a_fresh_machine_lacks_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert named({"DAOYI_VAR": str(tmp_path)}) == [
        "accounts",
        "public_url",
        "database",
        "redis",
        "secret_key",
        "sms.gateway",
        "phone_desk",
        "desk.networks",
        "log_format",
    ]


def test_a_machine_without_a_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_speech, "program", lambda: None)
    assert named(LIVE) == ["speech"]
    assert named(LIVE | {"DAOYI_SPEECH__KIND": "none"}) == []
    assert named(LIVE | {"DAOYI_SPEECH__URL": "https://tts.example"}) == []


@pytest.mark.parametrize(
    ("name", "value", "missing"),
    [
        ("DAOYI_PUBLIC_URL", "http://daoyi.hospital.example", "public_url"),
        ("DAOYI_PUBLIC_URL", "https://192.168.1.2", "public_url"),
        ("DAOYI_PUBLIC_URL", "https://daoyi.hospital.example:8443", "public_url"),
        ("DAOYI_DESK__NETWORKS", "", "desk.networks"),
        ("DAOYI_SMS__SECRET", "", "sms"),
        ("DAOYI_ACCOUNTS__MAIN__APP_SECRET", "", "accounts.main.app_secret"),
        ("DAOYI_ACCOUNTS__MAIN__MODE", "compatible", "accounts.main.mode"),
        ("DAOYI_ACCOUNTS__MAIN__TEMPLATES__BOOKED", "", "accounts.main.templates"),
        ("DAOYI_ACCOUNTS__MAIN__CHANNEL", "alipay", "accounts.main"),
    ],
)
def test_each_is_named(name: str, value: str, missing: str) -> None:
    assert named({**LIVE, name: value}) == [missing]


def test_the_table_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == written(), "run `python -m bot.settings_table`"


def test_the_table_has_every_kind_of_setting() -> None:
    text = written()
    for row in (
        "| `port` | `DAOYI_PORT` | `8080` |",
        "| `app_id` | `DAOYI_ACCOUNTS__<NAME>__APP_ID` | needed |",
        "| `messages` | `DAOYI_PUSH__WINDOWS__MESSAGE__MESSAGES` | `5` |",
        "| `quiet_from` |",
        "| `07:00` |",
    ):
        assert row in text
