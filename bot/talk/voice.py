"""What a turn says: texts from templates, questions with their options."""

from __future__ import annotations

from typing import Any

from bot.talk.area import Areas
from bot.talk.messages import Message
from bot.talk.precedence import PAGE
from bot.talk.session import Frame, Wait
from bot.wording import Wording

MISSES = 3
"""After so many a human is offered."""


class Voice:
    """`messages` is what has been said so far, in order."""

    def __init__(self, wording: Wording, areas: Areas) -> None:
        self._wording = wording
        self._areas = areas
        self.messages: list[Message] = []

    def say(self, template: str, /, **facts: Any) -> None:
        self.messages.append(Message(self.text(template, **facts)))

    def text(self, template: str, /, **facts: Any) -> str:
        return self._wording.render(template, **facts)

    def ask(self, frame: Frame) -> None:
        """Ask what the frame waits for, as it was asked first; a long list from its present page on."""
        wait = frame.wait
        if wait is None:
            return
        area = self._areas.home[frame.flow].name
        text = self.text(f"{area}/chat/{wait.prompt}", **{**frame.data, **wait.facts})
        shown = tuple((n, option[1]) for n, option in enumerate(wait.options, 1))[wait.page : wait.page + PAGE]
        many = len(wait.options) > PAGE
        hint = self.text("common/chat/more", last=wait.page + PAGE >= len(wait.options)) if many else ""
        self.messages.append(Message(text, shown, tuple((title, url) for title, url in wait.links), hint))

    def missed(
        self, frame: Frame, wait: Wait, text: str, problem: str, facts: dict[str, Any], why: str = ""
    ) -> None:
        """Say why the text is no answer, and ask again. `why` is a template for it that the flow has of its own."""
        wait.misses += 1
        if problem == "out_of_range":
            self.say("common/chat/out_of_range", last=len(wait.options))
        elif problem:
            self.say(f"common/chat/problem_{problem}", **facts)
        elif why:
            self.say(why, **facts)
        else:
            self.say("common/chat/not_understood", text=text)
        if wait.misses % MISSES == 0:
            self.say("common/chat/human_offer")
        self.ask(frame)
