"""Options about examinations: the words come from templates/booking/chat/label_exam_*.j2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.talk.outcomes import Option
from flows.booking.exams.planning import Plan, Time
from flows.booking.exams.wishes import Wish
from flows.booking.labels import Labels


class ExamLabels(Labels):
    """Makes options of what ExamService found."""

    def exam_order(self, wish: Wish) -> Option:
        facts = {"name": wish.item.name, "fee": wish.item.fee, "doctor": wish.doctor, "ordered_on": wish.ordered_on}
        return Option(wish.name, self._say("label_exam_order", **facts), (wish.item.name,))

    def exam_day(self, day: date, times: Sequence[Time]) -> Option:
        return Option(day.isoformat(), self._say("label_exam_day", day=day, first=times[0].start, count=len(times)))

    def exam_time(self, time: Time) -> Option:
        return Option(time.segment, self._say("label_exam_time", start=time.start, end=time.end))

    def exam_plan(self, plan: Plan) -> Option:
        """The days with when one has to be there and when it is over."""
        days: dict[date, list[Time]] = {}
        for time in sorted(plan.values(), key=lambda each: each.start):
            days.setdefault(time.start.date(), []).append(time)
        told = [{"day": day, "start": own[0].start, "end": own[-1].end, "count": len(own)} for day, own in days.items()]
        value = [[name, time.segment] for name, time in plan.items()]
        return Option(value, self._say("label_exam_plan", days=told))
