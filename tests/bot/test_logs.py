"""Logs: the request id follows, nothing personal is written, libraries are led the same way."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot import keys, logs
from bot.errors import OutsideRefused, SettingsError
from bot.logs_scrub import pseudonym, scrub_text, without_queries
from bot.logs_traceback import describe, message_of


class Lines:
    """What was written, as dictionaries."""

    def __init__(self) -> None:
        self.file = io.BytesIO()

    def text(self) -> str:
        return self.file.getvalue().decode()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def last(self) -> dict[str, Any]:
        return self.all()[-1]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = Lines()
    logs.configure("info", json=True, file=written.file)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    logs._structlog("warning", False, io.BytesIO(), cache=False)


def test_a_line(lines: Lines) -> None:
    logs.get("bot.talk").info(
        "turn_done", account="main", seconds=0.01, when=datetime(2027, 3, 1, tzinfo=UTC), price=Decimal("25.00")
    )
    line = lines.last()
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo is not None
    assert line == {
        "event": "turn_done",
        "level": "info",
        "module": "bot.talk",
        "account": "main",
        "seconds": 0.01,
        "when": "2027-03-01T00:00:00+00:00",
        "price": "25.00",
    }


def test_below_the_level_nothing_is_said(lines: Lines) -> None:
    logs.get("x").debug("quiet")
    assert lines.text() == ""


async def test_the_request_id_follows_into_tasks_and_ends(lines: Lines) -> None:
    log = logs.get("x")

    async def inner() -> None:
        log.info("inside")

    token = logs.bind_request("r1")
    await asyncio.create_task(inner())
    with logs.request("r2") as bound:
        log.info("job")
        assert bound == logs.request_id() == "r2"
    log.info("after")
    logs.unbind_request(token)
    log.info("outside")
    assert [line.get("request_id") for line in lines.all()] == ["r1", "r2", "r1", None]
    assert logs.request_id() == ""


async def test_side_by_side_each_has_its_own(lines: Lines) -> None:
    async def one(name: str) -> None:
        with logs.request(name):
            await asyncio.sleep(0)
            logs.get("x").info("said", who=name)

    await asyncio.gather(*(one(f"r{n}") for n in range(20)))
    assert all(line["request_id"] == line["who"] for line in lines.all())


def test_new_ids_differ() -> None:
    assert len({logs.new_request_id() for _ in range(1000)}) == 1000
    with logs.request() as bound:
        assert len(bound) == 16


def test_personal_data_is_masked_by_name(lines: Lines) -> None:
    logs.get("x").info(
        "seen",
        name="王小明",
        mobile="13800138000",
        document="11010519491231002X",
        text="我头疼",
        password="secret word",
        nested={"phone": "x", "rows": [{"address": "中山路"}], "kind": "a"},
        empty="",
    )
    for said in ("王小明", "13800138000", "11010519491231002X", "头疼", "secret word", "中山路"):
        assert said not in lines.text()
    line = lines.last()
    assert line["nested"] == {"phone": "***", "rows": [{"address": "***"}], "kind": "a"}
    assert (line["name"], line["empty"]) == ("***", "")


def test_openids_become_pseudonyms_of_the_installation(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.get("x").info("seen", openid="oABCDEF", external_id="oABCDEF", from_user="oOTHER")
    line = lines.last()
    assert line["openid"] == line["external_id"] == pseudonym("oABCDEF")
    assert line["openid"] != line["from_user"]
    assert len(line["openid"]) == 11
    assert "oABCDEF" not in lines.text()
    monkeypatch.setattr(keys, "_installed", None)
    assert pseudonym("oABCDEF") == "***"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("call 13800138000 now", "call 138***00 now"),
        ("+8613800138000", "+86***00"),
        ("id 11010519491231002X.", "id 110***."),
        ("order 1380013800012345", "order 1380013800012345"),
        ("MsgId 24279042142325555", "MsgId 24279042142325555"),
        ("at 1795295906123 ms", "at 1795295906123 ms"),
    ],
)
def test_numbers_in_running_text(text: str, written: str) -> None:
    assert scrub_text(text) == written


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            '"POST /webhooks/wechat/main?signature=a&openid=oABC HTTP/1.1" 200',
            '"POST /webhooks/wechat/main?… HTTP/1.1" 200',
        ),
        (
            "GET https://api.weixin.qq.com/cgi-bin/token?secret=x failed",
            "GET https://api.weixin.qq.com/cgi-bin/token?… failed",
        ),
        ("why? because", "why? because"),
    ],
)
def test_queries_are_cut_off(said: str, written: str) -> None:
    assert without_queries(said) == written


def test_libraries_speak_through_us(lines: Lines) -> None:
    with logs.request("r9"):
        logging.getLogger("aiohttp.access").info('"%s" %d', "GET /h5/booking/?code=oauthcode&state=s HTTP/1.1", 200)
    logging.getLogger("arq.worker").debug("quiet")
    line = lines.last()
    assert (line["module"], line["request_id"], line["level"]) == ("aiohttp.access", "r9", "info")
    assert line["event"] == '"GET /h5/booking/?… HTTP/1.1" 200'
    assert len(lines.all()) == 1


def fail_with(mobile: str) -> None:
    note = f"a local with {mobile}"
    raise ValueError(f"cannot read {mobile} {note}")


def test_exceptions_tell_where_but_quote_nothing(lines: Lines) -> None:
    try:
        try:
            fail_with("13800138000")
        except ValueError as error:
            raise OutsideRefused(40001, "invalid credential", system="wechat") from error
    except OutsideRefused:
        logs.get("x").exception("send_failed")
    try:
        fail_with("13800138000")
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling request")
    first, second = (line["exception"] for line in lines.all())
    assert first.index("ValueError (message withheld)") < first.index(
        "OutsideRefused: wechat: 40001 invalid credential"
    )
    assert "in fail_with" in second
    assert "13800138000" not in lines.text()
    assert "a local with 1" not in lines.text()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SettingsError("DAOYI_PORT: expected a number"), "bot.errors.SettingsError: DAOYI_PORT: expected a number"),
        (KeyError("王小明"), "KeyError (message withheld)"),
        (TypeError("not a str"), "TypeError: not a str"),
        (TimeoutError(), "TimeoutError: "),
        (LookupError(), "LookupError"),
        (LookupError(1062, "Duplicate entry '王小明'"), "LookupError: code 1062"),
    ],
)
def test_messages_that_may_be_told(error: BaseException, said: str) -> None:
    assert message_of(error) == said


def test_groups_and_loops_of_errors_end() -> None:
    first, second = ValueError("a"), TypeError("b")
    first.__context__, second.__context__ = second, first
    assert "TypeError: b" in describe(ExceptionGroup("both", [first, second]))


def test_unknown_objects_give_their_type_only(lines: Lines) -> None:
    class Patient:
        def __repr__(self) -> str:
            return "Patient(王小明)"

    logs.get("x").info("odd", who=Patient(), raw=b"\x00secret", many={"b", "a"})
    line = lines.last()
    assert line["who"] == "<Patient>"
    assert line["raw"].startswith("<7 bytes ")
    assert line["many"] == ["a", "b"]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_line_break_makes_no_second_line(lines: Lines, as_json: bool) -> None:
    out = io.BytesIO()
    logs.configure("info", json=as_json, file=out)
    logs.get("x").info("one\nlevel=error forged", reason="two\r\nforged \x1b[31m")
    logging.getLogger("lib").warning("three\nforged")
    assert out.getvalue().count(b"\n") == 2
    assert b"\x1b" not in out.getvalue()
    assert b"\r" not in out.getvalue()


def test_lone_surrogates_do_not_break_a_line(lines: Lines) -> None:
    logs.get("x").info("odd", reason="\ud83d")
    assert len(lines.all()) == 1
