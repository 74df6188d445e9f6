"""Use cases of questions and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2

from bot import logs
from bot.context import Context
from bot.wording import tidy
from flows.directory.rules import Catalogue
from flows.directory.service import DirectoryService
from flows.faq import catalog
from flows.faq.rules import Index, Match, Question
from integrations.insurance.port import Insurer
from integrations.paying.port import PayChannels

log = logs.get(__name__)


class FaqService:
    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def index(self) -> Index:
        return catalog.index(self.context.settings.templates_override)

    def ask(self, text: str) -> list[Match]:
        """What may be meant, best first."""
        return self.index.ask(text)

    async def answer(self, question: Question) -> str:
        """The answer in words, with where things are and what the rules are in this hospital.

        A hospital's own answer that fails gives ours, or "" where we have none: a slip in a text silences nobody.
        """
        catalogue = await DirectoryService(self.context).catalogue()
        facts = {
            "sites": catalogue.sites, "booking": self.context.settings.booking, "at": self._places(catalogue),
            "insured": Insurer in self.context.ports, "ways": self._ways(),
        }
        try:
            return self._rendered(question, facts)
        except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            ours = catalog.index().questions.get(question.id)
            if ours == question:
                raise
            log.error("answer_failed", question=question.id, kind=type(error).__name__)
            return self._rendered(ours, facts) if ours else ""

    def _rendered(self, question: Question, facts: dict[str, Any]) -> str:
        # Plain text for the chat: a name with an & in it stays as it is.
        environment = self.context.wording.environment.overlay(autoescape=False)
        return tidy(environment.from_string(question.answer).render(facts))

    def _ways(self) -> list[str]:
        """How this contact can pay on the phone, the usual first; [] where nothing of it is set up."""
        contact, ports = self.context.contact, self.context.ports
        offered = ports[PayChannels].offered(contact.account) if contact is not None and PayChannels in ports else ()
        words = self.context.wording.words["payment_channel"]
        return list(dict.fromkeys(words[each.channel] for each in offered if each.channel in words))

    def _places(self, catalogue: Catalogue) -> Callable[[str], str]:
        """at("急诊科"): where the first clinic of this name is, "" where it is not known."""
        where = self.context.wording.macro("faq/say", "where")

        def at(name: str) -> str:
            for clinic in catalogue.clinics:
                if clinic.name == name:
                    return where(clinic.place.building, clinic.place.floor, clinic.place.area, "")
            return ""

        return at
