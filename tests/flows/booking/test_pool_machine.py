"""Whatever is done to the pool in whatever order: by patients, by those who wait, by clerks who stop sessions, by rules
that keep shares, by the hospital's rosters and by time. hypothesis looks for the order that breaks it, and shortens it.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot import keys
from tests.flows.booking.machine import PEOPLE, Hospital
from tests.support.database import SqliteTemplate

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
"""For a long search: EXAMPLES=300 pytest tests/flows/booking/test_pool_machine.py"""

who, lot = st.integers(0, PEOPLE - 1), st.integers(0, 20)
segment, session = st.integers(0, 6), st.integers(0, 2)


class Machine(RuleBasedStateMachine):
    open: ClassVar[Callable[[], Hospital]]

    def __init__(self) -> None:
        super().__init__()
        self.here = type(self).open()

    def act(self, work: Any) -> None:
        self.here.do(work)

    @rule(who=who, segment=segment, channel=st.sampled_from(("wechat", "wechat", "window", "phone")))
    def hold(self, who: int, segment: int, channel: str) -> None:
        self.act(self.here.hold(who, segment, channel))

    @rule(who=who, first=segment, second=segment)
    def book(self, who: int, first: int, second: int) -> None:
        """Two of three holds are confirmed at once: otherwise nothing would ever be full."""
        for each in (first, second):
            self.act(self.here.hold(who, each, "wechat"))
            self.act(self.here.verb("confirm", -1, "held"))

    @rule(lot=lot)
    def confirm(self, lot: int) -> None:
        """Offers are confirmed the same way."""
        self.act(self.here.verb("confirm", lot, "held"))

    @rule(lot=lot)
    def release(self, lot: int) -> None:
        self.act(self.here.verb("release", lot, "held"))

    @rule(lot=lot)
    def cancel(self, lot: int) -> None:
        self.act(self.here.verb("cancel", lot, "booked"))

    @rule(lot=lot, segment=segment)
    def change(self, lot: int, segment: int) -> None:
        self.act(self.here.verb("change", lot, "booked", segment=segment))

    @rule(who=who, session=session)
    def wait(self, who: int, session: int) -> None:
        self.act(self.here.wait(who, session))

    @rule(who=who)
    def give_up(self, who: int) -> None:
        self.act(self.here.give_up(who))

    @rule(session=session, part=st.booleans(), substitute=st.booleans())
    def stop(self, session: int, part: bool, substitute: bool) -> None:
        self.act(self.here.stop(session, part, substitute))

    @rule()
    def undo(self) -> None:
        self.act(self.here.undo())

    @rule(who=who, answer=st.sampled_from(("keep", "same", "other", "cancel")), segment=segment)
    def choose(self, who: int, answer: str, segment: int) -> None:
        self.act(self.here.choose(who, answer, segment))

    @rule(channel=st.sampled_from(("window", "phone")), percent=st.sampled_from((0, 30, 50, 100)))
    def share(self, channel: str, percent: int) -> None:
        self.act(self.here.share(channel, percent))
        self.act(self.here.work())

    @rule(session=session, capacity=st.integers(1, 3), state=st.sampled_from(("open", "open", "open", "stopped")))
    def roster(self, session: int, capacity: int, state: str) -> None:
        self.act(self.here.roster(session, capacity, state))

    @rule(minutes=st.sampled_from((1, 6, 16, 45, 300)))
    def time_passes(self, minutes: int) -> None:
        self.act(self.here.later(minutes))
        self.act(self.here.work())

    @rule()
    def work(self) -> None:
        self.act(self.here.work())

    @invariant()
    def the_pool_is_whole(self) -> None:
        self.act(self.here.check())

    def teardown(self) -> None:
        try:
            self.act(self.here.check_end())
        finally:
            self.here.close()


def test_whatever_happens_to_the_pool(
    sqlite_template: SqliteTemplate, key_ring: keys.KeyRing, tmp_path: Path
) -> None:
    numbers = itertools.count()

    class Here(Machine):
        @staticmethod
        def open() -> Hospital:
            return Hospital(sqlite_template.fresh(tmp_path / f"machine{next(numbers)}.sqlite"), key_ring)

    chosen = settings(
        max_examples=EXAMPLES or 3, stateful_step_count=80 if EXAMPLES else 35, deadline=None,
        derandomize=not EXAMPLES, suppress_health_check=list(HealthCheck), database=None,
    )
    run_state_machine_as_test(Here, settings=chosen)
