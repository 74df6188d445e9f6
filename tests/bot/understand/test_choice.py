"""Which of the shown options an answer means."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.talk.understand import pinyin
from bot.talk.understand.choice import NO, YES, Match, Shown, match


def shown(*labels: str, first: int = 1) -> list[Shown]:
    return [Shown(number, label, label) for number, label in enumerate(labels, first)]


CLINICS = shown("呼吸内科", "消化内科", "心血管内科", "神经内科", "普外科", "骨科", "妇产科", "儿科", "皮肤科")
DOCTORS = shown(
    "王静 主任医师 · 呼吸内科", "王伟 副主任医师 · 呼吸内科", "单丽华 主治医师 · 消化内科", "John Smith · 国际部",
    "欧阳娜娜 主任医师 · 儿科", "吕乐 医师 · 骨科", "阿依古丽·买买提 医师",
)
SEGMENTS = shown("上午 9:30–10:00", "上午 10:00–10:30", "上午 10:30–11:00", "下午 2:30–3:00", "14:00-14:30")
DAYS = shown("明天(11月22日 周日)", "11月23日 周一", "11月24日 周二", "12月3日 周四")


def picked(text: str, options: list[Shown]) -> list[int]:
    """The numbers that are meant; one where it is sure."""
    found = match(text, options)
    assert (found.kind == "none") == (not found.numbers)
    return list(found.numbers)


@pytest.mark.parametrize(("text", "number"), [
    # by number
    ("1", 1), ("９", 9), ("三", 3), ("第三个", 3), ("要第三个", 3), ("2号", 2), ("选2", 2), ("最后一个", 9),
    ("9.", 9), ("⑧", 8),
    # by name and part of it
    ("呼吸内科", 1), ("「呼吸内科」", 1), (" 呼吸 内科 ", 1), ("呼吸", 1), ("呼吸科", 1), ("心内", 3),
    ("心内科", 3), ("妇产", 7), ("儿", 8), ("骨", 6),
    ("外科", 5), ("挂呼吸内科", 1), ("我想挂呼吸内科的号", 1), ("帮我约一下消化内科的号吧", 2), ("骨科谢谢", 6),
    ("就儿科吧", 8), ("看皮肤", 9),
    # by pinyin
    ("huxineike", 1), ("hxnk", 1), ("HXNK", 1), ("huxi", 1), ("hu xi nei ke", 1), ("xxgnk", 3), ("ek", 8),
    ("fck", 7), ("gk", 6),
    ("shenjing", 4), ("sjneike", 4), ("pifuke", 9), ("puwai", 5),
    # by sound and with slips
    ("户西内科", 1), ("呼吸内可", 1), ("古科", 6), ("消花内科", 2), ("皮夫科", 9), ("呼内吸科", 1),
    ("呼吸吸内科", 1), ("huxxineike", 1),
    ("xiaohuaneke", 2), ("消化内科科", 2), ("呼吸內科", 1),
])
def test_clinics(text: str, number: int) -> None:
    assert match(text, CLINICS).kind == "one"
    assert picked(text, CLINICS) == [number]


@pytest.mark.parametrize(("text", "number"), [
    ("王静", 1), ("王静医生", 1), ("我想看王静医生", 1), ("挂王静的号", 1), ("王伟", 2), ("单医生", 3),
    ("单大夫", 3), ("欧阳", 5), ("欧阳主任", 5),
    ("wangjing", 1), ("wj", 1), ("wangj", 1), ("danlihua", 3), ("shanlihua", 3), ("slh", 3), ("dlh", 3),
    ("ouyang", 5), ("oynn", 5),
    ("lvle", 6), ("lule", 6), ("lvyue", 6), ("lyuyue", 6), ("smith", 4), ("john smith", 4), ("JOHN", 4),
    ("Jonh", 4), ("smiht", 4),
    ("王京", 1), ("王镜", 1), ("汪静", 1), ("王进", 1), ("黄伟", 0), ("欧阳那那", 5), ("呼吸内科的王静", 1),
    ("王静 呼吸内科", 1),
    ("阿依古丽", 7), ("买买提", 7), ("阿依古丽买买提", 7), ("儿科", 5), ("wangjng", 1),
])
def test_doctors(text: str, number: int) -> None:
    assert picked(text, DOCTORS) == ([number] if number else [])


@pytest.mark.parametrize(("text", "options", "numbers"), [
    ("内科", CLINICS, [1, 2, 3, 4]), ("科", CLINICS, list(range(1, 10))), ("王", DOCTORS, [1, 2]),
    ("王医生", DOCTORS, [1, 2]),
    ("w", DOCTORS, []), ("主任", DOCTORS, [1, 5]), ("呼吸内科", DOCTORS, [1, 2]), ("10:30", SEGMENTS, [3]),
    ("上午", SEGMENTS, [1, 2, 3]),
])
def test_where_several_fit_all_are_given_back(text: str, options: list[Shown], numbers: list[int]) -> None:
    assert picked(text, options) == numbers


@pytest.mark.parametrize(("text", "number"), [
    ("10点", 2), ("10:30", 3), ("十点半", 3), ("上午九点半", 1), ("9点半", 1), ("下午两点半", 4), ("2点半", 4),
    ("14:30", 4), ("两点", 5),
    ("下午2点", 5), ("10点半的", 3), ("10:00-10:30", 2),
])
def test_times(text: str, number: int) -> None:
    assert picked(text, SEGMENTS) == [number]


@pytest.mark.parametrize(("text", "numbers"), [
    ("周一", [2]), ("星期一", [2]), ("礼拜天", [1]), ("24号", [3]), ("11月23号", [2]), ("明天", [1]),
    ("24日", [3]), ("2号", [2]),
    ("3号", [3, 4]),  # the third option, or the third of December
    ("5号", []),
])
def test_days(text: str, numbers: list[int]) -> None:
    assert picked(text, DAYS) == numbers


@pytest.mark.parametrize("text", [
    "", "。", "取消", "返回", "人工", "帮助", "n", "0", "更多", "不要内科", "肚子疼", "你好", "今天天气怎么样啊",
    "13800000000", "换个医生", "zzzz",
    "内科外科都不要", "挂" * 100, "不", "好的",
])
def test_nothing(text: str) -> None:
    assert match(text, CLINICS) == Match("none")


@pytest.mark.parametrize("text", ["10", "十二", "第十个", "99"])
def test_a_number_that_is_not_there(text: str) -> None:
    assert match(text, CLINICS) == Match("none", (), "out_of_range")


def test_another_character_that_sounds_different_is_asked_about_even_alone() -> None:
    found = match("神经外科", CLINICS)
    assert (found.kind, found.numbers, found.how) == ("many", (4,), "typo")


def test_a_control_word_chooses_only_what_begins_with_it() -> None:
    options = shown("改时间", "取消预约", "不取消")
    assert match("取消", options).numbers == (2,)
    assert not match("取消", options).exact
    assert match("人工", shown("妇科", "计划生育(人工流产)")).kind == "none"


def test_aliases_and_yes_no() -> None:
    options = [Shown(1, True, "确认", ("提交", YES)), Shown(2, False, "重选", (NO,))]
    for text in ("确认", "提交", "好的", "是的", "嗯嗯", "OK"):
        assert match(text, options).values == (True,)
        assert match(text, options).exact
    for text in ("不", "不用了", "不要了", "重选"):
        assert match(text, options).values == (False,)
    assert match("取消", options).kind == "none"


@pytest.mark.parametrize("text", ["女", "女的", "女。", "nv", "男", "有", "无", "是", "否", "不", "对", "要", "没"])
def test_a_short_answer_to_another_question_is_no_piece_of_an_unseen_word(text: str) -> None:
    relations = [
        Shown(1, "self", "自己", ("本人", "无需")),
        Shown(2, "child", "孩子", ("儿子", "女儿", "男孩", "是孩子的", "对方")),
        Shown(3, "other", "其他", ("有别的人", "否则", "不是家人", "要给别人办", "没有证件的")),
    ]
    assert match(text, relations) == Match("none")


def test_a_short_answer_that_a_label_begins_with_is_asked_about() -> None:
    options = shown("妇科", "男科", "南院区", "中医科")
    for text, number in (("男", 2), ("男的", 2), ("中", 4)):
        found = match(text, options)
        assert (found.kind, found.numbers) == ("many", (number,))
    assert match("男科", options).numbers == match("nanke", options).numbers == (2,)


def test_answers_of_one_character_go_on_working() -> None:
    sexes = [Shown(1, "male", "男", ("男孩", "男的")), Shown(2, "female", "女", ("女孩", "女的"))]
    for text, number in (("女", 2), ("女的", 2), ("是女的", 2), ("我是男的", 1), ("nv", 2), ("男。", 1), ("女孩", 2)):
        assert (match(text, sexes).kind, match(text, sexes).numbers) == ("one", (number,)), text
    people = shown("李*花 · 女 · 7 岁", "张*明 · 男 · 42 岁")
    assert match("女", people).numbers == (1,) and match("男的", people).kind == "one"
    sure = [Shown(1, "yes", "确认", (YES,)), Shown(2, "no", "不约了", (NO,))]
    assert [match(text, sure).values for text in "是否对不好没要"] == [(each,) for each in (
        "yes", "no", "yes", "no", "yes", "no", "yes")]
    relations = [Shown(1, "child", "孩子", ("儿子", "女儿", "娃")), Shown(2, "parent", "父母", ("爸爸", "妈妈"))]
    assert [match(text, relations).values for text in ("娃", "爸", "父", "女儿", "孩")] == [
        ("child",), ("parent",), ("parent",), ("child",), ("child",)]


def test_exact_goes_before_part_and_labels_before_spoken_numbers() -> None:
    assert match("内科", shown("呼吸内科", "内科")).numbers == (2,)
    assert match("王静", shown("王静怡", "王静")).numbers == (2,)
    assert match("一号楼", shown("二号楼", "一号楼")).numbers == (2,)
    assert match("三", shown("三", "二", "一")).numbers == (1,)
    assert match("王静", shown("王静 上午", "王静 下午")).kind == "many"


def test_numbers_are_those_shown() -> None:
    assert match("10", shown("呼吸内科", "骨科", first=9)).numbers == (10,)
    assert match("1", shown("呼吸内科", "骨科", first=9)).how == "out_of_range"


def test_pinyin_of_many_readings() -> None:
    assert pinyin.readings("吕") == ("lv",)
    assert "zhong" in pinyin.readings("重") and "chong" in pinyin.readings("重")
    assert pinyin.readings("A") == ("a",)
    assert pinyin.spells("cq", "重庆") == "whole"
    assert pinyin.spells("chq", "重庆") == "whole"
    assert pinyin.spells("huxi", "呼吸内科") == "start"
    assert pinyin.spells("nk", "呼吸内科") == "inside"
    assert pinyin.spells("piao", "朴") == "whole"
    assert pinyin.alike("王静", "王京") and not pinyin.alike("王静", "王金")
    assert pinyin.alike("王静", "王金", loose=True)


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=12))
@example("(", ["("])
@example("ａ", ["", " ", "·"])
@example("第一个", [])
def test_never_raises_and_gives_only_what_was_shown(text: str, labels: list[str]) -> None:
    options = shown(*labels)
    found = match(text, options)
    assert set(found.options) <= set(options)
    assert found.kind != "one" or len(found.options) == 1


@given(st.sampled_from(CLINICS + DOCTORS))
def test_its_own_label_is_always_exact(option: Shown) -> None:
    options = CLINICS if option in CLINICS else DOCTORS
    found = match(option.label, options)
    assert found.options == (option,) and found.exact
