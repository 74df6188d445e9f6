"""Settings: where they come from, how wrong ones are named, and that no secret is ever shown."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load_settings

AES = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = f"""
[accounts.main]
channel = "wechat"
app_id = "wx0123456789abcdef"
app_secret = "the app secret"
token = "theToken"
aes_key = "{AES}"
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"DAOYI_VAR": str(tmp_path / "var")}


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "daoyi.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(env: dict[str, str], path: Path | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(env, path)
    return list(caught.value.problems)


def test_defaults_need_nothing(env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(env)
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path}/var/daoyi.sqlite"
    assert (settings.redis, settings.host, settings.port, settings.processes) == ("", "127.0.0.1", 8080, 1)
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.sandbox_on
    assert settings.booking.hold_minutes == 15
    assert settings.booking.cancel_until == time(20)
    assert {name: (w.messages, w.minutes) for name, w in settings.push.windows.items()} == {
        "message": (5, 2880),
        "menu": (3, 1),
        "follow": (3, 1),
        "scan": (3, 1),
    }


def test_environment_over_file(env: dict[str, str], tmp_path: Path) -> None:
    path = file(tmp_path, 'port = 9000\nhost = "0.0.0.0"\n[booking]\nhold_minutes = 10\nmax_open = 3\n')
    settings = load_settings({**env, "DAOYI_PORT": "9001", "DAOYI_BOOKING__HOLD_MINUTES": "20"}, path)
    assert (settings.port, settings.host) == (9001, "0.0.0.0")
    assert (settings.booking.hold_minutes, settings.booking.max_open) == (20, 3)


def test_the_file_is_found(env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file(tmp_path, "port = 9000")
    assert load_settings(env).port == 9000
    other = tmp_path / "other.toml"
    other.write_text("port = 9002")
    assert load_settings({**env, "DAOYI_CONFIG": str(other)}).port == 9002
    assert load_settings(env, other).port == 9002


def test_an_empty_variable_is_not_set(env: dict[str, str]) -> None:
    assert load_settings({**env, "DAOYI_PORT": "", "DAOYI_REDIS": ""}).port == 8080


def test_variables_of_others_are_left_alone(env: dict[str, str]) -> None:
    assert load_settings({**env, "PORT": "1", "DAOYI_TEST_ANYTHING": "1"}).port == 8080


def test_nothing_is_read_behind_its_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAOYI_PORT", "1234")
    assert Settings().port == 8080


def test_an_account(env: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(env, file(tmp_path, ACCOUNT + '[accounts.main.templates]\nbooked = "T1"\n'))
    account = settings.accounts["main"]
    assert (account.mode, account.aes_key, account.tap_links) == ("safe", AES, True)
    assert account.api_base == "https://api.weixin.qq.com"
    assert account.oauth_base == "https://open.weixin.qq.com"
    assert account.templates == {"booked": "T1"}
    assert not settings.sandbox_on


def test_an_account_from_the_environment_alone(env: dict[str, str]) -> None:
    settings = load_settings(
        {
            **env,
            "DAOYI_ACCOUNTS__MAIN__CHANNEL": "wechat",
            "DAOYI_ACCOUNTS__MAIN__APP_ID": "wx0123456789abcdef",
            "DAOYI_ACCOUNTS__MAIN__TOKEN": "theToken",
            "DAOYI_ACCOUNTS__MAIN__API_BASE": "http://127.0.0.1:9/x/",
            "DAOYI_ACCOUNTS__MAIN__TEMPLATES__BOOKED": "T1",
        }
    )
    account = settings.accounts["main"]
    assert (account.mode, account.api_base, account.templates) == (
        "plaintext",
        "http://127.0.0.1:9/x",
        {"booked": "T1"},
    )


def test_one_window_changed_leaves_the_others(env: dict[str, str], tmp_path: Path) -> None:
    windows = load_settings(env, file(tmp_path, "[push.windows.menu]\nmessages = 1\nminutes = 2")).push.windows
    assert (windows["menu"].messages, windows["menu"].minutes) == (1, 2)
    assert windows["message"].messages == 5


def test_every_wrong_one_is_named_at_once_as_it_was_written(env: dict[str, str], tmp_path: Path) -> None:
    path = file(
        tmp_path,
        """
porrt = 3
processes = "many"
[accounts.main]
channel = "wechat"
app_id = "wx0123456789abcdef"
aes_ky = "abc"
mode = "safe"
[accounts.Bad]
channel = "weixin"
[booking]
hold_minute = 3
open_time = "25:00"
horizon_days = 0
""",
    )
    found = problems(
        {
            **env,
            "DAOYI_REDDIS": "x",
            "DAOYI_DATABASE": "postgres://u:hidden@h/d",
            "DAOYI_PUSH": "no json",
            "DAOYI_ACCOUNTS__TWO__CHANNEL": "wechat",
            "DAOYI_SECRET_KEY": "too short",
        },
        path,
    )
    said = "\n".join(found)
    where = f"in {path}"
    for expected in (
        "DAOYI_REDDIS: is not a setting; did you mean DAOYI_REDIS?",
        f"porrt {where}: is not a setting; did you mean port?",
        f"processes {where}: expected a whole number",
        f"accounts.main.aes_ky {where}: is not a setting; did you mean aes_key?",
        f"accounts.main.token {where}: expected the Token",
        f"accounts.main.aes_key {where}: expected the EncodingAESKey, 43 characters",
        f"accounts.Bad {where}: expected a name of small letters",
        f"accounts.Bad.channel {where}: expected 'wechat' or 'alipay'",
        "DAOYI_ACCOUNTS__TWO__APP_ID: is missing: expected the channel's id",
        f"booking.hold_minute {where}: is not a setting; did you mean hold_minutes?",
        f"booking.open_time {where}: expected a time of day",
        f"booking.horizon_days {where}: expected to be greater than or equal to 1",
        "DAOYI_PUSH: expected a table",
        "DAOYI_DATABASE: expected sqlite:///path, or mysql://",
        "DAOYI_SECRET_KEY: expected 32 characters or more",
    ):
        assert expected in said
    assert "hidden" not in said
    assert "too short" not in said
    assert "many" not in said


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DAOYI_PORT", "70000", "DAOYI_PORT: expected to be less than or equal to 65535"),
        ("DAOYI_REDIS", "localhost", "DAOYI_REDIS: expected `redis://`"),
        ("DAOYI_TIMEZONE", "Shanghai", "DAOYI_TIMEZONE: expected a name of the tz database"),
        ("DAOYI_TIMEZONE", "../etc/passwd", "DAOYI_TIMEZONE: expected a name of the tz database"),
        ("DAOYI_TEMPLATES_OVERRIDE", "/not/there", "DAOYI_TEMPLATES_OVERRIDE: expected a folder that exists"),
        ("DAOYI_LOG_LEVEL", "loud", "DAOYI_LOG_LEVEL: expected 'debug', 'info', 'warning' or 'error'"),
        ("DAOYI_PUBLIC_URL", "hospital.example", "DAOYI_PUBLIC_URL: expected how patients reach the pages"),
        ("DAOYI_PUSH__WINDOWS__SHOUT__MINUTES", "1", "DAOYI_PUSH__WINDOWS__SHOUT: expected 'message', 'menu'"),
    ],
)
def test_what_is_expected(env: dict[str, str], name: str, value: str, expected: str) -> None:
    assert any(line.startswith(expected) for line in problems({**env, name: value}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("port = ", "expected TOML in UTF-8: end of document"),
        ('secret_key = "hidden\n', "expected TOML in UTF-8: line 1, column 21"),
    ],
)
def test_a_broken_file_is_not_quoted(env: dict[str, str], tmp_path: Path, text: str, expected: str) -> None:
    (said,) = problems(env, file(tmp_path, text))
    assert said.endswith(expected)
    assert "hidden" not in said


def test_a_missing_file_is_named(env: dict[str, str]) -> None:
    assert problems({**env, "DAOYI_CONFIG": "/not/there.toml"})[0].startswith("/not/there.toml: no such file")
