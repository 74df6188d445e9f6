"""Our own wordings: every one of templates/common/chat can be said, and is said as the hospital speaks."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.wording import Wording

WORDING = Wording(always={"hospital": "市第一医院"})
COMMON = [name for name in WORDING.names() if name.startswith("common/chat/")]
# What the conversation engine knows of each; a template may use no more.
FACTS: dict[str, dict[str, Any]] = {
    "options": {"options": [(1, "内科"), (2, "外科")], "hint": ""}, "more": {"last": False},
    "not_understood": {"text": "下下下周"}, "ambiguous": {"text": "王"}, "out_of_range": {"last": 9},
    "out_of_range_easy": {"last": 5}, "easy_hint": {"wait": "choice", "listen": 8},
    "cancelled": {"flow": "booking"}, "resumed": {"flow": "booking"}, "lapsed": {"flow": "booking"},
    "error_ours": {"reference": "a1b2c3"}, "hello": {"busy": False}, "thanks": {"busy": False},
}
LABELS = ("easy_more", "easy_previous")
"""What stands behind a number, and not in a sentence."""
# Words of the computer, and what would frighten or blame.
FORBIDDEN = re.compile(r"[!！]|系统|接口|异常|非法|参数|错误|失败|无效|你(?!们)|[\U0001f300-\U0001faff]|[☀-➿]")


def said(name: str) -> str:
    return WORDING.render(name, **FACTS.get(name.removeprefix("common/chat/"), {}))


@pytest.mark.parametrize("name", COMMON)
def test_each_can_be_said_and_sounds_like_us(name: str) -> None:
    text = said(name)
    assert text
    assert len(text.splitlines()) <= 6
    assert not FORBIDDEN.search(text), text
    assert text[-1] in "。：" or name.endswith(("options", "error_ours", *LABELS))


def test_every_listed_fact_belongs_to_a_template() -> None:
    assert {f"common/chat/{name}" for name in FACTS} <= set(COMMON)


def test_the_flow_is_called_by_its_name_or_not_at_all() -> None:
    assert WORDING.render("common/chat/cancelled", flow="booking").startswith("好的，预约挂号先不办了")
    assert WORDING.render("common/chat/cancelled", flow="some_flow").startswith("好的，刚才的事先不办了")


def test_options_with_a_hint() -> None:
    hint = WORDING.render("common/chat/more", last=False)
    text = WORDING.render("common/chat/options", options=[(10, "内科"), (11, "外科")], hint=hint)
    assert text == "10. 内科\n11. 外科\n回复 更多 看下一页。"
    assert "上一页" in WORDING.render("common/chat/more", last=True)


def test_what_was_said_is_shortened_and_disarmed() -> None:
    text = WORDING.render("common/chat/not_understood", text='<a href="http://x">' + "长" * 100)
    assert "<" not in text and len(text) < 60


def test_documents_are_named_where_the_kind_is_known() -> None:
    text = WORDING.render("common/chat/problem_too_short", kind="resident", least=18, most=18, length=17)
    assert text == "身份证号码的位数少了。应是 18 位，您发的是 17 位。请对着证件核对后再发一次。"
    assert WORDING.render("common/chat/problem_too_short").startswith("证件号码的位数少了。")
    assert "护照" in WORDING.render("common/chat/problem_bad_characters", kind="passport")


def test_the_hospital_is_named_or_speaks_as_the_guide() -> None:
    assert "市第一医院" in said("common/chat/welcome")
    assert "导医台" in Wording().render("common/chat/welcome")
