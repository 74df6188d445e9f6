"""What is a complaint, and of what."""

from __future__ import annotations

import json
import time

import pytest

from flows.triage.knowledge import compiled, table
from flows.triage.rules import LONGEST, read
from flows.triage.whom import somebody

SUBJECTS = set(
    "急诊科 全科医学科 呼吸内科 心血管内科 消化内科 神经内科 内分泌科 肾内科 血液科 风湿免疫科 感染科 肝病科 普外科"
    " 肝胆外科 肛肠外科 甲乳外科 骨科 神经外科 胸外科 心脏外科 血管外科 泌尿外科 男科 整形烧伤科 妇科 产科 生殖医学科"
    " 儿科 儿童保健科 小儿外科 眼科 耳鼻咽喉科 口腔科 皮肤科 精神心理科 肿瘤科 中医科 康复科 疼痛科 变态反应科 体检中心"
    " 营养科 老年医学科 医学影像科".split()
)
FIRST = [
    ("我头痛三天了", "神经内科"), ("头有点疼", "神经内科"), ("孩子发烧咳嗽", "儿科"), ("娃发烧三天还咳嗽", "儿科"),
    ("肚子疼拉肚子", "消化内科"), ("胃一直胀，反酸", "消化内科"), ("睡不着心情不好", "精神心理科"),
    ("总觉得有人要害我", "精神心理科"),
    ("牙疼", "口腔科"), ("眼睛看不清楚", "眼科"), ("耳朵嗡嗡响，听不清", "耳鼻咽喉科"), ("嗓子疼", "耳鼻咽喉科"),
    ("膝盖疼上下楼更厉害", "骨科"),
    ("腰疼得直不起来", "骨科"), ("崴了脚", "骨科"), ("身上起红疹子很痒", "皮肤科"), ("脸上长痘", "皮肤科"),
    ("尿频尿急", "泌尿外科"),
    ("月经推迟半个月了", "妇科"), ("白带多有异味", "妇科"), ("怀孕三个月有点出血", "产科"), ("孕28周胎动少", "产科"),
    ("备孕一年怀不上", "生殖医学科"),
    ("血压高，心慌", "心血管内科"), ("咳嗽有痰两周", "呼吸内科"), ("血糖高", "内分泌科"), ("甲亢复查", "内分泌科"),
    ("尿里有泡沫", "肾内科"),
    ("贫血，血小板低", "血液科"), ("手指关节晨僵", "风湿免疫科"), ("乙肝大三阳", "肝病科"), ("痔疮出血", "肛肠外科"),
    ("乳房有个硬块", "甲乳外科"),
    ("胆结石疼", "肝胆外科"), ("疝气", "普外科"), ("腿上青筋鼓起来", "血管外科"), ("脑瘤", "神经外科"),
    ("先天性心脏病室间隔缺损", "心脏外科"),
    ("手汗多，漏斗胸", "胸外科"), ("早泄", "男科"), ("开水烫伤了手", "整形烧伤科"), ("宝宝说话晚", "儿童保健科"),
    ("三岁男孩隐睾", "小儿外科"),
    ("肺癌化疗后", "肿瘤科"), ("想调理气血", "中医科"), ("中风后遗症偏瘫锻炼", "康复科"),
    ("带状疱疹后神经痛", "疼痛科"), ("花粉过敏", "变态反应科"),
    ("营养不良想要食谱", "营养科"), ("被狗咬了", "急诊科"), ("全身没劲", "全科医学科"),
    ("浑身无力不舒服", "全科医学科"), ("5岁孩子牙疼", "口腔科"),
]
COMPLAINTS = [text for text, _ in FIRST] + [
    "我不舒服", "没有发烧，就是咳嗽", "发烧两天了", "我妈高血压想开药", "宝宝拉绿便", "心里难受想哭",
]
NOT_COMPLAINTS = [
    "你好", "谢谢", "王静", "挂号", "明天上午", "1", "停车", "缴费", "报告多久出", "抽血要空腹吗", "体检多少钱",
    "B超要憋尿吗", "做胃镜注意什么",
    "没有发烧也没有咳嗽", "不发烧", "不咳嗽了", "我没有不舒服", "发热门诊在哪", "发烧能报销吗", "打针疼吗",
    "心理咨询多少钱", "儿科在哪里",
    "孩子15岁挂儿科吗", "宝宝", "我儿子", "手机号换了", "流程是什么", "开心", "不好意思", "麻烦您了",
    "头痛能开病假条吗", "在哪打疫苗", "张三明",
    "怀孕了怎么建卡", "", "今天天气怎么样", "感冒药放哪了", "不用了谢谢",
]


@pytest.mark.parametrize(("text", "subject"), FIRST)
def test_a_complaint_leads_to_its_subject(text: str, subject: str) -> None:
    assert [each.name for each in read(text, table()).subjects[:1]] == [subject]


@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_complaint_is_recognised(text: str) -> None:
    assert read(text, table()).complaint


@pytest.mark.parametrize("text", NOT_COMPLAINTS)
def test_other_texts_are_none(text: str) -> None:
    assert not read(text, table()).complaint


def test_all_subjects_of_a_general_hospital_are_there_and_no_others() -> None:
    assert table().subjects == SUBJECTS


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("没有发烧咳嗽，头疼", ("头疼",)),
        ("没有发烧但是咳嗽", ("咳嗽",)),
        ("不发烧，咳嗽", ("咳嗽",)),
        ("否认头晕、头痛", ()),
        ("有没有可能是胃炎", ("胃炎",)),
        ("咳嗽一直没好", ("咳嗽",)),
        ("咳嗽没好，头痛", ("咳嗽", "头痛")),
        ("睡不着", ("睡不着",)),
        ("肝癌", ("肝癌",)),
    ],
)
def test_denials_and_longer_words_are_heard(text: str, signs: tuple[str, ...]) -> None:
    assert read(text, table()).signs == signs


@pytest.mark.parametrize(
    ("text", "child", "pregnant", "age", "sex"),
    [
        ("3岁半发烧", True, False, 3, None),
        ("五岁女孩", True, False, 5, "female"),
        ("儿子28岁", False, False, 28, "male"),
        ("宝宝八个月大", True, False, None, None),
        ("咳嗽三个月", False, False, None, None),
        ("生完孩子腰疼", False, False, None, None),
        ("怀孕5个月宝宝偏小", False, True, None, "female"),
        ("我爸72岁", False, False, 72, "male"),
        ("老公和我", False, False, None, "male"),
    ],
)
def test_whom_it_is_about(text: str, child: bool, pregnant: bool, age: int | None, sex: str | None) -> None:
    who = somebody(text)
    assert (who.child, who.pregnant, who.age, who.sex) == (child, pregnant, age, sex)


def test_a_man_is_not_sent_to_gynaecology() -> None:
    assert "妇科" not in {each.name for each in read("男，32岁，小腹痛，尿频", table()).subjects}


ODD = ["x" * 5000, "疼" * 5000, "\x00\ud800", "ﷺ" * 300, "İ头痛", "没有" * 300, "头" * 600 + "痛"]


@pytest.mark.parametrize("text", ODD)
def test_no_text_is_too_odd(text: str) -> None:
    reading = read(text, table())
    assert all(len(sign) <= LONGEST for sign in reading.signs)
    json.dumps([reading.signs, [each.name for each in reading.subjects]])


def test_an_unknown_grade_in_the_table_is_a_fault() -> None:
    with pytest.raises(KeyError):
        compiled({"silent": "", "骨科": {"sometimes": "腰"}})


def test_a_chat_text_is_read_at_once() -> None:
    """A third of a millisecond on a usual machine."""
    texts = [text for text, _ in FIRST]
    table()
    best = min(_once(texts) for _ in range(5))
    assert best / len(texts) < 0.003


def _once(texts: list[str]) -> float:
    begin = time.thread_time()
    for text in texts:
        read(text, table())
    return time.thread_time() - begin
