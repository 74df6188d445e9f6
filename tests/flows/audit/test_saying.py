"""The trail in plain words: actors, acts, objects and facts, on the page and in its file; nothing technical is left."""

from __future__ import annotations

import ast
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.access import audit
from bot.areas import AREAS
from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.wording import Wording
from flows.audit.saying import Saying
from flows.booking.service import BookingService
from flows.directory.rules import Catalogue
from flows.directory.service import forget
from flows.notices.kinds import SAID, kinds_of
from integrations.his.port import Clinic, Department, Doctor, Place, Site
from jobs import registry
from tests.flows.booking import ward
from tests.support.desk import desk
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[3]
SLUG = re.compile(r"(access|staff|audit|directory|patients|booking|payment|desk|notices)\.[a-z_]+")
WORDS = Wording().words
PLACE = Place("门诊楼", "2", "B", "")


def _clinic(code: str, site: str, name: str) -> Clinic:
    return Clinic(code, "d" + site, site, name, (), PLACE, "", "", None, None, None, False, True)


CATALOGUE = Catalogue(
    1, sites=(Site("1", "人民医院 本部", "", ""), Site("2", "人民医院 东院区", "", "")),
    departments=(Department("d1", "1", "内科", "", False), Department("d2", "2", "外科", "", False)),
    clinics=(_clinic("c1", "1", "呼吸内科"), _clinic("c2", "2", "呼吸内科"), _clinic("c3", "1", "骨科")),
    doctors=(Doctor("D1", "1023", "王静", "female", "主任医师", "", (), "", ("c1",), None),),
)
SAYING = Saying(WORDS, HospitalClock("Asia/Shanghai"), CATALOGUE, {"staff:s1": ("w.jing", "王静")}, {"r1": "护士"},
                {"session:270302am": "2027-03-02 上午 骨科"})


def test_who_did_it() -> None:
    assert SAYING.actor("staff:s1") == "王静 (w.jing)"
    assert SAYING.actor("job:staff.sync") == "系统 · 同步医院的员工"
    assert SAYING.actor("command:up") == "管理员命令 · 第一次启动"
    assert SAYING.actor("contact:abc") == "本人或家人"
    assert SAYING.actor("staff:unknown") == SAYING.thing("staff:unknown") == "没有登录的人"


def test_to_what_it_was_done() -> None:
    assert SAYING.thing("clinic:c2") == "门诊 呼吸内科 · 东院区"
    assert SAYING.thing("clinic:c3") == "门诊 骨科"
    assert SAYING.thing("role:r1") == "角色 护士"
    assert SAYING.thing("right:audit.view") == "权限 查看操作记录"
    assert SAYING.thing("list:staff") == "列表 员工"
    assert SAYING.thing("session:270302am") == "出诊 2027-03-02 上午 骨科"
    assert SAYING.thing("appointment:0123456789abcdef") == "预约 abcdef"
    assert SAYING.thing("/desk/booking/roster/patterns") == "排班"
    assert SAYING.thing("/h5/booking/mine/") == "患者页面 · 预约" and SAYING.thing("/desk/account") == "我的账号"
    assert SAYING.thing("payment_day:2027-03-01").endswith(" 2027-03-01")
    assert SAYING.thing("odd") == "odd"


@pytest.mark.parametrize(
    "facts, told",
    [
        ({"stage": "password"}, "还要：换密码"),
        ({"since": "2027-03-01T00:30:00+00:00", "name": "王静"}, "起始：2027-03-01 08:30；名称：王静"),
        ({"factor": True, "edition": "e1"}, "解除动态口令：是"),
        ({"places": ["c1", "c2", "gone"]}, "科室：呼吸内科 · 本部、呼吸内科 · 东院区、gone"),
        ({"before": {"staff.view": "department"}, "after": {}}, "原来：查看员工和科室 本科室"),
        ({"before": {"closed": False, "horizon_days": 14}}, "原来：关闭预约 否、能约几天 14"),
        ({"list": "staff", "rows": 3, "filters": {"q": "王", "place": "c2", "state": "active", "role": ""}},
         "行数：3；筛选：找 王、科室 呼吸内科 · 东院区、状态 在用"),
        ({"appointments": ["a", "b"], "kept": 0}, "受影响的预约：2；保留人数：0"),
        ({"faults": [["changed", 2]]}, "问题：第 2 条的内容被改过"),
        ({"session": "270302am", "channel": "window", "doctor": "D1", "percent": 20},
         "出诊：2027-03-02 上午 骨科；渠道：窗口；医生：王静 (1023)；比例：20"),
        ({"right": "audit.view", "method": "POST", "path": "/desk/audit/"},
         "权限：查看操作记录；方法：提交；地址：操作记录"),
        ({"why": "2027-03-01 说过"}, "原因：2027-03-01 说过"),
        ({"faults": ["unreachable", "sign"]}, "问题：连不上、sign"),
        ({"rule": "refuse_same_doctor", "clinic": "c3", "last_day": "2027-03-03"},
         "规则：同一天同一位医生；门诊：骨科；用到哪天：2027-03-03"),
        ({"account": "wx", "lines": 2, "flaw": "sums_differ"}, "商户：wx；行数：2；账单：账单合计与明细不符"),
        ({"guardian": "0123456789abcdef"}, "监护人：abcdef"),
        ({"list": "payment_refunds", "filters": {"state": "refused"}}, "筛选：状态 没有退"),
    ],
)
def test_what_it_holds(facts: dict[str, Any], told: str) -> None:
    assert SAYING.brief(facts) == told


def test_a_name_finds_what_is_called_so() -> None:
    assert SAYING.actor_called("王静") == "staff:s1" and SAYING.actor_called("系统") == "job:"
    assert SAYING.thing_called("呼吸内科 · 东院区") == "clinic:c2" and SAYING.thing_called("护士") == "role:r1"
    assert SAYING.thing_called("person:x") == "person:x" and SAYING.thing_called("nobody") == "nobody"


def test_every_act_right_job_and_notice_of_the_program_has_words() -> None:
    acts = set()
    for file in [each for folder in ("bot", "flows", "jobs") for each in (ROOT / folder).rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
            if isinstance(node, ast.Call) and name in ("write", "_tell", "_failed", "_enter"):
                acts |= {each.value for each in node.args if isinstance(each, ast.Constant)
                         and isinstance(each.value, str) and SLUG.fullmatch(each.value)}
    assert len(acts) > 30 and not acts - set(WORDS["acts"])
    assert not set(WORDS["columns"]) - set(WORDS["said"]["list"]), "whatever can be exported is called by its name"
    assert not {right for area in AREAS.all for right in area.permits} - set(WORDS["rights"])
    assert not {*registry.handlers(), *registry.periodic()} - set(WORDS["jobs"])
    assert not {kind for area in AREAS.all for kind in area.names} - set(WORDS["things"])
    assert {SAID.name, *(kind.name for kind in kinds_of(AREAS.all))} == set(WORDS["pushes"])


async def test_the_page_and_its_file_say_it_in_words(database: Database) -> None:
    async with desk(database) as here:
        world = World(database)
        await ward.open_hospital(world)
        code = await ward.session(world)
        await ward.sync(world)
        person, (segment, *_) = await ward.person(world), await ward.segments(world, code)
        async with world.context("a") as context:
            held = await BookingService(context).hold(segment.id, person, "r")
        async with database.transaction() as tx:
            audit.write(tx, "job:staff.sync", "staff.joined", "staff:gone", {"login": "=1+1"})
            audit.write(tx, "command:up", "booking.checked_in", f"appointment:{held.public_id}", {"late": True})
            audit.write(tx, "staff:unknown", "booking.stopped", f"session:{code}", {"session": code})
        forget(here.world.ports)
        browser = await here.enter(await here.hire("boss", admin=True))
        page = await browser.get("/desk/audit/")
        assert "系统 · 同步医院的员工" in page and "还要：动态口令" in page and f"预约 {ward.TOMORROW} 上午" in page
        assert "job:" not in page and "command:" not in page and "password" not in page.split("<tbody>")[1]
        page = await browser.get("/desk/audit/?who=系统")
        assert "医院新员工" in page and "共 1 条" in page
        page = await browser.get(f"/desk/audit/?about=session:{code}")
        assert f"对象 出诊 {ward.TOMORROW} 上午" in page and "共 1 条" in page
        await browser.get("/desk/audit/?export=all")
        assert browser.answer is not None
        with zipfile.ZipFile(io.BytesIO(await browser.answer.read())) as book:
            text, cells = book.read("xl/sharedStrings.xml").decode(), book.read("xl/worksheets/sheet1.xml").decode()
        assert "医院新员工" in text and "登录名：=1+1" in text and not SLUG.search(text) and "job:" not in text
        assert "<f>" not in cells
        # 2027-03-01 09:00 on the hospital's wall, in days as Excel counts them; it is 01:00 UTC.
        moments = [float(each) for each in re.findall(r'<c r="B\d+" s="\d+"><v>([\d.]+)</v>', cells)]
        assert moments and all(46447.375 <= each < 46447.38 for each in moments), moments
