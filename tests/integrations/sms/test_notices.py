from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from bot.errors import BadInput
from integrations.sms.notices import DeliveryReport, SmsReply, read_notice
from integrations.sms.signing import signed

FIXTURES = Path(__file__).parent / "fixtures"
NOW = "2027-03-01T08:00:00Z"


@pytest.fixture(autouse=True)
def _at() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def _fixture(name: str) -> dict[str, object]:
    read: dict[str, object] = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    return read


@pytest.mark.parametrize(("name", "expected"), [
    ("report__delivered", DeliveryReport("1803974400000000001", "push:17", "delivered", "DELIVRD",
                                         datetime(2027, 3, 1, 7, 59, 58, tzinfo=UTC), "13800000001")),
    ("report__failed", DeliveryReport("1803974400000000002", "push:18", "failed", "MK:0001",
                                      datetime(2027, 3, 1, 7, 59, 58, tzinfo=UTC), "13800000002")),
    ("reply__booking", SmsReply("MO1803974400000000003", datetime(2027, 3, 1, 7, 59, 58, tzinfo=UTC), "13800000001",
                                "GH 017 03021000 张建国")),
])
def test_the_documented_notices(name: str, expected: object) -> None:
    assert read_notice(json.dumps(_fixture(name)).encode(), "sandbox", "gateway secret") == expected


@pytest.mark.parametrize(("change", "reason"), [
    ({"type": "other"}, "bad_type"), ({"status": "perhaps"}, "bad_status"), ({"message_id": ""}, "missing_message_id"),
    ({"at": "yesterday"}, "bad_at"), ({"at": "2027-03-01T08:00:00"}, "bad_at"), ({"at": None}, "missing_at"),
    ({"mobile": 13800000001}, "missing_mobile"),
])
def test_what_does_not_fit(change: dict[str, object], reason: str) -> None:
    fields = signed({**_fixture("report__delivered"), **change}, "sandbox", "s")
    with pytest.raises(BadInput) as caught:
        read_notice(json.dumps(fields).encode(), "sandbox", "s")
    assert caught.value.reason == reason


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe", b'"x"', b"{", b"[" * 100_000])
def test_noise(body: bytes) -> None:
    with pytest.raises(BadInput, match="not_json"):
        read_notice(body, "k", "s")


def test_a_forged_notice() -> None:
    with pytest.raises(BadInput, match="bad_signature"):
        changed = _fixture("report__delivered") | {"status": "failed"}
        read_notice(json.dumps(changed).encode(), "sandbox", "gateway secret")
