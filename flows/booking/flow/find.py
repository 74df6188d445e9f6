"""The part of the booking flow that understands a name, a number or a day instead of an option."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from bot.context import Context
from bot.talk.outcomes import Call, Choose, Done, Go, Outcome, Step
from flows.booking.exams.wishes import Wishes
from flows.booking.finding import Found
from flows.booking.labels import Labels
from flows.booking.offers import Wanted
from flows.booking.refusals import AllFull, ClinicClosed
from flows.booking.rules import Takes

MOST = 27
"""More matches than this are no choice: the words have to be narrower."""


class Finding:
    """Mixed into Booking."""

    told: tuple[Any, ...] = ()
    """Reasons that were said in this turn: each is said once, however many steps meet it."""

    not_waiting: tuple[str, str] | None = None
    """In this turn: the clinic and doctor that nobody wants to wait for, so that it is not asked at the next list."""

    context: Context
    service: Any
    data: Any
    text: str
    say: Callable[..., None]

    async def enter(self, arg: str) -> Outcome:
        """From a doctor's QR code or a menu key (a code), or from words that were said (area.py)."""
        catalogue = await self.service.neighbours.catalogue()
        if arg in catalogue.doctor:
            self.data.doctor = arg
            return await self._doctor_known()
        if arg in catalogue.clinic:
            self.data.clinic = arg
            return Go(self._step("entered"))
        return await self.understood(arg) if arg else Go(self._step("departments"))

    async def matter(self) -> str:
        """The clinic, or as far as it was chosen."""
        data = self.data
        return f"clinic:{data.clinic}" if data.clinic else f"department:{data.department}" if data.department else ""

    async def search(self) -> Outcome:
        """A text that was none of the options; who comes back to here chooses from the departments again."""
        return await self.understood(self.text) if self.text else Go(self._step("departments"))

    async def understood(self, text: str) -> Outcome:
        """Go on from what the text names: a doctor, a clinic, a department, a day, or two of these."""
        found = await self.service.find(text)
        if found.no_day:
            return Go(self._asked(), say="no_such_day", facts={"said": text})
        if found.day and found.day < self.service.now.date():
            return Go(self._asked(), say="day_over", facts={"day": found.day})
        if found.day and (later := await self.service.offers.too_far(found.day)):
            self.say("too_far", **later)
            if not (found.last or found.doctors or found.clinics or found.departments):
                return Go(self._asked())
            found = replace(found, day=None, half="")
        self.data.half, self.data.only = found.half, found.kind
        if found.last:
            return await self._last()
        if found.doctors or found.clinics or found.departments:
            return await self._named(found, text)
        if found.day:
            return self._on(found)
        if found.half or found.kind:
            return Go(self._asked())
        return Go(self._asked(), say="not_found", facts={"said": text})

    async def picked(self) -> Outcome:
        """One of several kinds of things was chosen from a list."""
        if self.data.pick[0] == "none":
            self.data.wish = self.data.half = self.data.only = ""
            return Go(self._asked())
        kind, code, *rest = self.data.pick
        if kind == "again":
            self.data.doctor, self.data.clinic = code, rest[0]
            return await self._doctor_known()
        if kind == "doctor":
            self.data.doctor, self.data.clinic = code, rest[0] if rest else ""
            return await self._doctor_known()
        if kind == "clinic":
            self.data.clinic, self.data.doctor = code, ""
            return Go(self._step("entered"))
        self.data.department = code
        return Go(self._step("clinics"))

    async def nothing(self, wanted: Wanted, then: Step) -> Outcome:
        """Say why there is nothing, and ask again one step before."""
        reason = await self.service.offers.why_none(wanted)
        if isinstance(reason, ClinicClosed) and await Wishes(self.context).done_in(wanted.clinic):
            return Call("exams", then=self._step("examined"), say="examined_in", facts=reason.facts)
        catalogue = await self.service.neighbours.catalogue()
        doctor, clinic = catalogue.doctor.get(wanted.doctor), catalogue.clinic_name(wanted.clinic)
        names = {"doctor_name": doctor.name if doctor else "", "clinic_name": clinic}
        facts = names | reason.facts
        if isinstance(reason, AllFull):
            full = await self.service.waiting.full(wanted)
            facts |= {"waiting": sum(each.waiting for each in full), "can_wait": bool(full)}
            if (wanted.clinic, wanted.doctor) == self.not_waiting:
                return Go(then)
            if full:
                self.data.full = [wanted.clinic, wanted.doctor, wanted.day.isoformat() if wanted.day else ""]
                self.data.after = then.__name__
                then = self._step("full")
        again = (reason.template, facts) in self.told
        self.told = (*self.told, (reason.template, facts))
        return Go(then, say="" if again else reason.template, facts=facts)

    async def examined(self) -> Outcome:
        """Behind the examinations, which have a flow of their own, nothing is left to say."""
        return Done()

    # --- inside --------------------------------------------------------------------------------------------------

    async def _named(self, found: Found, text: str) -> Outcome:
        self.data.wish = found.day.isoformat() if found.day else ""
        kind, codes = next(
            (kind, codes)
            for kind, codes in (
                ("doctor", found.doctors), ("clinic", found.clinics), ("department", found.departments)
            )
            if codes
        )
        if len(codes) == 1 and not (found.sounds or found.elsewhere):
            self.data.pick = [kind, codes[0], *(found.there if len(found.there) == 1 else ())]
            return await self.picked()
        if len(codes) > MOST:
            return Go(self._asked(), say="too_many_found", facts={"said": text, "count": len(codes)})
        return await self._which(kind, codes, text, found)

    async def _which(self, kind: str, codes: tuple[str, ...], text: str, found: Found) -> Outcome:
        """Which of several; also a single one, where it is not called so or is at another site."""
        labels, catalogue = Labels(self.context), await self.service.neighbours.catalogue()
        if kind == "doctor":
            options = labels.named_doctors(codes, catalogue)
        elif kind == "clinic":
            options = labels.clinics(codes, catalogue)
        else:
            options = labels.departments([catalogue.department[code] for code in codes], catalogue)
        facts = {"said": found.words or text, "site": catalogue.site_name(found.site), "one": ""}
        if not (found.sounds or found.elsewhere):
            facts["said"] = text
            return Choose("which", options, save="pick", then=self.picked, other=self.search, facts=facts)
        if len(options) == 1:
            facts["one"] = options[0].label
            options = [replace(options[0], aliases=(*options[0].aliases, "@yes"))]
        options.append(labels.word(["none"], "none_of_these", "@no", "不是", "都不是"))
        if found.elsewhere:
            return Choose("which_elsewhere", options, save="pick", then=self.picked, other=self.search, facts=facts)
        return Choose("which_sounds", options, save="pick", then=self.picked, other=self.search, facts=facts)

    async def _last(self) -> Outcome:
        last = await self.service.last_doctor()
        if last is None:
            return Go(self._asked(), say="no_last_doctor")
        self.data.pick = ["again", last.doctor, last.clinic]
        return await self.picked()

    def _on(self, found: Found) -> Outcome:
        """Only a day was said: of the doctor, of the clinic, or kept until one of them is known."""
        assert found.day is not None
        if self.data.doctor:
            self.data.date = found.day.isoformat()
            return Go(self._step("segments"))
        if self.data.clinic:
            self.data.date = found.day.isoformat()
            return Go(self._step("doctors_on"))
        self.data.wish = found.day.isoformat()
        return Go(self._step("clinics") if self.data.department else self._step("departments"))

    async def tell_limit(self) -> None:
        """Whom the clinic takes, said before anybody registers for it; those who are registered are looked at later."""
        clinic = self.data.clinic or await self.service.offers.home_of(self.data.doctor)
        rules = await self.service.neighbours.rules_of(clinic)
        takes, name, own = rules.takes, rules.name, rules.doctors.get(self.data.doctor)
        if own is not None and own.takes != Takes():
            doctor = (await self.service.neighbours.catalogue()).doctor.get(self.data.doctor)
            takes, name = takes.narrowed(own.takes), doctor.name if doctor else name
        if takes != Takes() and not await self.service.neighbours.persons():
            self.say("clinic_limit", clinic_name=name, **asdict(takes))

    async def _doctor_known(self) -> Outcome:
        await self.tell_limit()
        self.data.date, self.data.wish = self.data.wish, ""
        return Go(self._step("segments") if self.data.date else self._step("days"))

    def _asked(self) -> Step:
        """The step that asked last."""
        return self._step(self.data.at or "departments")

    def _step(self, name: str) -> Step:
        step: Step = getattr(self, name)
        return step
