"""The way from the chat to the hospital's pages."""

from __future__ import annotations

from bot.talk.flow import Flow
from bot.talk.outcomes import Done, Outcome


class Pages(
    Flow, name="directory",
    words=("医院介绍", "科室介绍", "医生介绍", "专家介绍", "有哪些科室", "有什么科室", "科室大全", "医生大全"),
):
    """Departments, clinics and doctors are read on pages; the chat books."""

    async def start(self) -> Outcome:
        title = self.context.wording.render("directory/chat/label_pages")
        return Done("pages", links=[(title, f"{self.context.settings.base_url}/h5/directory/")])
