"""A form that comes back knows what was done already: a code on its way, a known phone, a person who is there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from tests.flows.patients.family import LI, last_code
from tests.flows.patients.test_pages import NEW, Reader, reader

__all__ = ["reader"]
NOON = "2027-03-01T04:00:00+00:00"


@pytest.fixture(autouse=True)
def noon() -> object:
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


async def test_a_code_that_is_on_its_way_is_not_forgotten_over_another_fault(
    reader: Reader, noon: time_machine.Coordinates
) -> None:
    await reader.get(NEW)
    assert "data-seconds" not in reader.text and "尾号" not in reader.text
    form = await reader.filled(name="张")
    await reader.post("/h5/patients/code", **form)
    noon.shift(timedelta(seconds=20))
    await reader.post(NEW, **form)
    assert reader.problem("name") and "验证码发到了尾号 0001" in reader.text and 'data-seconds="40"' in reader.text
    noon.shift(timedelta(seconds=50))
    await reader.post(NEW, **form)
    assert "验证码发到了尾号 0001" in reader.text and "data-seconds" not in reader.text
    noon.shift(timedelta(minutes=10))
    await reader.post(NEW, **form)
    assert "尾号" not in reader.text


async def test_the_family_s_phone_is_known_before_anybody_asks_for_a_code(reader: Reader) -> None:
    await reader.registered()
    await reader.get(NEW)
    assert "不用验证码" in reader.text
    await reader.post(NEW, **await reader.filled(relation="spouse", name="李", document_number=LI))
    assert reader.problem("name") and "不用验证码" in reader.text


async def test_who_is_there_already_is_not_registered_once_more(reader: Reader) -> None:
    await reader.registered()
    assert "登记好了" in reader.text
    await reader.get(NEW)
    await reader.post(NEW, **await reader.filled(relation="spouse"))
    assert "已经在您的就诊人里了" in reader.text and "登记好了" not in reader.text and "去挂号" in reader.text


async def test_who_is_registered_on_the_way_is_named_to_where_it_goes_on(reader: Reader) -> None:
    await reader.get(NEW)
    form = await reader.filled(next="/h5/patients/easy?large=1")
    await reader.post("/h5/patients/code", **form)
    token = re.search(r'name="csrf" value="(\w+)"', reader.text)
    assert token is not None
    sent = {**form, "csrf": token[1], "code": await last_code(reader.world, form["mobile"])}
    answer = await reader.on.browser.post(f"/sandbox/phone/1{NEW}", data=sent, allow_redirects=False)
    assert re.search(r"/h5/patients/easy\?large=1&person=[\w-]{22}$", answer.headers["Location"])


async def test_who_was_unbound_is_said_to_be(reader: Reader) -> None:
    await reader.registered()
    person = re.search(r'href="/sandbox/phone/1(/h5/patients/[\w-]{22})"', reader.text)
    assert person is not None
    await reader.get(f"{person[1]}/unbind")
    await reader.post(f"{person[1]}/unbind")
    assert "解绑了" in reader.text and "还没有就诊人" in reader.text
