"""Templates: how they are found, overridden and rendered, and how days, times and money are said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import jinja2
import pytest
import time_machine

from bot.clock import HospitalClock
from bot.settings import Settings
from bot.settings_parts import Hospital
from bot.wording import Wording, tidy

SATURDAY = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def saturday() -> Iterator[None]:
    with time_machine.travel(SATURDAY, tick=False):
        yield


def made(folder: Path, **files: str) -> Path:
    """A folder of templates; `_` in a keyword stands for `/`, `__` for `.`."""
    for name, text in files.items():
        path = folder / (name.replace("__", ".").replace("_", "/") + ".j2")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def say(template: str, **facts: object) -> str:
    """Render a line of template text with our filters."""
    return Wording().environment.from_string(template).render(facts)


def test_text_is_trimmed_and_html_is_escaped(tmp_path: Path) -> None:
    wording = Wording(made(
        tmp_path, area_chat_hello="\n 您好 {{ name }} \n\n\n\n{% if name %}\n再见\n{% endif %}\n",
        area_h5_page__html="<p>{{ name }}</p>\n"))
    assert wording.render("area/chat/hello", name="<b>") == "您好 <b>\n\n再见"
    assert wording.render("area/chat/hello.j2", name="<b>") == "您好 <b>\n\n再见"
    assert wording.render("area/h5/page.html", name="<b>") == "<p>&lt;b&gt;</p>"


def test_a_missing_fact_is_an_error_and_a_missing_template_too(tmp_path: Path) -> None:
    wording = Wording(made(tmp_path, area_chat_hello="{{ name }}"))
    with pytest.raises(jinja2.UndefinedError, match="name"):
        wording.render("area/chat/hello")
    with pytest.raises(jinja2.TemplateNotFound):
        wording.render("area/chat/bye")


def test_a_hospital_overrides_file_by_file(tmp_path: Path) -> None:
    ours = made(tmp_path / "ours", a_chat_one="一", a_chat_two="二", a_chat_base="{% block b %}我们{% endblock %}。")
    own = made(tmp_path / "own", a_chat_one="壹", a_chat_three="叁",
               a_chat_base='{% extends "ours/a/chat/base.j2" %}{% block b %}本院{% endblock %}')
    wording = Wording(ours, own)
    assert [wording.render(f"a/chat/{name}") for name in ("one", "two", "three", "base") ] == ["壹", "二", "叁",
    "本院。" ]
    assert wording.names() == ["a/chat/base", "a/chat/one", "a/chat/three", "a/chat/two"]
    assert wording.has("a/chat/three") and not Wording(ours).has("a/chat/three")


@pytest.mark.parametrize("broken", [
    "{{ nobody }}", "{% if %}", "{{ day|day }}", '{% include "gone.j2" %}', "{{ 1 / 0 }}", "{{ day.gone.further }}",
])
def test_a_slip_in_an_own_template_does_not_silence_the_hospital(tmp_path: Path, broken: str) -> None:
    ours, own = made(tmp_path / "ours", a_chat_one="原文 {{ day }}"), made(tmp_path / "own", a_chat_one=broken)
    assert Wording(ours, own).render("a/chat/one", day="?") == "原文 ?"
    with pytest.raises((jinja2.TemplateError, ValueError, ZeroDivisionError)):
        Wording(ours, own, debug=True).render("a/chat/one", day="?")


def test_an_own_template_without_ours_fails_loudly(tmp_path: Path) -> None:
    wording = Wording(made(tmp_path / "ours", a_chat_one="一"), made(tmp_path / "own", a_chat_new="{{ nobody }}"))
    with pytest.raises(jinja2.UndefinedError):
        wording.render("a/chat/new")


def test_changed_files_are_read_again_only_in_debug(tmp_path: Path) -> None:
    made(tmp_path, a_chat_one="一")
    live, debug = Wording(tmp_path), Wording(tmp_path, debug=True)
    assert live.render("a/chat/one") == debug.render("a/chat/one") == "一"
    path = tmp_path / "a/chat/one.j2"
    path.write_text("二", encoding="utf-8")
    os.utime(path, (1, 1))
    assert (live.render("a/chat/one"), debug.render("a/chat/one")) == ("一", "二")


def test_own_words_are_merged(tmp_path: Path) -> None:
    own = tmp_path / "common"
    own.mkdir()
    (own / "words.toml").write_text('menu = ["看病"]\n[money]\namount = "{yuan}元整"\n', encoding="utf-8")
    wording = Wording(override_dir=tmp_path)
    assert wording.environment.from_string("{{ 2500|money }} {{ '2026-11-22'|day }}").render() == (
        "25.00元整 明天(11月22日 周日)")
    assert "看病" in wording.render("common/chat/menu")


def test_which_facts_a_template_uses(tmp_path: Path) -> None:
    wording = Wording(made(
        tmp_path, a_chat_one='{% import "a/m.j2" as m %}{% include "a/two.j2" %}{{ m.x(one) }}{{ hospital }}',
        a_two="{{ two }}", a_m="{% macro x(n) %}{{ n }}{{ words.x }}{% endmacro %}"))
    assert wording.uses("a/chat/one") == {"one", "two"}


def test_macros_as_functions() -> None:
    numbered = Wording().macro("common/macros", "numbered")
    assert numbered([(1, "内科"), (2, "外科")]) == "1. 内科\n2. 外科"
    assert Wording().macro("common/macros", "dotted")(["王静", "", None, "呼吸内科"]) == "王静 · 呼吸内科"


def test_settings_give_phone_numbers_and_clock(tmp_path: Path) -> None:
    made(tmp_path, a_chat_phone="{{ phone_desk }} {{ emergency_phone }} {{ hospital }} {{ at|clocktime }}")
    settings = Settings(
        phone_desk="0571-1", timezone="Asia/Tokyo", templates_override=tmp_path, hospital=Hospital(name="市一院"))
    at = "2026-11-21T20:00:00+00:00"
    assert Wording.of(settings).render("a/chat/phone", at=at) == "0571-1 120 市一院 凌晨 5:00"
    assert Wording.of(settings, hospital="另一院").render("a/chat/phone", at=at).startswith("0571-1 120 另一院")


@pytest.mark.parametrize(("template", "said"), [
    ("{{ 2500|money }}", "25.00 元"), ("{{ 2500|yuan }}", "25.00"),
    ("{{ '2026-11-22'|day }}", "明天(11月22日 周日)"), ("{{ '2026-11-21'|day }}", "今天(11月21日 周六)"),
    ("{{ '2026-11-23'|day }}", "后天(11月23日 周一)"), ("{{ '2026-11-20'|day }}", "昨天(11月20日 周五)"),
    ("{{ '2026-12-03'|day }}", "12月3日 周四"), ("{{ '2027-01-03'|day }}", "2027年1月3日 周日"),
    ("{{ '2026-11-22'|date }}", "11月22日 周日"), ("{{ '2026-11-22'|date(year=true) }}", "2026年11月22日 周日"),
    ("{{ '09:30'|clocktime }}", "上午 9:30"), ("{{ '14:05'|time }}", "下午 2:05"),
    ("{{ '12:00'|time }}", "中午 12:00"),
    ("{{ '00:10'|time }}", "凌晨 0:10"), ("{{ '18:00'|time }}", "晚上 6:00"), ("{{ '14:30'|hm }}", "14:30"),
    ("{{ '09:30'|span('10:00') }}", "上午 9:30–10:00"), ("{{ '11:30'|span('12:00') }}", "上午 11:30–12:00"),
    ("{{ '11:30'|span('12:30') }}", "上午 11:30–中午 12:30"), ("{{ '14:30'|span('15:00') }}", "下午 2:30–3:00"),
    ("{{ '17:30'|span('18:00') }}", "下午 5:30–6:00"), ("{{ '12:30'|span('13:30') }}", "中午 12:30–下午 1:30"),
    ("{{ '2026-11-10'|age }}", "11 天"), ("{{ '2026-10-21'|age }}", "1 个月"), ("{{ '2026-03-20'|age }}", "8 个月"),
    ("{{ '2024-08-21'|age }}", "2 岁 3 个月"), ("{{ '2024-11-21'|age }}", "2 岁"), ("{{ '1983-11-22'|age }}", "42 岁"),
    ("{{ '2000-01-01'|age(at='2010-01-01') }}", "10 岁"), ("{{ '2026-11-21'|age }}", "0 天"),
    ("{{ '张三明'|mask_name }} {{ '13812345678'|mask_mobile }} {{ 'E12345678'|mask_number }}",
     "张*明 138****5678 ****5678"),
])
def test_filters(template: str, said: str) -> None:
    assert say(template) == said


@pytest.mark.parametrize(("text", "said"), [
    ("J*** S***不能挂，阿***·买**能挂", "J*** S*** 不能挂，阿***·买**能挂"),
    ("由Emma Wang医生替诊，做B超，看2型糖尿病", "由 Emma Wang 医生替诊，做B超，看2型糖尿病"),
    ('请打开 <a href="https://a.example/h5">网页</a>', '请打开 <a href="https://a.example/h5">网页</a>'),
])
def test_a_latin_name_keeps_its_distance(tmp_path: Path, text: str, said: str) -> None:
    wording = Wording(made(tmp_path, a_chat_who="{{ who }}"))
    assert wording.render("a/chat/who", who=text) == said


def test_filters_take_dates_times_and_moments() -> None:
    moment = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)  # half past one in the night of Sunday there
    assert say("{{ a|day }} {{ a|clocktime }}", a=moment) == "明天(11月22日 周日) 凌晨 1:30"
    assert say("{{ a|day }} {{ b|clocktime }}", a=date(2026, 11, 22), b=time(9, 30)) == (
        "明天(11月22日 周日) 上午 9:30")
    assert Wording(clock=HospitalClock("UTC")).spoken.clocktime(moment) == "下午 5:30"


def test_quoted_words_stay_on_a_line_and_cannot_be_links() -> None:
    spoken = Wording().spoken
    assert spoken.quoted("下下下周") == "“下下下周”"
    assert spoken.quoted('<a href="weixin://x">点我</a>', 40) == '“＜a href="weixin://x"＞点我＜/a＞”'
    assert spoken.quoted("一\n二\u202e三\x00") == "“一 二 三”"
    assert spoken.quoted("好" * 50) == "“" + "好" * 15 + "…”"


def test_tidy() -> None:
    assert tidy("\r\n a \r\n\r\n\r\n\r\n b\t\n") == "a\n\n b"


@pytest.mark.parametrize(("said", "quoted"), [
    ("110105194912310021", "“****”"), ("我的号是 138 0000 0001", "“我的号是 ****”"), ("33010619861103002X", "“****”"),
    ("12月3号 9:30", "“12月3号 9:30”"), ("12345", "“12345”"),
])
def test_no_long_number_is_said_back(said: str, quoted: str) -> None:
    assert Wording().spoken.quoted(said, 40) == quoted
