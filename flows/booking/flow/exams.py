"""Examinations in the chat: for whom, which orders or which package, when; hold, confirm; another time."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.talk.flow import Flow
from bot.talk.outcomes import Call, Choose, Done, Go, Outcome
from flows.booking.exam_labels import ExamLabels
from flows.booking.exams.refusals import HospitalSilent
from flows.booking.exams.wishes import PACKAGE
from flows.booking.flow.exams_when import When


class Exams(
    When, Flow, name="exams", version=2,
    words=("检查", "预约检查", "检查预约", "约检查", "做检查", "我的检查单", "检查单", "约体检"),
):
    """`enter` takes `change:<appointment>` from 我的预约."""

    anew = ("orders", "packages", "days", "times", "proposals", "hold")

    @dataclass
    class Data:
        person: int = 0
        pick: str = ""
        picks: list[str] = field(default_factory=list)
        """Orders' codes, or a package ("package:<code>")."""
        date: str = ""
        chosen: object = None
        """Name of a wish and its segment, of each; of a change the segment alone."""
        bundle: str = ""
        tries: int = 0
        answer: str = ""
        appointment: int = 0
        """The one that is changed; 0: something new is booked."""
        refused: str = ""
        """What an appeal against the last no would be about."""

    data: Data
    upgrades = {1: lambda data: data}

    async def enter(self, arg: str) -> Outcome:
        kind, _, rest = arg.partition(":")
        if kind != "change":
            return Go(self.start)
        self.data.appointment = int(rest)
        return Go(self.days)

    async def start(self) -> Outcome:
        """One person is taken at once, of several the right one is asked for, nobody registers first."""
        persons = [each for each in await self.service.neighbours.persons() if each.reach == "all"]
        if not persons:
            return Call("register", then=self.registered, say="register_first")
        if len(persons) == 1:
            self.data.person = persons[0].id
            return Go(self.orders)
        return Choose("exam_person", ExamLabels(self.context).persons(persons), save="person", then=self.orders)

    async def registered(self) -> Outcome:
        if not self.returned:
            return Done("no_person")
        self.data.person = int(self.returned)
        return Go(self.orders)

    async def orders(self) -> Outcome:
        """What a doctor ordered and nobody booked yet; and the packages, which need no order."""
        try:
            orders, booked = await self.exams.orders(self.data.person)
        except HospitalSilent as no:
            return Done(no.template)
        labels, packages = ExamLabels(self.context), await self.exams.wishes.packages()
        options = [labels.exam_order(wish) for wish in orders]
        if len(orders) > 1:
            options.append(labels.word("all", "exam_all", "一起安排", "都约", "全部", count=len(orders)))
        if packages:
            options.append(labels.word("packages", "exam_packages", "体检", "套餐", "体检套餐"))
        if not options:
            return Done("exam_none", facts={"booked": booked})
        facts = {"count": len(orders), "booked": booked}
        return Choose("exam_orders", options, save="pick", then=self.picked, facts=facts)

    async def picked(self) -> Outcome:
        if self.data.pick == "packages":
            return Go(self.packages)
        if self.data.pick == "all":
            orders, _ = await self.exams.orders(self.data.person)
            self.data.picks = [wish.order for wish in orders]
            return Go(self.proposals)
        self.data.picks = [self.data.pick]
        return Go(self.days)

    async def packages(self) -> Outcome:
        book = await self.exams.wishes.book()
        labels = ExamLabels(self.context)
        options = [
            labels.word(PACKAGE + each.code, "exam_package", each.name, name=each.name, fee=each.fee,
                        items=[book.items[code].name for code in each.items])
            for each in book.packages
        ]
        options.append(labels.word("back", "exam_back", "返回"))
        return Choose("exam_packages", options, save="pick", then=self.package_picked)

    async def package_picked(self) -> Outcome:
        if self.data.pick == "back":
            return Go(self.orders)
        self.data.picks = [self.data.pick]
        return Go(self.proposals)

    async def leave(self) -> None:
        await self.give_back()
