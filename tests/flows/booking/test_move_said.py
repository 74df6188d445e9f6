"""What is heard as the wish to move an appointment, and what is not."""

from __future__ import annotations

from datetime import date

import pytest

from flows.booking.flow.moving import Move, move_in

TODAY = date(2027, 3, 1)
TUESDAY, WEDNESDAY = date(2027, 3, 2), date(2027, 3, 3)


@pytest.mark.parametrize(("text", "day", "to"), [
    ("把明天的号改到后天", TUESDAY, WEDNESDAY),
    ("我想把 周二 的预约 推迟到 周三", TUESDAY, WEDNESDAY),
    ("能把明天的号改到3月3号吗", TUESDAY, WEDNESDAY),
    ("号换到后天下午", None, WEDNESDAY),
    ("明天的号改到下午", TUESDAY, None),
    ("预约想改个时间", None, None),
    ("明天的挂号改期", TUESDAY, None),
])
def test_a_move_is_heard(text: str, day: date | None, to: date | None) -> None:
    assert move_in(text, TODAY) == Move(day, to)


@pytest.mark.parametrize("text", [
    "怎么改预约时间", "预约能改期吗", "改天再约", "要提前到医院吗", "提前多久到", "换到内科", "我要换个医生",
    "明天有号吗", "挂后天的号", "手机号改到哪里填", "调到门诊楼",
])
def test_no_move_is_heard(text: str) -> None:
    assert move_in(text, TODAY) is None


@pytest.mark.parametrize("move", [Move(None, None), Move(TUESDAY, WEDNESDAY, ("1023", "1024")), Move(None, TUESDAY)])
def test_a_move_is_told_to_the_flow(move: Move) -> None:
    assert Move.load(move.dump()) == move
