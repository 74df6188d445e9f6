"""What is asked, in the words in which it is asked."""

from __future__ import annotations

import time

import pytest

from flows.faq import catalog
from flows.faq.rules import MOST, Index, Question, stripped

ASKED = {
    "parking": ["停车", "请问你们医院停车场在哪", "停车一小时多少钱", "开车来能停吗", "有没有停车位啊"],
    "address": ["你们医院怎么走", "坐地铁到哪站下", "医院地址", "在哪里"],
    "hours": ["几点上班", "星期天上班不", "你们周六上班吗", "中午休息吗", "节假日上班吗"],
    "fasting": ["抽血要空腹吗", "抽血用不用空腹", "验血前可以吃早饭吗", "抽血几点开始"],
    "report": ["报告", "怎么查报告", "我的报告出来没有", "手机上能看报告吗", "化验结果怎么查"],
    "report_time": ["报告多久出", "ct报告几天能出来", "抽血多久出结果"],
    "report_print": ["怎么打印化验单", "你好我想问一下我的ct片子在哪里拿", "打印报告"],
    "pay": ["怎么交钱", "手机能缴费吗", "能刷卡吗"],
    "pay_failed": ["缴费失败了怎么办", "钱扣了没成功", "付了两次钱"],
    "insurance": ["能用医保吗", "医保卡忘带了", "医保电子凭证能用吗", "发烧能报销吗"],
    "insurance_away": ["异地医保怎么报销", "跨省结算"],
    "invoice": ["发票怎么开", "电子发票在哪打"],
    "refund": ["我要退钱", "检查不做了能退钱吗"],
    "late": ["过号了咋办", "迟到了半小时还能看吗"],
    "checkin": ["到医院了去哪签到", "怎么取号"],
    "queue": ["前面还有几个人", "排队看哪里", "要等多久啊"],
    "carer": ["陪床可以几个人", "想请护工"],
    "visit_ward": ["几点能去探病", "ICU探视"],
    "admit_bring": ["病人住院要带些什么", "生孩子住院带什么"],
    "discharge": ["出院怎么结账"],
    "copy": ["想复印住院病历", "病案室在哪"],
    "checkup": ["体检怎么预约", "入职体检"],
    "vaccine": ["打狂犬疫苗在哪", "在哪打疫苗", "流感疫苗"],
    "prenatal": ["怀孕了怎么建卡", "产检建卡要带什么"],
    "child_id": ["小孩没有身份证怎么挂号", "宝宝没有身份证"],
    "prescribe": ["帮我妈开点药可以吗", "药吃完了", "慢病开药"],
    "mind_privacy": ["看心理医生会不会有记录", "看精神科影响考公务员吗"],
    "mind_visit": ["孩子看心理科", "孩子要看心理医生", "怎么看心理医生"],
    "counsel": ["心理咨询多少钱一次", "心理援助热线"],
    "wheelchair": ["有没有轮椅借"],
    "canteen": ["吃饭的地方在哪", "食堂在几楼"],
    "translate": ["会说英语吗", "english"],
    "complain": ["护士态度太差了", "你们医生态度不好"],
    "lost": ["东西落在你们那了", "捡到身份证"],
    "blood": ["我想献血"],
    "volunteer": ["能当志愿者吗"],
    "mobile": ["手机号换了怎么办", "收不到验证码"],
    "card": ["就诊卡丢了怎么办"],
    "limit": ["一个人可以挂几个号"],
    "release": ["号源几点放", "提前几天可以挂号"],
    "full": ["王主任的号挂不上", "号满了怎么办"],
    "again": ["复诊还要挂号吗", "看结果要挂号吗"],
    "sick_note": ["我想开个病假条", "医生开的诊断证明在哪盖章"],
    "medicine": ["药饭前吃还是饭后吃", "吃药能喝酒吗"],
    "fever": ["发热门诊在哪"],
    "online": ["可以网上看病吗"],
    "prepare_scope": ["胃镜疼吗", "做肠镜准备什么"],
    "prepare_b": ["B超需要憋尿吗"],
    "prepare_ct": ["增强CT要空腹吗"],
    "account": ["你是机器人吗"],
}
NOT_ASKED = [
    "你好", "谢谢", "王静", "明天", "内科", "1", "人工", "今天天气怎么样", "我爱你", "这个医生怎么样", "给我讲个笑话",
    "股票代码", "哈哈哈",
    "帮我订机票", "我头痛三天了", "孩子发烧咳嗽", "肚子疼拉肚子", "睡不着心情不好", "下周三上午", "13800001234",
    "张三明", "好的", "？？",
    "", "哎", "膝盖疼上下楼更厉害", "我妈血压高", "嗯呐哈", "天上的星星有几颗", "牙疼得厉害", "医生什么时候来",
    "晚上睡不好觉", "带孩子看病", "带小孩看病", "孩子看病",
]
PAIRS = [(text, name) for name, texts in ASKED.items() for text in texts]


@pytest.fixture(scope="module")
def index() -> Index:
    return catalog.index()


@pytest.mark.parametrize(("text", "name"), PAIRS)
def test_a_question_is_found_first(index: Index, text: str, name: str) -> None:
    assert [match.question.id for match in index.ask(text)][:1] == [name]


@pytest.mark.parametrize("text", NOT_ASKED)
def test_what_is_no_question_of_ours_finds_nothing(index: Index, text: str) -> None:
    assert index.ask(text) == []


def test_several_that_are_close_are_all_offered(index: Index) -> None:
    found = [match.question.id for match in index.ask("做胃镜前能喝水吗")]
    assert {"prepare_scope", "fasting"} <= set(found) and len(found) <= MOST


def test_a_story_is_no_question(index: Index) -> None:
    assert index.ask("停车" + "我昨天去了一趟外地看朋友" * 10) == []


@pytest.mark.parametrize("text", ["请问如何缴费呢？谢谢", "怎么交费", "咋缴费啊"])
def test_politeness_and_other_words_for_the_same_say_nothing(text: str) -> None:
    assert stripped(text) == "怎么缴费" or stripped(text) == "缴费" or stripped(text).endswith("怎么缴费")


def test_a_phrase_for_itself_alone_is_not_heard_inside_another() -> None:
    made = Index([Question("where", "g", "地方", ("=在哪里",), "")])
    assert made.ask("在哪里呢") and not made.ask("儿科在哪里")


def test_a_lookup_takes_no_time(index: Index) -> None:
    texts = [text for text, _ in PAIRS] + NOT_ASKED
    best = min(_once(index, texts) for _ in range(5))
    assert best / len(texts) < 0.003


def _once(index: Index, texts: list[str]) -> float:
    begin = time.thread_time()
    for text in texts:
        index.ask(text)
    return time.thread_time() - begin
