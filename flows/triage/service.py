"""Use cases of finding the right clinic."""

from __future__ import annotations

from bot.context import Context
from flows.directory.service import DirectoryService
from flows.triage import rules
from flows.triage.clinics import Suggestion, suggest
from flows.triage.knowledge import table

ANYTHING = "全科医学科"
"""The subject that sees whatever fits nowhere else."""


class TriageService:
    """Nothing of a complaint is kept here; it lives in the sealed conversation and goes with it."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def read(self, text: str) -> rules.Reading:
        return rules.read(text, table())

    async def suggest(self, text: str) -> Suggestion:
        """The clinics of this hospital for what was said."""
        return suggest(self.read(text), await DirectoryService(self.context).catalogue())

    async def anything(self) -> tuple[str, str] | None:
        """(code, name) of the clinic for everything else, where the hospital has one that can be booked."""
        catalogue = await DirectoryService(self.context).catalogue()
        for clinic in catalogue.clinics:
            if ANYTHING in clinic.subjects and catalogue.bookable(clinic.code):
                return clinic.code, clinic.name
        return None
