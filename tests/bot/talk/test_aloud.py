"""What is heard of what is written, by what our messages and pages really say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.talk.aloud import aloud, message_aloud, pieces
from bot.talk.messages import Message
from bot.wording import Wording

WORDS = Wording().words["aloud"]
TRANSCRIPTS = Path(__file__).parents[2] / "flows"

HEARD = [
    # Messages of the transcripts, line by line.
    ("约好了。王静 主任医师 · 呼吸内科", "约好了。王静，主任医师，呼吸内科。"),
    ("明天(3月2日 周二) 上午 9:30–10:00 · 第 3 号", "明天，三月二日，周二，上午九点半到十点，第三号。"),
    ("就诊人 张*明 · 挂号诊查费 25.00 元，到院支付", "就诊人，张某明，挂号诊查费二十五元，到院支付。"),
    ("请在 上午 9:20 前到 门诊楼 2 楼 B 区 205 诊室，带上身份证件。",
     "请在上午九点二十分前到门诊楼二楼B区二零五诊室，带上身份证件。"),
    ("来不了请打 0571-8800 1234 或回复 0 找人工，告诉我们一声。",
     "来不了请打零五七幺，八八零零，幺二三四或回复零找人工，告诉我们一声。"),
    ("回复 候补 可以查看和退出。", "回复，候补，可以查看和退出。"),
    ("验证码发到了尾号 0001 的手机，5 分钟内有效。", "验证码发到了尾号零零零幺的手机，五分钟内有效。"),
    ("再报这个码：482 913", "再报这个码：四八二，九幺三。"),
    ("记下了。会打 138****0001 找您。", "记下了。会打幺三八开头，尾号零零零幺找您。"),
    ("3月1日 周一 门诊费用 50.60 元 已缴", "三月一日，周一，门诊费用五十元六角，已缴。"),
    ("· 上午 8:00–8:30 胸部 CT 平扫，医技楼 1 楼 B 区 111 室", "上午八点到八点半，胸部CT平扫，医技楼一楼B区一一一室。"),
    ("王竞医生到 3月8日 周一 为止没有安排出诊。", "王竞医生到三月八日，周一为止没有安排出诊。"),
    ("张*中 的性别是？", "张某中的性别是？"),
    ("给谁候补：", "给谁候补："),
    ("孩子 · 6 岁，本人 · 42 岁", "孩子，六岁，本人，四十二岁。"),
    # Lists.
    ("1. 空腹 8 小时", "一，空腹八小时。"),
    ("12、上午 9:00–9:30 · 余 2", "十二，上午九点到九点半，还剩两个。"),
    ("1.5 小时", "一点五小时。"),
    # Numbers: counted, or digit by digit.
    ("请 A012 到 3 号窗口", "请A零幺二到三号窗口。"),
    ("取号码 7KQ2-9X", "取号码七KQ二，九X。"),
    ("急的请打 120，热线 12320", "急的请打幺二零，热线幺二三二零。"),
    ("电话：400-820-8820", "电话：四零零，八二零，八八二零。"),
    ("13812345678", "幺三八幺二三四五六七八。"),
    ("约 25–40 分钟，前面 2 位，共 1002 人，12000 次", "约二十五到四十分钟，前面两位，共一千零二人，一万二千次。"),
    ("第 2 次，2 次，2 楼，2 个月", "第二次，两次，二楼，两个月。"),
    ("2027年3月1日，2027-03-01 08:05 起", "二零二七年三月一日，二零二七年三月一日八点零五分起。"),
    ("10，20，110，1000001 个", "十，二十，一百一十，一百万零一个。"),
    ("38.5℃，85%", "三十八点五摄氏度，百分之八十五。"),
    # Times and days.
    ("下午 2:00 起，中午 12:15，14:30，0:00", "下午两点起，中午十二点十五分，十四点半，零点。"),
    ("上午 7:01:30 前，10:30:15，7:00:00", "上午七点零一分三十秒前，十点三十分十五秒，七点。"),
    ("11/26", "十一月二十六日。"),
    ("看 明天(3月2日 周二) 的号，请选科室：", "看明天，三月二日，周二的号，请选科室："),
    ("周一–周五 8:00-12:00", "周一到周五八点到十二点。"),
    ("3月5日–3月8日", "三月五日到三月八日。"),
    ("3月5日-3月8日，周一-周五，20:00-次日 8:00", "三月五日到三月八日，周一到周五，二十点到次日八点。"),
    ("下午2点，12点，2 支，第 2 点", "下午两点，十二点，两支，第二点。"),
    # What a medicine weighs, and how many are in the box.
    ("阿莫西林胶囊 0.25g×24粒、2 ml，50μg", "阿莫西林胶囊零点二五克，二十四粒、两毫升，五十微克。"),
    ("每次 1/2 片，2/3 袋", "每次二分之一片，三分之二袋。"),
    ("3/8 页，新-冠", "三，八页，新冠。"),
    ("步行 500m，10min，24h，3 km", "步行五百米，十分钟，二十四小时，三公里。"),
    # What a hospital writes into its own texts.
    ("上午9：30-10：00，电话：12320", "上午九点半到十点，电话：幺二三二零。"),
    ("2027/3/1，2027.3.1", "二零二七年三月一日，二零二七年三月一日。"),
    ("≥18 岁，<14岁，> 60 岁，－5.00 元", "不小于十八岁，小于十四岁，大于六十岁，负五元。"),
    ("工号 103，分机 801", "工号幺零三，分机八零幺。"),
    # What is for machines; and what is told to somebody, sign by sign.
    (f"SHA-256：{'1ea1a54228acc4c3' * 4}。摇完公开", "SHA二五六。摇完公开。"),
    ("请说这个编号：88a15c574cf9a36d", "请说这个编号：八八a幺五c五七四cf九a三六d。"),
    # Money.
    ("0.05 元，2 元，10.50 元，12.35 元", "五分，两元，十元五角，十二元三角五分。"),
    ("0.00 元，-3.00 元，1,234.50 元，¥100", "零元，负三元，一千二百三十四元五角，一百元。"),
    ("3.05 元，\u22123.00 元", "三元零五分，负三元。"),
    ("挂号费 10-20 元，10 元-20 元，50~80元", "挂号费十到二十元，十元到二十元，五十到八十元。"),
    ("-¥25.00，¥-25.00，¥10-¥20，10 - 20 元", "负二十五元，负二十五元，十元到二十元，十到二十元。"),
    # Names that are masked.
    ("张*、欧阳**、阿***·买**、J*** S***", "张某、欧阳某、阿某，买某、J S。"),
    ("身份证 ****123X", "身份证尾号幺二三X。"),
    ("不再请 李*(尾号 8000) 替 张*国 办事吗？", "不再请李某，尾号八零零零，替张某国办事吗？"),
    # What is for the eye.
    ('请看 <a href="https://h.example/h5/x?a=1">这里</a> https://h.example/b', "请看这里。"),
    ("预约 → 签到 ✓", "预约，签到。"),
    ("“wj”对得上这些，请选一个：", "wj对得上这些，请选一个："),
    ("王静（呼吸内科）", "王静，呼吸内科。"),
    ("——", ""), ("* ✓ ·", ""), ("  ", ""),
    # Nobody makes the voice do anything but speak.
    ("[[hello]] <speak>x</speak> ${a} `b`", "hello，speakx，speak a b。"),
    ("请\u202e\u200b到\u2060诊室\x00", "请到诊室。"),
    ("２ 楼\u00a0Ｂ", "二楼B。"),
]


@pytest.mark.parametrize(("written", "heard"), HEARD, ids=range(len(HEARD)))
def test_what_is_heard(written: str, heard: str) -> None:
    assert aloud(written, WORDS) == heard


def test_a_message_with_its_choices() -> None:
    message = Message("请选时段：", ((1, "上午 9:00–9:30 · 余 2"), (2, "不约了")),
                      (("在网页上看", "https://h.example/h5/booking/"),), "找人工回 0。")
    assert message_aloud(message, WORDS) == (
        "请选时段：\n回复一，上午九点到九点半，还剩两个。\n回复二，不约了。\n找人工回零。"
    )


def test_all_that_our_transcripts_say_can_be_said() -> None:
    """No sign, no digit, no hole is left for a voice to stumble over; and a piece of a page fits into a clip."""
    lines = {part.strip() for file in TRANSCRIPTS.rglob("*.txt") for line in file.read_text("utf-8").split("\n")
             if line.startswith("< ") for part in re.split(r" [|/@] ", line[2:])}
    assert len(lines) > 500
    for line in lines:
        heard = aloud(line, WORDS)
        assert not re.search(r"[0-9*·–→()/|:<>“”]|，，|，。|^，| [\u4e00-\u9fff]", heard), (line, heard)
        assert len(heard) <= 2 * len(line) + 5, (line, heard)


@settings(max_examples=200, deadline=None)
@given(st.text(st.one_of(st.sampled_from("0123456789.:-–·*¥%()（） \n元号楼室张第余打A1aX，。℃<>[]"), st.characters())))
def test_whatever_is_written_can_be_said(written: str) -> None:
    heard = aloud(written, WORDS)
    assert not re.search(r"[^A-Za-z ，。、；：？！\n\u3007\u3400-\u9fff\U00020000-\U0003ffff]", heard)
    assert len(heard) <= 2.5 * len(written) + 10
    assert heard == aloud(written, WORDS)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="一二三，。：\n", max_size=200), st.integers(5, 40))
def test_pieces_lose_nothing_and_fit(text: str, most: int) -> None:
    found = pieces(text, most)
    assert all(0 < len(piece) <= most for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_pieces_end_where_sentences_do() -> None:
    assert pieces("约好了。明天，上午九点。\n请带证件。", 10) == ["约好了。", "明天，上午九点。", "请带证件。"]
    assert pieces("甲，乙乙乙乙乙，丙。", 6) == ["甲，", "乙乙乙乙乙，", "丙。"]
    assert pieces("一" * 25, 10) == ["一" * 10, "一" * 10, "一" * 5]
    assert pieces("", 10) == []
