"""The named checks of a free answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import documents
from bot.talk.understand.checks import check, known
from bot.wording import Wording

TODAY = date(2026, 11, 21)
NAMES = ["any", "name", "mobile", "code", "number", "number:1-5", "date", "birth_date", "document", "picture"]
NAMES += [f"document:{kind}" for kind in documents.KINDS]


@pytest.mark.parametrize(("name", "text", "value"), [
    ("any", " 头疼\u200b三天  了 ", "头疼三天 了"),
    ("mobile", "13812345678", "13812345678"), ("mobile", "138 1234 5678", "13812345678"),
    ("mobile", "138-1234-5678", "13812345678"), ("mobile", "+86 13812345678", "13812345678"),
    ("mobile", "008613812345678", "13812345678"), ("mobile", "１３８１２３４５６７８", "13812345678"),
    ("mobile", "手机号是13812345678。", "13812345678"), ("mobile", "8613812345678", "13812345678"),
    ("name", "张三", "张三"), ("name", " 张 三 丰 ", "张三丰"), ("name", "我叫王小明", "王小明"),
    ("name", "姓名：李雷", "李雷"),
    ("name", "欧阳娜娜", "欧阳娜娜"), ("name", "阿依古丽.买买提", "阿依古丽·买买提"),
    ("name", "阿依古丽•买买提", "阿依古丽·买买提"),
    ("name", "John Smith", "John Smith"), ("name", "O'Neil-Müller", "O'Neil-Müller"), ("name", "叫天", "叫天"),
    ("name", "𠮷田", "𠮷田"), ("name", "王登科", "王登科"), ("name", "李科", "李科"), ("name", "张医", "张医"),
    ("code", "1234", "1234"), ("code", "验证码 123456", "123456"), ("code", "１２３４５６。", "123456"),
    ("code", "123 456", "123456"),
    ("number", "12", 12), ("number", "十二", 12), ("number", "1,234", 1234), ("number:1-120", "43", 43),
    ("birth_date", "2019年5月3日", "2019-05-03"), ("birth_date", "20190503", "2019-05-03"),
    ("birth_date", "1956.3.12", "1956-03-12"), ("birth_date", "2026-11-21", "2026-11-21"),
    ("birth_date", "二〇一九年五月三日", "2019-05-03"),
    ("date", "明天上午", {"date": "2026-11-22", "half": "am", "at": None}),
    ("date", "周三下午三点", {"date": "2026-11-25", "half": "pm", "at": "15:00"}),
    ("document:resident", "11010519491231002x", "11010519491231002X"),
    ("document", "身份证号是 110105 19491231 002X", "11010519491231002X"),
    ("document:passport", "e12345678", "E12345678"),
])
def test_taken(name: str, text: str, value: Any) -> None:
    checked = check(name, text, TODAY)
    assert checked.problem == ""
    assert checked.value == value


@pytest.mark.parametrize(("name", "text", "problem"), [
    ("any", " \n\u200b", "empty"), ("any", "好" * 501, "too_much"),
    ("mobile", "1381234567", "mobile"), ("mobile", "138123456789", "mobile"), ("mobile", "12812345678", "mobile"),
    ("mobile", "010-12345678", "mobile"), ("mobile", "", "mobile"), ("mobile", "我没有手机", "mobile"),
    ("mobile", "13812345678 13912345678", "mobile"), ("mobile", "٠١٢٣٤٥٦٧٨٩٠", "mobile"),
    ("name", "", "empty"), ("name", "张", "name_short"), ("name", "A", "name_short"),
    ("name", "张" * 21, "name_long"),
    ("name", "A" * 51, "name_long"), ("name", "张3", "name_characters"), ("name", "张三<a href>", "name_characters"),
    ("name", "张三Tom", "name_characters"), ("name", "13812345678", "name_characters"),
    ("name", "😀😀", "name_characters"),
    ("name", "没有证件", "name_other"), ("name", "儿科", "name_other"), ("name", "呼吸内科", "name_other"),
    ("name", "我想挂号", "name_other"), ("name", "给自己", "name_other"), ("name", "你好", "name_other"),
    ("name", "张先生", "name_title"), ("name", "王女士", "name_title"), ("name", "张三\n李四;", "name_characters"),
    ("code", "123", "code"), ("code", "1234567", "code"), ("code", "", "code"), ("code", "1234 还是 5678", "code"),
    ("number", "很多", "number"), ("number:1-120", "121", "number_range"), ("number:1-120", "0", "number_range"),
    ("birth_date", "5月3日", "birth_date"), ("birth_date", "去年", "birth_date"),
    ("birth_date", "2030年1月1日", "future_birth"),
    ("birth_date", "2019-02-30", "no_such_day"), ("birth_date", "", "birth_date"),
    ("date", "下下下周", "date"), ("date", "2月30号", "no_such_day"), ("date", "周三或周四", "date_which"),
    ("date", "昨天", "past_day"),
    ("date", "都行", "date"), ("picture", "看不清", "picture"),
    ("document:resident", "110105194912310021", "bad_checksum"), ("document:passport", "12", "too_short"),
])
def test_refused_with_a_wording(name: str, text: str, problem: str) -> None:
    checked = check(name, text, TODAY)
    assert checked.value is None
    assert checked.problem == problem
    wording = Wording()
    # With its facts and, since a wait may have forgotten them, without.
    assert wording.render(f"common/chat/problem_{problem}", **checked.facts)
    assert wording.render(f"common/chat/problem_{problem}")


def test_known() -> None:
    assert all(known(name) for name in NAMES)
    for name in ("", "mobiles", "name:5", "number:a-b", "number:5", "document:library"):
        assert not known(name)
    for name in ("mobiles", "document:library"):
        with pytest.raises(ValueError, match="no such"):
            check(name, "1", TODAY)


@pytest.mark.parametrize("name", NAMES)
@given(text=st.text(max_size=600))
def test_never_raises_and_every_problem_can_be_said(name: str, text: str) -> None:
    checked = check(name, text, TODAY)
    assert (checked.value is None) == bool(checked.problem)
    assert not checked.problem or WORDING.has(f"common/chat/problem_{checked.problem}")


WORDING = Wording()
