"""The clock, money and what others may see of names and numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from bot import clock
from bot.masking import mask_mobile, mask_name, mask_number
from bot.money import fen, yuan


def test_now_is_aware() -> None:
    with time_machine.travel(datetime(2026, 11, 21, 18, 30, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
        assert clock.now().tzinfo is UTC
        assert clock.HospitalClock("Asia/Shanghai").today() == date(2026, 11, 22)
        assert clock.HospitalClock("UTC").today() == date(2026, 11, 21)


def test_wall_and_moment() -> None:
    wall = clock.HospitalClock("Asia/Shanghai")
    moment = wall.moment(date(2026, 11, 22), time(9, 30))
    assert moment == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert moment.tzinfo is UTC
    assert wall.local(moment).time() == time(9, 30)
    with pytest.raises(ValueError, match="aware"):
        wall.local(datetime.combine(date(2026, 11, 22), time(9)))


def test_clocks_that_are_set_back() -> None:
    berlin = clock.HospitalClock("Europe/Berlin")
    assert berlin.moment(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("amount", "text"), [
    (2500, "25.00"), (0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-12345, "-123.45"),
])
def test_yuan(amount: int, text: str) -> None:
    assert yuan(amount) == text
    assert fen(text) == amount


@pytest.mark.parametrize(("text", "amount"), [
    ("25", 2500), ("25.5", 2550), (" 25.00 ", 2500), (Decimal("0.29"), 29), (25, 2500), ("+1.00", 100),
])
def test_fen(text: Any, amount: int) -> None:
    assert fen(text) == amount


@pytest.mark.parametrize("text", ["", "25.001", "1,000.00", "¥25", "二十", "1e3", "NaN", "-", ".5", "٢٥"])
def test_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="yuan"):
        fen(text)


def test_floats_are_no_money() -> None:
    with pytest.raises(TypeError):
        fen(0.29)
    with pytest.raises(TypeError):
        yuan(25.0)
    with pytest.raises(TypeError):
        yuan(True)


@given(st.integers(-10**13, 10**13))
def test_there_and_back(amount: int) -> None:
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize(("name", "masked"), [
    ("张三", "张*"), ("张三明", "张*明"), ("王小明明", "王**明"), ("欧阳娜娜", "欧阳**"), ("欧阳修", "欧阳*"),
    ("欧阳", "欧*"), ("张", "张*"),
    ("阿依古丽·买买提", "阿***·买**"), ("John Smith", "J*** S***"), ("Li", "L***"), ("", ""),
    (" 张三明 ", "张*明"),
    ("𠮷田明", "𠮷*明"),
])
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_numbers() -> None:
    assert mask_number("11010519491231002X") == "****002X"
    assert mask_number("AB123") == "****23"
    assert mask_number("1") == mask_number("") == "****"
    assert mask_number(12345678) == "****5678"
    assert mask_mobile("138 1234 5678") == "138****5678"
    assert mask_mobile("010-1234567") == "****4567"


@given(st.text(min_size=1, max_size=30))
def test_masks_hide_something(text: str) -> None:
    assert mask_name(text) == "" or "*" in mask_name(text)
    assert mask_number(text).startswith("****")
    mask_mobile(text)
