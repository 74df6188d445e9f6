"""What somebody reads who starts Daoyi where it cannot run: one line, before anything is begun."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import __main__ as command
from bot.errors import SettingsError
from bot.listening import require_free
from tests.support.ports import free_port

NOBODY = "mysql://daoyi:hush-hush@127.0.0.1:{port}/daoyi"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", free_port() + 1))  # the one before it is free
        one.listen()
        yield one.getsockname()[1]


@pytest.fixture
def free() -> int:
    return free_port()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAOYI_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("DAOYI_CONFIG", "")
    monkeypatch.delenv("DAOYI_DATABASE", raising=False)
    return tmp_path / "var"


@pytest.mark.parametrize(("name", "before"), [("up", 0), ("up", 1), ("serve", 0), ("sandbox", 1)])
def test_a_port_that_is_taken(
    name: str, before: int, taken: int, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAOYI_PORT", str(taken - before))
    assert command.main([name]) == 2
    said = f"DAOYI_PORT: {taken} is in use; expected a free port (the sandbox takes the next one too)"
    assert said in capsys.readouterr().err
    assert not list(place.glob("*.db*"))


def test_a_host_that_is_not_ours(free: int) -> None:
    require_free("127.0.0.1", free)
    require_free("localhost", free)
    with pytest.raises(SettingsError, match="DAOYI_HOST: expected an address of this machine"):
        require_free("192.0.2.1", free)


@pytest.mark.parametrize("words", [("up",), ("serve",), ("worker",), ("migrate",), ("dead",)])
def test_a_database_that_nobody_answers_for(
    words: tuple[str, ...], free: int, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAOYI_DATABASE", NOBODY.format(port=free))
    monkeypatch.setenv("DAOYI_PORT", str(free))
    assert command.main(words) == 2
    said = capsys.readouterr().err
    assert f"DAOYI_DATABASE: no server answers at 127.0.0.1:{free}" in said
    assert "Traceback" not in said and "hush" not in said


def test_a_folder_that_is_not_there(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAOYI_DATABASE", f"sqlite:///{place}/no/such/daoyi.db")
    assert command.main(["migrate"]) == 2
    assert "DAOYI_DATABASE: its file cannot be opened" in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["--version"])
    assert end.value.code == 0 and capsys.readouterr().out.startswith("daoyi 0.")


def test_keys_and_empty_lists_are_told_in_words(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["migrate"]) == 0
    for words in (["keys", "list"], ["dead"], ["requests"]):
        capsys.readouterr()
        assert command.main(words) == 0
        out = capsys.readouterr().out
        if words[0] == "keys":
            assert "data 1  current  since" in out and "KeyState" not in out
        else:
            assert out == "nothing\n"
