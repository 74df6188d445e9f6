"""What a contact sees of a turn's messages: one text where it fits, tappable where it may be, never a broken link."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.talk.messages import Message
from integrations.wechat.compose import LIMIT, compose

DEPARTMENTS = Message("请选择科室", ((1, "内科"), (2, "外科")), hint="回复数字即可")
TAP = re.compile(r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^"&<>\s]*)&msgmenuid=(\d+)">(.*?)</a>')


def seen(text: str) -> str:
    """The text as the contact reads it."""
    return re.sub(r"<a href=[^>]*>|</a>", "", text)


def loose(text: str) -> str:
    """The same with ordinary spaces, where lines may be broken."""
    return text.replace("\u00a0", " ").replace("\u2060", "")


def test_options_are_lines_that_can_be_tapped():
    assert compose([DEPARTMENTS]) == [
        "请选择科室\n"
        '<a href="weixin://bizmsgmenu?msgmenucontent=%E5%86%85%E7%A7%91&msgmenuid=1">1 内科</a>\n'
        '<a href="weixin://bizmsgmenu?msgmenucontent=%E5%A4%96%E7%A7%91&msgmenuid=2">2 外科</a>\n'
        "回复数字即可"]


def test_without_taps_they_are_plain():
    assert compose([DEPARTMENTS], taps=False) == ["请选择科室\n1 内科\n2 外科\n回复数字即可"]


def test_a_tap_says_the_label_and_of_a_long_one_the_number():
    long = "王静 主任医师 明天上午 9:30–10:00 余3 25.00元"
    [text] = compose([Message("", ((1, "A&B <C> 100%"), (2, long)))])
    assert [(unquote(content), number) for content, number, _ in TAP.findall(text)] == [
        ("A&B <C> 100%", "1"), ("2", "2")]
    assert loose(seen(text)) == f"1 A&B <C> 100%\n2 {long}"


@pytest.mark.parametrize("together", [
    "25.00 元", "上午 9:30–10:00", "第 3 号", "0571-8800 1234", "余 2", "15 分钟", "205 诊室", "B 区", "下午 2:30",
])
def test_a_small_phone_never_tears_what_belongs_together(together: str):
    around = f"明天(3月2日 周二) {together}，请看"
    for message in (Message(around), Message("请选", ((1, around),)), Message("", hint=around)):
        [text] = compose([message])
        assert loose(text) != text and around in loose(seen(text))
        places = re.split("[ –](?!\u2060)", seen(text))
        assert any(together in loose(place) for place in places)
    [tap] = compose([Message("", ((1, together),))])
    assert [unquote(content) for content, _, _ in TAP.findall(tap)] == [together], "what a tap says is as it was"


def test_links_come_last_and_open_a_page():
    message = Message("您的号", links=(("查看预约", "https://h.example.com/h5/booking/?a=1&b=2"),), hint="请提前到达")
    assert compose([message]) == [
        '您的号\n请提前到达\n<a href="https://h.example.com/h5/booking/?a=1&b=2">查看预约</a>']


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "/h5/booking/", 'https://x/"><a href="https://evil',
                                     "https://x/ y", "weixin://dl/business", "https://x/\n"])
def test_an_address_that_is_none_of_the_web_leaves_its_title(address):
    assert compose([Message("看这里", links=(("预约", address),))]) == ["看这里\n预约"]


def test_messages_of_a_turn_are_one_text():
    assert compose([Message("抱歉，该号源刚被约走"), Message(""), DEPARTMENTS], taps=False) == [
        "抱歉，该号源刚被约走\n\n请选择科室\n1 内科\n2 外科\n回复数字即可"]


def test_nothing_to_say_is_no_text():
    assert compose([]) == [] == compose([Message(""), Message("  \n")])


@pytest.mark.parametrize("name", ['<a href="http://evil">张三</a>', "< A href='x'>", "</a >", "<a\nhref=x>"])
def test_names_cannot_bring_links(name):
    for text in compose([Message(f"就诊人 {name}", ((1, name),), ((name, "https://h.example.com/"),))], taps=False):
        ours = text.replace('<a href="https://h.example.com/">', "").replace("</a>", "", 1)
        assert not re.search(r"<\s*/?\s*a\b", ours, re.IGNORECASE)


def test_a_comparison_is_left_alone():
    assert compose([Message("血压 <140/90，a<b")], taps=False) == ["血压 <140/90，a<b"]


def test_characters_that_xml_cannot_carry_are_dropped():
    assert compose([Message("a\x00b\x0bc\ud800d\uffffe\tf")]) == ["abcde\tf"]


# --- too much for one text ---------------------------------------------------------------------------------------

def test_many_long_labels_send_numbers_and_more_of_them_are_plain():
    nine = tuple((number, f"第{number}门诊楼 呼吸与危重症医学科") for number in range(1, 10))
    [labels] = compose([Message("请选择", nine[:6])])
    [numbers] = compose([Message("请选择", nine)])
    assert TAP.findall(labels)[0][0] != "1"
    assert [content for content, _, _ in TAP.findall(numbers)] == list("123456789")
    [plain] = compose([Message("请选择", nine * 4)])
    assert "<a" not in plain and plain.count("\n") == 36


def test_it_breaks_between_messages_then_between_lines():
    first = Message("第一段。" * 100, ((1, "内科"),))
    second = Message("第二段。" * 100, ((1, "外科"),))
    texts = compose([first, second])
    assert [text[:3] for text in texts] == ["第一段", "第二段"]
    lines = compose([Message("", tuple((number, "科" * 30) for number in range(1, 41)))], taps=False)
    assert [line for text in lines for line in text.split("\n")] == [f"{number} {'科' * 30}" for number in range(1, 41)]
    assert len(lines) == 2


def test_a_line_too_long_breaks_between_characters():
    texts = compose([Message("号" * 1500)])
    assert "".join(texts) == "号" * 1500 and len(texts) == 3
    assert [len(text.encode()) for text in texts] == [2046, 2046, 408]


def test_a_link_too_long_is_not_cut_in_two():
    texts = compose([Message("看", links=(("预约", "https://h.example.com/" + "x" * 3000),))])
    assert texts == ["看\n预约"]


WORDS = st.text(st.sampled_from("号科a<>&/ \n]0") | st.characters(), max_size=400)
ADDRESSES = st.sampled_from(["https://h.example.com/x?a=1&b=2", "ftp://x", ""])
MESSAGES = st.lists(st.builds(
    Message, WORDS, st.lists(st.tuples(st.integers(0, 99), WORDS), max_size=12).map(tuple),
    st.lists(st.tuples(WORDS, ADDRESSES), max_size=3).map(tuple), WORDS), max_size=4)


@given(MESSAGES, st.booleans(), st.sampled_from([600, LIMIT]))
def test_texts_fit_lose_nothing_and_hold_whole_links(messages, taps, limit):
    texts = compose(messages, taps=taps, limit=limit)
    assert all(0 < len(text.encode()) <= limit for text in texts)
    plain = compose(messages, taps=False, limit=10 ** 9)
    spoken = "".join(seen(text) for text in texts)
    assert re.sub(r"\s", "", spoken) == re.sub(r"\s", "", "".join(seen(text) for text in plain))
    for text in texts:
        assert text.count('<a href="') == text.count("</a>")
