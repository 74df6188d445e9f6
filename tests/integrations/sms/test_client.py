"""The client against the played gateway, and what reaches a phone."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import jinja2
import pytest

from bot.errors import OutsideUnavailable, OutsideUnknown
from bot.settings import Sms
from bot.wording import Wording
from integrations.sandbox.phone_api import SMS
from integrations.sandbox.sms_server import GATEWAY, worded
from integrations.sms import errors
from integrations.sms.client import SmsClient
from integrations.sms.notices import DeliveryReport, SmsReply, read_notice
from integrations.sms.signing import signed
from tests.integrations.playing import Play
from tests.support.patience import LONG_S, until
from tests.support.ports import bound, port_of

CODE = {"code": "123456", "minutes": "5"}


async def test_a_message_arrives_and_is_reported(play: Play) -> None:
    receipt = await play.sms().send("13800000001", "patients/code", CODE, request_id="r1")
    assert receipt.message_id and receipt.segments == 1
    [shown] = play.seen("sms")
    assert shown["text"] == "[patients/code] code=123456 minutes=5" and shown["to"] == "13800000001"
    await _told(play, 1)
    sms = play.settings.sms
    report = read_notice(play.hook.notices[0]["body"], sms.key, sms.secret)
    assert play.hook.notices[0]["gateway"] == GATEWAY
    assert isinstance(report, DeliveryReport)
    assert (report.message_id, report.request_id, report.status) == (receipt.message_id, "r1", "delivered")
    assert "138" not in repr(report)


async def test_sent_again_it_is_sent_once(play: Play) -> None:
    first = await play.sms().send("13800000001", "patients/code", CODE, request_id="r1")
    again = await play.sms().send("13800000001", "patients/code", CODE, request_id="r1")
    assert first == again and len(play.seen("sms")) == 1


async def test_an_unknown_outcome_may_be_tried_again(play: Play) -> None:
    await play.post("/misbehave", {"api": "sms/v1/messages", "cut": "after", "times": 1})
    with pytest.raises(OutsideUnknown):
        await play.sms().send("13800000001", "patients/code", CODE, request_id="r1")
    await play.sms().send("13800000001", "patients/code", CODE, request_id="r1")
    assert len(play.seen("sms")) == 1


async def test_long_texts_are_paid_by_parts(play: Play) -> None:
    receipt = await play.sms().send("13800000001", "t", {"text": "字" * 70}, request_id="r1")
    assert receipt.segments == 2


@pytest.mark.parametrize(("code", "kind"), [
    ("BAD_NUMBER", errors.NumberRefused), ("BLOCKED", errors.NumberRefused), ("LIMIT", errors.NumberLimited),
    ("BAD_TEMPLATE", errors.TemplateRefused), ("BAD_PARAMS", errors.TemplateRefused),
    ("NO_BALANCE", errors.SmsSettingsRefused), ("ELSE", errors.SmsRefused), ("BUSY", OutsideUnavailable),
    ("RATE", OutsideUnavailable),
])
async def test_refusals_have_names(play: Play, code: str, kind: type[Exception]) -> None:
    await play.post("/misbehave", {"api": "sms/v1/messages", "code": code})
    with pytest.raises(kind) as caught:
        await play.sms().send("13800000001", "t", {}, request_id="r1")
    assert type(caught.value) is kind


@pytest.mark.parametrize(("change", "kind"), [
    ({"secret": "other"}, errors.SmsSettingsRefused), ({"key": "other"}, errors.SmsSettingsRefused),
    ({"sign_name": "other"}, errors.SmsSettingsRefused), ({"gateway": ""}, errors.SmsSettingsRefused),
])
async def test_wrong_settings(play: Play, change: dict[str, str], kind: type[Exception]) -> None:
    client = SmsClient(play.settings.sms.model_copy(update=change), play.session)
    with pytest.raises(kind):
        await client.send("13800000001", "t", {}, request_id="r1")
    assert play.seen("sms") == []


@pytest.mark.parametrize("mobile", ["", "138", "12345678901", "138000000011", "tel"])
async def test_no_such_number(play: Play, mobile: str) -> None:
    with pytest.raises(errors.NumberRefused):
        await play.sms().send(mobile, "t", {}, request_id="r1")


@pytest.mark.parametrize(("switch", "kind"), [
    ({"slow": 60}, OutsideUnknown), ({"cut": "before"}, OutsideUnknown), ({"http": 500}, OutsideUnknown),
    ({"http": 503}, OutsideUnavailable), ({"http": 200}, OutsideUnknown),
])
async def test_a_sick_gateway(play: Play, switch: dict[str, object], kind: type[Exception]) -> None:
    await play.post("/misbehave", {"api": "sms/*", **switch})
    with pytest.raises(kind):
        await play.sms(seconds=1 if "slow" in switch else LONG_S).send("13800000001", "t", {}, request_id="r1")


async def test_nobody_there(play: Play) -> None:
    with closing(bound()) as line, pytest.raises(OutsideUnavailable):
        gateway = f"http://127.0.0.1:{port_of(line)}"
        client = SmsClient(Sms(gateway=gateway, key="k", secret="s"), play.session)
        await client.send("13800000001", "t", {}, request_id="r1")


async def test_a_recorded_request_is_not_good_twice(play: Play) -> None:
    """The nonce: what was heard on the way cannot be said again."""
    sms = play.settings.sms
    fields = signed({"mobile": "13800000001", "template": "t", "params": {}, "request_id": "r", "sign_name": ""},
                    sms.key, sms.secret)
    answers = []
    for _ in range(2):
        async with play.session.post(f"{sms.gateway}/v1/messages", data=json.dumps(fields)) as response:
            answers.append((await response.json())["code"])
    assert answers == ["OK", "BAD_SIGNATURE"]


async def test_a_number_that_nobody_has(play: Play) -> None:
    """A tester who registers with any number must be able to read the code: it shows where something was done last."""
    await play.post("/phones/2/event", {"event": "subscribe"})
    await play.sms().send("15912345678", "patients/code", CODE, request_id="r1")
    assert [entry.way for entry in play.phones[2].entries][-1] == "sms"
    assert play.phones[2].entries[-1].content["to"] == "15912345678"


async def test_people_answer(play: Play) -> None:
    answer = await play.post("/phones/1/sms", {"text": "GH 017 03021000 张建国"})
    assert answer["entry"]["way"] == "sms_sent"
    await _told(play, 1)
    sms = play.settings.sms
    reply = read_notice(play.hook.notices[0]["body"], sms.key, sms.secret)
    assert isinstance(reply, SmsReply)
    assert (reply.mobile, reply.text) == ("13800000001", "GH 017 03021000 张建国")


def test_wordings_are_found_by_area_and_name(tmp_path: Path) -> None:
    for area, name in (("patients", "code"), ("booking", "booked"), ("payment", "booked")):
        (tmp_path / area / "sms").mkdir(parents=True)
        (tmp_path / area / "sms" / f"{name}.j2").write_text(f"{area}: {{{{ code }}}}", "utf-8")
    approved = worded(Wording(tmp_path))
    assert approved("patients.code", {"code": "1"}) == approved("code", {"code": "1"}) == "patients: 1"
    assert approved("payment.booked", {"code": "2"}) == "payment: 2"
    for unknown in ("booked", "patients.other", "other", "../patients.code", ".code.*"):
        with pytest.raises(LookupError):
            approved(unknown, {})
    with pytest.raises(jinja2.TemplateError):
        approved("code", {})


@pytest.mark.parametrize(("error", "kind"), [
    (jinja2.TemplateNotFound("x"), "BAD_TEMPLATE"), (LookupError("x"), "BAD_TEMPLATE"),
    (jinja2.UndefinedError("x"), "BAD_PARAMS"),
])
async def test_what_is_not_approved_is_refused(play: Play, error: Exception, kind: str) -> None:
    def refuse(template: str, params: dict[str, object]) -> str:
        raise error

    server = next(sub[SMS] for sub in play.app._subapps if SMS in sub)
    server._approved = refuse
    with pytest.raises(errors.TemplateRefused) as caught:
        await play.sms().send("13800000001", "t", {}, request_id="r1")
    assert caught.value.code == kind


async def _told(play: Play, count: int) -> None:
    await until(lambda: len(play.hook.notices) >= count)
