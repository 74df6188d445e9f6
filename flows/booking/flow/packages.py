"""What stands in 我的预约 as one line: a package, and what is held together. Its parts stand behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.context import Context
from bot.talk.outcomes import Choose, Go, Option, Outcome, Step
from flows.booking.exams.cards import PACKAGE, cards
from flows.booking.exams.facts import of_exam
from flows.booking.exams.service import ExamService
from flows.booking.labels import Labels
from flows.booking.rules import EXAMINATION


async def all_of(service: Any, rows: list[Any], *, open: bool = False) -> dict[str, Any]:
    """The facts of each of several examinations, and what is the same for all."""
    in_time = sorted(rows, key=lambda row: (row.start_at, row.id))
    told = [await service.facts(row, open=open) for row in in_time]
    same = {name: told[0][name] for name in ("person", "day", "cancel_day", "cancel_time", "can_cancel")}
    package, fee = told[0]["exam_package"], sum(each["exam_fee"] for each in told)
    days = len({each["day"] for each in told})
    return same | {"exams": told, "days": days, "package": package, "fee": told[0]["package_fee"] or fee}


class Packages:
    """Part of Appointments."""

    context: Context
    service: Any
    data: Any
    start: Step
    picked: Step
    _options: Callable[[list[Any]], Awaitable[list[Option]]]

    async def carded(self, rows: list[Any]) -> list[Option]:
        """Each line by itself; 取消第一个, 取消王静 open the one that is meant."""
        labels, neighbours = Labels(self.context), self.service.neighbours
        catalogue, options = await neighbours.catalogue(), []
        for number, (key, own) in enumerate((await cards(self.context.tx, rows)).items(), 1):
            told = [await of_exam(self.context, row) for row in own]
            person = await neighbours.anybody(own[0].person_id)
            if len(own) == 1:
                options.append(labels.appointment(own[0], person, catalogue, number, told[0]["exam"]))
                continue
            value = [*key] if key[0] == PACKAGE else own[0].id
            names = [each["exam"] for each in told]
            options.append(labels.package(value, own[0], person, catalogue, number, told[0]["exam_package"], names))
        return options

    async def held_with(self, row: Any) -> dict[str, Any]:
        """What is held together with an examination, and confirmed and given back with it."""
        rows = await ExamService(self.context).together(row.id) if row.kind == EXAMINATION else []
        return await all_of(self.service, rows) if len(rows) > 1 else {}

    async def package(self) -> Outcome:
        """Its parts, each of which is opened, changed and cancelled by itself."""
        found = (await cards(self.context.tx, await self.service.coming())).get(tuple(self.data.parts or ()), [])
        if not found:
            return Go(self.start)
        options = await self._options(found)
        options.append(Labels(self.context).word("coming", "back_to_coming", "返回列表", "返回我的预约"))
        told = [await self.service.facts(row) for row in found]
        facts = {"person": told[0]["person"], "package": told[0]["exam_package"], "fee": told[0]["package_fee"],
                 "count": len(found)}
        return Choose("package", options, save="pick", then=self.picked, facts=facts)
