"""Words that lead straight to their answer, also in the middle of something else: word -> the question's id.

Some stand for a piece of business that will have a flow of its own: that flow takes the words over, and they go here.
All other questions are found by area.reads when nothing else is going on.
"""

from __future__ import annotations

_QUESTIONS: dict[str, str] = {
    "pay": "怎么缴费 手机缴费 在哪缴费",
    "report": "报告 查报告 取报告 看报告 化验单 检查结果 报告查询",
    "report_time": "报告多久出 什么时候出结果 报告几天出",
    "report_print": "打印报告 报告打印 取片 取胶片",
    "queue": "排队 叫号 候诊 排到几号 等多久",
    "parking": "停车 停车场 停车费 停车位",
    "insurance": "医保 医保卡 电子凭证 医保码 社保卡",
    "insurance_away": "异地医保 外地医保 异地就医 异地备案",
    "release": "放号 几点放号 放号时间 号源 几点抢号 提前几天挂号 提前几天预约",
    "cancel": "怎么退号 怎么取消预约 如何退号 如何取消预约 改号 改约 怎么取消挂号",
    "full": "挂不到号 挂不上号 约不到号 抢不到号",
    "limit": "能挂几个号 可以挂几个号",
    "which": "挂号费 诊查费 挂号多少钱 挂号要钱吗",
    "again": "复诊要挂号吗 看结果要挂号吗 要重新挂号吗 还要挂号吗 还要再挂号吗",
    "book": "怎么挂号 如何挂号 怎么预约 如何预约 挂号流程 预约流程 看病流程",
    "child_id": "没有身份证怎么挂号 没身份证怎么挂号 新生儿怎么挂号 小孩怎么挂号 孩子怎么挂号",
    "checkup": "体检预约 预约体检 体检套餐 怎么预约体检 体检怎么预约",
    "emergency": "急诊 急诊电话 急诊在哪",
    "complain": "投诉电话 怎么投诉",
}
KEYWORDS: dict[str, str] = {word: question for question, words in _QUESTIONS.items() for word in words.split()}
