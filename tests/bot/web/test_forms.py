"""A pydantic model's complaints in our words, field by field."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from bot.documents import Problem
from bot.web.forms import FormModel, checked, say
from bot.wording import Wording


class Order(FormModel):
    name: Annotated[str, Field(max_length=5)]
    size: Literal["small", "large"] = "small"
    day: date | None = None
    count: int = 1

    @field_validator("name")
    @classmethod
    def _no_title(cls, value: str) -> str:
        if value.endswith("先生"):
            raise PydanticCustomError("name_title", "a title is no name")
        return value


def test_a_good_form_is_its_model() -> None:
    order, problems = checked(Order, {"name": " 张三 ", "size": "", "count": "2", "added_by_a_browser": "x"})
    assert (order, problems) == (Order(name="张三", count=2), {})


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        ({}, {"name": Problem("empty")}),
        ({"name": "   "}, {"name": Problem("empty")}),
        ({"name": "张三李四王五"}, {"name": Problem("too_much", {"most": 5})}),
        ({"name": "张先生"}, {"name": Problem("name_title")}),
        ({"name": "张三", "day": "2027-02-30"}, {"day": Problem("no_such_day")}),
        ({"name": "张三", "size": "huge"}, {"size": Problem("empty")}),
        ({"name": "张三", "count": "many"}, {"count": Problem("number")}),
    ],
)
def test_what_is_wrong_is_told_by_field(sent: dict[str, str], problems: dict[str, Problem]) -> None:
    order, found = checked(Order, sent)
    assert order is None
    assert found == problems


def test_problems_have_words() -> None:
    wording = Wording(debug=True)
    assert say(wording, Problem("empty")) == "这里还没有填。"
    assert say(wording, Problem("too_much", {"most": 5})) == "写得太长了，请在 5 个字以内。"
    assert say(wording, Problem("name_title")) == wording.render("common/chat/problem_name_title")
    assert say(wording, Problem("patients/h5/no_consent")) == "登记要先同意隐私说明。请看过后打勾。"
