"""One form for the many ways to type the same, and numbers as they are typed and said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.talk.understand.numbers import han_number, read_key, read_number
from bot.talk.understand.text import LIMIT, bare, normalise


@pytest.mark.parametrize(("text", "number"), [
    ("1", 1), ("１", 1), (" 1 ", 1), ("1.", 1), ("1。", 1), (",1", 1), ("、3", 3), ("(2)", 2), ("（2）", 2),
    ("“3”", 3), ("①", 1),
    ("1️⃣", 1), ("#2", 2), ("No.3", 3), ("0", 0), ("零", 0), ("007", 7), ("12", 12), ("999", 999),
    ("一", 1), ("二", 2), ("两", 2), ("十", 10), ("十二", 12), ("二十", 20), ("二十一", 21), ("廿三", 23),
    ("一百零二", 102),
    ("第一个", 1), ("第3个", 3), ("第三", 3), ("第十三个", 13), ("第二位", 2), ("1号", 1), ("三号", 3), ("第3项", 3),
    ("选2", 2), ("选第二个", 2), ("要第三个", 3), ("我要第三个", 3), ("我要3", 3), ("就3吧", 3),
    ("那就第一个吧谢谢", 1), ("按1", 1),
    ("回复2", 2), ("我选1", 1), ("挂第2个", 2), ("选择３", 3),
])
def test_numbers(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", [
    "", " ", "三个", "要三个", "3天", "三天后", "12月3号", "10:30", "十点", "1234", "13800000000", "内科", "1 2",
    "1和2", "一二", "两三",
    "3.5", "-", "第", "一下", "第个", "三十百", "十十",
])
def test_no_numbers(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(("text", "number"), [
    ("8", 8), ("八。", 8), ("回复八", 8), ("请按6", 6), ("零", 0), ("选十一吧", 11),
    ("8号", None), ("第八个", None), ("00", None), ("八百人", None), ("", None),
])
def test_keys_are_numbers_and_nothing_else(text: str, number: int | None) -> None:
    assert read_key(text) == number


def test_minus_is_no_sign() -> None:
    assert read_number("-1") == 1  # "- 1" is how some write a list


@given(st.integers(0, 999))
def test_every_number_in_digits_and_in_han(number: int) -> None:
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    han = f"{digits[hundreds]}百" if hundreds else ""
    han += f"{digits[tens]}十" if tens else "零" if hundreds and ones else ""
    han += digits[ones] if ones or not number else ""
    assert han_number(han) == number
    assert read_number(han) == number == read_number(str(number))


@given(st.text(max_size=60))
def test_numbers_never_raise(text: str) -> None:
    number = read_number(text)
    assert number is None or 0 <= number < 1000
    han_number(text)


@pytest.mark.parametrize(("text", "plain"), [
    ("ＡＢＣ１２３", "ABC123"), ("  挂号 \n", "挂号"), ("挂\u200b号\ufeff", "挂号"), ("a\x00b\tc", "a b c"),
    ("一\r\n\r\n二", "一\n二"),
    ("\ud800挂号", "挂号"), ("\u202e号挂", "号挂"), ("", ""), ("　挂　号　", "挂 号"),
])
def test_normalise(text: str, plain: str) -> None:
    assert normalise(text) == plain


def test_bare_keeps_what_stands_inside() -> None:
    assert bare("「 内科 」。") == "内科"
    assert bare("10 : 30!") == "10:30"
    assert bare("……") == ""


@given(st.text(max_size=300), st.integers(1, 100))
def test_normalise_is_bounded_stable_and_storable(text: str, limit: int) -> None:
    plain = normalise(text, limit)
    assert len(plain) <= limit
    assert normalise(plain, LIMIT) == plain
    plain.encode("utf-8")
    assert bare(text) == bare(text).strip()
