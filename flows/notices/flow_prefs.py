"""Turning pushes on and off, group by group."""

from __future__ import annotations

from dataclasses import dataclass

from bot.talk.flow import Flow
from bot.talk.outcomes import Choose, Done, Go, Option, Outcome
from flows.notices.service import NoticesService


class Preferences(
    Flow, name="preferences", words=("消息设置", "通知设置", "推送设置", "退订", "关闭提醒", "打开提醒")
):
    """A list of what we send, each with on or off; a number turns it round."""

    service: NoticesService

    @dataclass
    class Data:
        group: str = ""

    async def start(self) -> Outcome:
        groups = await self.service.groups()
        if not groups:
            return Done("no_groups")
        render = self.context.wording.render
        options = [
            Option(each.name, render("notices/chat/option_group", group=each.name, title=each.title, on=each.on))
            for each in groups
        ]
        return Choose("groups", options, save="group", then=self.turn, expired=self.close)

    async def turn(self) -> Outcome:
        group = next(group for group in await self.service.groups() if group.name == self.data.group)
        await self.service.prefer(group.name, not group.on)
        return Go(self.start, say="turned", facts={"title": group.title, "on": not group.on})

    async def close(self) -> Outcome:
        """Every tap took effect at once, so there is nothing to be sorry for."""
        return Done()
