"""Questions and answers in the chat: asked in one's own words, or picked from a list."""

from __future__ import annotations

from dataclasses import dataclass

from bot.talk.flow import Flow
from bot.talk.outcomes import Choose, Done, Go, Option, Outcome
from bot.talk.understand.text import bare
from flows.faq.keywords import KEYWORDS
from flows.faq.rules import Question
from flows.faq.service import FaqService

LIST = ("常见问题", "常见问答", "问答")


class Faq(Flow, name="faq", words=(*LIST, *KEYWORDS), scenes=("faq",)):
    """The answer to a question, a choice of the nearest ones, or the list of all of them."""

    service: FaqService

    @dataclass
    class Data:
        group: str = ""
        question: str = ""

    async def start(self) -> Outcome:
        """What was said around the word may ask for more than the word; a hospital may have taken the question away."""
        said = bare(self.text)
        if not said or said in LIST:
            return Go(self.topics)
        if self.service.ask(said):
            return await self.asked(said)
        return await self.enter(KEYWORDS.get(said, said))

    async def enter(self, arg: str) -> Outcome:
        """From a QR code or a menu key (a question's id), or from words that were said (area.py)."""
        if arg in self.service.index.questions:
            self.data.question = arg
            return Go(self.answer)
        return await self.asked(arg) if arg else Go(self.topics)

    async def asked(self, text: str) -> Outcome:
        """One question that is meant, or a choice of those that may be."""
        found = self.service.ask(text)
        if not found:
            return Done("not_found", facts={"text": text})
        if len(found) == 1:
            self.data.question = found[0].question.id
            return Go(self.answer)
        options = self._options([match.question for match in found])
        return Choose("which", options, save="question", then=self.answer, other=self.another)

    async def another(self) -> Outcome:
        """Asked in other words instead of choosing."""
        return await self.asked(self.text)

    async def topics(self) -> Outcome:
        options = [Option(group.id, group.title) for group in self.service.index.groups]
        return Choose("topics", options, save="group", then=self.questions, other=self.another)

    async def questions(self) -> Outcome:
        """All questions under one heading."""
        index = self.service.index
        title = next((group.title for group in index.groups if group.id == self.data.group), "")
        options = self._options(index.of_group(self.data.group))
        if not options:
            return Go(self.topics)
        return Choose(
            "questions", options, save="question", then=self.answer, other=self.another, facts={"topic": title}
        )

    async def answer(self) -> Outcome:
        question = self.service.index.questions.get(self.data.question)
        if question is None:
            # Taken away by the hospital while the list was on the screen.
            return Go(self.topics)
        answer = await self.service.answer(question)
        if not answer:
            return Done("not_found", facts={"text": question.title})
        return Done("answer", facts={"answer": answer})

    @staticmethod
    def _options(questions: list[Question]) -> list[Option]:
        return [Option(each.id, each.title) for each in questions]
