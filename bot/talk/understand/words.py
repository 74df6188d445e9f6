"""Words that steer the conversation, when they are alone in a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from bot.talk.understand.numbers import read_key
from bot.talk.understand.text import bare, normalise

Control = Literal["back", "cancel", "help", "human", "listen", "more", "previous", "yes", "no"]

_WORDS: dict[Control, str] = {
    "back":
        "返回 上一步 返回上一步 上一级 返回上一级 回去 回上一步 退回 后退 往回 倒回去 退回去 返回去 "
        "重新选 重选 back",
    "cancel":
        "取消 算了 退出 结束 停止 终止 取消办理 取消操作 不挂 不挂了 不约 不约了 不看了 不办 不办了 "
        "不弄了 不预约了 不挂号了 不要了 不选了 不想挂了 不想办了 不想弄了 不想约了 先不挂 先不办 "
        "先不约 先不弄 先不 放弃 算啦 不搞了 不玩了 quit cancel exit",
    "help":
        "帮助 怎么用 怎么操作 怎么办理 怎么弄 使用说明 使用帮助 说明 菜单 主菜单 功能 首页 不会用 "
        "不会弄 不会操作 我不会 help menu",
    "human":
        "人工 客服 转人工 转客服 找人 找人工 找客服 人工客服 人工服务 真人 在线客服 联系客服 "
        "联系人工 接人工 转接人工 我要人工 要人工 有人吗 有没有人 叫人 叫人工 人工台 导医台 "
        "转人工客服 转人工服务 human agent",
    "listen":
        "听 念 读 念给我听 念给我听听 读给我听 读给我听听 念一遍 读一遍 念一下 读一下 念一念 读一读 再念一遍 再读一遍 "
        "再念一次 再读一次 再念 再读 念出来 读出来 念念 读读 朗读 听一遍 听一下 听一听 听听 再听一遍 再听一次 再听 "
        "我要听 重念 重读 重念一遍 重读一遍 再说一遍 再说一次 重复一遍 listen read",
    "more":
        "更多 下一页 下页 还有吗 还有 还有没有 还有别的吗 还有其他的吗 还有其它的吗 有别的吗 看更多 "
        "翻页 往后 往后翻 向后翻 后面的 继续看 换一批 n next more",
    "previous": "上一页 上页 前一页 往前 往前翻 向前翻 前面的 p prev previous",
    "yes":
        "是 是的 对 对的 好 好的 好滴 好嘞 好吧 嗯 嗯嗯 恩 恩恩 行 可以 确认 确定 没错 同意 没问题 "
        "要 需要 愿意 有 是啊 对啊 中 成 嗯好 嗯好的 嗯是的 好好 好好好 可以的 行的 妥 ok okay okey "
        "yes y yeah 👌 👍",
    "no":
        "否 不 不是 不是的 不对 不行 不可以 不同意 不要 不用 不用了 不要了 不需要 不愿意 不了 "
        "不确认 没有 没 不确定 不好 no nope",
}
_MEANS: dict[str, set[Control]] = {}
for _control, _list in _WORDS.items():
    for _word in _list.split():
        _MEANS.setdefault(_word, set()).add(_control)
# In this order where a word has two meanings: 不要了 ends what is running unless a yes or no was asked.
_ORDER: tuple[Control, ...] = ("human", "cancel", "back", "help", "listen", "more", "previous", "yes", "no")
_LONGEST = max(map(len, _MEANS)) + 14  # a word and the politeness around it
_POLITE_BEFORE = re.compile(r"^(?:你好|您好|请问|请|麻烦|帮我|给我|我想|我要|我|想|那就|那|就|还是|先|那个|呃|额|哎)+")
_POLITE_AFTER = re.compile(
    r"(?:谢谢你?|谢了|多谢|一下|可以吗|行吗|好吗|[吧啊呀哦喔呢啦嘛哈哒了下的您你吗])$"
)
_THANKS = re.compile(
    r"(?:(?:好|好的|嗯+|行|可以|没事|ok)?了?[,，。!\s]*(?:谢谢+|非常感谢|十分感谢|感谢|多谢|谢了|辛苦|麻烦您?了|3q|thanks|thankyou)"
    r"|知道|明白|收到|清楚)(?:[您你了啦啊哈呀哦]|你们|您们|医生|大夫|护士|客服)*"
)
_HELLO = re.compile(
    r"(?:(?:[您你]好|hi|hello|嗨|哈[喽啰罗]|在吗|在么|在不在|[早晚]上好|[上中下]午好|早安|早)"
    r"(?:[啊呀哈]|医生|大夫|护士|客服)*[,。! ]*)+"
)
_EMOTICON = re.compile(r"[\[【]收到不支持的消息类型.*[\]】]", re.DOTALL)
_ALONE: dict[str, Control] = {"?": "help", "??": "help", "???": "help"}
_ZERO = frozenset("0零〇")


def meanings(text: str) -> frozenset[Control]:
    """All that a message may mean as a control word; empty where it is none. Full width, marks around it, politeness
    and particles (请, 了, 吧, 谢谢 …) do not matter."""
    if len(text) > _LONGEST * 2:
        return frozenset()
    plain = normalise(text).replace(" ", "")
    if plain in _ALONE:
        return frozenset({_ALONE[plain]})
    said = bare(plain) or plain
    if len(said) > _LONGEST:
        return frozenset()
    if _ZERO.intersection(said) and read_key(said) == 0:
        return frozenset({"human"})
    for form in _forms(said):
        if found := _MEANS.get(form):
            return frozenset(found)
    return frozenset()


def control(text: str) -> Control | None:
    """The control word that is all of a message (`Control`), or None."""
    found = meanings(text)
    return next((word for word in _ORDER if word in found), None) if found else None


def courtesy(text: str) -> Literal["thanks", "hello"] | None:
    """Whether a message is no more than thanks or a greeting."""
    said = bare(text) if len(text) <= _LONGEST * 2 else ""
    return "thanks" if _THANKS.fullmatch(said) else "hello" if _HELLO.fullmatch(said) else None


def placeholder(text: str) -> bool:
    """Whether WeChat put this text in the place of something it does not hand on (a sticker, most often)."""
    return bool(_EMOTICON.fullmatch(normalise(text, 100)))


def _forms(said: str) -> Iterator[str]:
    """As said, then with one particle after the other taken off its end; each also without the politeness before it."""
    while said:
        yield said
        yield _POLITE_BEFORE.sub("", said)
        shorter = _POLITE_AFTER.sub("", said)
        said = "" if shorter == said else shorter
