"""What a turn says: texts from templates, questions with their options."""

from __future__ import annotations

from typing import Any

from bot.talk import precedence
from bot.talk.area import Areas
from bot.talk.messages import Message
from bot.talk.session import Frame, Wait
from bot.wording import Wording

MISSES = 3
"""After so many a human is offered."""


class Voice:
    """`messages` is what has been said so far, in order. `easy`: five choices at a time, each of them a number, and
    shorter words where there are some (`<template>_easy`). `aloud`: all of it can be heard as well."""

    def __init__(self, wording: Wording, areas: Areas, *, easy: bool = False, aloud: bool = False) -> None:
        self.easy, self.aloud = easy, aloud
        self._wording = wording
        self._areas = areas
        self.messages: list[Message] = []

    def say(self, template: str, /, **facts: Any) -> None:
        self.messages.append(Message(self.text(template, **facts)))

    def text(self, template: str, /, **facts: Any) -> str:
        short = f"{template}_easy"
        return self._wording.render(short if self.easy and self._wording.has(short) else template, **facts)

    def ask(self, frame: Frame) -> None:
        """Ask what the frame waits for, as it was asked first; a long list from its present page on."""
        wait = frame.wait
        if wait is None:
            return
        area = self._areas.home[frame.flow].name
        text = self.text(f"{area}/chat/{wait.prompt}", **{**frame.data, **wait.facts})
        links = tuple((title, url) for title, url in wait.links)
        if self.easy:
            listen = precedence.EASY_LISTEN if self.aloud else 0
            hint = self.text("common/chat/easy_hint", wait=wait.kind, listen=listen)
            self.messages.append(Message(text, self._few(wait), links, hint))
            return
        page = precedence.PAGE
        shown = tuple((n, option[1]) for n, option in enumerate(wait.options, 1))[wait.page : wait.page + page]
        many = len(wait.options) > page
        hint = self.text("common/chat/more", last=wait.page + page >= len(wait.options)) if many else ""
        self.messages.append(Message(text, shown, links, hint))

    def _few(self, wait: Wait) -> tuple[tuple[int, str], ...]:
        """The options of the present page, numbered from 1 on each, and the ways to the others by numbers of their
        own."""
        here = precedence.easy_page(wait)
        shown = [(n, option[1]) for n, option in enumerate(here, 1)]
        for way, number in precedence.easy_ways(wait).items():
            shown.append((number, self.text(f"common/chat/easy_{way}")))
        return tuple(shown)

    def missed(
        self, frame: Frame, wait: Wait, text: str, problem: str, facts: dict[str, Any], why: str = ""
    ) -> None:
        """Say why the text is no answer, and ask again. `why` is a template for it that the flow has of its own."""
        wait.misses += 1
        if problem == "out_of_range":
            last = len(precedence.easy_page(wait) if self.easy else wait.options)
            self.say("common/chat/out_of_range", last=last)
        elif problem:
            self.say(f"common/chat/problem_{problem}", **facts)
        elif why:
            self.say(why, **facts)
        else:
            self.say("common/chat/not_understood", text=text)
        if wait.misses % MISSES == 0:
            self.say("common/chat/human_offer")
        self.ask(frame)
