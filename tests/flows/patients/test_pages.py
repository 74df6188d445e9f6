"""Registering, choosing and unbinding on pages, as a phone's browser does it: without a script, form by form."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import ClientResponse

from bot.db.engine import Database
from tests.flows.patients.family import LI, ZHANG, last_code, with_hospital
from tests.sandbox.stage import Stage, stage
from tests.support.world import World

NEW = "/h5/patients/new"
MOBILE = "13800000001"


@dataclass
class Reader:
    """One phone, and somebody who reads what is on it."""

    on: Stage
    world: World
    number: int = 1
    text: str = ""
    status: int = 0
    path: str = ""

    async def get(self, path: str) -> str:
        answer = await self.on.browser.get(f"/sandbox/phone/{self.number}{path}")
        return await self._read(answer)

    async def post(self, path: str, *, htmx: bool = False, **sent: str) -> str:
        token = re.search(r'name="csrf" value="(\w+)"', self.text)
        headers = {"HX-Request": "true"} if htmx else {}
        data = {**({"csrf": token[1]} if token else {}), **sent}
        where = f"/sandbox/phone/{self.number}{path}"
        if htmx:
            answer = await self.on.browser.post(where, data=data, headers=headers)
            return await answer.text()
        return await self._read(await self.on.browser.post(where, data=data, headers=headers))

    async def _read(self, answer: ClientResponse) -> str:
        self.status, self.text = answer.status, html.unescape(await answer.text())
        self.path = answer.url.path.removeprefix(f"/sandbox/phone/{self.number}")
        return self.text

    async def filled(self, **changes: str) -> dict[str, str]:
        base = {"relation": "self", "name": "张建国", "document_type": "resident", "document_number": ZHANG,
                "mobile": MOBILE, "consent": "yes", "code": ""}
        return {**base, **changes}

    async def registered(self, **changes: str) -> None:
        await self.get(NEW)
        form = await self.filled(**changes)
        sent = await self.post("/h5/patients/code", **form)
        if "不用验证码" in sent:
            assert "problem" not in sent and 'role="status">这个手机' in sent  # good news is no fault
        else:
            form["code"] = await last_code(self.world, form["mobile"])
        await self.post(NEW, **form)
        assert self.path == "/h5/patients/", self.text

    def problem(self, field: str) -> str:
        found = re.search(rf'id="{field}-problem"[^>]*>([^<]*)<', self.text)
        return found[1] if found else ""


@pytest.fixture
async def reader(sqlite_database: Database) -> AsyncIterator[Reader]:
    world = World(sqlite_database)
    with_hospital(world)
    async with stage(sqlite_database, world.ports) as on:
        yield Reader(on, world)


async def test_nobody_is_there_and_what_to_do(reader: Reader) -> None:
    assert "还没有就诊人" in await reader.get("/h5/patients/")
    assert 'href="/sandbox/phone/1/h5/patients/new"' in reader.text


async def test_somebody_registers_themselves(reader: Reader) -> None:
    await reader.registered()
    assert "登记好了：张*国" in reader.text
    assert "默认" in reader.text
    for secret in (ZHANG, MOBILE, "张建国"):
        assert secret not in reader.text


async def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(reader: Reader) -> None:
    await reader.get(NEW)
    short = {"name": "张", "document_number": ZHANG[:-1], "mobile": "12"}
    await reader.post(NEW, relation="self", document_type="resident", **short)
    assert reader.status == 422
    assert reader.problem("name") == "请写全名，要和证件上一样。"
    assert "现在是 17 位，应是 18 位" in reader.problem("document_number")
    assert "11 位" in reader.problem("mobile")
    assert "同意隐私说明" in reader.problem("consent")
    assert f'value="{ZHANG[:-1]}"' in reader.text


async def test_an_empty_form_says_what_is_missing(reader: Reader) -> None:
    await reader.get(NEW)
    await reader.post(NEW)
    for field in ("relation", "name", "document_type", "mobile"):
        assert reader.problem(field) == "这里还没有填。", field


async def test_markup_in_a_name_is_only_text(reader: Reader) -> None:
    await reader.get(NEW)
    token = re.search(r'name="csrf" value="(\w+)"', reader.text)
    assert token is not None
    sent = {"csrf": token[1], "name": '"><script>alert(1)</script>'}
    answer = await reader.on.browser.post("/sandbox/phone/1" + NEW, data=sent)
    assert answer.status == 422
    assert "<script>alert" not in await answer.text()


async def test_a_wrong_code_is_told_with_how_often_one_may_try(reader: Reader) -> None:
    await reader.get(NEW)
    form = await reader.filled()
    await reader.post("/h5/patients/code", **form)
    right = await last_code(reader.world, MOBILE)
    wrong = "000000" if right != "000000" else "111111"
    await reader.post(NEW, **{**form, "code": wrong})
    assert reader.status == 422
    assert "还可以试 4 次" in reader.problem("code")
    await reader.post(NEW, **{**form, "code": right})
    assert reader.path == "/h5/patients/"


async def test_without_a_code_nothing_is_registered(reader: Reader) -> None:
    await reader.get(NEW)
    await reader.post(NEW, **await reader.filled())
    assert reader.problem("code") == "这里还没有填。"
    await reader.post(NEW, **await reader.filled(code="123456"))
    assert "还没有给这个手机发过验证码" in reader.problem("code")


async def test_htmx_gets_the_line_of_the_code_alone(reader: Reader) -> None:
    await reader.get(NEW)
    form = await reader.filled()
    part = await reader.post("/h5/patients/code", htmx=True, **form)
    assert "<html" not in part
    assert 'data-seconds="60"' in part and "尾号 0001" in part
    again = await reader.post("/h5/patients/code", htmx=True, **form)
    assert "秒后再重发" in again
    bad = await reader.post("/h5/patients/code", htmx=True, **{**form, "mobile": "1"})
    assert "11 位" in bad


async def test_family_needs_no_second_code_and_one_can_be_the_default(reader: Reader) -> None:
    await reader.registered()
    await reader.registered(relation="spouse", name="李梅", document_number=LI)
    await reader.get("/h5/patients/")
    assert reader.text.index("张*国") < reader.text.index("李*")
    people = re.findall(r'class="row-link" href="/sandbox/phone/1(/h5/patients/[^"/]+)"', reader.text)
    li = people[1]
    assert "李*" in await reader.get(li)
    await reader.post(f"{li}/default")
    assert reader.path == "/h5/patients/"
    assert reader.text.index("李*") < reader.text.index("张*国")


async def test_unbinding_asks_first(reader: Reader) -> None:
    await reader.registered()
    person = next(p for p in re.findall(r'href="/sandbox/phone/1(/h5/patients/[^"/]+)"', reader.text) if p != NEW)
    await reader.get(f"{person}/unbind")
    assert "约好的号和病案都不受影响" in reader.text
    await reader.post(f"{person}/unbind")
    assert "还没有就诊人" in reader.text


async def test_somebody_elses_person_is_not_there(reader: Reader) -> None:
    await reader.registered()
    person = next(p for p in re.findall(r'href="/sandbox/phone/1(/h5/patients/[^"/]+)"', reader.text) if p != NEW)
    stranger = Reader(reader.on, reader.world, number=2)
    assert "没有找到" in await stranger.get(person)
    for act in ("default", "unbind"):
        await stranger.get(NEW)
        await stranger.post(f"{person}/{act}")
        assert stranger.status == 404
    assert "张*国" in await reader.get("/h5/patients/")


async def test_a_child_without_a_document_goes_by_a_guardian(reader: Reader) -> None:
    await reader.registered()
    await reader.get(f"{NEW}?relation=child")
    guardian = re.search(r'<option value="([\w-]+)">张\*国', reader.text)
    assert guardian is not None
    await reader.registered(relation="child", name="张小宝", document_type="guardian", document_number="",
                            guardian=guardian[1], sex="male", birth_date="2025-03-04")
    assert "张*宝" in reader.text


async def test_the_privacy_notice_is_for_everybody(reader: Reader) -> None:
    answer = await reader.on.browser.get("/h5/patients/privacy")
    assert answer.status == 200
    assert "加密保存" in await answer.text()


async def test_a_phone_is_changed_with_a_code_to_the_new_one(reader: Reader) -> None:
    await reader.registered()
    person = re.findall(r'class="row-link" href="/sandbox/phone/1(/h5/patients/[^"/]+)"', reader.text)[0]
    assert f"{person}/mobile" in await reader.get(person)
    await reader.get(f"{person}/mobile")
    assert "尾号 0001" in reader.text
    await reader.post(f"{person}/mobile", mobile="1380000", code="")
    assert reader.status == 422 and reader.problem("mobile")
    await reader.post(f"{person}/mobile", mobile="13800000002", code="")
    assert reader.status == 422 and reader.problem("code")
    line = await reader.post(f"{person}/mobile/code", htmx=True, mobile="13800000002")
    assert "尾号 0002" in line and f"{person}/mobile/code" in line and "<html" not in line
    await reader.post(f"{person}/mobile", mobile="13800000002", code="000000")
    assert reader.status == 422 and "不对" in reader.problem("code")
    await reader.post(f"{person}/mobile", mobile="13800000002", code=await last_code(reader.world, "13800000002"))
    assert "手机换好了" in reader.text and "****0002" in reader.text
    other = Reader(reader.on, reader.world, number=2)
    assert (await other.get(f"{person}/mobile"), other.status)[1] == 404


async def test_easy_mode_is_turned_on_and_off_on_its_page(reader: Reader) -> None:
    easy = "/h5/patients/easy"
    assert easy in await reader.get("/h5/patients/") or "还没有就诊人" in reader.text
    await reader.get(easy)
    assert 'class="large"' not in reader.text and "data-aloud" not in reader.text
    await reader.post(easy, on="1")
    assert 'class="large"' in reader.text and "data-aloud" in reader.text and "换回普通模式" in reader.text
    reader.on.browser.session.cookie_jar.clear_domain("127.0.0.1")  # another browser of the same contact
    assert 'class="large"' in await reader.get("/h5/patients/")
    await reader.get(easy)
    await reader.post(easy, on="0")
    assert 'class="large"' not in await reader.get("/h5/patients/")
    await reader.get(easy)
    await reader.post(easy, on="1", whom="somebodyelsesname")
    assert reader.status == 404
