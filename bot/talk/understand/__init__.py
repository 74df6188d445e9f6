"""Reading what people write and say: pure functions, no I/O and no clock, none of which raises on any text.

text      one form for the many ways to type the same
numbers   "第三个" -> 3
words     返回, 取消, 帮助, 人工 … alone in a message
choice    which of the options that were shown
dates     "下周三上午" -> a date and a half day
times     "下午两点半" -> 14:30
checks    the named checks of a free answer

The Chinese in these modules is grammar that is read, never wording that is said.
"""

from __future__ import annotations
