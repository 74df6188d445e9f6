"""Reports of the gateway for text messages: verified, kept once, recorded on the push."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.outbox import outbox
from bot.settings_parts import Sms
from bot.web import bodies
from bot.web.keys import DATABASE, SETTINGS
from integrations.sms.signing import signed
from tests.support import world
from webhooks.sms import view

FIXTURES = Path(__file__).parent / "fixtures"
KEY, SECRET = "AK1", "a secret of twenty letters"


def _body(name: str, **changes: Any) -> bytes:
    fields = json.loads((FIXTURES / f"{name}.json").read_text("utf-8")) | changes
    return json.dumps(signed(fields, KEY, SECRET)).encode()


async def _serve(database: Database, sms: Sms) -> TestClient[Any, Any]:
    app = web.Application()
    app[SETTINGS], app[DATABASE] = world.test_settings(sms=sms), database
    view.setup(app)
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


@pytest.fixture
async def client(database: Database) -> AsyncIterator[TestClient[Any, Any]]:
    made = await _serve(database, Sms(gateway="http://gateway.test", key=KEY, secret=SECRET))
    yield made
    await made.close()


async def _kept(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as tx:
        rows = await tx.all(select(outbox.c.topic, outbox.c.payload).order_by(outbox.c.id))
    return [{"topic": row.topic, **json.loads(row.payload)} for row in rows]


async def _post(client: TestClient[Any, Any], body: bytes) -> int:
    async with client.post("/webhooks/sms/sandbox", data=body) as response:
        return response.status


async def test_a_report_is_kept_once_however_often_it_is_told(client: TestClient[Any, Any], database: Database) -> None:
    answers = await asyncio.gather(*(_post(client, _body("report__delivered")) for _ in range(4)))
    assert answers == [200] * 4
    assert await _kept(database) == [
        {"topic": "notices.delivered", "way": "sms", "message": "1803888000123000001", "status": "success",
         "contact": None}]


async def test_a_failure_brings_its_reason(client: TestClient[Any, Any], database: Database) -> None:
    assert await _post(client, _body("report__failed")) == 200
    assert [row["status"] for row in await _kept(database)] == ["failed:MK:0001"]


async def test_what_became_of_a_code_is_kept_by_nobody(client: TestClient[Any, Any], database: Database) -> None:
    assert await _post(client, _body("report__failed", request_id="code-17")) == 200
    assert await _kept(database) == []


async def test_a_reply_is_taken(client: TestClient[Any, Any], database: Database) -> None:
    assert await _post(client, _body("reply__text")) == 200
    assert await _kept(database) == []


@pytest.mark.parametrize(("body", "status"), [
    (b"", 400), (b"not json", 400), (b"[]", 400), (b"\xff\xfe", 400), (b'{"a":' * 4000, 400), (b"x" * 70_000, 413),
    (_body("report__delivered").replace(b"delivered", b"failed"), 403), (b"{}", 403),
    (json.dumps(signed({"type": "report"}, KEY, "another")).encode(), 403),
    (json.dumps(signed({"type": "report"}, "AK2", SECRET)).encode(), 403),
])
async def test_forgeries_and_noise_change_nothing(
    client: TestClient[Any, Any], database: Database, body: bytes, status: int
) -> None:
    assert await _post(client, body) == status
    assert await _kept(database) == []


async def test_a_slow_sender_is_given_up(client: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.1)

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" "
            await asyncio.sleep(0.05)

    async with client.post("/webhooks/sms/sandbox", data=trickle()) as response:
        assert response.status == 408


@pytest.mark.parametrize("changes", [{"status": "perhaps"}, {"message_id": ""}, {"type": "other"}, {"at": "gestern"}])
async def test_a_signed_notice_that_is_not_as_agreed(client: TestClient[Any, Any], changes: dict[str, str]) -> None:
    assert await _post(client, _body("report__delivered", **changes)) == 400


async def test_old_notices_are_refused(client: TestClient[Any, Any]) -> None:
    import time_machine

    from bot import clock

    body = _body("report__delivered")
    with time_machine.travel(clock.now().timestamp() + 301):
        assert await _post(client, body) == 403


async def test_without_a_gateway_nobody_can_sign(sqlite_database: Database) -> None:
    client = await _serve(sqlite_database, Sms())
    try:
        body = json.dumps(signed({"type": "report", "message_id": "1"}, "", "")).encode()
        assert await _post(client, body) == 404
    finally:
        await client.close()


async def test_a_database_that_is_away_has_the_gateway_come_again(
    client: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*args: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(view, "_keep", away)
    assert await _post(client, _body("report__delivered")) == 503
