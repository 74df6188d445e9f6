"""What we wanted to say while the channel did not let us."""

from __future__ import annotations

from bot.talk.flow import Flow
from bot.talk.outcomes import Done, Outcome
from flows.notices.service import NoticesService


class Messages(Flow, name="messages", words=("我的消息", "查看消息", "未读消息")):
    """Shows the words of conversations that could not be delivered, once."""

    service: NoticesService

    async def start(self) -> Outcome:
        said = await self.service.unseen()
        if not said:
            return Done("nothing_unseen")
        return Done("unseen", facts={"said": said})
