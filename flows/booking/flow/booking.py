"""The conversation that books: whom, when, for whom; hold, confirm. What it talks to is service.py alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.talk.flow import Flow
from bot.talk.outcomes import Choose, Done, Go, Outcome, Step
from flows.booking.flow.find import Finding
from flows.booking.flow.full import WAIT, Full
from flows.booking.flow.hold import Holding
from flows.booking.flow.narrow import Narrow
from flows.booking.flow.refused import APPEAL
from flows.booking.flow.whom import ForWhom
from flows.booking.labels import Labels
from flows.booking.offers import GENERAL, Wanted
from flows.booking.paying.inforce import paying


class Booking(
    Finding, Full, Narrow, ForWhom, Holding, Flow, name="booking", version=2,
    words=(
        "挂号", "预约", "预约挂号", "我要挂号", "挂个号", "我要预约", "预约看病", "看病", "约号", "约医生",
        "我要看病", "门诊挂号",
    ),
    scenes=("doctor", "clinic"),
):
    """Outpatient booking: department, clinic, doctor or day, segment, person, hold, confirm."""

    anew = ("departments", "clinics", "doctors", "dates", "doctors_on", "days", "segments", "choose_person", "hold")

    @dataclass
    class Data:
        pick: object = None
        """What was chosen last in a list of several kinds of things."""
        department: str = ""
        clinic: str = ""
        doctor: str = ""
        date: str = ""
        wish: str = ""
        """A day that was named before anybody knew where."""
        half: str = ""
        """The half of the day that was named; "" is any."""
        only: str = ""
        """The kind of session that was named; "" is any."""
        at: str = ""
        """The step that asked last: where to go on when a text was not understood."""
        segment: int = 0
        person: int = 0
        appointment: int = 0
        tries: int = 0
        answer: str = ""
        full: list[str] | None = None
        """What is full and can be waited for: clinic, doctor, day (each may be "")."""
        after: str = ""
        """Where to go on where nobody wants to wait."""
        refused: str = ""
        """What an appeal against the last no would be about."""

    upgrades = {1: lambda data: data}

    async def start(self) -> Outcome:
        data = self.data
        data.department = data.clinic = data.doctor = data.date = data.half = data.only = ""
        if self.text not in ("", *self.words) and (await self.service.find(self.text)).anything:
            return await self.understood(self.text)
        return Go(self.departments)

    async def departments(self) -> Outcome:
        labels, catalogue = Labels(self.context), await self.service.neighbours.catalogue()
        options = labels.departments(await self.service.offers.departments(), catalogue)
        if not options:
            return Done("no_departments")
        if last := await self.service.last_doctor():
            again = labels.word(
                ["again", last.doctor, last.clinic], "again", "上次", "上次的医生", "上次看的医生", seen=last.seen,
                doctor=catalogue.doctor[last.doctor].name, clinic=catalogue.clinic_name(last.clinic),
            )
            options.insert(0, again)
        self.data.at = "departments"
        links = [labels.page()]
        return Choose("department", options, save="pick", then=self.picked, other=self.search, links=links)

    async def clinics(self) -> Outcome:
        """The clinics of the chosen department; a single one is not asked for."""
        clinics = await self.service.offers.clinics(self.data.department)
        if not clinics:
            return Go(self.departments, say="department_closed")
        if len(clinics) == 1:
            self.data.clinic = clinics[0].code
            return Go(self.entered)
        catalogue = await self.service.neighbours.catalogue()
        self.data.at = "clinics"
        options = Labels(self.context).clinics([each.code for each in clinics], catalogue)
        facts = {"department_name": catalogue.department[self.data.department].name}
        return Choose("clinic", options, save="pick", then=self.picked, other=self.search, facts=facts)

    async def entered(self) -> Outcome:
        """The clinic is known: on the day that was named before, or whoever sits there."""
        await self.tell_limit()
        self.data.date, self.data.wish = self.data.wish, ""
        return Go(self.doctors_on if self.data.date else self.doctors)

    # --- whom and when -------------------------------------------------------------------------------------------

    async def doctors(self) -> Outcome:
        """By doctor: who can be booked in the clinic; the way to choose by day stands first."""
        self.data.date = self.data.doctor = ""
        offers, full = await self.doctors_of(self.data.clinic)
        if not offers:
            return await self.nothing(Wanted(self.data.clinic), self.departments)
        labels = Labels(self.context)
        options = [labels.word("date", "by_date", "按日期", "日期", "按时间")] if len(offers) > 1 else []
        options += labels.doctors(offers, on_day=False)
        options += await self.wait_option(Wanted(self.data.clinic)) if full else []
        self.data.at = "doctors"
        facts = {"clinic_name": await self.clinic_name(), "full": full, "day": None, **self.named()}
        links = [labels.page(f"clinics/{self.data.clinic}")]
        return Choose(
            "doctor", options, save="pick", then=self.doctor_picked, other=self.search, facts=facts, links=links
        )

    async def doctor_picked(self) -> Outcome:
        if self.data.pick == "date":
            return Go(self.dates)
        if self.data.pick == WAIT:
            return Go(self.to_waiting)
        self.data.doctor = str(self.data.pick)
        return Go(self.segments if self.data.date else self.days)

    async def dates(self) -> Outcome:
        """By day: on which days anybody in the clinic has a slot."""
        self.data.date = self.data.doctor = ""
        days = await self.days_of(Wanted(self.data.clinic))
        if not days:
            return await self.nothing(Wanted(self.data.clinic), self.departments)
        self.data.at = "dates"
        facts = {"clinic_name": await self.clinic_name(), **self.named()}
        options = Labels(self.context).days(days)
        return Choose("date", options, save="date", then=self.doctors_on, other=self.search, facts=facts)

    async def doctors_on(self) -> Outcome:
        """Who can be booked on the chosen day."""
        self.data.doctor = ""
        day = date.fromisoformat(self.data.date)
        offers, full = await self.doctors_of(self.data.clinic, day)
        if not offers:
            return await self.nothing(Wanted(self.data.clinic, "", day), self.doctors)
        self.data.at = "doctors_on"
        facts = {"clinic_name": await self.clinic_name(), "full": full, "day": self.data.date, **self.named()}
        options = Labels(self.context).doctors(offers, on_day=True)
        options += await self.wait_option(Wanted(self.data.clinic, "", day)) if full else []
        return Choose("doctor", options, save="pick", then=self.doctor_picked, other=self.search, facts=facts)

    async def days(self) -> Outcome:
        """On which days the chosen doctor has a slot; a single one is not asked for."""
        self.data.date = ""
        wanted = Wanted(self.data.clinic, self.data.doctor)
        days = await self.days_of(wanted)
        if not days:
            return await self.nothing(wanted, await self.colleagues())
        if len(days) == 1:
            self.data.date = days[0].day.isoformat()
            return Go(self.segments)
        self.data.at = "days"
        labels, facts = Labels(self.context), await self.whom()
        links = [labels.page(self._page())]
        options = [*labels.days(days), *await self.wait_option(wanted), *self.appeal_option()]
        return Choose("day", options, save="date", then=self.segments, other=self.search, facts=facts, links=links)

    async def colleagues(self) -> Step:
        """Where to go on when the chosen doctor has nothing: others of the clinic, where there are any."""
        if not self.data.clinic:
            self.data.clinic = await self.service.offers.home_of(self.data.doctor)
        offers, _ = await self.service.offers.doctors(self.data.clinic)
        return self.doctors if offers else self.departments

    async def segments(self) -> Outcome:
        if self.data.date == WAIT:
            return Go(self.to_waiting)
        if self.data.date == APPEAL:
            return Go(self.to_appeal)
        day = date.fromisoformat(self.data.date)
        wanted = Wanted(self.data.clinic, self.data.doctor, day)
        offers = await self.segments_of(wanted)
        if not offers:
            return await self.nothing(wanted, self.days)
        self.data.at = "segments"
        catalogue = await self.service.neighbours.catalogue()
        first = offers[0]
        # What is not the same for all each line says for itself; where it is the last word tells.
        fee = first.fee if len({(offer.kind, offer.fee) for offer in offers}) == 1 else None
        spot = first.spot if len({offer.spot for offer in offers}) == 1 and any(first.spot) else None
        facts = await self.whom() | {"fee": fee, "kind": first.kind, "substitute_for": first.substitute_for}
        facts["pay"] = {"how": paying(catalogue, first.clinic, self.context)}
        facts |= {"spot": list(spot) if spot else None}
        if len({offer.clinic for offer in offers}) == 1:
            facts["clinic_name"] = catalogue.clinic_name(first.clinic)
        labels = Labels(self.context)
        return Choose(
            "segment", labels.segments(offers, catalogue), save="segment", then=self.person_needed, other=self.search,
            facts=facts, minutes=15, links=[labels.page(self._page())],
        )

    # --- words for where we are ----------------------------------------------------------------------------------

    async def clinic_name(self) -> str:
        return (await self.service.neighbours.catalogue()).clinic_name(self.data.clinic)

    def _page(self) -> str:
        """The page of whom was chosen."""
        if self.data.doctor == GENERAL:
            return f"clinics/{self.data.clinic}/general"
        return f"doctors/{self.data.doctor}"

    async def whom(self) -> dict[str, object]:
        """Who was chosen, as the prompts say it."""
        catalogue = await self.service.neighbours.catalogue()
        doctor = catalogue.doctor.get(self.data.doctor) if self.data.doctor != GENERAL else None
        return {
            "doctor_name": doctor.name if doctor else "",
            "title": doctor.title if doctor else "",
            "clinic_name": await self.clinic_name(),
            **self.named(),
        }
