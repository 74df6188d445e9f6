"""Options as they are shown: the words come from templates/booking/chat/label_*.j2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.context import Context
from bot.masking import mask_name
from bot.talk.outcomes import Option
from flows.booking import visit
from flows.booking.neighbours import Catalogue, Person
from flows.booking.offered import DayOffer, DoctorOffer, SegmentOffer
from flows.booking.waiting.list import Full, session_facts

_FOR = {
    "self": ("我", "我自己", "给我", "给我自己", "给自己", "给我挂", "给自己挂", "我自己看"),
    "child": ("给孩子", "给孩子挂", "给小孩", "给小孩挂", "给娃挂", "孩子的"),
    "parent": ("给爸妈", "给老人", "给老人挂"),
    "spouse": ("给爱人",),
}
"""How one says for whom it is, beside a name."""
_FOR_SEX = {
    ("child", "male"): ("儿子", "给儿子", "给儿子挂", "给我儿子"),
    ("child", "female"): ("女儿", "给女儿", "给女儿挂", "给我女儿"),
    ("parent", "male"): ("爸爸", "给爸爸", "给爸爸挂", "给我爸", "给我爸挂"),
    ("parent", "female"): ("妈妈", "给妈妈", "给妈妈挂", "给我妈", "给我妈挂"),
    ("spouse", "male"): ("老公", "给老公", "给老公挂"),
    ("spouse", "female"): ("老婆", "给老婆", "给老婆挂"),
}
"""Words that mean the one and not the other: 爸爸 is not the mother who stands there alone."""
_HAN = "零一二三四五六七八九"


class Labels:
    """Makes options of what the service found."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def _say(self, template: str, /, **facts: Any) -> str:
        contact, wording = self._context.contact, self._context.wording
        short = f"booking/chat/{template}_easy"
        fits = contact is not None and contact.easy and wording.has(short)
        return wording.render(short if fits else f"booking/chat/{template}", **facts)

    def word(self, value: Any, label: str, /, *aliases: str, **facts: Any) -> Option:
        """An option that is only words: `label_<label>`."""
        return Option(value, self._say(f"label_{label}", **facts), aliases)

    def departments(self, departments: Iterable[Any], catalogue: Catalogue) -> list[Option]:
        return [Option(["department", d.code], catalogue.department_name(d.code)) for d in departments]

    def clinics(self, codes: Iterable[str], catalogue: Catalogue) -> list[Option]:
        return [Option(["clinic", code], catalogue.clinic_name(code)) for code in codes]

    def named_doctors(self, codes: Iterable[str], catalogue: Catalogue) -> list[Option]:
        listed = [catalogue.doctor[code] for code in codes]
        return [
            Option(
                ["doctor", d.code],
                self._say("label_named_doctor", name=d.name, title=d.title, clinic=self._home(d, catalogue)),
                (d.number,),
            )
            for d in listed
        ]

    def doctors(self, offers: Iterable[DoctorOffer], *, on_day: bool) -> list[Option]:
        """Title, next free time, fee, how many are left; `on_day`: the day was said already."""
        return [
            Option(
                offer.code,
                self._say("label_doctor", offer=offer, on_day=on_day),
                (offer.number,) if offer.number else (),
            )
            for offer in offers
        ]

    def days(self, offers: Iterable[DayOffer]) -> list[Option]:
        return [Option(offer.day.isoformat(), self._say("label_day", offer=offer)) for offer in offers]

    def segments(self, offers: Iterable[SegmentOffer], catalogue: Catalogue) -> list[Option]:
        listed = list(offers)
        clinics = {offer.clinic for offer in listed}
        fees = {offer.fee for offer in listed}
        kinds = {offer.kind for offer in listed}
        return [
            Option(
                offer.id,
                self._say(
                    "label_segment",
                    offer=offer,
                    clinic=catalogue.clinic_name(offer.clinic) if len(clinics) > 1 else "",
                    fees_differ=len(fees) > 1 or len(kinds) > 1,
                    kinds_differ=len(kinds) > 1,
                ),
            )
            for offer in listed
        ]

    def persons(self, persons: Iterable[Person]) -> list[Option]:
        """Masked, because others may look on; the name in full is understood as an answer."""
        return [
            Option(
                p.id,
                self._say("label_person", name=mask_name(p.name), birth_date=p.birth_date, relation=p.relation),
                (p.name, *_FOR.get(p.relation, ()), *_FOR_SEX.get((p.relation, p.sex), ())),
            )
            for p in persons
        ]

    def appointment(
        self, row: Any, person: Person | None, catalogue: Catalogue, number: int = 0, exam: str = ""
    ) -> Option:
        """`number`: where it stands in a list in which 取消第一个 and 取消王静 are understood; `exam`: of what."""
        facts = visit.facts_of(row, person, catalogue, self._context)
        facts["exam"] = "" if facts["veiled"] else exam
        aliases = _cancelling(number, facts["doctor"], facts["exam"] or facts["clinic"]) if number else ()
        if row.state == "held":
            return Option(row.id, self._say("label_hold", **facts, **visit.held_facts(row)), aliases)
        return Option(row.id, self._say("label_appointment", **facts), aliases)

    def package(
        self, value: Any, row: Any, person: Person | None, catalogue: Catalogue, number: int, package: str,
        exams: Sequence[str],
    ) -> Option:
        """Several examinations as one, from the first of them on; any of them named opens it."""
        facts = visit.facts_of(row, person, catalogue, self._context)
        named = "" if facts["veiled"] else package
        facts |= {"package": named, "count": len(exams)}
        if row.state == "held":
            return Option(value, self._say("label_package_held", **facts, **visit.held_facts(row)))
        names = () if facts["veiled"] else exams
        aliases = (*_cancelling(number, "", named), *names, *(f"取消{each}" for each in names))
        return Option(value, self._say("label_package", **facts), aliases)

    def full(self, sessions: Iterable[Full], catalogue: Catalogue) -> list[Option]:
        """Full sessions, with how many wait; the halves of one doctor's day also as one."""
        listed = list(sessions)
        named = len({(each.row.sitting, each.row.clinic) for each in listed}) > 1
        days: dict[tuple[Any, ...], list[Full]] = {}
        options = []
        for each in listed:
            facts = session_facts(each.row, catalogue) | {"waiting": each.waiting, "named": named}
            options.append(Option([each.id], self._say("label_full", **facts)))
            days.setdefault((each.row.date, each.row.sitting, each.row.clinic), []).append(each)
        for own in days.values():
            if len(own) > 1:
                facts = session_facts(own[0].row, catalogue) | {"named": named}
                options.append(Option([each.id for each in own], self._say("label_full_day", **facts)))
        return options

    @staticmethod
    def masked(person: Person | None) -> str:
        return mask_name(person.name) if person else ""

    def waiting(self, row: Any, facts: dict[str, Any]) -> Option:
        return Option(["waiting", row.public_id], self._say("label_waiting", **facts))

    def wish(self, row: Any, facts: dict[str, Any]) -> Option:
        return Option(row.public_id, self._say("label_wish", **facts))

    def draw(self, public: str) -> tuple[str, str]:
        """A link to the public page of a draw."""
        return self._say("label_draw"), visit.page(self._context, f"draws/{public}")

    def page(self, path: str = "") -> tuple[str, str]:
        """A link to the page that does the same: (title, address)."""
        label = "page_same" if path.startswith(("mine", "stops")) else "page"
        return self._say(f"label_{label}"), visit.page(self._context, path)

    @staticmethod
    def _home(doctor: Any, catalogue: Catalogue) -> str:
        return catalogue.clinic_name(doctor.clinics[0]) if doctor.clinics else ""


def _cancelling(number: int, doctor: str, clinic: str) -> tuple[str, ...]:
    """How somebody names the appointment at `number` that they want to be rid of."""
    places = [f"第{number}个", f"{number}", f"第{number}"]
    if number < len(_HAN):
        places += [f"第{_HAN[number]}个", f"{_HAN[number]}", f"第{_HAN[number]}"]
    tails = ("", "医生", "的", "的号", "医生的号") if doctor else ("", "的号")
    names = [f"{doctor or clinic}{tail}" for tail in tails] if doctor or clinic else []
    return tuple(f"{verb}{what}" for verb in ("取消", "退") for what in (*places, *names))
