"""Identity documents: what is taken, what is refused and why, what the resident number tells."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import KINDS, Document, Kind, Problem, age, checksum, read_document

TODAY = date(2026, 11, 21)


def resident(birth: str = "19900307", region: str = "110105", order: str = "123") -> str:
    first = region + birth + order
    return first + checksum(first)


def test_the_example_of_the_standard() -> None:
    """GB 11643 gives two numbers as examples: a woman's and a man's."""
    assert read_document("resident", "11010519491231002X", TODAY) == Document(
        "resident", "11010519491231002X", "female", date(1949, 12, 31))
    assert read_document("resident", "440524188001010014", date(1990, 1, 1)) == Document(
        "resident", "440524188001010014", "male", date(1880, 1, 1))


@pytest.mark.parametrize("text", [
    "11010519491231002x", "110105 19491231 002X", "110105-19491231-002x", "１１０１０５１９４９１２３１００２Ｘ",
    "我的身份证号是11010519491231002X",
    "11010519491231002х", "11010519491231002×", "(11010519491231002X)", " 身份证：11010519491231002X。",
])
def test_ways_to_write_it(text: str) -> None:
    read = read_document("resident", text.rstrip("。"), TODAY)
    assert isinstance(read, Document)
    assert read.number == "11010519491231002X"


@pytest.mark.parametrize(("text", "slug"), [
    ("", "too_short"), ("1101051949123100", "too_short"), ("11010519491231002X1", "too_long"),
    ("110105491231002", "old_number"), ("11010519491231002Y", "bad_characters"),
    ("1101051949123100AX", "bad_characters"),
    ("110105194912310021", "bad_checksum"), ("11010519491231003X", "bad_checksum"),
    (resident("19901301"), "bad_date"), (resident("19900230"), "bad_date"), (resident("18900101"), "bad_date"),
    (resident("20261122"), "future_birth"), (resident(region="990105"), "bad_region"),
    ("²²²²²²²²²²²²²²²²²²", "bad_date"), ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢١", "bad_characters"),
])
def test_refused_resident_numbers(text: str, slug: str) -> None:
    read = read_document("resident", text, TODAY)
    assert isinstance(read, Problem)
    assert read.slug == slug
    assert read.facts["kind"] == "resident"


def test_born_today_and_permit_of_hong_kong() -> None:
    assert isinstance(read_document("resident", resident("20261121"), TODAY), Document)
    assert isinstance(read_document("resident", resident(region="810000"), TODAY), Document)


@pytest.mark.parametrize(("kind", "text", "number"), [
    ("passport", "E12345678", "E12345678"), ("passport", "ea 1234567", "EA1234567"),
    ("passport", "C01X00T47", "C01X00T47"),
    ("passport", "123456789", "123456789"),
    ("hk_macau", "H12345678", "H12345678"), ("hk_macau", "m1234567800", "M1234567800"),
    ("taiwan", "12345678", "12345678"), ("taiwan", "0123456701(B)", "0123456701B"),
    ("foreigner", "CAN110174052101", "CAN110174052101"),
    ("birth_certificate", "t110123456", "T110123456"),
    ("officer", "军字第1234567号", "军字第1234567号"), ("officer", "南 字第 01234567 号", "南字第01234567号"),
    ("officer", "1234567", "1234567"),
])
def test_other_documents(kind: Kind, text: str, number: str) -> None:
    read = read_document(kind, text, TODAY)
    assert isinstance(read, Document)
    assert (read.kind, read.number, read.sex, read.birth) == (kind, number, None, None)


def test_the_new_card_of_foreigners_tells_sex_and_birth() -> None:
    first = "911156" + "19850612" + "003"
    assert read_document("foreigner", first + checksum(first), TODAY) == Document(
        "foreigner", first + checksum(first), "male", date(1985, 6, 12))


@pytest.mark.parametrize(("kind", "text", "slug"), [
    ("passport", "E1", "too_short"), ("passport", "E" * 13, "too_long"), ("passport", "EEEEEEEEE", "bad_characters"),
    ("passport", "护照中国12345", "bad_characters"), ("hk_macau", "H1234567", "too_short"),
    ("hk_macau", "A12345678", "bad_characters"),
    ("hk_macau", "H123456789", "bad_characters"), ("taiwan", "1234567", "too_short"),
    ("taiwan", "A1234567", "bad_characters"),
    ("foreigner", "CAN1101", "too_short"), ("foreigner", "811156198506120039", "bad_characters"),
    ("birth_certificate", "1101234567", "bad_characters"), ("birth_certificate", "T1101", "too_short"),
    ("officer", "军字第12号", "too_short"), ("officer", "123456789", "bad_characters"),
    ("officer", "没有", "too_short"),
])
def test_refused_others(kind: Kind, text: str, slug: str) -> None:
    read = read_document(kind, text, TODAY)
    assert isinstance(read, Problem)
    assert (read.slug, read.facts["kind"]) == (slug, kind)


def test_no_such_kind() -> None:
    with pytest.raises(ValueError, match="library"):
        read_document("library", "1", TODAY)


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.sampled_from(["11", "31", "44", "54", "83"]))
def test_whoever_is_born_is_read_back_and_any_slip_is_seen(birth: date, order: int, province: str) -> None:
    number = resident(f"{birth:%Y%m%d}", province + "0105", f"{order:03d}")
    read = read_document("resident", number, TODAY)
    assert read == Document("resident", number, "male" if order % 2 else "female", birth)
    for place in range(17):
        slip = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1:]
        assert isinstance(read_document("resident", slip, TODAY), Problem)


@given(st.sampled_from(KINDS), st.text(max_size=200))
def test_never_raises(kind: Kind, text: str) -> None:
    read_document(kind, text, TODAY)


@pytest.mark.parametrize(("birth", "day", "years"), [
    (date(2000, 11, 21), TODAY, 26), (date(2000, 11, 22), TODAY, 25), (TODAY, TODAY, 0),
    (date(2008, 2, 29), date(2026, 2, 28), 17), (date(2008, 2, 29), date(2026, 3, 1), 18),
])
def test_age(birth: date, day: date, years: int) -> None:
    assert age(birth, day) == years


def test_the_number_is_not_in_its_repr() -> None:
    assert "1949" not in repr(Document("resident", "11010519491231002X"))
