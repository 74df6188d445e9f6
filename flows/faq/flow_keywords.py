"""Words that lead straight to their answer, also in the middle of something else.

Some stand for a piece of business that will have a flow of its own: that flow takes the words over, and the class here
goes. The others are here because the longest word in a text decides: 怎么退号 is a question, though 退号 begins a flow.
All other words are found by area.reads when nothing else is going on.
"""

from __future__ import annotations

from bot.talk.outcomes import Outcome
from flows.faq.flow import Faq


class Keyword(Faq, name="faq_keyword"):
    """The answer to the question that the flow is named after: faq_parking answers `parking`."""

    async def start(self) -> Outcome:
        """What was said around the word may ask for more than the word; a hospital may have taken the question away."""
        if self.service.ask(self.text):
            return await self.asked(self.text)
        question = self.name.removeprefix("faq_")
        return await self.enter(question if question in self.service.index.questions else self.words[0])


class Pay(Keyword, name="faq_pay", words=("缴费", "交费", "付款", "付费", "怎么缴费", "手机缴费", "在哪缴费")):
    """Where bills are paid."""


class Report(
    Keyword, name="faq_report",
    words=("报告", "查报告", "取报告", "看报告", "化验单", "检查结果", "报告查询"),
):
    """Where reports are read."""


class ReportTime(Keyword, name="faq_report_time", words=("报告多久出", "什么时候出结果", "报告几天出")):
    """When reports are ready."""


class ReportPrint(Keyword, name="faq_report_print", words=("打印报告", "报告打印", "取片", "取胶片")):
    """Where reports are printed."""


class Queue(Keyword, name="faq_queue", words=("排队", "叫号", "候诊", "排到几号", "等多久")):
    """Where the queue is seen."""


class Parking(Keyword, name="faq_parking", words=("停车", "停车场", "停车费", "停车位")):
    """Where to park."""


class Insurance(Keyword, name="faq_insurance", words=("医保", "医保卡", "电子凭证", "医保码", "社保卡")):
    """How insurance is used."""


class InsuranceAway(Keyword, name="faq_insurance_away", words=("异地医保", "外地医保", "异地就医", "异地备案")):
    """Insurance from elsewhere."""


class Release(
    Keyword, name="faq_release",
    words=("放号", "几点放号", "放号时间", "号源", "几点抢号", "提前几天挂号", "提前几天预约"),
):
    """When new days open."""


class CancelHow(
    Keyword, name="faq_cancel",
    words=("怎么退号", "怎么取消预约", "如何退号", "如何取消预约", "改号", "改约", "怎么取消挂号"),
):
    """How to cancel or change."""


class Full(Keyword, name="faq_full", words=("挂不到号", "挂不上号", "约不到号", "抢不到号")):
    """Nothing is left."""


class Limit(Keyword, name="faq_limit", words=("能挂几个号", "可以挂几个号")):
    """How many at a time."""


class Fee(Keyword, name="faq_which", words=("挂号费", "诊查费", "挂号多少钱", "挂号要钱吗")):
    """What a visit costs."""


class Again(
    Keyword, name="faq_again",
    words=("复诊要挂号吗", "看结果要挂号吗", "要重新挂号吗", "还要挂号吗", "还要再挂号吗"),
):
    """Whether a return visit needs a booking."""


class BookHow(
    Keyword, name="faq_book",
    words=("怎么挂号", "如何挂号", "怎么预约", "如何预约", "挂号流程", "预约流程", "看病流程"),
):
    """How booking goes."""


class ChildId(
    Keyword, name="faq_child_id",
    words=("没有身份证怎么挂号", "没身份证怎么挂号", "新生儿怎么挂号", "小孩怎么挂号", "孩子怎么挂号"),
):
    """A child without an identity card."""


class CheckUp(Keyword, name="faq_checkup", words=("体检预约", "预约体检", "体检套餐", "怎么预约体检", "体检怎么预约")):
    """Check-ups."""


class Emergency(Keyword, name="faq_emergency", words=("急诊", "急诊电话", "急诊在哪")):
    """Where and when the emergency department is."""


class Complain(Keyword, name="faq_complain", words=("投诉电话", "怎么投诉")):
    """How to complain."""


KEYWORDS: tuple[type[Keyword], ...] = tuple(Keyword.__subclasses__())
