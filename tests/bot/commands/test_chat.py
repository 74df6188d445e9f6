"""`daoyi chat`: a talk in the terminal is written down as a transcript, and a talk that was is shown masked."""

from __future__ import annotations

import argparse
import io
import json
from datetime import date
from pathlib import Path

import pytest

from bot.chat.past import transcript
from bot.commands import chat
from bot.db.engine import Database
from bot.errors import NotFound
from bot.talk.dispatcher import SAY
from bot.talk.messages import Answer, Message
from tests.flows.booking import ward
from tests.support.transcript import Line, read
from tests.support.world import World
from tests.support.world import test_settings as settings_of_tests


def asked(**changes: object) -> argparse.Namespace:
    return argparse.Namespace(**{"flow": None, "real": False, "record": None, "show": None, "turns": 30, **changes})


async def test_a_talk_in_the_terminal_becomes_a_transcript(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n>> dance\n>> subscribe\n人工\n要问一下报告\n13800000000\n\n"))
    file = tmp_path / "talk.txt"
    assert await chat.run(asked(flow="booking", record=file), settings_of_tests(var=tmp_path)) == 0
    out = capsys.readouterr().out
    assert "  1 内科" in out
    assert "acts are:" in out
    lines = [line for line in read(file) if isinstance(line, Line)]
    assert [line.sign for line in lines][:4] == ["at", ">>", "<", ">"]
    assert [line.rest for line in lines if not line.expected][1:] == [
        "click flow:booking", "1", "subscribe", "人工", "要问一下报告", "13800000000",
    ]
    assert all(any(line.expected for line in lines[n + 1 : n + 3]) for n, line in enumerate(lines) if line.sign == ">")


async def test_a_flow_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await chat.run(asked(flow="coffee"), settings_of_tests(var=tmp_path)) == 2
    said = capsys.readouterr().err
    assert said.startswith("no flow coffee; there are ")
    assert "booking" in said


async def test_a_talk_that_was_is_shown_without_the_patient(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    await ward.open_hospital(world)
    await ward.person(world, "a", "欧阳娜娜", date(1984, 5, 12))
    await world.said("a", "建档")
    await world.said("a", "李小明")
    await world.said("a", "我是欧阳娜娜，手机 13812345678，身份证 11010519491231002X")
    await world.said("a", kind="scan", scene="clinic:1101")
    async with world.context("a") as context:
        assert context.contact is not None
        public_id, key = context.contact.public_id, context.contact.id
        said = {"contact": key, "messages": Answer((Message("欧阳娜娜，验证码 123456"),)).dump()}
        context.tx.put(SAY, said, lane=f"chat:{key}")
    lines = await transcript(world.settings, sqlite_database, public_id, turns=30)
    whole = "\n".join(lines)
    assert lines[0] == f"# contact {public_id}"
    assert "> 建档" in lines
    assert "> 李*明" in lines
    assert "> 我是欧阳**，手机 ****5678，身份证 ****002X" in lines
    assert ">> scan clinic:1101" in lines
    assert "^ 欧阳**，验证码 ****456" in lines
    for secret in ("娜娜", "李小明", "13812345678", "11010519491231002X", "123456"):
        assert secret not in whole


async def test_only_the_last_turns_are_shown(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    for text in ("帮助", "取消", "菜单"):
        await world.said("a", text)
    async with world.context("a") as context:
        assert context.contact is not None
        public_id = context.contact.public_id
    lines = await transcript(world.settings, sqlite_database, public_id, turns=1)
    assert [line for line in lines if line.startswith(">")] == ["> 菜单"]


async def test_a_contact_that_is_not_there_is_not_found(sqlite_database: Database) -> None:
    with pytest.raises(NotFound):
        await transcript(settings_of_tests(), sqlite_database, "nobody", turns=1)


def test_messages_of_ours_are_stored_as_they_are_read() -> None:
    stored = json.dumps({"messages": Answer((Message("好"),)).dump()})
    assert json.loads(stored)["messages"] == '[["好",[],[],""]]'
