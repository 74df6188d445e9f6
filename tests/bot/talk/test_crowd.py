"""With the database away, what waits is bounded, and the log is not flooded either."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.errors import OutsideUnavailable
from bot.talk.crowd import Crowd, Crowded


def test_from_a_number_on_turns_are_refused_at_the_door() -> None:
    crowd = Crowd(4)
    with capture_logs() as told:
        for inside in range(4):
            crowd.check(inside)
        for _ in range(100):
            with pytest.raises(Crowded):
                crowd.check(4)
        crowd.check(3)
        with pytest.raises(Crowded):
            crowd.check(4)
        assert len(told) == 1
        crowd.check(1)
        with pytest.raises(Crowded):
            crowd.check(5)
        assert [line["event"] for line in told] == ["turns_turned_away"] * 2
    assert issubclass(Crowded, OutsideUnavailable), "the channel delivers it again"
